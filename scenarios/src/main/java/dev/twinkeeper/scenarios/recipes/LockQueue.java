package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.checker.Commit;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Request;
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

    private final ScenarioContext context;
    private final Operator operator;

    /** Those that ask in this scenario from now on have a session that ends only when the scenario ends it. */
    LockQueue(ScenarioContext context) {
        this.context = context;
        context.sessionTimeout(LONG_SESSION);
        this.operator = context.operator();
        operator.createChroot();
        operator.create(MARKS, "");
    }

    Operator operator() {
        return operator;
    }

    // Asking.

    /** Acquires, where nothing is in the way. */
    static Lock.Hold take(TestParticipant<Lock> participant, Lock.Mode mode) {
        return participant
                .role()
                .acquire(mode, ScenarioContext.READY)
                .orElseThrow(() -> new AssertionError(participant + " does not get what nobody holds"));
    }

    static Lock.Hold take(TestParticipant<Lock> participant) {
        return take(participant, Lock.Mode.EXCLUSIVE);
    }

    /** One that has little time to connect has to be connected before. */
    static TestParticipant<Lock> connected(TestParticipant<Lock> participant) {
        take(participant).release();
        return participant;
    }

    /** Asks; returns when it is in the queue, behind all that were there. */
    CompletableFuture<Optional<Lock.Hold>> ask(TestParticipant<Lock> participant, Lock.Mode mode, Duration patience) {
        String before = last();
        var asked = participant.async(() -> participant.role().acquire(mode, patience));
        context.eventually(participant + " is in the queue", ScenarioContext.READY, () -> last().compareTo(before) > 0);
        return asked;
    }

    CompletableFuture<Optional<Lock.Hold>> ask(TestParticipant<Lock> participant, Lock.Mode mode) {
        return ask(participant, mode, PATIENT);
    }

    CompletableFuture<Optional<Lock.Hold>> ask(TestParticipant<Lock> participant) {
        return ask(participant, Lock.Mode.EXCLUSIVE, PATIENT);
    }

    /** Waits until whoever asked holds. */
    Lock.Hold holds(CompletableFuture<Optional<Lock.Hold>> asked, Duration bound) {
        return ScenarioContext.await("holds", asked, bound).orElseThrow(() -> new AssertionError("its time was up"));
    }

    Lock.Hold holds(CompletableFuture<Optional<Lock.Hold>> asked) {
        return holds(asked, ScenarioContext.AT_ONCE);
    }

    // Looking.

    /** The names in the queue, in its order; what else lies there is left out. */
    List<String> names() {
        return operator.children(ScenarioContext.RECIPE).stream()
                .filter(name -> name.matches(".*\\d{10}"))
                .sorted((a, b) -> sequence(a).compareTo(sequence(b)))
                .toList();
    }

    /** The tokens of these, in their order, as hexadecimal numbers. */
    List<String> tokens(List<String> names) {
        Map<String, String> tokens = new TreeMap<>();
        for (Commit commit : context.commits()) {
            commit.changes(Change.Create.class)
                    .forEach(create -> tokens.put(create.path(), Long.toHexString(commit.zxid())));
        }
        return names.stream()
                .map(name -> tokens.get(context.path() + "/" + name))
                .toList();
    }

    private String last() {
        return names().stream().map(LockQueue::sequence).reduce("", (before, name) -> name);
    }

    int size() {
        return names().size();
    }

    void awaitSize(int size) {
        context.eventually(size + " in the queue", ScenarioContext.READY, () -> size() == size);
    }

    /** An operator deletes the n-th in the queue, from 0. */
    void delete(int n) {
        operator.delete(ScenarioContext.RECIPE + "/" + names().get(n));
    }

    private static String sequence(String name) {
        return name.substring(Math.max(0, name.length() - DIGITS));
    }

    // Requests, to be lost.

    /** Of a znode in the queue. */
    static Predicate<Request> inQueue(ScenarioContext context, String operation) {
        return request -> request.does(operation, context.path() + "/");
    }

    /** Of the place, or of anything in it. */
    static Predicate<Request> inPlace(ScenarioContext context, String operation) {
        return request ->
                request.operation().startsWith(operation) && request.path().startsWith(context.path());
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

    // Checks.

    /** A holder leaves a mark in the tree, so that the log tells when it thought that it held. */
    void mark(Lock.Hold hold) {
        if (!hold.isHeld()) {
            throw new AssertionError("it does not say that it holds");
        }
        operator.createSequential(MARKS + "/" + hold.token() + "-", "");
    }

    /** K1: whoever left a mark had a znode in the queue at that zxid, and nobody before it that excluded it. */
    void check(int marks) {
        Map<String, String> queue = new TreeMap<>();
        Map<String, Long> tokens = new TreeMap<>();
        int checked = 0;
        for (Commit commit : context.commits()) {
            for (Change change : commit.changes()) {
                if (change instanceof Change.Create create && create.path().startsWith(context.path() + "/")) {
                    queue.put(sequence(create.path()), create.path());
                    tokens.put(sequence(create.path()), commit.zxid());
                } else if (change instanceof Change.Delete delete) {
                    queue.values().remove(delete.path());
                } else if (change instanceof Change.SessionClosed session) {
                    queue.values().removeAll(session.paths());
                } else if (change instanceof Change.Create create
                        && create.path().contains(MARKS + "/")) {
                    check(commit, create.path(), queue, tokens);
                    checked++;
                }
            }
        }
        if (checked != marks) {
            throw new AssertionError(checked + " marks in the log, not " + marks);
        }
    }

    private static void check(Commit commit, String mark, Map<String, String> queue, Map<String, Long> tokens) {
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
