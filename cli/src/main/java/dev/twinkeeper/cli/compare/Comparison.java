package dev.twinkeeper.cli.compare;

import dev.twinkeeper.contract.Rule;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What came of it all, as plain values: {@code results.json} is this record.
 *
 * @param at when it began
 * @param environment what it ran on, for whoever reads the figures elsewhere
 * @param servers of the ensemble
 * @param runs of the suite
 * @param contenders in the order in which they were asked for
 */
public record Comparison(
        String at, Map<String, String> environment, int servers, int runs, List<Contender> contenders) {
    /**
     * One implementation, or a mixture.
     *
     * @param played every scenario of every run
     * @param measures by what was measured, from the scenarios that measure
     * @param cost of a hundred tasks; null where no scenario of the system was chosen
     * @param size of the code, by role; empty for a mixture
     * @param counts on the wire, from the recipes' scenarios that count
     * @param recipeSize of the code, by recipe; empty for a mixture
     * @param differences the rules of recipes that it does not keep, each with the reason, as it says itself
     */
    public record Contender(
            String name,
            List<ScenarioRow> played,
            Map<String, Spread> measures,
            Cost cost,
            Map<String, CodeSize> size,
            Map<String, Spread> counts,
            Map<String, CodeSize> recipeSize,
            Map<Rule, String> differences) {
        long failures() {
            return played.stream().filter(each -> !each.ok()).count();
        }
    }

    /**
     * One scenario of one run.
     *
     * @param failure the first lines of what went wrong, as one, or empty
     * @param difference why it was expected to go wrong, and did; or empty
     */
    public record ScenarioRow(
            String scenario, Set<Rule> rules, boolean ok, long millis, String failure, String difference) {
        /** Whether it shows rules of the system or of the recipes. */
        boolean of(Rule.Part part) {
            return rules.iterator().next().part() == part;
        }

        /** {@code lock}, of {@code lock.nobodyStarves}. */
        String topic() {
            return scenario.substring(0, scenario.indexOf('.'));
        }
    }

    /** Whether nobody failed anything. */
    public boolean ok() {
        return contenders.stream().allMatch(contender -> contender.failures() == 0);
    }
}
