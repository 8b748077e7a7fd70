package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.compare.Comparison.Measured;
import dev.twinkeeper.scenarios.measure.Measure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Two sides, measure by measure: where they differ by more than the runs of one side differ among themselves, and where
 * not.
 *
 * @param one the side that the ratio is of
 * @param base the side that it is compared to
 */
record Contrast(String base, String one, List<Row> rows) {
    /** Of a time: five runs of each of two sides that are the same lie apart by chance once in 126 times. */
    static final int ENOUGH_RUNS = 5;

    /**
     * One measure of both.
     *
     * @param ratio how many times the base the other side is; infinite where the base is nothing
     */
    record Row(Measure measure, Spread base, Spread one, double ratio) {
        /** Whether all runs of the one lie on one side of all runs of the other, and they are enough to tell. */
        boolean differs() {
            return hasEnoughRuns() && !base.overlaps(one);
        }

        /** A count that was taken once may be believed. A time is never twice the same, so that one run says nothing. */
        boolean hasEnoughRuns() {
            return switch (measure.unit()) {
                case MILLIS, MICROS, PER_SECOND -> Math.min(base.samples(), one.samples()) >= ENOUGH_RUNS;
                case LINES, COUNT, PERCENT, KILOBYTES -> true;
            };
        }

        /** How far apart they are, as the logarithm of the ratio, whichever is more. */
        double distance() {
            return ratio == 0 || Double.isInfinite(ratio) ? Double.MAX_VALUE : Math.abs(Math.log(ratio));
        }

        /** Whether the base has the better value. */
        boolean baseIsBetter() {
            return (measure.better() == Measure.Better.LOWER) == (base.median() < one.median());
        }
    }

    /** All that was measured of both, what differs most first. */
    static Contrast of(Comparison comparison, String base, String one) {
        List<Row> rows = new ArrayList<>();
        for (Measured measured : comparison.measured()) {
            List<Double> its = Comparison.values(measured, base);
            List<Double> others = Comparison.values(measured, one);
            if (!its.isEmpty() && !others.isEmpty()) {
                Spread left = Spread.of(its);
                Spread right = Spread.of(others);
                rows.add(new Row(measured.measure(), left, right, right.ratio(left)));
            }
        }
        rows.sort(Comparator.comparingDouble(Row::distance).reversed());
        return new Contrast(base, one, rows);
    }

    /** Those that differ, biggest first. */
    List<Row> differing() {
        return rows.stream().filter(Row::differs).toList();
    }

    /** Those where the runs overlap. */
    List<Row> overlapping() {
        return rows.stream()
                .filter(row -> row.hasEnoughRuns() && !row.differs())
                .toList();
    }

    /** The times of too few runs. */
    List<Row> undecided() {
        return rows.stream().filter(row -> !row.hasEnoughRuns()).toList();
    }

    Optional<Row> row(Measure measure) {
        return rows.stream().filter(row -> row.measure().equals(measure)).findFirst();
    }
}
