package dev.twinkeeper.contract;

/**
 * What a client learnt of a task. {@link Done} and {@link Failed} were read from the task's status and never change
 * ({@link Rule#S3}, {@link Rule#S6}); {@link Unknown} says nothing about the task.
 */
public sealed interface Outcome {
    /** The worker finished; {@code result} is what its handler returned. */
    record Done(Payload result) implements Outcome {}

    /** The handler failed; {@code reason} is one or more lines of text. */
    record Failed(String reason) implements Outcome {}

    /** No status was read; {@code why} is one line: time was up, the task is gone, the status makes no sense. */
    record Unknown(String why) implements Outcome {}

    /** Whether this was read from a status. */
    default boolean known() {
        return !(this instanceof Unknown);
    }
}
