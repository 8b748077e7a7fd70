package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.oracle.Change;
import dev.twinkeeper.scenarios.oracle.Commit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

/** The queue of a lock as a person at zkCli sees it; who held when, as the servers' logs have it. */
final class LockQueue {
    /** Longer than any scenario: for those whose patience it is not about. */
    static final Duration PATIENT = Duration.ofSeconds(60);

    /** The patience of one that is to be seen in the queue before its time is up. */
    static final Duration A_WHILE = Duration.ofSeconds(1);

    /** Long enough for a session to live through whatever a scenario does, also where the machine halts for seconds. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    private static final String MARKS = "/marks";
    private static final int DIGITS = 10;

    private final RecipeStage stage;
    private final Hand hand;

    /** Those that ask on this stage from now on have a session that ends only when the scenario ends it. */
    LockQueue(RecipeStage stage) {
        this.stage = stage;
        stage.sessionTimeout(LONG_SESSION);
        this.hand = stage.hand();
        hand.createChroot();
        hand.create(MARKS, "");
    }

    Hand hand() {
        return hand;
    }

    // Asking.

    /** Acquires, where nothing is in the way. */
    static Lock.Hold take(Player<Lock> player, Lock.Mode mode) {
        return player.recipe()
                .acquire(mode, RecipeStage.READY)
                .orElseThrow(() -> new AssertionError(player + " does not get what nobody holds"));
    }

    static Lock.Hold take(Player<Lock> player) {
        return take(player, Lock.Mode.EXCLUSIVE);
    }

    /** One that has little time to connect has to be connected before. */
    static Player<Lock> connected(Player<Lock> player) {
        take(player).release();
        return player;
    }

    /** Asks; returns when it is in the queue, behind all that were there. */
    CompletableFuture<Optional<Lock.Hold>> ask(Player<Lock> player, Lock.Mode mode, Duration patience) {
        String before = last();
        var asked = player.async(() -> player.recipe().acquire(mode, patience));
        stage.eventually(player + " is in the queue", RecipeStage.READY, () -> last().compareTo(before) > 0);
        return asked;
    }

    CompletableFuture<Optional<Lock.Hold>> ask(Player<Lock> player, Lock.Mode mode) {
        return ask(player, mode, PATIENT);
    }

    CompletableFuture<Optional<Lock.Hold>> ask(Player<Lock> player) {
        return ask(player, Lock.Mode.EXCLUSIVE, PATIENT);
    }

    /** Waits until whoever asked holds. */
    Lock.Hold holds(CompletableFuture<Optional<Lock.Hold>> asked, Duration bound) {
        return stage.await("holds", asked, bound).orElseThrow(() -> new AssertionError("its time was up"));
    }

    Lock.Hold holds(CompletableFuture<Optional<Lock.Hold>> asked) {
        return holds(asked, RecipeStage.AT_ONCE);
    }

    // Looking.

    /** The names in the queue, in its order; what else lies there is left out. */
    List<String> names() {
        return hand.children(RecipeStage.RECIPE).stream()
                .filter(name -> name.matches(".*\\d{10}"))
                .sorted((a, b) -> sequence(a).compareTo(sequence(b)))
                .toList();
    }

    /** The tokens of these, in their order, as hexadecimal numbers. */
    List<String> tokens(List<String> names) {
        Map<String, String> tokens = new TreeMap<>();
        for (Commit commit : stage.commits()) {
            commit.changes(Change.Create.class)
                    .forEach(create -> tokens.put(create.path(), Long.toHexString(commit.zxid())));
        }
        return names.stream().map(name -> tokens.get(stage.path() + "/" + name)).toList();
    }

    private String last() {
        return names().stream().map(LockQueue::sequence).reduce("", (before, name) -> name);
    }

    int size() {
        return names().size();
    }

    void awaitSize(int size) {
        stage.eventually(size + " in the queue", RecipeStage.READY, () -> size() == size);
    }

