package dev.twinkeeper.cli.compare;

import java.util.List;

/** Several measurements of one thing: what one says of them, and when two of them may be compared. */
public record Spread(double median, double least, double most, int samples) {
    /** @param measured at least one */
    public static Spread of(List<Double> measured) {
        List<Double> sorted = measured.stream().sorted().toList();
        return new Spread(sorted.get(sorted.size() / 2), sorted.get(0), sorted.get(sorted.size() - 1), sorted.size());
    }

    /** Where the runs overlap, a difference of the medians may be chance. */
    boolean overlaps(Spread other) {
        return least <= other.most && other.least <= most;
    }

    /** How many times the other it is: infinite where the other is nothing. */
    public double ratio(Spread other) {
        return median == other.median ? 1 : median / other.median;
    }
}
