package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.compare.Comparison.Scope;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Scenario;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to be compared.
 *
 * @param scenarios that are run, where the scope is not only the contrast
 * @param runs of the scenarios
 */
public record Plan(List<Side> sides, Scope scope, List<Scenario> scenarios, int servers, int runs) {
    boolean measures() {
        return scope != Scope.CHOSEN;
    }

    /** The sides that are measured. */
    List<Side> implementations() {
        return sides.stream().filter(side -> side.coordination().isPresent()).toList();
    }

    /** The scenarios that a side can run. */
    List<Scenario> of(Side side) {
        return scenarios.stream()
                .filter(scenario ->
                        side.hasRecipes() || scenario.rules().iterator().next().part() == Rule.Part.PROTOCOL)
                .toList();
    }

    /** For each difference of some of the sides one scenario that proves it, since each of them waits for its bound. */
    public static List<Scenario> proofs(List<Side> sides, List<Scenario> every) {
        Set<String> proofs = sides.stream()
                .flatMap(Comparer::differences)
                .flatMap(difference ->
                        difference.proofs().keySet().stream().sorted().limit(1))
                .collect(Collectors.toSet());
        return every.stream().filter(scenario -> proofs.contains(scenario.id())).toList();
    }
}
