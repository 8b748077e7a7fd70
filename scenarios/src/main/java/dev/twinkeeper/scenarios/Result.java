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
 * @param traffic what all wires together carried
 */
public record Result(
        Scenario scenario,
        String cast,
        Optional<Throwable> failure,
        Duration duration,
        Map<String, Duration> measures,
        Traffic traffic) {
    public boolean ok() {
        return failure.isEmpty();
    }
}
