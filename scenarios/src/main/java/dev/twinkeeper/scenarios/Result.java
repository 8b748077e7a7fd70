package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What came of a scenario.
 *
 * @param implementations what was under test
 * @param failure what went wrong, with the history in its message; empty where all went well
 * @param duration from the first line of its body to the end of the check
 * @param measures what the scenario measured, by name
 * @param counts what the scenario counted on the wire, by name
 * @param difference what the implementations declared not to keep and did not keep here; then the failure was expected and is not
 *     told
 * @param traffic what all wires together carried
 */
public record Result(
        Scenario scenario,
        String implementations,
        Optional<Throwable> failure,
        Duration duration,
        Map<String, Duration> measures,
        Map<String, Long> counts,
        Optional<Difference> difference,
        Traffic traffic) {
    /** Of a scenario that those implementations cannot take part in together. */
    static Result notRun(Scenario scenario, String implementations, Difference why) {
        return new Result(
                scenario,
                implementations,
                Optional.empty(),
                Duration.ZERO,
                Map.of(),
                Map.of(),
                Optional.of(why),
                Traffic.NONE);
    }

    public boolean ok() {
        return failure.isEmpty();
    }

    Result differs(Difference declared) {
        return new Result(
                scenario,
                implementations,
                Optional.empty(),
                duration,
                measures,
                counts,
                Optional.of(declared),
                traffic);
    }

    Result failed(Throwable why) {
        return new Result(
                scenario, implementations, Optional.of(why), duration, measures, counts, Optional.empty(), traffic);
    }
}
