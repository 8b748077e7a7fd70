package dev.twinkeeper.cli.compare;

import java.time.Duration;
import java.util.List;

/**
 * Several measurements of one thing, in milliseconds or as counts: what one says of them, and when two of them may be
 * compared.
 */
public record Spread(long median, long least, long most, int samples) {
    /** @param measured at least one */
    static Spread of(List<Duration> measured) {
        return ofNumbers(measured.stream().map(Duration::toMillis).toList());
    }

    /** @param measured at least one */
    static Spread ofNumbers(List<Long> measured) {
        List<Long> sorted = measured.stream().sorted().toList();
        return new Spread(sorted.get(sorted.size() / 2), sorted.get(0), sorted.get(sorted.size() - 1), sorted.size());
    }

    /** Where the runs overlap, a difference of the medians may be chance. */
    boolean overlaps(Spread other) {
        return least <= other.most && other.least <= most;
    }
}
