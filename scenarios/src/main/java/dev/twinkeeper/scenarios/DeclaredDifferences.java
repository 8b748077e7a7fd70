package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.recipes.Recipes;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the implementations of a scenario say that they do not keep, held against what came of it. An implementation that
 * is run alone has to fail where it says so, and for the reason that it gives; in a mixture it depends on who takes which part.
 */
final class DeclaredDifferences {
    private final List<Difference> differences;
    private final boolean alone;

    private DeclaredDifferences(List<Difference> differences, boolean alone) {
        this.differences = differences;
        this.alone = alone;
    }

    /** Those about that scenario, of the roles or the recipes of the implementations. */
    static DeclaredDifferences about(Scenario scenario, Implementations implementations) {
        List<Coordination> roles = Stream.of(
                        implementations.master(0),
                        implementations.master(1),
                        implementations.worker(0),
                        implementations.worker(1),
                        implementations.client(0),
                        implementations.client(1))
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        List<Difference> ofRoles = about(scenario, roles.stream().map(Coordination::differences));
        if (!ofRoles.isEmpty()) {
            return new DeclaredDifferences(ofRoles, roles.size() == 1);
        }
        List<Recipes> sides = implementations.recipeSides().stream().distinct().toList();
        return new DeclaredDifferences(about(scenario, sides.stream().map(Recipes::differences)), sides.size() == 1);
    }

    /** Why a recipe of one side can't take part beside the other's, where two are to share a tree. */
    static Optional<Difference> apart(Scenario scenario, Implementations implementations) {
        List<Recipes> sides = implementations.recipeSides().stream().distinct().toList();
        if (sides.size() < 2) {
            return Optional.empty();
        }
        return sides.stream()
                .flatMap(side -> side.apart().entrySet().stream())
                .filter(each -> scenario.topic().startsWith(each.getKey()))
                .map(each -> new Difference(
                        scenario.rules().iterator().next(),
                        "not run in a mixture: " + each.getValue(),
                        "the recipes' formats",
                        Map.of(scenario.id(), "not run")))
                .findFirst();
    }

    private static List<Difference> about(Scenario scenario, Stream<List<Difference>> declared) {
        return declared.flatMap(List::stream)
                .filter(difference -> difference.excuses(scenario.id()))
                .toList();
    }

    /** The result, with a failure that was declared turned into a difference, and one that did not come into a failure. */
    Result check(Result result) {
        if (differences.isEmpty()
                || result.failure().filter(ScenarioFailure::isOfSafety).isPresent()) {
            return result;
        }
        if (result.ok()) {
            return alone ? kept(result) : result;
        }
        Throwable failure = result.failure().orElseThrow();
        Optional<Difference> reason = differences.stream()
                .filter(difference -> !alone || isReason(difference, result.scenario(), failure))
                .findFirst();
        return reason.map(result::differs).orElse(result);
    }

    private static boolean isReason(Difference difference, Scenario scenario, Throwable failure) {
        String text = difference.proofs().get(scenario.id());
        return text == null || String.valueOf(failure.getMessage()).contains(text);
    }

    private Result kept(Result result) {
        return differences.stream()
                .filter(difference ->
                        difference.proofs().containsKey(result.scenario().id()))
                .findFirst()
                .map(difference -> result.failed(new AssertionError(result.scenario() + ": " + result.implementations()
                        + " declares that it does not keep " + difference.rule() + ", and here it did: "
                        + difference.why())))
                .orElse(result);
    }
}
