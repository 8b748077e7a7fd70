package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.compare.Comparison.NotKept;
import dev.twinkeeper.cli.compare.Comparison.ScenarioRow;
import dev.twinkeeper.cli.compare.Comparison.Scope;
import dev.twinkeeper.contract.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which rules are kept: the declared differences with their reasons, and one line for each rule. */
final class RuleTables {
    private static final String NOTHING = "–";
    private static final String X_AND_OTHERS =
            "X is of all recipes, E election, M membership, C configuration, K lock, B barrier, Q queue.";

    private final Comparison comparison;

    RuleTables(Comparison comparison) {
        this.comparison = comparison;
    }

    Table differences() {
        List<List<String>> rows = new ArrayList<>();
        for (NotKept each : comparison.differences()) {
            if (comparison.scope() != Scope.CHOSEN || proofs(each).findAny().isPresent()) {
                rows.add(List.of(each.rule() + " " + each.rule().title(), each.side(), sentence(each)));
            }
        }
        return new Table(
                "Rules not kept, each proved by scenarios that fail as declared",
                List.of("rule", "by", "why"),
                rows,
                List.of(),
                true);
    }

    private String sentence(NotKept each) {
        String source = each.source().isBlank() ? "" : " Source: " + each.source() + ".";
        return each.why().replaceAll("\\.?$", ".") + source + " Proved by "
                + String.join(", ", new TreeSet<>(each.proofs().keySet())) + ".";
    }

    private Stream<ScenarioRow> proofs(NotKept each) {
        return comparison.scenarios().stream().filter(row -> each.proofs().containsKey(row.scenario()));
    }

    Table protocol() {
        return new Table(
                "Rules of masters, workers and clients: scenarios that cite the rule",
                header(),
                rules(Rule.Part.PROTOCOL),
                List.of(
                        scope()
                                + "S1 to S5 are checked in the servers' transaction logs at the end of every scenario and measurement besides."));
    }

    Table recipes() {
        return new Table(
                "Rules of the small recipes: scenarios that cite the rule",
                header(),
                rules(Rule.Part.RECIPES),
                List.of(scope() + X_AND_OTHERS));
    }

    private String scope() {
        return comparison.scope() == Scope.CONTRAST
                ? "One proof of each difference was run: './twinkeeper compare --all' runs every scenario. "
                : "";
    }

    private List<String> header() {
        List<String> header = new ArrayList<>(List.of("rule"));
        header.addAll(comparison.sides());
        return header;
    }

    private List<List<String>> rules(Rule.Part part) {
        List<List<String>> rows = new ArrayList<>();
        for (Rule rule : Rule.values()) {
            Predicate<ScenarioRow> cites = row -> row.rules().contains(rule) && isScenario(row);
            if (rule.part() == part && comparison.scenarios().stream().anyMatch(cites)) {
                rows.add(row(rule + " " + rule.title(), cites, rule.name()));
            }
        }
        if (!rows.isEmpty()) {
            rows.add(row(
                    "all scenarios",
                    row -> isScenario(row) && row.rules().iterator().next().part() == part,
                    ""));
        }
        return rows;
    }

    private static boolean isScenario(ScenarioRow row) {
        return !row.scenario().startsWith("measure.");
    }

    private List<String> row(String first, Predicate<ScenarioRow> which, String rule) {
        List<String> row = new ArrayList<>(List.of(first));
        comparison.sides().forEach(side -> row.add(result(side, which, rule)));
        return row;
    }

    /** A scenario may cite rules that are kept beside the one that is not: it differs for the latter only. */
    private String result(String side, Predicate<ScenarioRow> which, String rule) {
        List<ScenarioRow> rows = comparison.scenarios().stream()
                .filter(each -> each.side().equals(side))
                .filter(which)
                .toList();
        if (rows.isEmpty()) {
            return NOTHING;
        }
        long failed = rows.stream().filter(each -> !each.ok()).count();
        long differing = rows.stream()
                .filter(each ->
                        each.differs() && (rule.isEmpty() || each.differing().equals(rule)))
                .count();
        String mark = failed > 0 ? "FAILED" : differing > 0 ? "differs" : "ok";
        return mark + " " + (rows.size() - failed - differing) + "/" + rows.size();
    }

    Table failures() {
        List<List<String>> rows = comparison.scenarios().stream()
                .filter(row -> !row.ok())
                .map(row -> List.of(row.scenario(), row.side(), row.failure()))
                .toList();
        return new Table("Failed", List.of("scenario", "by", "what"), rows, List.of(), true);
    }
}
