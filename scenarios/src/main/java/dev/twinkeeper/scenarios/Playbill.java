package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Plays scenarios, with JUnit or without. */
public final class Playbill {
    private Playbill() {}

    /** Plays one scenario to its end. Never throws for what the scenario did: see {@link Result#failure}. */
    public static Result play(Scenario scenario, Cast cast, Ensemble ensemble) {
        long start = System.nanoTime();
        Optional<Throwable> failure = Optional.empty();
        Map<String, Duration> measures = Map.of();
        Traffic traffic = Traffic.NONE;
        Ensemble.Lease lease = ensemble.lease(scenario.faultsEnsemble());
        try (Stage stage = new Stage(scenario, cast, ensemble)) {
            scenario.body().play(stage);
            measures = stage.measures();
            traffic = stage.traffic();
        } catch (Exception | AssertionError e) {
            failure = Optional.of(e);
        } finally {
            lease.close();
        }
        return new Result(
                scenario, cast.name(), failure, Duration.ofNanos(System.nanoTime() - start), measures, traffic);
    }
}
