package dev.twinkeeper.scenarios.recipes;

import dev.twinkeeper.scenarios.Cast;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.oracle.Change;
import dev.twinkeeper.scenarios.oracle.Commit;
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
final class RecipePerformance {
    /** A close waits for a session timeout at the most; the rest is a busy machine. */
    private static final Duration CLOSE = Duration.ofSeconds(15);

    /** How much of the history a failure shows. */
    private static final int LAST = 80;

    private final Scenario scenario;
    private final Scenario.Body<RecipeStage> body;
    private final Cast cast;
    private final Ensemble ensemble;
    private final List<Throwable> wrong = new ArrayList<>();

    RecipePerformance(Scenario scenario, Scenario.Body<RecipeStage> body, Cast cast, Ensemble ensemble) {
        this.scenario = scenario;
        this.body = body;
        this.cast = cast;
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

    Result perform() {
        long start = System.nanoTime();
        RecipeStage stage = new RecipeStage(scenario.name(), cast, ensemble);
        attempt(() -> body.play(stage));
        Traffic traffic = stage.traffic();
        stage.players().forEach(player -> player.wire().mend());
        if (scenario.faultsEnsemble()) {
            attempt(ensemble::restore);
        }
        stage.players().forEach(player -> attempt(() -> close(player)));
        List<Commit> commits = new ArrayList<>();
        attempt(() -> commits.addAll(stage.commits()));
        attempt(() -> nothingIsLeft(stage, commits));
        stage.players().forEach(player -> attempt(() -> nothingIsLate(player)));
        attempt(stage::close);
        Optional<Throwable> failure = wrong.isEmpty() ? Optional.empty() : Optional.of(failure(stage, commits));
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        return new Result(
                scenario,
                cast.name(),
                failure,
                duration,
                Map.copyOf(stage.measures()),
                Map.copyOf(stage.counts()),
                Optional.empty(),
                traffic);
    }

    private static void close(Player<?> player) {
        Stage.await(
                player + " is closed",
                player.async(() -> {
                    player.close();
                    return true;
                }),
                CLOSE);
    }

    /** X4, for the sessions of the participants that are over. */
    private static void nothingIsLeft(RecipeStage stage, List<Commit> commits) {
        Set<Long> hands = stage.hands().stream().map(Hand::session).collect(Collectors.toSet());
        Set<String> left = new TreeSet<>();
        for (Commit commit : commits) {
            for (Change change : commit.changes()) {
                if (change instanceof Change.Create create && create.ephemeral() && !hands.contains(commit.session())) {
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

    private static void nothingIsLate(Player<?> player) {
        if (!player.late().isEmpty()) {
            throw new AssertionError("[X3] " + player + " told after it was closed: " + player.late());
        }
    }

    private AssertionError failure(RecipeStage stage, List<Commit> commits) {
        record Line(Instant at, String text) {}
        List<Line> lines = new ArrayList<>();
        for (Commit commit : commits.subList(Math.max(0, commits.size() - LAST), commits.size())) {
            lines.add(new Line(
                    commit.time(),
                    "    0x%x session 0x%x: %s".formatted(commit.zxid(), commit.session(), commit.changes())));
        }
        stage.players()
                .forEach(player -> player.heard()
                        .forEach(heard -> lines.add(new Line(heard.at(), heard.player() + " tells " + heard.what()))));
        lines.sort(Comparator.comparing(Line::at));
        String story = lines.stream()
                .map(line -> "%6d ms  %s"
                        .formatted(Duration.between(stage.begin(), line.at()).toMillis(), line.text()))
                .collect(Collectors.joining("\n"))
                .replace(stage.layout().root(), "");
        String sessions = stage.players().stream()
                .map(player -> player + " "
                        + player.wire().sessions().stream()
                                .map("0x%x"::formatted)
                                .toList())
                .collect(Collectors.joining(", "));
        String all = wrong.stream().map(String::valueOf).collect(Collectors.joining("\n"));
        AssertionError failure = new AssertionError(
                all + "\n\n" + scenario.id() + " by " + cast.name() + " (-Dtwinkeeper.scenario=" + scenario.id()
                        + ")\nsessions: " + sessions + "\n" + story,
                wrong.get(0));
        wrong.stream().skip(1).forEach(failure::addSuppressed);
        return failure;
    }
}
