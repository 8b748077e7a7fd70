package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Plays scenarios, with JUnit or without. */
public final class Playbill {
    private Playbill() {}

    /**
     * Plays one scenario to its end. Never throws for what the scenario did: see {@link Result#failure}.
     *
     * @param shared the ensemble, which others may be using; a scenario that faults its ensemble gets one of the same
     *     size for itself, which costs about a second
     */
    public static Result play(Scenario scenario, Cast cast, Ensemble shared) {
        return DeclaredDifferences.about(scenario, cast).judge(perform(scenario, cast, shared));
    }

    private static Result perform(Scenario scenario, Cast cast, Ensemble shared) {
        if (!scenario.faultsEnsemble()) {
            return scenario.performance().perform(scenario, cast, shared);
        }
        try (Ensemble own = Ensemble.startWithWays(shared.servers().size())) {
            return scenario.performance().perform(scenario, cast, own);
        }
    }

    static Result onStage(Scenario scenario, Scenario.Body<Stage> body, Cast cast, Ensemble ensemble) {
        long start = System.nanoTime();
        Stage stage = new Stage(scenario, cast, ensemble);
        Optional<Throwable> failure = Optional.empty();
        try {
            body.play(stage);
        } catch (Exception | Error e) {
            failure = Optional.of(e);
        }
        Traffic traffic = stage.traffic();
        failure = new Curtain(scenario, cast, stage).fall(failure);
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        return new Result(
                scenario,
                cast.name(),
                failure,
                duration,
                Map.copyOf(stage.measures()),
                Map.of(),
                Optional.empty(),
                traffic);
    }

    /**
     * Begins to play all of them, some at a time, in the order of the list.
     *
     * @param ensemble the one that most of them share, asked for when the first begins
     * @param atOnce how many may play at a time
     * @return the coming results, in the order of the list
     */
    public static Map<Scenario, CompletableFuture<Result>> playAll(
            List<Scenario> scenarios, Cast cast, Supplier<Ensemble> ensemble, int atOnce) {
        ExecutorService players = Executors.newFixedThreadPool(atOnce, Playbill::player);
        Map<Scenario, CompletableFuture<Result>> results = new LinkedHashMap<>();
        for (Scenario scenario : scenarios) {
            results.put(scenario, CompletableFuture.supplyAsync(() -> play(scenario, cast, ensemble.get()), players));
        }
        players.shutdown();
        return results;
    }

    private static Thread player(Runnable work) {
        Thread thread = new Thread(work, "player");
        thread.setDaemon(true);
        return thread;
    }
}
