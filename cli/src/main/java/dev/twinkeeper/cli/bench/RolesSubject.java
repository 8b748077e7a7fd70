package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.plain.Plain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** An implementation of the contract: its roles do the work, each with a session of its own. */
record RolesSubject(Coordination by) implements Subject {
    /** The plain master looks at the whole tree for each hundred tasks: what it takes grows with the square. */
    private static final int MOST_TASKS_OF_PLAIN = 20_000;

    /** The plain worker has a thread that polls. */
    private static final int MOST_WORKERS_OF_PLAIN = 64;

    @Override
    public String name() {
        return by.name();
    }

    @Override
    public Optional<String> refusal(BenchLoad workload) {
        if (!(by instanceof Plain)) {
            return Optional.empty();
        }
        if (workload.tasks() > MOST_TASKS_OF_PLAIN) {
            return Optional.of("with more than " + MOST_TASKS_OF_PLAIN + " tasks it takes too long");
        }
        return workload.workers() > MOST_WORKERS_OF_PLAIN
                ? Optional.of("with more than " + MOST_WORKERS_OF_PLAIN + " workers it asks for too much")
                : Optional.empty();
    }

    @Override
    public Measurement run(BenchLoad workload, Settings settings, ResourceMeter meter) throws Exception {
        if (workload.mode() == BenchLoad.Mode.MASTERS) {
            return new Takeovers(by, settings, meter).run(workload);
        }
        try (BenchCluster cluster = new BenchCluster(by, settings, workload.bound())) {
            Client client = cluster.client();
            if (workload.mode() == BenchLoad.Mode.BACKLOG) {
                return backlog(workload, cluster, client, meter);
            }
            cluster.master("bench-master");
            cluster.workers(workload.workers());
            return workload.mode() == BenchLoad.Mode.CLOSED
                    ? closed(workload, cluster, client, meter)
                    : new PacedLoad(workload, cluster, client).run(meter);
        }
    }

    private static Measurement closed(BenchLoad workload, BenchCluster cluster, Client client, ResourceMeter meter)
            throws Exception {
        Resources before = meter.read();
        long start = System.nanoTime();
        List<CompletionStage<TaskId>> submitted = submit(cluster, client, workload.tasks());
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.SUBMITTED, since(start).toNanos() / 1e6);
        int completed = finish(cluster, client, submitted);
        Duration total = since(start);
        Resources used = meter.read().minus(before);
        figures.put(Figure.SESSIONS_LOST, (double) cluster.sessionsLost());
        return Measurement.of(workload, completed, total, used, figures);
    }

    /** The heap is read while nothing is timed. */
    private static Measurement backlog(BenchLoad workload, BenchCluster cluster, Client client, ResourceMeter meter)
            throws Exception {
        double tasks = workload.tasks();
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        long empty = ResourceMeter.heapInUse();
        long serversEmpty = meter.serverMemory();
        Resources before = meter.read();
        long start = System.nanoTime();
        List<CompletionStage<TaskId>> submitted = submit(cluster, client, workload.tasks());
        figures.put(Figure.SUBMITTED, since(start).toNanos() / 1e6);
        long outstanding = ResourceMeter.heapInUse();
        figures.put(Figure.SUBMITTED_BYTES, (outstanding - empty) / tasks);
        if (serversEmpty >= 0) {
            figures.put(Figure.SERVER_BYTES, (meter.serverMemory() - serversEmpty) / tasks);
        }
        long takeover = System.nanoTime();
        cluster.master("bench-master");
        figures.put(Figure.TAKEN_OVER, since(takeover).toNanos() / 1e6);
        figures.put(Figure.MASTER_BYTES, (ResourceMeter.heapInUse() - outstanding) / tasks);
        long work = System.nanoTime();
        cluster.workers(workload.workers());
        int completed = finish(cluster, client, submitted);
        Duration total = since(work);
        Resources used = meter.read().minus(before);
        figures.put(Figure.SESSIONS_LOST, (double) cluster.sessionsLost());
        return Measurement.of(workload, completed, total, used, figures);
    }

    private static List<CompletionStage<TaskId>> submit(BenchCluster cluster, Client client, int tasks)
            throws Exception {
        List<CompletionStage<TaskId>> submitted = client.submitAll(
                IntStream.range(0, tasks).mapToObj(i -> Payload.of("task " + i)).toList());
        for (CompletionStage<TaskId> each : submitted) {
            cluster.await(each);
        }
        return submitted;
    }

    private static int finish(BenchCluster cluster, Client client, List<CompletionStage<TaskId>> submitted)
            throws Exception {
        List<CompletionStage<Boolean>> finished = new ArrayList<>();
        for (CompletionStage<TaskId> each : submitted) {
            TaskId task = cluster.await(each);
            finished.add(finish(client, task, cluster.bound(), () -> {}));
        }
        int completed = 0;
        for (CompletionStage<Boolean> each : finished) {
            completed += cluster.await(each) ? 1 : 0;
        }
        return completed;
    }

    /** Whether it was done, and collected. */
    static CompletionStage<Boolean> finish(Client client, TaskId task, Duration patience, Runnable learnt) {
        return client.outcome(task, patience).thenCompose(outcome -> {
            learnt.run();
            return outcome instanceof Outcome.Done ? client.collect(task) : CompletableFuture.completedFuture(false);
        });
    }

    static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
