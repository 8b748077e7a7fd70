package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.compare.Comparison.Measured;
import dev.twinkeeper.cli.compare.Comparison.NotKept;
import dev.twinkeeper.cli.compare.Comparison.ScenarioRow;
import dev.twinkeeper.cli.compare.Comparison.Scope;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.ScenarioRunner;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.measure.Measure;
import dev.twinkeeper.scenarios.measure.Samples;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures the sides of a {@link Plan} and runs its scenarios, on one ensemble, and takes down what came of it. */
public final class Comparer {
    /**
     * Scenarios that run at a time. They wait far more than they work: for sessions to expire, mostly. With fewer it
     * takes longer than one looks on; with more, they begin to wait for the two cores, and some for their own bounds.
     */
    private static final int AT_ONCE = 16;

    /** What a scenario takes, {@value #AT_ONCE} at a time. */
    private static final double SECONDS = 0.2;

    /** Of a failure; all of it is in the log. */
    private static final int FIRST_LINES = 4;

    private final Plan plan;
    private final Path home;
    private final ComparisonProgress progress;
    private final Map<Side, Samples> samples = new LinkedHashMap<>();
    private final List<ScenarioRow> rows = new ArrayList<>();
    private final Pace pace;

    /** @param home the top level of the project, for what is counted in the sources */
    public Comparer(Plan plan, Path home, ComparisonProgress progress) {
        this.plan = plan;
        this.home = home;
        this.progress = progress;
        int scenarios =
                plan.sides().stream().mapToInt(side -> plan.of(side).size()).sum() * plan.runs();
        double measuring =
                plan.measures() ? Measurements.Step.all(plan.implementations().size()) : 0;
        Duration least = plan.measures() ? Measurements.LEAST : Duration.ZERO;
        this.pace = new Pace(measuring + SECONDS * scenarios, least, System::nanoTime);
        plan.sides().forEach(side -> samples.put(side, new Samples()));
    }

    /** Does it all. */
    public Comparison compare() {
        String at = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        says("starting an ensemble of " + plan.servers());
        try (Ensemble ensemble = Ensemble.start(plan.servers())) {
            Measurements measurements = new Measurements(plan.implementations(), ensemble, new MeasurementsListener());
            if (plan.scope() == Scope.CHOSEN) {
                runScenarios(ensemble);
            } else if (plan.scope() == Scope.CONTRAST) {
                measurements.measure(() -> runScenarios(ensemble)).join();
            } else {
                CompletableFuture<Void> background = measurements.measure(() -> {});
                runScenarios(ensemble);
                background.join();
            }
            plan.sides().forEach(side -> collect(side, measurements));
        }
        return comparison(at);
    }

    private void runScenarios(Ensemble ensemble) {
        ExecutorService participants = ScenarioRunner.participants(AT_ONCE);
        try {
            for (int run = 0; run < plan.runs(); run++) {
                Map<Side, Collection<CompletableFuture<Result>>> coming = new LinkedHashMap<>();
                plan.sides()
                        .forEach(side -> coming.put(
                                side,
                                ScenarioRunner.runAll(
                                                plan.of(side), side.implementations(), () -> ensemble, participants)
                                        .values()));
                coming.forEach(this::takeAll);
            }
        } finally {
            participants.shutdown();
        }
    }

    private void collect(Side side, Measurements measurements) {
        Samples all = new Samples();
        if (plan.measures() && side.coordination().isPresent()) {
            Code code = new Code(home);
            code.measure(side, all);
            if (!side.name().equals(Side.RAW)) {
                code.alike(side.coordination().orElseThrow(), Coordination.named(Side.RAW), all);
            }
            measurements.of(side).all().forEach((measure, values) -> values.forEach(value -> all.add(measure, value)));
        }
        samples.get(side).all().forEach((measure, values) -> values.forEach(value -> all.add(measure, value)));
        samples.put(side, all);
    }

    private void takeAll(Side side, Collection<CompletableFuture<Result>> coming) {
        int number = 0;
        for (CompletableFuture<Result> each : coming) {
            Result result = each.join();
            number++;
            ended(SECONDS);
            says("%-8s %3d/%d  %s".formatted(side.name(), number, coming.size(), result.scenario()));
            take(side, result);
        }
    }

