package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.EXCLUSIVE;
import static dev.twinkeeper.recipes.Lock.Mode.SHARED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The lock while sessions live: its order, its modes, its patience, what it costs, what it refuses. */
public final class LockScenarios {
    private static final Duration SHORT = Duration.ofMillis(300);

    @Verifies({Rule.K1, Rule.K2, Rule.K5})
    public void theLockIsGivenInTheOrderOfAsking(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var contenders = Stream.of("a", "b", "c", "d").map(stage::contender).toList();
        var asked = contenders.stream().map(queue::ask).toList();

        List<Long> tokens = new ArrayList<>();
        for (var each : asked) {
            var hold = queue.holds(each);
            assertThat(asked.stream().filter(CompletableFuture::isDone)).hasSize(tokens.size() + 1);
            queue.mark(hold);
            tokens.add(hold.token());
            hold.release();
        }

        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        queue.judge(4);
    }

    @Verifies({Rule.K2, Rule.K3})
    public void thoseInBetweenGoInAnyOrderAndTheRestKeepTheirs(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var contenders =
                Stream.of("a", "b", "c", "d", "e", "f", "g").map(stage::contender).toList();
        var first = LockQueue.take(contenders.get(0));
        var b = queue.ask(contenders.get(1));
        queue.ask(contenders.get(2), EXCLUSIVE, SHORT);
        queue.ask(contenders.get(3));
        queue.ask(contenders.get(4));
        queue.ask(contenders.get(5));
        var g = queue.ask(contenders.get(6));

        queue.awaitSize(6);
        contenders.get(4).close();
        queue.awaitSize(5);
        contenders.get(5).expire();
        queue.awaitSize(4);
        contenders.get(3).close();
        queue.awaitSize(3);

        assertThat(b).isNotDone();
        first.release();
        var second = queue.holds(b);
        assertThat(g).isNotDone();
        second.release();
        queue.holds(g).release();
    }

    @Verifies(Rule.K2)
    public void theOneBeforeGoesWhileTheFirstStillHolds(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var first = LockQueue.take(stage.contender("a"));
        var middle = stage.contender("b");
        queue.ask(middle);
        var last = queue.ask(stage.contender("c"));

        middle.close();
        queue.awaitSize(2);

        stage.throughout("the last one waits", SHORT, () -> !last.isDone());
        first.release();
        queue.holds(last).release();
    }

    @Verifies({Rule.K1, Rule.K2})
    public void threadsOfOneParticipantQueueToo(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var one = stage.contender("a");
        var asked = Stream.of(1, 2, 3).map(n -> queue.ask(one)).toList();

        for (int i = 0; i < 3; i++) {
            var hold = queue.holds(asked.get(i));
            assertThat(asked.subList(i + 1, 3)).noneMatch(CompletableFuture::isDone);
            queue.mark(hold);
            hold.release();
        }

        queue.judge(3);
    }

    @Verifies({Rule.K8, Rule.K1})
    public void thoseThatShareHoldTogetherAndTheExclusiveOneWaitsForAll(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var readers = Stream.of("a", "b", "c")
                .map(stage::contender)
                .map(each -> LockQueue.take(each, SHARED))
                .toList();
        var writer = queue.ask(stage.contender("d"));

        readers.forEach(queue::mark);
        readers.get(2).release();
        readers.get(0).release();
        stage.throughout("the writer waits for the last reader", SHORT, () -> !writer.isDone());
        readers.get(1).release();

        var hold = queue.holds(writer);
        queue.mark(hold);
        hold.release();
        queue.judge(4);
    }

    @Verifies({Rule.K8, Rule.K2})
    public void laterOnesThatWouldShareWaitForTheExclusiveOneThatWaits(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var reader = LockQueue.take(stage.contender("a"), SHARED);
        var writer = queue.ask(stage.contender("b"));
        var later = Stream.of("c", "d")
                .map(stage::contender)
                .map(each -> queue.ask(each, SHARED))
                .toList();

        stage.throughout("nobody passes the writer", SHORT, () -> later.stream().noneMatch(CompletableFuture::isDone));
        reader.release();
        var writing = queue.holds(writer);
        assertThat(later).noneMatch(CompletableFuture::isDone);
        writing.release();

        later.stream().map(queue::holds).toList().forEach(Lock.Hold::release);
    }

    @Verifies({Rule.K1, Rule.K2, Rule.K8})
    public void inACrowdNobodyHoldsBesideAnExclusiveOneAndNobodyStarves(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var contenders =
                Stream.of("a", "b", "c", "d", "e", "f").map(stage::contender).toList();

        var done = contenders.stream()
                .map(each -> each.async(() -> {
                    for (int round = 0; round < 5; round++) {
                        boolean shares = (each.name().charAt(0) + round) % 3 == 0;
                        var hold = each.recipe()
                                .acquire(shares ? SHARED : EXCLUSIVE, LockQueue.PATIENT)
                                .orElseThrow();
                        queue.mark(hold);
                        hold.release();
                    }
                    return true;
                }))
                .toList();

        done.forEach(each -> stage.await("all rounds", each, RecipeStage.RECOVERY));
        queue.judge(30);
        assertThat(queue.names()).isEmpty();
    }

