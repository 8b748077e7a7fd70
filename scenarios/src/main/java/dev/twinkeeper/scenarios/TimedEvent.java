package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import java.time.Duration;
import java.time.Instant;

/** An event as a role's listener heard it. */
public record TimedEvent<E extends Event>(Instant at, String participant, E event) {
    /** How long after that moment it was heard. */
    public Duration since(Instant moment) {
        return Duration.between(moment, at);
    }
}
