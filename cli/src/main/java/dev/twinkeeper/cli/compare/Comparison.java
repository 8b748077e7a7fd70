package dev.twinkeeper.cli.compare;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.measure.Measure;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What came of it all, as plain values: {@code results.json} is this record, and every table is made from it.
 *
 * @param schema {@value #SCHEMA}; another number means that fields have changed their meaning
 * @param at when it began
 * @param seconds how long it took
 * @param scope what was run
 * @param environment what it ran on, for whoever reads the figures elsewhere
 * @param servers of the ensemble
 * @param runs of the scenarios
 * @param sides in the order in which they were asked for: the names of the columns
 * @param mixtures those of the sides that are mixtures of others, which are run and not measured
 * @param measured everything that was measured, single runs included
 * @param differences the rules that a side does not keep, as it says itself
 * @param scenarios every scenario of every run
 */
public record Comparison(
        int schema,
        String at,
        long seconds,
        Scope scope,
        Map<String, String> environment,
        int servers,
        int runs,
        List<String> sides,
        Set<String> mixtures,
        List<Measured> measured,
        List<NotKept> differences,
        List<ScenarioRow> scenarios) {
    /** Of this release. */
    public static final int SCHEMA = 2;

    /** How much of the suite. */
    public enum Scope {
        /** What the contrast needs: everything that is measured, and the scenarios that prove the differences. */
        CONTRAST,
        /** Every scenario, besides. */
        ALL,
        /** Chosen scenarios, and nothing else. */
        CHOSEN
    }

    /**
     * One measure.
     *
     * @param values by side, one for each run, in the order in which they were taken
     */
    public record Measured(Measure measure, Map<String, List<Double>> values) {}

    /**
     * A rule that a side does not keep.
     *
     * @param why the reason
     * @param source where one can read about it: an issue of the library, a document; may be empty
     * @param proofs the scenarios that have to fail for it, each with what it fails with
     * @param shown scenarios that may go either way
     */
    public record NotKept(
            String side, Rule rule, String why, String source, Map<String, String> proofs, Set<String> shown) {}

    /**
     * One scenario of one run, or one of the measurements, which are checked as scenarios are.
     *
     * @param failure the first lines of what went wrong, as one, or empty
     * @param differing the rule for which it was declared to go wrong, and did; or empty
     */
    public record ScenarioRow(
            String side, String scenario, Set<Rule> rules, boolean ok, long millis, String failure, String differing) {
        boolean differs() {
            return !differing.isEmpty();
        }
    }

    /** Whether nobody failed anything. */
    public boolean ok() {
        return scenarios.stream().allMatch(ScenarioRow::ok);
    }

    /** The values of a side; empty where it was not measured. */
    static List<Double> values(Measured measured, String side) {
        return measured.values().getOrDefault(side, List.of());
    }
}
