package dev.twinkeeper.scenarios.recipes;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.checker.Commit;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * One scenario of a recipe from its beginning to its end. At the end all is mended and closed, and what is true of every
 * recipe is looked at: nothing told late (X3), no ephemeral left (X4).
 */
final class RecipeTeardown {
    /** A close waits for a session timeout at the most; the rest is a busy machine. */
    private static final Duration CLOSE = Duration.ofSeconds(15);

    /** How much of the history a failure shows. */
    private static final int LAST = 80;

    private final Scenario scenario;
    private final Scenario.Body<RecipeScenarioContext> body;
    private final Implementations implementations;
    private final Ensemble ensemble;
    private final List<Throwable> wrong = new ArrayList<>();

    RecipeTeardown(
            Scenario scenario,
            Scenario.Body<RecipeScenarioContext> body,
            Implementations implementations,
            Ensemble ensemble) {
        this.scenario = scenario;
        this.body = body;
        this.implementations = implementations;
        this.ensemble = ensemble;
    }

    private interface Work {
        void run() throws Exception;
    }

    private void attempt(Work work) {
        try {
            work.run();
        } catch (Exception | Error e) {
            wrong.add(e);
        }
    }

    Result execute() {
        return apart().map(this::notRun).orElseGet(this::run);
    }

    /** Why this recipe of one side can't take part beside the other's; empty where one side plays alone. */
    private Optional<String> apart() {
        return implementations.recipeSides().stream().distinct().count() < 2
                ? Optional.empty()
                : implementations.recipeSides().stream()
                        .flatMap(side -> side.apart().entrySet().stream())
                        .filter(each -> scenario.topic().startsWith(each.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }

    private Result notRun(String why) {
        Difference difference = new Difference(
                scenario.rules().stream().sorted().findFirst().orElseThrow(),
                "not run in a mixture: " + why,
                "the recipes' formats",
                Map.of(scenario.id(), "not run"));
        return new Result(
                scenario,
                implementations.name(),
                Optional.empty(),
                Duration.ZERO,
                Map.of(),
                Map.of(),
                Optional.of(difference),
                Traffic.NONE);
    }

    private Result run() {
        long start = System.nanoTime();
        RecipeScenarioContext context = new RecipeScenarioContext(scenario.name(), implementations, ensemble);
        attempt(() -> body.run(context));
        Traffic traffic = context.traffic();
        context.participants().forEach(participant -> participant.wire().mend());
        if (scenario.faultsEnsemble()) {
            attempt(ensemble::restore);
        }
        context.participants().forEach(participant -> attempt(() -> close(participant)));
        List<Commit> commits = new ArrayList<>();
        attempt(() -> commits.addAll(context.commits()));
        attempt(() -> nothingIsLeft(context, commits));
        context.participants().forEach(participant -> attempt(() -> nothingIsLate(participant)));
        attempt(context::close);
        Optional<Throwable> failure = wrong.isEmpty() ? Optional.empty() : Optional.of(failure(context, commits));
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

    private static void close(RecipeParticipant<?> participant) {
        ScenarioContext.await(
                participant + " is closed",
                participant.async(() -> {
                    participant.close();
                    return true;
                }),
                CLOSE);
    }

    /** X4, for the sessions of the participants that are over. */
    private static void nothingIsLeft(RecipeScenarioContext context, List<Commit> commits) {
        Set<Long> operators =
                context.operators().stream().map(Operator::session).collect(Collectors.toSet());
        Set<String> left = new TreeSet<>();
        for (Commit commit : commits) {
            for (Change change : commit.changes()) {
                if (change instanceof Change.Create create
                        && create.ephemeral()
                        && !operators.contains(commit.session())) {
                    left.add(create.path());
                } else if (change instanceof Change.Delete delete) {
                    left.remove(delete.path());
                } else if (change instanceof Change.SessionClosed closed) {
                    closed.paths().forEach(left::remove);
                }
            }
        }
        if (!left.isEmpty()) {
            throw new AssertionError("[X4] left behind by closed participants: " + left);
        }
    }

    private static void nothingIsLate(RecipeParticipant<?> participant) {
        if (!participant.late().isEmpty()) {
            throw new AssertionError("[X3] " + participant + " told after it was closed: " + participant.late());
        }
    }

    private AssertionError failure(RecipeScenarioContext context, List<Commit> commits) {
        record Line(Instant at, String text) {}
        List<Line> lines = new ArrayList<>();
        for (Commit commit : commits.subList(Math.max(0, commits.size() - LAST), commits.size())) {
            lines.add(new Line(
                    commit.time(),
                    "    0x%x session 0x%x: %s".formatted(commit.zxid(), commit.session(), commit.changes())));
        }
        context.participants()
                .forEach(participant -> participant
                        .events()
                        .forEach(timed ->
                                lines.add(new Line(timed.at(), timed.participant() + " tells " + timed.what()))));
        lines.sort(Comparator.comparing(Line::at));
        String report = lines.stream()
                .map(line -> "%6d ms  %s"
                        .formatted(Duration.between(context.begin(), line.at()).toMillis(), line.text()))
                .collect(Collectors.joining("\n"))
                .replace(context.layout().root(), "");
        String sessions = context.participants().stream()
                .map(participant -> participant + " "
                        + participant.wire().sessions().stream()
                                .map("0x%x"::formatted)
                                .toList())
                .collect(Collectors.joining(", "));
        String all = wrong.stream().map(String::valueOf).collect(Collectors.joining("\n"));
        AssertionError failure = new AssertionError(
                all + "\n\n" + scenario.id() + " by " + implementations.name() + " (-Dtwinkeeper.scenario="
                        + scenario.id() + ")\nsessions: " + sessions + "\n" + report,
                wrong.get(0));
        wrong.stream().skip(1).forEach(failure::addSuppressed);
        return failure;
    }
}
