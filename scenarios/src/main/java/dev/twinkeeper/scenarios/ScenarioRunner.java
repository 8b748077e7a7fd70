package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Runs scenarios, with JUnit or without. */
public final class ScenarioRunner {
    private ScenarioRunner() {}

    /**
     * Runs one scenario to its end. Never throws for what the scenario did: see {@link Result#failure}.
     *
     * @param shared the ensemble, which others may be using; a scenario that faults its ensemble gets one of the same
     *     size for itself, which costs about a second
     */
    public static Result run(Scenario scenario, Implementations implementations, Ensemble shared) {
        return DeclaredDifferences.apart(scenario, implementations)
                .map(difference -> Result.notRun(scenario, implementations.name(), difference))
                .orElseGet(() -> DeclaredDifferences.about(scenario, implementations)
                        .check(execute(scenario, implementations, shared)));
    }

    private static Result execute(Scenario scenario, Implementations implementations, Ensemble shared) {
        if (!scenario.faultsEnsemble()) {
            return executeOn(shared, scenario, implementations);
        }
        try (Ensemble own = Ensemble.startWithWays(shared.servers().size())) {
            return executeOn(own, scenario, implementations);
        }
    }

    private static Result executeOn(Ensemble ensemble, Scenario scenario, Implementations implementations) {
        long start = System.nanoTime();
        ScenarioContext context = new ScenarioContext(scenario, implementations, ensemble);
        Optional<Throwable> failure = Optional.empty();
        try {
            scenario.body().run(context);
        } catch (Exception | Error e) {
            failure = Optional.of(e);
        }
        Traffic traffic = context.traffic();
        failure = new Teardown(context).end(failure);
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        return new Result(
                scenario,
                implementations.name(),
                failure,
                duration,
                Map.copyOf(context.measures()),
                Map.copyOf(context.counts()),
                Optional.empty(),
                traffic);
    }

    /**
     * Begins to run all of them, some at a time, in the order of the list.
     *
     * @param ensemble the one that most of them share, asked for when the first begins
     * @param atOnce how many may run at a time
     * @return the coming results, in the order of the list
     */
    public static Map<Scenario, CompletableFuture<Result>> runAll(
            List<Scenario> scenarios, Implementations implementations, Supplier<Ensemble> ensemble, int atOnce) {
        ExecutorService participants = participants(atOnce);
        try {
            return runAll(scenarios, implementations, ensemble, participants);
        } finally {
            participants.shutdown();
        }
    }

    /** Threads to run scenarios on, which end with the process. */
    public static ExecutorService participants(int atOnce) {
        return Executors.newFixedThreadPool(atOnce, ScenarioRunner::participant);
    }

    /** The same, on threads that others may use too: where several sides are run, none waits for another's last one. */
    public static Map<Scenario, CompletableFuture<Result>> runAll(
            List<Scenario> scenarios,
            Implementations implementations,
            Supplier<Ensemble> ensemble,
            Executor participants) {
        Map<Scenario, CompletableFuture<Result>> results = new LinkedHashMap<>();
        for (Scenario scenario : scenarios) {
            results.put(
                    scenario,
                    CompletableFuture.supplyAsync(() -> run(scenario, implementations, ensemble.get()), participants));
        }
        return results;
    }

    private static Thread participant(Runnable work) {
        Thread thread = new Thread(work, "participant");
        thread.setDaemon(true);
        return thread;
    }
}
