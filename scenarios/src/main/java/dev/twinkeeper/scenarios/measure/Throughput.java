package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * Many tasks submitted at once through one master and some workers, each with a session of its own, all in this process:
 * how long until every outcome is learnt and collected.
 *
 * @param tasks how many
 * @param completed those whose outcome was {@code done} and that were collected
 * @param submitted from the first submit to the last acknowledgement
 * @param takenOver from the start of the master, with all tasks outstanding, to the end of its census; zero where the
 *     master was there before
 * @param total from the first submit, or from the start of the workers where they came later, to the last collect
 */
public record Throughput(int tasks, int completed, Duration submitted, Duration takenOver, Duration total) {
    public double perSecond() {
        return completed * 1e9 / total.toNanos();
    }

    /** Master and workers are there when the tasks come. */
    public static Throughput steady(Coordination by, Settings settings, int tasks, int workers)
            throws InterruptedException, TimeoutException, ExecutionException {
        try (Cluster cluster = new Cluster(by, settings)) {
            Client client = cluster.client();
            cluster.master();
            cluster.workers(workers);
            long start = System.nanoTime();
            List<CompletionStage<TaskId>> submitted = submit(client, tasks);
            Duration acknowledged = since(start);
            int completed = finish(client, submitted);
            return new Throughput(tasks, completed, acknowledged, Duration.ZERO, since(start));
        }
    }

    /** All tasks are outstanding when a master takes over; then the workers come. */
    public static Throughput backlog(Coordination by, Settings settings, int tasks, int workers)
            throws InterruptedException, TimeoutException, ExecutionException {
        try (Cluster cluster = new Cluster(by, settings)) {
            Client client = cluster.client();
            long start = System.nanoTime();
            List<CompletionStage<TaskId>> submitted = submit(client, tasks);
            Duration acknowledged = since(start);
            long takeover = System.nanoTime();
            cluster.master();
            Duration takenOver = since(takeover);
            long work = System.nanoTime();
            cluster.workers(workers);
            int completed = finish(client, submitted);
            return new Throughput(tasks, completed, acknowledged, takenOver, since(work));
        }
    }

    private static List<CompletionStage<TaskId>> submit(Client client, int tasks)
            throws InterruptedException, TimeoutException, ExecutionException {
        List<CompletionStage<TaskId>> submitted = client.submitAll(
                IntStream.range(0, tasks).mapToObj(i -> Payload.of("task " + i)).toList());
        for (CompletionStage<TaskId> each : submitted) {
            Cluster.await(each);
        }
        return submitted;
    }

    private static int finish(Client client, List<CompletionStage<TaskId>> submitted)
            throws InterruptedException, TimeoutException, ExecutionException {
        List<CompletionStage<Boolean>> finished = submitted.stream()
                .map(each -> each.thenCompose(task -> finish(client, task)))
                .toList();
        int completed = 0;
        for (CompletionStage<Boolean> each : finished) {
            completed += Cluster.await(each) ? 1 : 0;
        }
        return completed;
    }

    private static CompletionStage<Boolean> finish(Client client, TaskId task) {
        return client.outcome(task, Cluster.BOUND)
                .thenCompose(outcome -> outcome instanceof Outcome.Done
                        ? client.collect(task)
                        : CompletableFuture.completedFuture(false));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