    /** An operator deletes the n-th in the queue, from 0. */
    void delete(int n) {
        hand.delete(RecipeStage.RECIPE + "/" + names().get(n));
    }

    private static String sequence(String name) {
        return name.substring(Math.max(0, name.length() - DIGITS));
    }

    // Requests, to be lost.

    /** Of a znode in the queue. */
    static Predicate<Request> inQueue(RecipeStage stage, String operation) {
        return request -> request.does(operation, stage.path() + "/");
    }

    /** Of the place, or of anything in it. */
    static Predicate<Request> inPlace(RecipeStage stage, String operation) {
        return request ->
                request.operation().startsWith(operation) && request.path().startsWith(stage.path());
    }

    // Refusals.

    static void assertRefused(Problem problem, Runnable call) {
        assertThatThrownBy(call::run).satisfies(why -> assertThat(problem(why)).isEqualTo(problem));
    }

    static Problem problem(Throwable why) {
        assertThat(why).isInstanceOf(Recipe.Failure.class);
        return ((Recipe.Failure) why).problem();
    }

    static Optional<Problem> problemOf(CompletableFuture<Optional<Lock.Hold>> asked) {
        try {
            asked.join();
            return Optional.empty();
        } catch (CompletionException e) {
            return Optional.of(problem(e.getCause()));
        }
    }

    // Judging.

    /** A holder leaves a mark in the tree, so that the log tells when it thought that it held. */
    void mark(Lock.Hold hold) {
        if (!hold.isHeld()) {
            throw new AssertionError("it does not say that it holds");
        }
        hand.createSequential(MARKS + "/" + hold.token() + "-", "");
    }

    /** K1: whoever left a mark had a znode in the queue at that zxid, and nobody before it that excluded it. */
    void judge(int marks) {
        Map<String, String> queue = new TreeMap<>();
        Map<String, Long> tokens = new TreeMap<>();
        int judged = 0;
        for (Commit commit : stage.commits()) {
            for (Change change : commit.changes()) {
                if (change instanceof Change.Create create && create.path().startsWith(stage.path() + "/")) {
                    queue.put(sequence(create.path()), create.path());
                    tokens.put(sequence(create.path()), commit.zxid());
                } else if (change instanceof Change.Delete delete) {
                    queue.values().remove(delete.path());
                } else if (change instanceof Change.SessionClosed session) {
                    queue.values().removeAll(session.paths());
                } else if (change instanceof Change.Create create
                        && create.path().contains(MARKS + "/")) {
                    judge(commit, create.path(), queue, tokens);
                    judged++;
                }
            }
        }
        if (judged != marks) {
            throw new AssertionError(judged + " marks in the log, not " + marks);
        }
    }

    private static void judge(Commit commit, String mark, Map<String, String> queue, Map<String, Long> tokens) {
        long token = Long.parseLong(mark.substring(mark.lastIndexOf('/') + 1).replaceFirst("-\\d+$", ""));
        for (Map.Entry<String, String> each : queue.entrySet()) {
            if (tokens.get(each.getKey()) == token) {
                return;
            }
            boolean bothShare = each.getValue().contains("__READ__")
                    && queue.entrySet().stream()
                            .anyMatch(own -> tokens.get(own.getKey()) == token
                                    && own.getValue().contains("__READ__"));
            if (!bothShare) {
                throw new AssertionError("[K1] 0x%x says that it holds at 0x%x, when %s did"
                        .formatted(token, commit.zxid(), each.getValue()));
            }
        }
        throw new AssertionError(
                "[K1] 0x%x says that it holds at 0x%x, when it was out of the queue".formatted(token, commit.zxid()));
    }

    /** What a lock protects, and does not rely on: it refuses a token that is lower than one that it has seen. */
    static final class Fenced {
        private long highest;

        synchronized boolean write(long token) {
            if (token < highest) {
                return false;
            }
            highest = token;
            return true;
        }
    }
}
