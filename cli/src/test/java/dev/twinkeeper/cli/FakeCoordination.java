package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An implementation without an ensemble, for what the commands make of answers. What becomes of a task its command says:
 * {@code fail…} fails, {@code never…} has no outcome in time, {@code lost…} is never acknowledged, {@code full…} is
 * refused; anything else is done, with the command as result. The host {@code nowhere} can't be reached.
 */
public final class FakeCoordination implements Coordination {
    /** What clients collected, for tests that look. */
    static final List<TaskId> COLLECTED = new CopyOnWriteArrayList<>();

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Master master(MasterId id, Settings settings, Listener listener) {
        throw new IllegalStateException("a mistake\nof two lines");
    }

    @Override
    public Worker worker(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
        return new RefusedWorker();
    }

    @Override
    public Client client(Settings settings, Listener listener) {
        return new FakeClient(settings);
    }

    private static final class RefusedWorker implements Worker {
        @Override
        public CompletionStage<Void> ready() {
            return CompletableFuture.failedFuture(
                    new CoordinationException(Problem.ID_IN_USE, "worker id 'w': another live worker has it"));
        }

        @Override
        public void close() {}
    }

    private static final class FakeClient implements Client {
        private final Settings settings;
        private final Map<TaskId, String> tasks = new HashMap<>();
        private final List<CompletableFuture<TaskId>> lost = new ArrayList<>();
        private int created;

        FakeClient(Settings settings) {
            this.settings = settings;
        }

        @Override
        public CompletionStage<Void> ready() {
            return settings.connect().servers().startsWith("nowhere")
                    ? CompletableFuture.failedFuture(
                            new CoordinationException(Problem.CANNOT_CONNECT, "servers 'nowhere:2181': none answered"))
                    : CompletableFuture.completedFuture(null);
        }

        @Override
        public List<CompletionStage<TaskId>> submitAll(List<Payload> commands) {
            return commands.stream().map(command -> submit(command.text())).toList();
        }

        private CompletionStage<TaskId> submit(String command) {
            CompletableFuture<TaskId> submitted = new CompletableFuture<>();
            TaskId id = new TaskId("task-%010d".formatted(created++));
            tasks.put(id, command);
            if (command.startsWith("lost")) {
                lost.add(submitted);
            } else if (command.startsWith("full")) {
                submitted.completeExceptionally(new CoordinationException(Problem.FULL, "tasks: no sequence is left"));
            } else {
                submitted.complete(id);
            }
            return submitted;
        }

        @Override
        public CompletionStage<Outcome> outcome(TaskId task, Duration patience) {
            String command = tasks.get(task);
            if (command.startsWith("fail")) {
                return CompletableFuture.completedFuture(new Outcome.Failed("exit code 1\n" + command));
            }
            if (command.startsWith("never")) {
                return CompletableFuture.completedFuture(
                        new Outcome.Unknown(Outcome.Reason.TIME_UP, "no status in time"));
            }
            return CompletableFuture.completedFuture(new Outcome.Done(Payload.of(command)));
        }

        @Override
        public CompletionStage<Boolean> collect(TaskId task) {
            COLLECTED.add(task);
            return CompletableFuture.completedFuture(tasks.remove(task) != null);
        }

        @Override
        public void close() {
            lost.forEach(submit -> submit.completeExceptionally(CoordinationException.closed("client")));
        }
    }
}
