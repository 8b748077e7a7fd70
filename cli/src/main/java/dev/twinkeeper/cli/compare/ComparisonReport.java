package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.compare.Comparison.Contender;
import dev.twinkeeper.cli.compare.Comparison.ScenarioRow;
import dev.twinkeeper.contract.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link Comparison} as tables, one column for each contender. */
public final class ComparisonReport {
    private static final String NOTHING = "–";
    private static final String MIXED = "mixed";

    private final Comparison comparison;
    private final List<Contender> contenders;

    public ComparisonReport(Comparison comparison) {
        this.comparison = comparison;
        this.contenders = comparison.contenders();
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
        lines.add("`./twinkeeper compare`, " + comparison.at() + ", an ensemble of " + comparison.servers() + ", "
                + comparison.runs() + (comparison.runs() == 1 ? " run" : " runs") + " of the suite; "
                + comparison.environment().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(each -> each.getKey() + " " + each.getValue())
                        .collect(Collectors.joining(", "))
                + ".");
        lines.add("");
        tables().forEach(table -> lines.addAll(table.markdown()));
        return lines;
    }

    private Stream<Table> tables() {
        return Stream.of(
                        rules(),
                        recipeRules(),
                        differences(),
                        measures(),
                        cost(),
                        recipeCosts(),
                        size(),
                        recipeSize(),
                        failures())
                .filter(table -> !table.rows().isEmpty());
    }

    private List<String> header(String first, String... last) {
        List<String> header = new ArrayList<>();
        header.add(first);
        contenders.forEach(contender -> header.add(contender.name()));
        header.addAll(List.of(last));
        return header;
    }

    private List<String> row(String first, Function<Contender, String> cell) {
        List<String> row = new ArrayList<>();
        row.add(first);
        contenders.forEach(contender -> row.add(cell.apply(contender)));
        return row;
    }

    private Table rules() {
        return new Table(
                "Rules: scenarios that cite the rule, and their median time",
                header("rule"),
                rules(Rule.Part.PROTOCOL),
                List.of("S1 to S5 are checked on the servers' transaction logs at the end of every scenario besides."));
    }

    private Table recipeRules() {
        return new Table(
                "Rules of the small recipes: scenarios that cite the rule, and their median time",
                header("rule"),
                rules(Rule.Part.RECIPES),
                List.of("X is of all recipes, E election, M membership, C configuration, K lock, B barrier, Q queue."));
    }

