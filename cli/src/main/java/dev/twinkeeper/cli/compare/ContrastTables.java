package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.compare.Comparison.Measured;
import dev.twinkeeper.cli.compare.Contrast.Row;
import dev.twinkeeper.scenarios.measure.Measure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What was measured: the first two sides against one another, then the second one's variants against it. */
final class ContrastTables {
    private static final String NOTHING = "–";

    /** A variant that differs by less than two in a hundred is not worth a row. */
    private static final double WORTH_A_ROW = Math.log(1.02);

    private final Comparison comparison;
    private final List<String> measured;

    ContrastTables(Comparison comparison) {
        this.comparison = comparison;
        this.measured = comparison.sides().stream()
                .filter(side -> !comparison.mixtures().contains(side))
                .toList();
    }

    private Optional<Contrast> contrast() {
        return measured.size() < 2
                ? Optional.empty()
                : Optional.of(Contrast.of(comparison, measured.get(0), measured.get(1)));
    }

    /** Where the runs do not overlap, biggest first. */
    Table differing() {
        List<List<String>> rows = contrast().map(Contrast::differing).orElse(List.of()).stream()
                .map(row -> cells(row, better(row)))
                .toList();
        return new Table(
                "What differs, biggest first",
                header("ratio", "better"),
                rows,
                List.of(
                        "Median (least–most of the runs); times of five runs at least. Ratio: the second to the first."
                                + " Only rows where every run of the one lies beyond every run of the other.",
                        "Failover: from the fault to the first assignment of a task that was pending then; session"
                                + " timeout 2 s where the master is cut off. Counted by proxies between roles and"
                                + " servers, heartbeats left out."));
    }

    /** Where they do; and everything, where there is nothing to compare with. */
    Table overlapping() {
        if (measured.size() < 2) {
            return alone();
        }
        List<List<String>> rows = contrast().orElseThrow().overlapping().stream()
                .sorted(Comparator.comparing(row -> row.measure().group()))
                .map(row -> cells(row))
                .toList();
        return new Table(
                "Measured, and no difference beyond the spread of the runs",
                header("ratio"),
                rows,
                List.of("No winner where the runs overlap."));
    }

    /** Times that a scenario took down by the way, once in each of its runs. */
    Table undecided() {
        List<List<String>> rows = contrast().map(Contrast::undecided).orElse(List.of()).stream()
                .map(row -> cells(row))
                .toList();
        return new Table(
                "Times of fewer than " + Contrast.ENOUGH_RUNS + " runs",
                header("ratio"),
                rows,
                List.of("Taken down by scenarios, once in each of their runs: too few to tell a difference from chance."
                        + " --runs " + Contrast.ENOUGH_RUNS + " runs the scenarios often enough."));
    }

    private Table alone() {
        List<List<String>> rows = new ArrayList<>();
        for (Measured each : comparison.measured()) {
            String side = measured.isEmpty() ? comparison.sides().get(0) : measured.get(0);
            rows.add(List.of(each.measure().what(), cell(each, side)));
        }
        return new Table("Measured", List.of("what", measured.isEmpty() ? "mixed" : measured.get(0)), rows, List.of());
    }

    private List<String> header(String... last) {
        List<String> header = new ArrayList<>();
        header.add("what");
        header.addAll(measured.stream().limit(2).toList());
        header.addAll(List.of(last));
        return header;
    }

    private List<String> cells(Row row, String... last) {
        List<String> cells = new ArrayList<>(List.of(
                row.measure().what(),
                Figures.spread(row.base(), row.measure().unit()),
                Figures.spread(row.one(), row.measure().unit()),
                Figures.ratio(row.ratio())));
        cells.addAll(List.of(last));
        return cells;
    }

    private String better(Row row) {
        return row.baseIsBetter() ? measured.get(0) : measured.get(1);
    }

    /** Latch or selector, cache or watcher: whatever stands beside the second side, against it. */
    Table variants() {
        List<String> variants = measured.stream().skip(2).toList();
        List<List<String>> rows = new ArrayList<>();
        if (!variants.isEmpty()) {
            String base = measured.get(1);
            List<Contrast> contrasts = variants.stream()
                    .map(variant -> Contrast.of(comparison, base, variant))
                    .toList();
            comparison.measured().stream()
                    .filter(each -> differs(contrasts, each.measure()))
                    .sorted(Comparator.comparingDouble((Measured each) -> distance(contrasts, each.measure()))
                            .reversed())
                    .forEach(each -> rows.add(variantRow(each, base, contrasts)));
        }
        List<String> header = new ArrayList<>(List.of("what"));
        measured.stream().skip(1).forEach(header::add);
        return new Table(
                "Variants: where one differs from " + (measured.size() > 1 ? measured.get(1) : NOTHING),
                header,
                rows,
                List.of(
                        "In brackets the ratio, where it is beyond the spread of the runs. Rules that a variant does not"
                                + " keep are listed below."));
    }

    private static boolean differs(List<Contrast> contrasts, Measure measure) {
        return distance(contrasts, measure) > WORTH_A_ROW;
    }

    private static double distance(List<Contrast> contrasts, Measure measure) {
        return rows(contrasts, measure)
                .filter(Row::differs)
                .mapToDouble(Row::distance)
                .max()
                .orElse(0);
    }

    private static Stream<Row> rows(List<Contrast> contrasts, Measure measure) {
        return contrasts.stream().map(contrast -> contrast.row(measure)).flatMap(Optional::stream);
    }

    private static List<String> variantRow(Measured each, String base, List<Contrast> contrasts) {
        List<String> cells = new ArrayList<>(List.of(each.measure().what(), median(each, base)));
        for (Contrast contrast : contrasts) {
            String ratio = contrast.row(each.measure())
                    .filter(Row::differs)
                    .map(row -> " (" + Figures.ratio(row.ratio()) + ")")
                    .orElse("");
            cells.add(median(each, contrast.one()) + ratio);
        }
        return cells;
    }

    private static String median(Measured each, String side) {
        List<Double> values = Comparison.values(each, side);
        return values.isEmpty()
                ? NOTHING
                : Figures.median(Spread.of(values), each.measure().unit());
    }

    private static String cell(Measured each, String side) {
        List<Double> values = Comparison.values(each, side);
        return values.isEmpty()
                ? NOTHING
                : Figures.spread(Spread.of(values), each.measure().unit());
    }
}
