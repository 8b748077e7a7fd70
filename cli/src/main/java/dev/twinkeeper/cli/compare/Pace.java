package dev.twinkeeper.cli.compare;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How long it is going to take yet: what is planned, by seconds that it takes on two idle cores, against the time that
 * what is done took here.
 */
final class Pace {
    /** Before that, a guess would jump. */
    private static final double ENOUGH = 5;

    private final double planned;
    private final Duration least;
    private final LongSupplier nanos;
    private final long start;
    private double done;

    /**
     * @param planned seconds
     * @param least what it takes however quick the machine is
     */
    Pace(double planned, Duration least, LongSupplier nanos) {
        this.planned = planned;
        this.least = least;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    void done(double seconds) {
        done += seconds;
    }

    Optional<Duration> left() {
        double elapsed = elapsed().toMillis() / 1e3;
        double factor = done < ENOUGH ? 1 : elapsed / done;
        double left = Math.max(0, planned - done) * factor;
        return Optional.of(Duration.ofSeconds(Math.round(Math.max(least.toSeconds() - elapsed, left))));
    }

    Duration elapsed() {
        return Duration.ofNanos(nanos.getAsLong() - start);
    }
}
