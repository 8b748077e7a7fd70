package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.EXCLUSIVE;
import static dev.twinkeeper.recipes.Lock.Mode.SHARED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The lock while sessions live: its order, its modes, what it costs. */
public final class LockScenarios {
    private static final Duration SHORT = Duration.ofMillis(300);

    @Verifies({Rule.K1, Rule.K2, Rule.K5})
    public void theLockIsGivenInTheOrderOfAsking(ScenarioContext context) {
        var queue = new LockQueue(context);
        var contenders = Stream.of("a", "b", "c", "d").map(context::contender).toList();
        var asked = contenders.stream().map(queue::ask).toList();
        context.throughout("the others wait", SHORT, () -> waiting(asked) >= 3);

        List<Long> tokens = new ArrayList<>();
        for (var each : asked) {
            var hold = queue.holds(each);
            assertThat(waiting(asked)).isEqualTo(3 - tokens.size());
            queue.mark(hold);
            tokens.add(hold.token());
            hold.release();
        }

        assertThat(tokens).isSorted().doesNotHaveDuplicates();
        queue.check(4);
    }

    private static long waiting(List<CompletableFuture<Optional<Lock.Hold>>> asked) {
        return asked.stream().filter(each -> !each.isDone()).count();
    }

    @Verifies({Rule.K2, Rule.K3})
    public void thoseInBetweenGoInAnyOrderAndTheRestKeepTheirs(ScenarioContext context) {
        var queue = new LockQueue(context);
        var contenders = Stream.of("a", "b", "c", "d", "e", "f", "g")
                .map(context::contender)
                .toList();
        LockQueue.connected(contenders.get(2));
        var first = LockQueue.take(contenders.get(0));
        var b = queue.ask(contenders.get(1));
        queue.ask(contenders.get(2), EXCLUSIVE, LockQueue.A_WHILE);
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
    public void theOneBeforeGoesWhileTheFirstStillHolds(ScenarioContext context) {
        var queue = new LockQueue(context);
        var first = LockQueue.take(context.contender("a"));
        var middle = context.contender("b");
        queue.ask(middle);
        var third = context.contender("c");
        var last = queue.ask(third);
        context.eventually("the last one watches", ScenarioContext.READY, () -> third.watches() == 1);

        middle.close();
        queue.awaitSize(2);

        context.throughout("the last one waits", SHORT, () -> !last.isDone());
        first.release();
        queue.holds(last).release();
    }

    @Verifies({Rule.K1, Rule.K2})
    public void threadsOfOneParticipantQueueToo(ScenarioContext context) {
        var queue = new LockQueue(context);
        var one = context.contender("a");
        var asked = Stream.of(1, 2, 3).map(n -> queue.ask(one)).toList();
        context.throughout("the others wait", SHORT, () -> waiting(asked) >= 2);

        for (int i = 0; i < 3; i++) {
            var hold = queue.holds(asked.get(i));
            assertThat(waiting(asked)).isEqualTo(2 - i);
            queue.mark(hold);
            hold.release();
        }

        queue.check(3);
    }

    @Verifies({Rule.K8, Rule.K1})
    public void thoseThatShareHoldTogetherAndTheExclusiveOneWaitsForAll(ScenarioContext context) {
        var queue = new LockQueue(context);
        var readers = Stream.of("a", "b", "c")
                .map(context::contender)
                .map(each -> LockQueue.take(each, SHARED))
                .toList();
        var writer = queue.ask(context.contender("d"));

        readers.forEach(queue::mark);
        readers.get(2).release();
        readers.get(0).release();
        context.throughout("the writer waits for the last reader", SHORT, () -> !writer.isDone());
        readers.get(1).release();

        var hold = queue.holds(writer);
        queue.mark(hold);
        hold.release();
        queue.check(4);
    }

    @Verifies({Rule.K8, Rule.K2})
    public void laterOnesThatWouldShareWaitForTheExclusiveOneThatWaits(ScenarioContext context) {
        var queue = new LockQueue(context);
        var reader = LockQueue.take(context.contender("a"), SHARED);
        var writer = queue.ask(context.contender("b"));
        var later = Stream.of("c", "d")
                .map(context::contender)
                .map(each -> queue.ask(each, SHARED))
                .toList();

        context.throughout(
                "nobody passes the writer", SHORT, () -> later.stream().noneMatch(CompletableFuture::isDone));
        reader.release();
        var writing = queue.holds(writer);
        assertThat(later).noneMatch(CompletableFuture::isDone);
        writing.release();

        later.stream().map(queue::holds).toList().forEach(Lock.Hold::release);
    }

    @Verifies({Rule.K1, Rule.K2, Rule.K8})
    public void inACrowdNobodyHoldsBesideAnExclusiveOneAndNobodyStarves(ScenarioContext context) {
        var queue = new LockQueue(context);
        var contenders =
                Stream.of("a", "b", "c", "d", "e", "f").map(context::contender).toList();
        contenders.forEach(LockQueue::connected); // so that they ask at the same time

        var done = contenders.stream()
                .map(each -> each.async(() -> {
                    for (int round = 0; round < 5; round++) {
                        boolean shares = (each.name().charAt(0) + round) % 3 == 0;
                        var hold = each.role()
                                .acquire(shares ? SHARED : EXCLUSIVE, LockQueue.PATIENT)
                                .orElseThrow();
                        queue.mark(hold);
                        if (round == 0) {
                            context.throughout("it holds, and keeps the others out", SHORT, hold::isHeld);
                        }
                        hold.release();
                    }
                    return true;
                }))
                .toList();

        done.forEach(each -> ScenarioContext.await("all rounds", each, ScenarioContext.RECOVERY));
        queue.check(30);
        assertThat(queue.names()).isEmpty();
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUp(ScenarioContext context) {
        var queue = new LockQueue(context);
        var one = context.contender("a");
        var other = context.contender("b");

        for (int i = 0; i < 10; i++) {
            var hold = LockQueue.take(one);
            var next = queue.ask(other);
            assertThat(one.watches()).as("of the holder: its own znode").isEqualTo(1);
            hold.release();
            queue.holds(next).release();
        }

        assertThat(queue.names()).isEmpty();
        context.eventually("no watch is left", ScenarioContext.AT_ONCE, () -> one.watches() + other.watches() == 0);
    }

    @Verifies({Rule.K2, Rule.K6})
    public void fiftyContendersHandTheLockOnWithoutAHerd(ScenarioContext context) {
        var queue = new LockQueue(context);
        var contenders =
                IntStream.range(0, 50).mapToObj(n -> context.contender("c" + n)).toList();
        List<String> order = new ArrayList<>();
        var done = contenders.stream()
                .map(each -> each.async(() -> holdInTurn(each, order)))
                .toList();

        queue.awaitSize(50);
        context.eventually(
                "all others watch",
                ScenarioContext.READY,
                () -> context.traffic().watches() >= 49);
        var asked = queue.names();
        long before = context.traffic().notifications();
        synchronized (order) {
            order.add("go");
            order.notifyAll();
        }
        done.forEach(each -> ScenarioContext.await("held and released", each, ScenarioContext.RECOVERY));
        contenders.stream()
                .map(LockScenarios::closing)
                .toList()
                .forEach(each -> ScenarioContext.await("closed", each, ScenarioContext.READY));
        long notifications = context.traffic().notifications() - before;

        context.count("lock: notifications per hand-over, 50 waiting", Math.round(notifications / 49.0));
        assertThat(notifications).isLessThanOrEqualTo(2 * 50);
        assertThat(order.subList(1, 51)).isEqualTo(queue.tokens(asked));
    }

    /** Holds; the first one until somebody says go. */
    private static boolean holdInTurn(TestParticipant<Lock> participant, List<String> order) throws Exception {
        try (var hold = participant.role().acquire(EXCLUSIVE, LockQueue.PATIENT).orElseThrow()) {
            synchronized (order) {
                while (order.isEmpty()) {
                    order.wait(LockQueue.PATIENT.toMillis());
                }
                order.add(Long.toHexString(hold.token()));
            }
        }
        return true;
    }

    private static CompletableFuture<Boolean> closing(TestParticipant<Lock> participant) {
        return participant.async(() -> {
            participant.close();
            return true;
        });
    }

    @Verifies(Rule.K6)
    public void anUndisturbedHoldCostsFourRequests(ScenarioContext context) {
        context.sessionTimeout(LockQueue.LONG_SESSION);
        var participant = context.contender("a");
        LockQueue.take(participant).release();

        var before = participant.wire().traffic();
        for (int i = 0; i < 10; i++) {
            LockQueue.take(participant).release();
        }
        var traffic = participant.wire().traffic().minus(before);

        context.count("lock: requests per acquire and release", Math.round(traffic.total() / 10.0));
        assertThat(traffic.total())
                .as("create, list, read, delete: %s", traffic)
                .isLessThanOrEqualTo(10 * 4);
        assertThat(traffic.notifications()).isLessThanOrEqualTo(10);
    }

    @Verifies(Rule.K10)
    public void thoseThatWouldShareAreLeftAloneByAnExclusiveOneBeforeAnother(ScenarioContext context) {
        var queue = new LockQueue(context);
        var hold = LockQueue.take(context.contender("a"));
        var second = queue.ask(context.contender("b"));
        var reader = context.contender("c");
        queue.ask(reader, SHARED);
        context.eventually("the reader watches", ScenarioContext.READY, () -> reader.watches() == 1);

        long before = reader.wire().traffic().notifications();
        hold.release();
        queue.holds(second);

        assertThat(reader.wire().traffic().notifications() - before)
                .as("notifications to one that can't enter yet")
                .isZero();
    }

    @Verifies({Rule.K4, Rule.K1})
    public void anyThreadMayReleaseAndOnlyOnce(ScenarioContext context) throws Exception {
        context.sessionTimeout(LockQueue.LONG_SESSION);
        var participant = context.contender("a");
        var hold = LockQueue.take(participant);

        ScenarioContext.await(
                "released by another thread", participant.async(() -> released(hold)), ScenarioContext.AT_ONCE);

        assertThat(hold.isHeld()).isFalse();
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        hold.close();
        LockQueue.take(participant).release();
    }

    private static boolean released(Lock.Hold hold) {
        hold.release();
        return true;
    }
}
