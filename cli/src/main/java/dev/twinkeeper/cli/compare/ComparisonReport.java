package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.Prose;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link Comparison} as tables: what differs first, then what is kept. */
public final class ComparisonReport {
    private final Comparison comparison;

    public ComparisonReport(Comparison comparison) {
        this.comparison = comparison;
    }

    /** For a terminal. */
    public List<String> text() {
        return tables().flatMap(table -> Stream.concat(Stream.of(""), table.text().stream()))
                .toList();
    }

    /** For {@code comparison.md}. */
    public List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("# Raw API and Curator, side by side");
        lines.add("");
        lines.addAll(Prose.wrap(opening(), Table.MARKDOWN_WIDTH));
        lines.add("");
        tables().forEach(table -> lines.addAll(table.markdown()));
        return lines;
    }

    private String opening() {
        String command =
                switch (comparison.scope()) {
                    case CONTRAST -> "`./twinkeeper compare`";
                    case ALL -> "`./twinkeeper compare --all`";
                    case CHOSEN -> "`./twinkeeper compare --scenario …`";
                };
        String environment = comparison.environment().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(Collectors.joining(", "));
        return command + ", " + comparison.at() + ", " + comparison.seconds() + " seconds, an ensemble of "
                + comparison.servers() + "; " + environment
                + ". Made from `results.json`, which holds every single run.";
    }

    private Stream<Table> tables() {
        return Stream.concat(contrasts(), kept()).filter(table -> !table.rows().isEmpty());
    }

    private Stream<Table> contrasts() {
        ContrastTables tables = new ContrastTables(comparison);
        return Stream.of(tables.differing(), tables.variants(), tables.overlapping(), tables.undecided());
    }

    private Stream<Table> kept() {
        RuleTables tables = new RuleTables(comparison);
        return Stream.of(tables.differences(), tables.protocol(), tables.recipes(), tables.failures());
    }

    /** How many measures of the first two sides differ by more than the spread of their runs. */
    public int differing() {
        return new ContrastTables(comparison).differing().rows().size();
    }
}