    private synchronized void take(Side side, Result result) {
        String failure = result.failure().map(Comparer::beginning).orElse("");
        rows.add(new ScenarioRow(
                side.name(),
                result.scenario().id(),
                result.scenario().rules(),
                result.ok(),
                result.duration().toMillis(),
                failure,
                result.difference().map(difference -> difference.rule().name()).orElse("")));
        result.failure()
                .ifPresent(why -> progress.failed(side.name(), result.scenario().id(), why));
        if (result.ok()) {
            Samples taken = samples.get(side);
            result.measures().forEach((name, time) -> taken.add(recipe(name, Measure.Unit.MILLIS), time));
            result.counts().forEach((name, count) -> taken.add(recipe(name, Measure.Unit.COUNT), count));
        }
    }

    private static Measure recipe(String name, Measure.Unit unit) {
        String id = "scenario." + name.toLowerCase().replaceAll("[^a-z0-9]+", "-");
        return Measure.less(id, Measure.Group.RECIPE, name, unit);
    }

    /** An assertion begins with an empty line, and says what it is about in those below. */
    private static String beginning(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .limit(FIRST_LINES)
                .collect(Collectors.joining(" "));
    }

    private synchronized void ended(double seconds) {
        pace.done(seconds);
    }

    private synchronized void says(String line) {
        progress.says(line, pace.left());
    }

    /** Hears of the measurements. */
    private final class MeasurementsListener implements Measurements.Listener {
        @Override
        public void begins(String words) {
            says(words);
        }

        @Override
        public void ended(double seconds) {
            Comparer.this.ended(seconds);
        }

        @Override
        public void failed(Side side, String what, Throwable why) {
            synchronized (Comparer.this) {
                rows.add(new ScenarioRow(side.name(), what, Set.of(Rule.L2), false, 0, beginning(why), ""));
                progress.failed(side.name(), what, why);
            }
        }
    }

    private Comparison comparison(String at) {
        Set<Measure> measures = new LinkedHashSet<>();
        samples.values().forEach(each -> measures.addAll(each.all().keySet()));
        List<Measured> measured = new ArrayList<>();
        for (Measure measure : measures) {
            Map<String, List<Double>> values = new LinkedHashMap<>();
            samples.forEach((side, taken) -> {
                List<Double> its = taken.all().get(measure);
                if (its != null) {
                    values.put(side.name(), its);
                }
            });
            measured.add(new Measured(measure, values));
        }
        return new Comparison(
                Comparison.SCHEMA,
                at,
                pace.elapsed().toSeconds(),
                plan.scope(),
                environment(),
                plan.servers(),
                plan.runs(),
                plan.sides().stream().map(Side::name).toList(),
                plan.sides().stream()
                        .filter(side -> side.coordination().isEmpty())
                        .map(Side::name)
                        .collect(Collectors.toSet()),
                measured,
                plan.implementations().stream().flatMap(Comparer::notKept).toList(),
                List.copyOf(rows));
    }

    private static Stream<NotKept> notKept(Side side) {
        return differences(side)
                .map(difference -> new NotKept(
                        side.name(),
                        difference.rule(),
                        difference.why(),
                        difference.source(),
                        difference.proofs(),
                        difference.shown()));
    }

    /** What a side says that it does not keep. */
    static Stream<Difference> differences(Side side) {
        return Stream.concat(
                side.coordination().map(Coordination::differences).orElse(List.of()).stream(),
                side.recipes().map(Recipes::differences).orElse(List.of()).stream());
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
    public static String failed(Comparison comparison) {
        Map<String, Long> failures = comparison.scenarios().stream()
                .filter(each -> !each.ok())
                .collect(Collectors.groupingBy(ScenarioRow::side, LinkedHashMap::new, Collectors.counting()));
        return failures.entrySet().stream()
                .map(each -> each.getKey() + " (" + each.getValue() + ")")
                .collect(Collectors.joining(", "));
    }
}
