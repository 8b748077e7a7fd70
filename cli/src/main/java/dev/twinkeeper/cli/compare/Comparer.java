package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.compare.Comparison.Contender;
import dev.twinkeeper.cli.compare.Comparison.ScenarioRow;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioRunner;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs the suite with one set of implementations after the other, on one ensemble, and takes down what came of it. */
public final class Comparer {
    /** Hears how far it got. */
    public interface Progress {
        /** A scenario is over. {@code number} counts from 1 to {@code of}. */
        void played(int number, int of, Result result);

        /** Something else is going on. */
        void says(String line);
    }

    /**
     * Scenarios that run at a time. They wait far more than they work: for sessions to expire, mostly. With fewer it
     * takes longer than one looks on; with more, they begin to wait for the two cores, and the times mean less.
     */
    private static final int AT_ONCE = 8;

    /** A median wants three at the least. */
    private static final int SAMPLES = 3;

    /** Of a failure; all of it is in the log. */
    private static final int FIRST_LINES = 4;

    private final List<Implementations> all;
    private final List<Scenario> scenarios;
    private final int servers;
    private final int runs;
    private final Path home;
    private final Progress progress;

    /** @param home the top level of the project, for the size of the code */
    public Comparer(
            List<Implementations> all, List<Scenario> scenarios, int servers, int runs, Path home, Progress progress) {
        this.all = all;
        this.scenarios = scenarios;
        this.servers = servers;
        this.runs = runs;
        this.home = home;
        this.progress = progress;
    }

    /** Runs it all: for minutes. */
    public Comparison compare() {
        String at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        progress.says("starting an ensemble of " + servers);
        try (Ensemble ensemble = Ensemble.start(servers)) {
            List<Contender> contenders = new ArrayList<>();
            for (Implementations implementations : all) {
                contenders.add(contender(implementations, ensemble));
            }
            return new Comparison(at, environment(), servers, runs, contenders);
        }
    }

    private Contender contender(Implementations implementations, Ensemble ensemble) {
        List<Result> results = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            results.addAll(runAll(implementations, ensemble));
        }
        Map<String, List<Duration>> measures = new TreeMap<>();
        results.forEach(result -> collect(result, measures));
        List<Scenario> measuring = results.stream()
                .filter(result -> !result.measures().isEmpty())
                .map(Result::scenario)
                .distinct()
                .toList();
        if (!measuring.isEmpty()) {
            progress.says(implementations.name() + ": measuring, " + SAMPLES + " times each");
        }
        for (int sample = runs; sample < SAMPLES && !measuring.isEmpty(); sample++) {
            ScenarioRunner.runAll(measuring, implementations, () -> ensemble, measuring.size()).values().stream()
                    .map(java.util.concurrent.CompletableFuture::join)
                    .forEach(result -> collect(result, measures));
        }
        Map<String, Spread> spreads = new LinkedHashMap<>();
        measures.forEach((name, measured) -> spreads.put(name, Spread.of(measured)));
        return new Contender(
                implementations.name(),
                results.stream().map(Comparer::played).toList(),
                spreads,
                chosen(Rule.Part.PROTOCOL) ? cost(implementations, ensemble) : null,
                chosen(Rule.Part.PROTOCOL) ? CodeSize.of(implementations.name(), home) : Map.of(),
                counts(results),
                chosen(Rule.Part.RECIPES) ? CodeSize.ofRecipes(implementations.name(), home) : Map.of(),
                differences(implementations));
    }

    private boolean chosen(Rule.Part part) {
        return scenarios.stream().anyMatch(scenario -> scenario.rules().stream().anyMatch(rule -> rule.part() == part));
    }

    private static Map<String, Spread> counts(List<Result> results) {
        Map<String, List<Long>> counts = new TreeMap<>();
        results.stream()
                .filter(Result::ok)
                .forEach(result -> result.counts()
                        .forEach((name, count) -> counts.computeIfAbsent(name, unused -> new ArrayList<>())
                                .add(count)));
        Map<String, Spread> spreads = new LinkedHashMap<>();
        counts.forEach((name, counted) -> spreads.put(name, Spread.ofNumbers(counted)));
        return spreads;
    }

    /** A mixture keeps what both keep. */
    private static Map<Rule, String> differences(Implementations implementations) {
        Map<Rule, String> differences = new EnumMap<>(Rule.class);
        Stream.concat(
                        Stream.of(implementations.master(0), implementations.master(1))
                                .map(Coordination::differences),
                        implementations.recipeSides().stream().map(Recipes::differences))
                .flatMap(List::stream)
                .forEach(each -> differences.putIfAbsent(each.rule(), each.why()));
        return differences;
    }

    private List<Result> runAll(Implementations implementations, Ensemble ensemble) {
        List<Result> results = new ArrayList<>();
        ScenarioRunner.runAll(scenarios, implementations, () -> ensemble, AT_ONCE)
                .values()
                .forEach(coming -> {
                    Result result = coming.join();
                    results.add(result);
                    progress.played(results.size(), scenarios.size(), result);
                });
        return results;
    }

    private static void collect(Result result, Map<String, List<Duration>> measures) {
        if (result.ok()) {
            result.measures()
                    .forEach((name, time) -> measures.computeIfAbsent(name, unused -> new ArrayList<>())
                            .add(time));
        }
    }

    private static ScenarioRow played(Result result) {
        return new ScenarioRow(
                result.scenario().id(),
                result.scenario().rules(),
                result.ok(),
                result.duration().toMillis(),
                result.failure()
                        .map(failure -> String.valueOf(failure.getMessage()))
                        .map(Comparer::beginning)
                        .orElse(""),
                result.difference().map(Difference::why).orElse(""));
    }

    /** An assertion begins with an empty line, and says what it is about in those below. */
    private static String beginning(String message) {
        return message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(FIRST_LINES)
                .collect(Collectors.joining(" "));
    }

    private Cost cost(Implementations implementations, Ensemble ensemble) {
        AtomicReference<Cost> cost = new AtomicReference<>();
        ScenarioRunner.run(Cost.scenario(cost), implementations, ensemble);
        return cost.get();
    }

    private static Map<String, String> environment() {
        return Map.of(
                "java", Runtime.version().toString(),
                "os", System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                "processors", String.valueOf(Runtime.getRuntime().availableProcessors()),
                "zookeeper", org.apache.zookeeper.Version.getVersion(),
                "memory", Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB");
    }

    /** The names of those who failed something, for a last line. */
    public static String losers(Comparison comparison) {
        return comparison.contenders().stream()
                .filter(contender -> contender.failures() > 0)
                .map(contender -> contender.name() + " (" + contender.failures() + ")")
                .collect(Collectors.joining(", "));
    }
}
