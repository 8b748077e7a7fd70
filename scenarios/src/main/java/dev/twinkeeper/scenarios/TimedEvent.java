package dev.twinkeeper.scenarios;

import java.time.Duration;
import java.time.Instant;

/** An event as a listener was told it. */
public record TimedEvent<E>(Instant at, String participant, E event) {
    /** How long after that moment it was told. */
    public Duration since(Instant moment) {
        return Duration.between(moment, at);
    }
}
