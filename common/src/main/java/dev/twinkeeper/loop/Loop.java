package dev.twinkeeper.loop;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns all state of a role. Watchers, callbacks and calls from outside only post to it, so the
 * state needs no lock and everything happens in one order (as in Kafka's controller).
 *
 * <p>Its queue has no bound of its own: a watch event that was dropped would be a change never seen. Those who post are
 * bounded instead: replies by the window of requests in flight, calls by the client's backlog.
 */
public final class Loop implements AutoCloseable {
    /** Work that is to run later. */
    @FunctionalInterface
    public interface Timer {
        /** The work will not run, unless it has already begun. */
        void cancel();
    }

    private static final Logger log = LoggerFactory.getLogger(Loop.class);

    /** How long {@link #close} waits for what is running: longer than any well-behaved listener takes. */
    private static final Duration LAST_CALL = Duration.ofSeconds(5);

    /** The longest wait, for "for ever": a century. A longer one would overflow as nanoseconds. */
    private static final Duration EVER = Duration.ofDays(36_500);

    private final ScheduledExecutorService executor;
    private final LongSupplier clock;
    private final UnaryOperator<Runnable> guard;
    private final AtomicInteger posted = new AtomicInteger();
    private volatile Thread thread;

    public Loop(String name) {
        ThreadFactory threads = work -> {
            Thread made = new Thread(work, name);
            made.setDaemon(true);
            thread = made;
            return made;
        };
        ScheduledThreadPoolExecutor own = new ScheduledThreadPoolExecutor(1, threads);
        own.setRemoveOnCancelPolicy(true);
        own.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor = own;
        clock = System::nanoTime;
        guard = Loop::guarded;
    }

    /**
     * With a thread and a clock from outside, for a test that sets the time itself, and that fails when work on the
     * loop throws.
     *
     * @param executor one thread, which runs its work in order and handles what the work throws
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    public Loop(ScheduledExecutorService executor, LongSupplier clock) {
        this.executor = executor;
        this.clock = clock;
        this.guard = work -> () -> runHere(work);
    }

    /** Whose thread it is may change from one piece of work to the next. */
    private void runHere(Runnable work) {
        thread = Thread.currentThread();
        try {
            work.run();
        } finally {
            thread = null;
        }
    }

    /** In nanoseconds, as {@link System#nanoTime}: only differences mean something. */
    public long now() {
        return clock.getAsLong();
    }

    /** Runs it on the loop, after all that was posted before. After {@link #close} it does nothing. */
    public void post(Runnable work) {
        posted.incrementAndGet();
        Runnable counted = () -> {
            posted.decrementAndGet();
            work.run();
        };
        try {
            executor.execute(guard.apply(counted));
        } catch (RejectedExecutionException closed) {
            posted.decrementAndGet();
            log.debug("posted after close, dropped");
        }
    }

    /** How much was posted and has not begun to run. From any thread. */
    public int waiting() {
        return posted.get();
    }

    /** Runs it on the loop after that time, unless it is cancelled or the loop is closed by then. */
    public Timer after(Duration delay, Runnable work) {
        try {
            Duration bounded = delay.compareTo(EVER) > 0 ? EVER : delay;
            Future<?> scheduled = executor.schedule(guard.apply(work), bounded.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException closed) {
            log.debug("scheduled after close, dropped");
            return () -> {};
        }
    }

    /** Whether the caller is on the loop's thread. */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Ends the loop: what was posted before still runs, and is waited for unless the caller is the loop itself. */
    @Override
    public void close() {
        executor.shutdown();
        if (isCurrent()) {
            return;
        }
        try {
            if (!executor.awaitTermination(LAST_CALL.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("a listener or a completion has kept the loop busy for {}: it is interrupted", LAST_CALL);
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            // What was posted before still runs, only nobody waits for it.
            Thread.currentThread().interrupt();
        }
    }

    /** A mistake in one piece of work must not end the loop, nor go unseen. */
    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error mistake) {
                log.error("a mistake on the loop, the work is given up", mistake);
            }
        };
    }
}
