package dev.twinkeeper.scenarios.measure;

/**
 * One thing that is measured on each side, in some runs.
 *
 * @param id by which a report finds it, stable from release to release: {@code failover.cut-off}
 * @param what a few words, for the first column of a table
 */
public record Measure(String id, Group group, String what, Unit unit, Better better) {
    /** What a measure is about. */
    public enum Group {
        CODE,
        CONCEPTS,
        WIRE,
        BENCH,
        FAILOVER,
        FOOTPRINT,
        RECIPE
    }

    /** What a value counts. */
    public enum Unit {
        LINES,
        COUNT,
        PERCENT,
        KILOBYTES,
        MILLIS,
        MICROS,
        PER_SECOND
    }

    /** Which of two values one would rather have. */
    public enum Better {
        LOWER,
        HIGHER
    }

    /** A measure of which one would rather have less. */
    public static Measure less(String id, Group group, String what, Unit unit) {
        return new Measure(id, group, what, unit, Better.LOWER);
    }
}
