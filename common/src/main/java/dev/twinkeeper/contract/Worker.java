package dev.twinkeeper.contract;

import java.util.concurrent.CompletionStage;

/**
 * A worker: registers under {@code /workers}, executes the tasks that the master assigns to it, reports their status.
 *
 * <p><b>Guarantees.</b> {@link Rule#S3}; {@link Rule#R1} to {@link Rule#R5}.
 *
 * <p><b>Guarantees not made.</b> Execution is at least once: a task whose worker was lost is executed again by another,
 * perhaps while the first still works on it. The first one's result is then thrown away.
 *
 * <p><b>Bounds.</b> A result over {@link Payload#LIMIT}, or over what the servers take, which is found out by a few
 * tries, makes the task fail with that reason.
 */
public interface Worker extends Role {
    /** The same as {@link Role#ready()}: the worker's own ephemeral exists ({@link Rule#R1}). */
    default CompletionStage<Void> registered() {
        return ready();
    }
}
