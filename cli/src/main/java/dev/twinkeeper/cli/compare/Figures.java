package dev.twinkeeper.cli.compare;

import dev.twinkeeper.scenarios.measure.Measure.Unit;
import java.util.Locale;

/** Numbers as people read them: three digits, and the unit where it is not the measure's own words. */
final class Figures {
    private static final String NOTHING = "–";

    private Figures() {}

    /** The median, and the least and the most where they are others. */
    static String spread(Spread spread, Unit unit) {
        String least = number(spread.least(), scale(spread, unit));
        String most = number(spread.most(), scale(spread, unit));
        String median = number(spread.median(), scale(spread, unit));
        String range = least.equals(most) ? "" : " (" + least + "–" + most + ")";
        return median + suffix(spread, unit) + range;
    }

    /** The median alone. */
    static String median(Spread spread, Unit unit) {
        return number(spread.median(), scale(spread, unit)) + suffix(spread, unit);
    }

    /** {@code 0.81}, {@code 12}; a dash where one of the two is nothing. */
    static String ratio(double ratio) {
        return ratio == 0 || Double.isInfinite(ratio) ? NOTHING : digits(ratio);
    }

    private static boolean inSeconds(Spread spread, Unit unit) {
        return unit == Unit.MILLIS && spread.median() >= 1_000;
    }

    private static double scale(Spread spread, Unit unit) {
        return inSeconds(spread, unit) ? 1_000 : 1;
    }

    private static String suffix(Spread spread, Unit unit) {
        return switch (unit) {
            case MILLIS -> inSeconds(spread, unit) ? " s" : " ms";
            case MICROS -> " µs";
            case KILOBYTES -> " kB";
            case PERCENT -> " %";
            case LINES, COUNT, PER_SECOND -> "";
        };
    }

    private static String number(double value, double scale) {
        return digits(value / scale);
    }

    /** Whole where it is whole or large. */
    private static String digits(double value) {
        if (value == Math.rint(value) || Math.abs(value) >= 100) {
            return String.valueOf(Math.round(value));
        }
        return String.format(Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
    }
}
