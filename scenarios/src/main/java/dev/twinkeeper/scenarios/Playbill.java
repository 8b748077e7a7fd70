package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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

    /** Plays one scenario to its end. Never throws for what the scenario did: see {@link Result#failure}. */
    public static Result play(Scenario scenario, Cast cast, Ensemble ensemble) {
        Ensemble.Lease lease = ensemble.lease(scenario.faultsEnsemble());
        try {
            return playNow(scenario, cast, ensemble);
        } finally {
            lease.close();
        }
    }

    private static Result playNow(Scenario scenario, Cast cast, Ensemble ensemble) {
        long start = System.nanoTime();
        Stage stage = new Stage(scenario, cast, ensemble);
        Optional<Throwable> failure = Optional.empty();
        try {
            scenario.body().play(stage);
        } catch (Exception | AssertionError e) {
            failure = Optional.of(e);
        }
        Traffic traffic = stage.traffic();
        failure = new Curtain(scenario, cast, stage).fall(failure);
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        return new Result(scenario, cast.name(), failure, duration, Map.copyOf(stage.measures()), traffic);
    }

    /**
     * Begins to play all of them, some at a time: first those that can share the ensemble, then, one by one, those that
     * fault it. Whoever wants to see them in another order waits for the one he wants.
     *
     * @param ensemble asked for when the first scenario begins
     * @param atOnce how many may play at a time
     * @return the coming results, in the order of the list
     */
    public static Map<Scenario, CompletableFuture<Result>> playAll(
            List<Scenario> scenarios, Cast cast, Supplier<Ensemble> ensemble, int atOnce) {
        ExecutorService players = Executors.newFixedThreadPool(atOnce, Playbill::player);
        List<Scenario> order = new ArrayList<>(scenarios);
        order.sort(Comparator.comparing(Scenario::faultsEnsemble));
        Map<Scenario, CompletableFuture<Result>> begun = new HashMap<>();
        for (Scenario scenario : order) {
            begun.put(scenario, CompletableFuture.supplyAsync(() -> play(scenario, cast, ensemble.get()), players));
        }
        players.shutdown();
        Map<Scenario, CompletableFuture<Result>> results = new LinkedHashMap<>();
        scenarios.forEach(scenario -> results.put(scenario, begun.get(scenario)));
        return results;
    }

    private static Thread player(Runnable work) {
        Thread thread = new Thread(work, "player");
        thread.setDaemon(true);
        return thread;
    }
}
