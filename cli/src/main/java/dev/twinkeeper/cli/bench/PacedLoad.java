package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Payload;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * One task after the other, each when it is due or there is room for it. A latency begins at that moment and not when
 * this thread comes to submit it, and ends when the outcome is learnt: a stall counts for all that it held up.
 */
final class PacedLoad {
    /** Three digits of a microsecond. */
    private static final int DIGITS = 3;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final BenchLoad workload;
    private final BenchCluster cluster;
    private final Client client;
    private final boolean open;

    /** The moments at which there came to be room. */
    private final BlockingQueue<Long> room;

    private final Histogram latencies = new ConcurrentHistogram(DIGITS);
    private final AtomicInteger completed = new AtomicInteger();
    private final AtomicInteger left;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    PacedLoad(BenchLoad workload, BenchCluster cluster, Client client) {
        this.workload = workload;
        this.cluster = cluster;
        this.client = client;
        this.open = workload.mode() == BenchLoad.Mode.OPEN;
        this.room = new ArrayBlockingQueue<>(open ? workload.tasks() : workload.outstanding());
        this.left = new AtomicInteger(workload.tasks());
    }

    Measurement run(ResourceMeter meter) throws Exception {
        Resources before = meter.read();
        long start = System.nanoTime();
        while (room.offer(start)) {
            // Until there is as much room as there may be.
        }
        for (int i = 0; i < workload.tasks(); i++) {
            long free = cluster.take(room);
            long due = open ? start + i * SECOND / workload.rate() : free;
            sleepUntil(due);
            submit(i, due);
        }
        cluster.await(ended);
        Duration total = RolesSubject.since(start);
        Resources used = meter.read().minus(before);
        Map<Figure, Double> figures = new EnumMap<>(Figure.of(latencies));
        figures.put(Figure.SESSIONS_LOST, (double) cluster.sessionsLost());
        return Measurement.of(workload, completed.get(), total, used, figures);
    }

    private void submit(int number, long due) {
        client.submit(Payload.of("task " + number))
                .thenCompose(task -> RolesSubject.finish(client, task, cluster.bound(), () -> learnt(due)))
                .whenComplete((collected, failure) -> end(failure == null && collected));
    }

    private void learnt(long due) {
        long now = System.nanoTime();
        latencies.recordValue(TimeUnit.NANOSECONDS.toMicros(now - due));
        room.offer(now);
    }

    private void end(boolean done) {
        if (done) {
            completed.incrementAndGet();
        }
        if (left.decrementAndGet() == 0) {
            ended.complete(null);
        }
    }

    private static void sleepUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
