package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.checker.Data;
import dev.twinkeeper.scenarios.checker.Observations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A client that passes all on to a real one, and remembers what it was asked and what it answered, for the checker. */
final class RecordingClient implements Client {
    private record Asked(Payload command, CompletableFuture<TaskId> answer) {}

    private final Client client;
    private final Queue<Asked> submits = new ConcurrentLinkedQueue<>();
    private final Queue<Observations.Reported> reports = new ConcurrentLinkedQueue<>();
    private final Set<TaskId> collects = ConcurrentHashMap.newKeySet();

    RecordingClient(Client client) {
        this.client = client;
    }

    @Override
    public List<CompletionStage<TaskId>> submitAll(List<Payload> commands) {
        List<CompletionStage<TaskId>> answers = client.submitAll(commands);
        for (int i = 0; i < commands.size(); i++) {
            submits.add(new Asked(commands.get(i), answers.get(i).toCompletableFuture()));
        }
        return answers;
    }

    @Override
    public CompletionStage<Outcome> outcome(TaskId task, Duration patience) {
        return client.outcome(task, patience).thenApply(outcome -> {
            reports.add(new Observations.Reported(task, outcome));
            return outcome;
        });
    }

    @Override
    public CompletionStage<Boolean> collect(TaskId task) {
        collects.add(task);
        return client.collect(task);
    }

    @Override
    public CompletionStage<Void> ready() {
        return client.ready();
    }

    @Override
    public void close() {
        client.close();
    }

    // For the checker.

    List<Observations.Submit> submits() {
        List<Observations.Submit> all = new ArrayList<>();
        submits.forEach(asked -> all.add(submit(asked)));
        return all;
    }

    private static Observations.Submit submit(Asked asked) {
        Data command = new Data(asked.command.bytes());
        CompletableFuture<TaskId> answer = asked.answer;
        if (!answer.isDone()) {
            return new Observations.Submit(command, Optional.empty(), false);
        }
        try {
            return new Observations.Submit(command, Optional.of(answer.join()), false);
        } catch (CompletionException e) {
            return new Observations.Submit(command, Optional.empty(), refused(e.getCause()));
        }
    }

    /** Whether the failure says that nothing was created. */
    private static boolean refused(Throwable failure) {
        return failure instanceof CoordinationException refusal
                && refusal.problem() != CoordinationException.Problem.CLOSED
                && refusal.problem() != CoordinationException.Problem.UNKNOWN;
    }

    List<Observations.Reported> reports() {
        return List.copyOf(reports);
    }

    Set<TaskId> collects() {
        return Set.copyOf(collects);
    }
}
