package dev.twinkeeper.scenarios.measure;

import com.sun.management.OperatingSystemMXBean;
import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.measure.Measure.Better;
import dev.twinkeeper.scenarios.measure.Measure.Group;
import dev.twinkeeper.scenarios.measure.Measure.Unit;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;

/**
 * A short bench: tasks through one master and four workers, a hundred outstanding at a time, each timed from its submit
 * until its outcome is learnt. The servers run in the same process, so that only the ratio of two sides means something.
 */
public final class Bench {
    private static final int TASKS = 300;
    private static final int OUTSTANDING = 100;
    private static final int WORKERS = 4;
    private static final int RUNS = 5;

    /** Lets the code be compiled that all sides share, and each side's own. */
    private static final int WARM_UP = 200;

    private static final Measure RATE =
            new Measure("bench.rate", Group.BENCH, "tasks/s, 100 outstanding", Unit.PER_SECOND, Better.HIGHER);
    private static final Measure P50 =
            Measure.less("bench.p50", Group.BENCH, "time of a task, p50, 100 outstanding", Unit.MILLIS);
    private static final Measure P99 =
            Measure.less("bench.p99", Group.BENCH, "time of a task, p99, 100 outstanding", Unit.MILLIS);
    private static final Measure CPU =
            Measure.less("bench.cpu", Group.BENCH, "CPU of a task, servers included", Unit.MICROS);

    private final Coordination by;
    private final Settings settings;

    /** @param settings with a tree of its own */
    public Bench(Coordination by, Settings settings) {
        this.by = by;
        this.settings = settings.withSlots(OUTSTANDING);
    }

    /** Measures while the other sides stand still. */
    public void measure(Samples samples, Turns turns) throws Exception {
        try (Cluster cluster = new Cluster(by, settings)) {
            Client client = cluster.client();
            cluster.master();
            cluster.workers(WORKERS);
            turns.together();
            turns.alone(() -> run(client, WARM_UP, new Samples()));
            for (int run = 0; run < RUNS; run++) {
                turns.alone(() -> run(client, TASKS, samples));
            }
            turns.together();
        } finally {
            turns.leave();
        }
    }

    private static void run(Client client, int tasks, Samples samples) throws Exception {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Semaphore room = new Semaphore(OUTSTANDING);
        List<CompletableFuture<Long>> times = new ArrayList<>();
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        for (int i = 0; i < tasks; i++) {
            room.acquire();
            CompletableFuture<Long> time = task(client, "task " + i).toCompletableFuture();
            time.whenComplete((nanos, problem) -> room.release());
            times.add(time);
        }
        List<Long> nanos = new ArrayList<>();
        for (CompletableFuture<Long> time : times) {
            nanos.add(Cluster.await(time));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        nanos.sort(null);
        samples.add(RATE, tasks / seconds);
        samples.add(P50, nanos.get(tasks / 2) / 1e6);
        samples.add(P99, nanos.get(tasks * 99 / 100) / 1e6);
        samples.add(CPU, (system.getProcessCpuTime() - cpu) / 1e3 / tasks);
    }

    /** The time until its outcome; it is collected besides. */
    private static CompletionStage<Long> task(Client client, String command) {
        long start = System.nanoTime();
        return client.submit(Payload.of(command))
                .thenCompose(task -> client.outcome(task, Cluster.BOUND).thenCompose(outcome -> {
                    long time = System.nanoTime() - start;
                    if (!(outcome instanceof Outcome.Done)) {
                        throw new IllegalStateException(task + ": " + outcome);
                    }
                    return client.collect(task).thenApply(collected -> time);
                }));
    }
}
