package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.ScenarioRunner;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.util.Optional;
import java.util.Set;

/** A measurement, run like a scenario: on a tree of its own, each role on its own wire, and checked. */
@FunctionalInterface
public interface Measuring {
    /**
     * Takes samples.
     *
     * @param turns for what must not be measured while another side works
     */
    void measure(ScenarioContext context, Samples samples, Turns turns) throws Exception;

    /**
     * Measures one side.
     *
     * @return what went wrong, if anything did; it is told with its history as that of a scenario
     */
    default Optional<Throwable> measure(
            String name, Implementations implementations, Ensemble ensemble, Samples samples, Turns turns) {
        Scenario scenario = new Scenario("measure", name, Set.of(Rule.L2), false, context -> {
            try {
                measure(context, samples, turns);
            } finally {
                turns.leave();
            }
        });
        Result result = ScenarioRunner.run(scenario, implementations, ensemble);
        return result.failure();
    }
}
