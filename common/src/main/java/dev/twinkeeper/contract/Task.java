package dev.twinkeeper.contract;

import java.util.Objects;

/** A task as a worker gets it: its id, and the command as the client gave it. */
public record Task(TaskId id, Payload command) {
    public Task {
        Objects.requireNonNull(id);
        Objects.requireNonNull(command);
    }
}
