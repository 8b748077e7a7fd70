package dev.twinkeeper.contract;

/**
 * What a client learnt about a task. {@link Done} and {@link Failed} were read from the task's status and never change
 * ({@link Rule#S3}, {@link Rule#S6}); {@link Unknown} says nothing about the task.
 */
public sealed interface Outcome {
    /** The worker finished; {@code result} is what its handler returned. */
    record Done(Payload result) implements Outcome {}

    /** The handler failed; {@code reason} is one or more lines of text. */
    record Failed(String reason) implements Outcome {}

    /** No status was read; {@code why} is one line for a person, {@code reason} is for a program. */
    record Unknown(Reason reason, String why) implements Outcome {}

    /** Why an outcome is unknown. */
    enum Reason {
        /** There was no status in time; there may be one later. */
        TIME_UP,
        /** The task is not there: it was collected, it expired, or it was never submitted. */
        GONE,
        /** The task or its status could not be read: not allowed, or the client has ended. */
        UNREADABLE,
        /** The data of the status is invalid. */
        MALFORMED
    }

    /** Whether this was read from a status. */
    default boolean known() {
        return !(this instanceof Unknown);
    }
}