    @Verifies({Rule.K3, Rule.X4})
    public void zeroPatienceAsksOnce(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var other = stage.contender("b");
        LockQueue.take(other).release();
        var hold = LockQueue.take(holder);

        var held = other.recipe().acquire(EXCLUSIVE, Duration.ZERO);
        var left = queue.size();
        hold.release();
        var free = other.recipe().acquire(EXCLUSIVE, Duration.ZERO);

        assertThat(held).isEmpty();
        assertThat(left).isEqualTo(1);
        assertThat(free).isPresent();
    }

    @Verifies({Rule.K3, Rule.X4})
    public void anAttemptWhoseTimeIsUpIsOutOfTheQueueAndHindersNobody(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));
        var impatient = queue.ask(stage.contender("b"), EXCLUSIVE, SHORT);
        var next = queue.ask(stage.contender("c"));

        var result = stage.await("the time is up", impatient, SHORT.plus(RecipeStage.AT_ONCE));
        var left = queue.size();
        hold.release();

        assertThat(result).isEmpty();
        assertThat(left).isEqualTo(2);
        queue.holds(next).release();
    }

    @Verifies(Rule.K11)
    public void anAttemptWhoseTimeIsUpLeavesNoWatch(RecipeStage stage) {
        LockQueue.take(stage.contender("a"));
        var impatient = stage.contender("b");

        var result = impatient.recipe().acquire(EXCLUSIVE, SHORT);

        assertThat(result).isEmpty();
        stage.eventually("no watch is left", RecipeStage.AT_ONCE, () -> impatient.watches() == 0);
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUp(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var one = stage.contender("a");
        var other = stage.contender("b");

        for (int i = 0; i < 10; i++) {
            var hold = LockQueue.take(one);
            var next = queue.ask(other);
            assertThat(one.watches()).as("of the holder: its own znode").isEqualTo(1);
            hold.release();
            queue.holds(next).release();
        }

        assertThat(queue.names()).isEmpty();
        stage.eventually("no watch is left", RecipeStage.AT_ONCE, () -> one.watches() + other.watches() == 0);
    }

    @Verifies({Rule.K2, Rule.K6})
    public void fiftyContendersHandTheLockOnWithoutAHerd(RecipeStage stage) {
        stage.sessionTimeout(LockQueue.LONG_SESSION);
        var queue = new LockQueue(stage);
        var contenders =
                IntStream.range(0, 50).mapToObj(n -> stage.contender("c" + n)).toList();
        List<String> order = new ArrayList<>();
        var done = contenders.stream()
                .map(each -> each.async(() -> holdInTurn(each, order)))
                .toList();

        queue.awaitSize(50);
        stage.eventually(
                "the last one watches",
                RecipeStage.READY,
                () -> contenders.stream().allMatch(each -> each.watches() == 1));
        var asked = queue.names();
        long before = stage.traffic().notifications();
        synchronized (order) {
            order.add("go");
            order.notifyAll();
        }
        done.forEach(each -> stage.await("held and released", each, RecipeStage.RECOVERY));
        contenders.stream().map(LockScenarios::closing).toList().forEach(each -> stage.await("closed", each, RecipeStage.READY));
        long notifications = stage.traffic().notifications() - before;

        stage.count("lock: notifications per hand-over, 50 waiting", Math.round(notifications / 49.0));
        assertThat(notifications).isLessThanOrEqualTo(2 * 50);
        assertThat(order.subList(1, 51)).isEqualTo(queue.tokens(asked));
    }

    /** Holds; the first one until somebody says go. */
    private static boolean holdInTurn(Player<Lock> player, List<String> order) throws Exception {
        try (var hold = player.recipe().acquire(EXCLUSIVE, LockQueue.PATIENT).orElseThrow()) {
            synchronized (order) {
                while (order.isEmpty()) {
                    order.wait(LockQueue.PATIENT.toMillis());
                }
                order.add(Long.toHexString(hold.token()));
            }
        }
        return true;
    }

    private static CompletableFuture<Boolean> closing(Player<Lock> player) {
        return player.async(() -> {
            player.close();
            return true;
        });
    }

    @Verifies(Rule.K6)
    public void anUndisturbedHoldCostsFourRequests(RecipeStage stage) {
        var player = stage.contender("a");
        LockQueue.take(player).release();

        var before = player.wire().traffic();
        for (int i = 0; i < 10; i++) {
            LockQueue.take(player).release();
        }
        var traffic = player.wire().traffic().minus(before);

        stage.count("lock: requests per acquire and release", Math.round(traffic.total() / 10.0));
        assertThat(traffic.total()).as("create, list, read, delete: %s", traffic).isLessThanOrEqualTo(10 * 4);
        assertThat(traffic.notifications()).isLessThanOrEqualTo(10);
    }

    @Verifies(Rule.K10)
    public void thoseThatWouldShareAreLeftAloneByAnExclusiveOneBeforeAnother(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));
        var second = queue.ask(stage.contender("b"));
        var reader = stage.contender("c");
        queue.ask(reader, SHARED);
        stage.eventually("the reader watches", RecipeStage.READY, () -> reader.watches() == 1);

        long before = reader.wire().traffic().notifications();
        hold.release();
        queue.holds(second);

        assertThat(reader.wire().traffic().notifications() - before)
                .as("notifications to one that can't enter yet")
                .isZero();
    }

    @Verifies({Rule.K4, Rule.K1})
    public void anyThreadMayReleaseAndOnlyOnce(RecipeStage stage) throws Exception {
        var player = stage.contender("a");
        var hold = LockQueue.take(player);

        stage.await("released by another thread", player.async(() -> released(hold)), RecipeStage.AT_ONCE);

        assertThat(hold.isHeld()).isFalse();
        assertThatThrownBy(hold::release).satisfies(why -> assertThat(problem(why)).isEqualTo(Problem.NOT_HELD));
        hold.close();
        LockQueue.take(player).release();
    }

    private static boolean released(Lock.Hold hold) {
        hold.release();
        return true;
    }

    @Verifies(Rule.X1)
    public void whatCanNotBeIsRefused(RecipeStage stage) {
        var lock = stage.contender("a").recipe();

        assertRefused(Problem.INVALID, () -> lock.acquire(EXCLUSIVE, Duration.ofMillis(-1)));
        for (var path : List.of("", "/", "lock", "/a//b", "/a/", "/a/./b", "/a\u0000b", "/" + "x".repeat(201))) {
            assertRefused(
                    Problem.INVALID,
                    () -> stage.recipes(0).lock(new Recipe.Place("127.0.0.1:1", RecipeStage.SESSION_TIMEOUT, path)));
        }
    }

    @Verifies(Rule.X2)
    public void aPlaceThatIsAnEphemeralIsRefusedUntilItGoes(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RecipeStage.RECIPE, "mine");
        var lock = stage.contender("a").recipe();

        assertRefused(Problem.FOREIGN, () -> lock.acquire(EXCLUSIVE, RecipeStage.READY));
        assertThat(hand.get(RecipeStage.RECIPE)).isEqualTo("mine");
        hand.delete(RecipeStage.RECIPE);

        assertThat(lock.acquire(EXCLUSIVE, RecipeStage.READY)).isPresent();
    }

    @Verifies({Rule.X2, Rule.K2})
    public void znodesOfOthersThatSortBehindAreSetAside(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hand = queue.hand();
        hand.create(RecipeStage.RECIPE, "");
        for (var name : List.of("README", "lock-", "_c_", "x__READ__12", "héllo")) {
            hand.create(RecipeStage.RECIPE + "/" + name, "somebody's");
        }
        var a = stage.contender("a");
        var b = stage.contender("b");

        var hold = LockQueue.take(a);
        var next = queue.ask(b);
        hold.release();
        queue.holds(next).release();

        assertThat(hand.children(RecipeStage.RECIPE)).hasSize(5);
        assertThat(hand.get(RecipeStage.RECIPE + "/README")).isEqualTo("somebody's");
    }

    @Verifies(Rule.K9)
    public void znodesOfOthersThatSortBeforeAreSetAside(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.create(RecipeStage.RECIPE + "/#notes", "somebody's");
        hand.create(RecipeStage.RECIPE + "/__WRIT__", "somebody's");

        var hold = stage.contender("a").recipe().acquire(EXCLUSIVE, RecipeStage.AT_ONCE);

        assertThat(hold).isPresent();
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingGivesBackWhatItHoldsAndEndsWhatWaits(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = LockQueue.take(holder);
        hold.onLost(() -> holder.hear(new Happening.Lost(hold.token())));
        var waiting = queue.ask(holder);
        var next = queue.ask(stage.contender("b"));

        holder.close();
        holder.close();

        queue.holds(next);
        assertThat(hold.isHeld()).isFalse();
        assertThat(holder.heard()).isEmpty();
        assertThatThrownBy(waiting::join)
                .isInstanceOf(CompletionException.class)
                .satisfies(why -> assertThat(problem(why.getCause())).isEqualTo(Problem.CLOSED));
        assertRefused(Problem.CLOSED, () -> holder.recipe().acquire(EXCLUSIVE, Duration.ZERO));
        assertRefused(Problem.NOT_HELD, hold::release);
        hold.close();
    }

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
}
