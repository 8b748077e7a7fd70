package dev.twinkeeper.cli.compare;

import java.time.Duration;
import java.util.Optional;

/** Hears how far a comparison got. Called by one thread at a time. */
public interface ComparisonProgress {
    /**
     * Something goes on.
     *
     * @param left how long all of it is going to take yet; empty as long as nobody can tell
     */
    void says(String line, Optional<Duration> left);

    /** A scenario or a measurement failed. */
    void failed(String side, String what, Throwable failure);
}
