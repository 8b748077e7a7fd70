package dev.twinkeeper.raw.session;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An executor without a thread, whose time passes when the test says so. */
final class ManualExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final Queue<Runnable> ready = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            Comparator.<Timer>comparingLong(timer -> timer.at).thenComparing(timer -> timer.serial));
    private long now;
    private long serial;
    private boolean shutdown;

    private final class Timer extends FutureTask<Void> implements ScheduledFuture<Void> {
        private final long at;
        private final long serial;
        private final Runnable work;

        Timer(Runnable work, long at, long serial) {
            super(work, null);
            this.work = work;
            this.at = at;
            this.serial = serial;
        }

        /** What it throws is the test's. */
        @Override
        public void run() {
            if (!isCancelled()) {
                work.run();
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(at - now, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    long now() {
        return now;
    }

    void run() {
        while (!ready.isEmpty()) {
            ready.remove().run();
        }
    }

    /** Returns when something is to run. The bound is for a test that would hang: no thread is this slow. */
    void await() {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (ready.isEmpty()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("nothing was posted within a minute");
            }
            Thread.onSpinWait();
        }
    }

    void pass(Duration time) {
        long until = now + time.toNanos();
        run();
        while (!timers.isEmpty() && timers.peek().at <= until) {
            Timer timer = timers.remove();
            now = Math.max(now, timer.at);
            timer.run();
            run();
        }
        now = until;
    }

    @Override
    public void execute(Runnable work) {
        ready.add(work);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
        Timer timer = new Timer(work, now + unit.toNanos(delay), serial++);
        timers.add(timer);
        return timer;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> work, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable work, long first, long period, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable work, long first, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
