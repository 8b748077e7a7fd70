package dev.twinkeeper.contract;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A client: submits tasks, learns their outcomes, and removes what it has taken.
 *
 * <p><b>Guarantees.</b> {@link Rule#S4}, {@link Rule#S6}, {@link Rule#L4}. A task belongs to nobody: its outcome may be
 * asked for later, by another client, and after the session that submitted it was lost.
 *
 * <p><b>Guarantees not made.</b> A submit that has not completed may or may not be in the tree; if the process dies
 * then, nobody can tell. Tasks need not be executed in the order in which they were submitted.
 *
 * <p><b>Bounds.</b> About {@link Settings#backlog()} submits, outcomes and collects may be under way; one more
 * completes with {@code FULL}, and nothing is sent for it.
 */
public interface Client extends Role {
    /**
     * Creates a task.
     *
     * @return completes with the task's id when the ensemble acknowledged it. A lost answer is resolved by looking for
     *     the task; the client waits while there is no connection. Completes with a {@link CoordinationException}: {@code FULL};
     *     {@code TOO_LARGE} where the servers closed the connection each time that it was sent, a few times, and it is
     *     not there;
     *     {@code NOT_ALLOWED}; {@code IN_THE_WAY} where somebody deleted {@code /tasks} or made it ephemeral; {@code
     *     UNKNOWN} after an outage longer than {@link Settings#retention()}, since the task may have been done and
     *     removed, and where the client may not look for the task or gets an unexpected answer; {@code CLOSED}, and then the task may be in the
     *     tree; or the problem with which {@link #ready()} was refused
     */
    default CompletionStage<TaskId> submit(Payload command) {
        return submitAll(List.of(command)).get(0);
    }

    /**
     * Creates many tasks, in as few transactions as fit. Each is acknowledged by a future of its own, in the order of
     * the list.
     */
    List<CompletionStage<TaskId>> submitAll(List<Payload> commands);

    /**
     * Waits for a task's outcome and leaves the task where it is.
     *
     * @param patience how long to wait; zero or more. After that the outcome is {@link Outcome.Unknown}
     * @return completes with what the status said, or {@link Outcome.Unknown} with the reason: time was up, the task is
     *     gone, or its status can't be read
     */
    CompletionStage<Outcome> outcome(TaskId task, Duration patience);

    /**
     * Removes a task and its status, in one transaction. Only a task that has a status can be collected.
     *
     * @return completes with true when this call removed it, or found it removed after an answer of its own was lost;
     *     false when there was nothing to remove, there is no status yet, or the task has a foreign child. Completes
     *     with a {@link CoordinationException}: {@code NOT_ALLOWED} where an ACL keeps the task; {@code UNKNOWN} where
     *     the ensemble gives an unexpected answer; {@code CLOSED}
     */
    CompletionStage<Boolean> collect(TaskId task);
}
