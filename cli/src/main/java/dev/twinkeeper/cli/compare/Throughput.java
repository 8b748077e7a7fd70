package dev.twinkeeper.cli.compare;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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
    /** Each step of a measurement, far above what it takes: what hangs is to end in an error. */
    private static final Duration BOUND = Duration.ofMinutes(5);

    public double perSecond() {
        return completed * 1e9 / total.toNanos();
    }

    /** Master and workers are there when the tasks come. */
    public static Throughput steady(Coordination by, Settings settings, int tasks, int workers)
            throws InterruptedException, TimeoutException, ExecutionException {
        try (RoleSet roles = new RoleSet(by, settings)) {
            Client client = roles.client();
            roles.master();
            roles.workers(workers);
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
        try (RoleSet roles = new RoleSet(by, settings)) {
            Client client = roles.client();
            long start = System.nanoTime();
            List<CompletionStage<TaskId>> submitted = submit(client, tasks);
            Duration acknowledged = since(start);
            long takeover = System.nanoTime();
            roles.master();
            Duration takenOver = since(takeover);
            long work = System.nanoTime();
            roles.workers(workers);
            int completed = finish(client, submitted);
            return new Throughput(tasks, completed, acknowledged, takenOver, since(work));
        }
    }

    private static List<CompletionStage<TaskId>> submit(Client client, int tasks)
            throws InterruptedException, TimeoutException, ExecutionException {
        List<CompletionStage<TaskId>> submitted = client.submitAll(
                IntStream.range(0, tasks).mapToObj(i -> Payload.of("task " + i)).toList());
        for (CompletionStage<TaskId> each : submitted) {
            await(each);
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
            completed += await(each) ? 1 : 0;
        }
        return completed;
    }

    private static CompletionStage<Boolean> finish(Client client, TaskId task) {
        return client.outcome(task, BOUND)
                .thenCompose(outcome -> outcome instanceof Outcome.Done
                        ? client.collect(task)
                        : CompletableFuture.completedFuture(false));
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static <T> T await(CompletionStage<T> stage)
            throws InterruptedException, TimeoutException, ExecutionException {
        return stage.toCompletableFuture().get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    /** The roles of one measurement. */
    private static final class RoleSet implements AutoCloseable {
        private final Coordination by;
        private final Settings settings;
        private final List<Role> roles = new ArrayList<>();

        RoleSet(Coordination by, Settings settings) {
            this.by = by;
            this.settings = settings;
        }

        Client client() throws InterruptedException, TimeoutException, ExecutionException {
            Client client = by.client(settings, Listener.none());
            roles.add(client);
            await(client.ready());
            return client;
        }

        /** Returns when it has taken over. */
        void master() throws InterruptedException, TimeoutException, ExecutionException {
            CompletableFuture<Void> tookOver = new CompletableFuture<>();
            Master master = by.master(new MasterId("bench-master"), settings, event -> {
                if (event instanceof Event.TookOver) {
                    tookOver.complete(null);
                }
            });
            roles.add(master);
            await(tookOver);
        }

        void workers(int count) throws InterruptedException, TimeoutException, ExecutionException {
            List<Worker> workers = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                workers.add(by.worker(new WorkerId("bench-worker-" + i), settings, Task::command, Listener.none()));
            }
            roles.addAll(0, workers);
            for (Worker worker : workers) {
                await(worker.registered());
            }
        }

        @Override
        public void close() {
            roles.forEach(Role::close);
        }
    }
}
