package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Takeovers after an orderly close. One worker with one slot is busy, so a second task is pending when the master
 * closes; the slot becomes free when the next master is elected. Each takeover is timed from the call of close to the
 * moment at which the next master has assigned the pending task. The call itself is made on another thread, since it
 * waits for the client's socket.
 */
record Takeovers(Coordination by, Settings settings, ResourceMeter meter) {
    private static final int DIGITS = 3;
    private static final Payload BUSY = Payload.of("busy");

    /** @param workload its tasks are the takeovers */
    Measurement run(BenchLoad workload) throws Exception {
        Histogram latencies = new Histogram(DIGITS);
        Resources before = meter.read();
        long start = System.nanoTime();
        int sessionsLost = 0;
        for (int i = 0; i < workload.tasks(); i++) {
            Settings own = settings.withConnect(
                    settings.connect().servers() + settings.connect().chroot() + "/takeover-" + i);
            try (BenchCluster cluster = new BenchCluster(by, own, workload.bound())) {
                latencies.recordValue(TimeUnit.NANOSECONDS.toMicros(one(cluster, own)));
                sessionsLost += cluster.sessionsLost();
            }
        }
        Duration total = RolesSubject.since(start);
        Resources used = meter.read().minus(before);
        Map<Figure, Double> figures = new EnumMap<>(Figure.of(latencies));
        figures.put(Figure.SESSIONS_LOST, (double) sessionsLost);
        return Measurement.of(workload, workload.tasks(), total, used, figures);
    }

    private static long one(BenchCluster cluster, Settings settings) throws Exception {
        CompletableFuture<Void> busy = new CompletableFuture<>();
        CompletableFuture<Void> release = new CompletableFuture<>();
        CompletableFuture<Void> standby = new CompletableFuture<>();
        CompletableFuture<Long> assigned = new CompletableFuture<>();
        Client client = cluster.client();
        Master closing = cluster.master("bench-master-1");
        cluster.master("bench-master-2", event -> {
            if (event instanceof Event.Standby) {
                standby.complete(null);
            } else if (event instanceof Event.Elected) {
                release.complete(null);
            } else if (event instanceof Event.TaskAssigned) {
                assigned.complete(System.nanoTime());
            }
        });
        cluster.await(standby);
        cluster.worker("bench-worker", settings.withSlots(1), task -> handle(cluster, task, busy, release));
        cluster.await(client.submit(BUSY));
        cluster.await(busy);
        TaskId pending = cluster.await(client.submit(Payload.of("pending")));
        long called = System.nanoTime();
        Thread closer = new Thread(closing::close, "closes the master");
        closer.start();
        long takeover = cluster.await(assigned) - called;
        cluster.await(client.outcome(pending, cluster.bound()));
        closer.join(cluster.bound().toMillis());
        return takeover;
    }

    private static Payload handle(
            BenchCluster cluster, Task task, CompletableFuture<Void> busy, CompletableFuture<Void> release)
            throws Exception {
        if (task.command().equals(BUSY)) {
            busy.complete(null);
            cluster.await(release);
        }
        return task.command();
    }
}
