package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What came of a scenario.
 *
 * @param cast who played
 * @param failure what went wrong, with the history in its message; empty where all went well
 * @param duration from the raising of the curtain to the end of the judgement
 * @param measures what the scenario measured, by name
 * @param counts what the scenario counted on the wire, by name
 * @param difference the reason why the cast does not keep a rule of the scenario, as it says itself; then the failure
 *     was expected and is not told
 * @param traffic what all wires together carried
 */
public record Result(
        Scenario scenario,
        String cast,
        Optional<Throwable> failure,
        Duration duration,
        Map<String, Duration> measures,
        Map<String, Long> counts,
        Optional<String> difference,
        Traffic traffic) {
    public boolean ok() {
        return failure.isEmpty();
    }
}