    private List<List<String>> rules(Rule.Part part) {
        List<List<String>> rows = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            if (rule.part() == part && played().anyMatch(cites(rule))) {
                rows.add(row(rule + " " + rule.title(), contender -> runResult(contender, cites(rule), Set.of(rule))));
            }
        }
        if (!rows.isEmpty()) {
            Set<Rule> all = EnumSet.allOf(Rule.class);
            rows.add(row("all scenarios", contender -> runResult(contender, played -> played.of(part), all)));
        }
        return rows;
    }

    private Stream<ScenarioRow> played() {
        return contenders.stream().flatMap(each -> each.played().stream());
    }

    private static Predicate<ScenarioRow> cites(Rule rule) {
        return played -> played.rules().contains(rule);
    }

    /** A scenario may cite rules that are kept beside the one that is not: it differs for the latter only. */
    private static String runResult(Contender contender, Predicate<ScenarioRow> which, Set<Rule> rules) {
        List<ScenarioRow> played = contender.played().stream().filter(which).toList();
        if (played.isEmpty()) {
            return NOTHING;
        }
        boolean excused = !Collections.disjoint(rules, contender.differences().keySet());
        long failed = played.stream().filter(each -> !each.ok()).count();
        long differing = excused
                ? played.stream().filter(each -> !each.difference().isEmpty()).count()
                : 0;
        List<Long> times = played.stream().map(ScenarioRow::millis).sorted().toList();
        String mark = failed > 0 ? "FAILED" : differing > 0 ? "differs" : "ok";
        long good = played.size() - failed - differing;
        return "%s %d/%d %6s".formatted(mark, good, played.size(), seconds(times.get(times.size() / 2)));
    }

    private Table differences() {
        List<List<String>> rows = new ArrayList<>();
        for (Contender contender : contenders) {
            // A mixture brings none of its own.
            if (!contender.name().equals(MIXED)) {
                contender.differences().entrySet().stream()
                        .filter(each -> contender.played().stream().anyMatch(cites(each.getKey())))
                        .forEach(each -> rows.add(List.of(
                                each.getKey() + " " + each.getKey().title(), contender.name(), each.getValue())));
            }
        }
        return new Table(
                "Known differences: rules that a side does not keep, proven by scenarios that fail as they should",
                List.of("rule", "by", "why"),
                rows,
                List.of(),
                true);
    }

    private Table measures() {
        TreeSet<String> names = contenders.stream()
                .flatMap(contender -> contender.measures().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        List<List<String>> rows = new ArrayList<>();
        for (String name : names) {
            List<String> row =
                    row(name, contender -> spread(contender.measures().get(name)));
            row.add(faster(name));
            rows.add(row);
        }
        int samples = contenders.stream()
                .flatMap(contender -> contender.measures().values().stream())
                .mapToInt(Spread::samples)
                .min()
                .orElse(0);
        return new Table(
                "Times: median (worst) of " + samples + " runs or more",
                header("from the fault to", "faster"),
                rows,
                List.of(
                        "No winner where the runs overlap. The session timeout is 2 s, and the longest part of what has to"
                                + " wait for it."));
    }

    private static String spread(Spread spread) {
        return spread == null ? NOTHING : time(spread.median()) + " (" + time(spread.most()) + ")";
    }

    /** Of the implementations only: a mixture is neither. */
    private String faster(String name) {
        List<Contender> measured = contenders.stream()
                .filter(contender -> contender.measures().containsKey(name)
                        && !contender.name().equals(MIXED))
                .toList();
        if (measured.size() < 2) {
            return NOTHING;
        }
        BinaryOperator<Contender> quicker = (a, b) ->
                a.measures().get(name).median() <= b.measures().get(name).median() ? a : b;
        Contender best = measured.stream().reduce(quicker).orElseThrow();
        boolean clear = measured.stream()
                .filter(other -> other != best)
                .noneMatch(other ->
                        other.measures().get(name).overlaps(best.measures().get(name)));
        return clear ? best.name() : "runs overlap";
    }

    private Table cost() {
        List<Contender> counted =
                contenders.stream().filter(each -> each.cost() != null).toList();
        List<List<String>> rows = new ArrayList<>();
        if (counted.isEmpty()) {
            return new Table("", List.of(), rows, List.of());
        }
        rows.add(row("requests", count(Cost::total)));
        TreeSet<String> operations = counted.stream()
                .flatMap(contender -> contender.cost().requests().keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        for (String operation : operations) {
            rows.add(row("  " + operation, count(cost -> cost.requests().getOrDefault(operation, 0L))));
        }
        rows.add(row("transactions", count(Cost::transactions)));
        rows.add(row(
                "operations within multis",
                count(cost -> cost.operations().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())));
        rows.add(row("watches set", count(Cost::watches)));
        rows.add(row("notifications", count(Cost::notifications)));
        rows.add(row("kilobytes, both ways", count(cost -> cost.bytes() / 1_000)));
        return new Table(
                "Cost of " + Cost.TASKS + " tasks on the wire, from submit to collect",
                header("one master, two workers, one client"),
                rows,
                List.of("Counted by the proxies between the roles and the servers; heartbeats left out."));
    }

    private static Function<Contender, String> count(Function<Cost, Long> what) {
        return contender -> contender.cost() == null ? NOTHING : String.valueOf(what.apply(contender.cost()));
    }

    private Table recipeCosts() {
        List<String> topics = played().map(ScenarioRow::topic).distinct().toList();
        List<List<String>> rows = contenders.stream()
                .flatMap(contender -> contender.counts().keySet().stream())
                .distinct()
                .sorted(Comparator.<String>comparingInt(name -> topics.indexOf(recipe(name)))
                        .thenComparing(Comparator.naturalOrder()))
                .map(name -> row(name, contender -> count(contender.counts().get(name))))
                .toList();
        return new Table(
                "Cost of the recipes on the wire",
                header("what was counted"),
                rows,
                List.of("Counted by the proxies between the participants and the servers; heartbeats left out."));
    }

    /** {@code lock}, of {@code lock: requests per acquire}. */
    private static String recipe(String count) {
        return count.split(":", 2)[0];
    }

    private static String count(Spread spread) {
        if (spread == null) {
            return NOTHING;
        }
        return spread.least() == spread.most()
                ? String.valueOf(spread.median())
                : spread.median() + " (" + spread.least() + "–" + spread.most() + ")";
    }

    private Table size() {
        List<List<String>> rows = sizes(Contender::size);
        if (!rows.isEmpty()) {
            rows.add(row(
                    "all",
                    contender -> size(contender.size().values().stream()
                            .reduce(CodeSize::plus)
                            .orElse(null))));
        }
        return new Table(
                "Size of the code: lines (types)",
                header("role"),
                rows,
                List.of("Without blank lines, comments and imports; what both share, in common, is not counted."));
    }

    private Table recipeSize() {
        return new Table(
                "Size of the recipes: lines (types)",
                header("recipe"),
                sizes(Contender::recipeSize),
                List.of(
                        "Of the files that are the recipe; the ground is copied with each. Without blank lines, comments, imports."));
    }

    private List<List<String>> sizes(Function<Contender, Map<String, CodeSize>> which) {
        List<List<String>> rows = new ArrayList<>();
        contenders.stream()
                .flatMap(contender -> which.apply(contender).keySet().stream())
                .distinct()
                .forEach(part -> rows.add(
                        row(part, contender -> size(which.apply(contender).get(part)))));
        return rows;
    }

    private static String size(CodeSize size) {
        return size == null ? NOTHING : size.lines() + " (" + size.types() + ")";
    }

    private Table failures() {
        List<List<String>> rows = new ArrayList<>();
        for (Contender contender : contenders) {
            contender.played().stream()
                    .filter(played -> !played.ok())
                    .forEach(played -> rows.add(List.of(played.scenario(), contender.name(), played.failure())));
        }
        return new Table("Failed", List.of("scenario", "by", "what"), rows, List.of(), true);
    }

    private static String time(long millis) {
        return millis < 1_000 ? millis + " ms" : seconds(millis);
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.2f s", millis / 1_000.0);
    }
}
