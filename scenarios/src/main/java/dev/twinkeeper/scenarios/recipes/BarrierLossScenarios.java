package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.ScenarioContext.READY;
import static dev.twinkeeper.scenarios.ScenarioContext.RECIPE;
import static dev.twinkeeper.scenarios.ScenarioContext.RECOVERY;
import static dev.twinkeeper.scenarios.ScenarioContext.SUCCESSION;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.SOON;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.await;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.enter;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.leave;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.members;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.out;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.pass;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.problem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The double barrier when members, connections, sessions and servers are lost. */
public final class BarrierLossScenarios {
    /** Outlives every cut of these scenarios. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    @Verifies({Rule.B1, Rule.B5, Rule.X5})
    public void whoWaitsAloneWaitsOnWhenItsConnectionComesAndGoes(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 2);
        var waiting = entersFirst(operator, members.get(0));

        members.get(0).wire().reset();
        context.throughout(
                "nobody passes alone",
                Duration.ofMillis(2_500),
                () -> !waiting.isDone() || waiting.isCompletedExceptionally());
        assertThat(waiting).as("who waits").isNotDone();
        var second = enter(members.get(1));

        assertThat(await(context, second)).isTrue();
        assertThat(await(context, waiting)).isTrue();
        out(context, members);
        assertThat(Gathering.times(context, members)).isEqualTo(1);
    }

    @Verifies({Rule.B1, Rule.B3})
    public void whoDiedWhileItWaitedIsNotCounted(ScenarioContext context) {
        var operator = context.operator();
        var members = members(context, 3);
        var dying = entersFirst(operator, members.get(0));
        var second = enter(members.get(1));
        present(operator, 2);

        members.get(0).expire();
        assertThat(problem(context, dying)).isEqualTo(Problem.SESSION_LOST);
        var third = enter(members.get(2));
        context.throughout("two of three wait", SOON, () -> !second.isDone() && !third.isDone());
        var again = enter(members.get(0));

        assertThat(Stream.of(second, third, again).map(one -> await(context, one)))
                .containsOnly(true);
        out(context, members);
        assertThat(Gathering.times(context, members)).isEqualTo(1);
    }

    @Verifies({Rule.B1, Rule.B3})
    public void whoDiesAsTheLastOneCountsIsNotCounted(ScenarioContext context) {
        var operator = context.operator();
        var dying = context.barrier("m1", 3);
        var second = context.barrier("m2", 3);
        var lost = entersFirst(operator, dying);
        var waiting = enter(second);
        present(operator, 2);

        // It has counted three, and has yet to say so.
        context.prepareWire(wire -> before(context, wire, 2, dying::expire));
        var counter = context.barrier("m3", 3);
        var counting = enter(counter);
        assertThat(problem(context, lost)).isEqualTo(Problem.SESSION_LOST);
        context.throughout("two of three wait", SOON, () -> !waiting.isDone() && !counting.isDone());
        var again = enter(dying);

        assertThat(Stream.of(waiting, counting, again).map(one -> await(context, one)))
                .containsOnly(true);
        out(context, List.of(dying, second, counter));
    }

    @Verifies({Rule.B2, Rule.B3})
    public void theOthersLeaveWithoutThoseThatCrashedInTheMiddle(ScenarioContext context) {
        var members = members(context, 4);
        pass(context, members);

        members.get(0).expire();
        var leaving =
                members.subList(2, 4).stream().map(BarrierScenarios::leave).toList();
        context.throughout("one is in yet", SOON, () -> leaving.stream().noneMatch(CompletableFuture::isDone));
        members.get(1).wire().cut();

        leaving.forEach(one ->
                assertThat(ScenarioContext.await("leave", one, SUCCESSION)).isTrue());
        assertThat(await(context, leave(members.get(0))))
                .as("who lost its session")
                .isTrue();
        members.get(1).wire().mend();
        assertThat(await(context, leave(members.get(1)))).as("who was cut off").isTrue();
        pass(context, members);
        out(context, members);
    }

    @Verifies({Rule.B2, Rule.X5})
    public void whoLostItsSessionIsNotThroughBeforeTheOthersHaveLeft(ScenarioContext context) {
        var members = members(context, 2);
        pass(context, members);
        var lost = members.get(0);
        lost.expire();
        context.eventually(
                "it has another session", READY, () -> lost.wire().sessions().size() == 2);

        var leaving = leave(lost);
        context.throughout("it waits for the other one", Duration.ofSeconds(1), () -> !leaving.isDone());
        var other = leave(members.get(1));

        assertThat(await(context, leaving)).isTrue();
        assertThat(await(context, other)).isTrue();
    }

    @Verifies({Rule.B4, Rule.B3})
    public void aRoundInWhichAllDiedIsOver(ScenarioContext context) {
        var dead = members(context, 2);
        pass(context, dead);

        dead.forEach(TestParticipant::expire);
        var next = members(context, 2);
        var first = enter(next.get(0));
        next.get(0).awaitReady();
        context.throughout("one of two waits", SOON, () -> !first.isDone());

        assertThat(await(context, enter(next.get(1)))).isTrue();
        assertThat(await(context, first)).isTrue();
        out(context, next);
        dead.forEach(member -> assertThat(await(context, leave(member))).isTrue());
    }

    @Verifies({Rule.B5, Rule.B2})
    public void whatHappensInAWatchsGapIsHeard(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 2);
        var gap = members.get(0);
        var entering = entersFirst(operator, gap);
        context.settle();

        gap.wire().cut();
        assertThat(await(context, enter(members.get(1)))).isTrue();
        gap.wire().mend();
        assertThat(await(context, entering)).as("whether it is in").isTrue();
        var leaving = leave(gap);
        present(operator, 1, 2);
        gap.wire().cut();
        var last = leave(members.get(1));
        gap.wire().mend();

        assertThat(await(context, last)).isTrue();
        assertThat(await(context, leaving)).as("whether all have left").isTrue();
    }

    @Verifies({Rule.B5, Rule.B4})
    public void everyAnswerMayBeLost(ScenarioContext context) {
        losing(context, Wire::loseAnswer);
    }

    @Verifies({Rule.B5, Rule.B4})
    public void everyRequestMayBeLost(ScenarioContext context) {
        losing(context, Wire::loseRequest);
    }

    /** Round after round: in the n-th, each member loses its n-th write. */
    private static void losing(
            ScenarioContext context, BiFunction<Wire, Predicate<Request>, CompletableFuture<Request>> loss) {
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 2);
        pass(context, members);
        out(context, members);

        int lost = 0;
        for (int n = 1; n <= 3; n++) {
            int which = n;
            List<CompletableFuture<Request>> losses = members.stream()
                    .map(member -> {
                        var writes = new AtomicInteger();
                        return loss.apply(
                                member.wire(),
                                request -> isOfMember(context, request) && writes.incrementAndGet() == which);
                    })
                    .toList();
            pass(context, members);
            out(context, members);
            lost += (int) losses.stream().filter(CompletableFuture::isDone).count();
        }

        assertThat(lost).as("lost").isGreaterThanOrEqualTo(4);
        assertThat(Gathering.times(context, members)).isEqualTo(4);
        assertThat(context.operator().children(RECIPE).stream().filter(child -> !child.equals("ready")))
                .isEmpty();
    }

    @Verifies({Rule.B1, Rule.B3})
    public void aMemberThatCameBackIsNotCountedTwice(ScenarioContext context) {
        var operator = context.operator();
        var zombie = context.barrier("m1", 2);
        entersFirst(operator, zombie);

        // Its process has died, the servers don't know yet, and it is started again.
        zombie.wire().cut();
        var reborn = context.barrier("m1", 2);
        var entering = enter(reborn);
        context.throughout("it is alone", ScenarioContext.SESSION_TIMEOUT.plus(SOON), () -> !entering.isDone());
        var second = context.barrier("m2", 2);

        assertThat(await(context, enter(second))).isTrue();
        assertThat(await(context, entering)).isTrue();
        out(context, List.of(reborn, second));
        assertThat(Gathering.times(context, List.of(reborn, second))).isEqualTo(1);
    }

    @Verifies({Rule.X5, Rule.B1})
    public void whatAnOperatorDeletesComesAgain(ScenarioContext context) {
        var operator = context.operator();
        var members = members(context, 2);
        var waiting = entersFirst(operator, members.get(0));

        String znode = RECIPE + "/" + operator.children(RECIPE).get(0);
        operator.delete(znode);
        present(operator, 1);
        operator.deleteAll(RECIPE);
        present(operator, 1);
        assertThat(waiting).isNotDone();

        assertThat(await(context, enter(members.get(1)))).isTrue();
        assertThat(await(context, waiting)).isTrue();
        out(context, members);
    }

    @Verifies({Rule.X5, Rule.B4})
    public void whoLeavesWhatAnOperatorDeletedIsThrough(ScenarioContext context) {
        var members = members(context, 2);
        pass(context, members);

        context.operator().deleteAll(RECIPE);

        out(context, members);
        pass(context, members);
        out(context, members);
    }

    @Verifies({Rule.X4, Rule.B4})
    public void whoLeavesWhatAnOperatorReopenedLeavesNothing(ScenarioContext context) {
        var operator = context.operator();
        var members = members(context, 2);
        var entering = entersFirst(operator, members.get(0));
        assertThat(await(context, enter(members.get(1)))).isTrue();
        assertThat(await(context, entering)).isTrue();

        var first = leave(members.get(0));
        context.throughout("it waits for the other", SOON, () -> !first.isDone());
        operator.set(RECIPE, "");

        assertThat(await(context, leave(members.get(1)))).isTrue();
        assertThat(await(context, first)).isTrue();
        assertThat(operator.children(RECIPE)).isEmpty();
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.B5})
    public void theBarrierOutlivesALostQuorumAndARestartedEnsemble(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 2);
        var waiting = members.get(0).async(() -> members.get(0).role().enter(RECOVERY));
        present(operator, 1);

        context.ensemble().loseQuorum();
        context.ensemble().restore();
        context.ensemble().restart();
        assertThat(waiting).isNotDone();
        var second = members.get(1).async(() -> members.get(1).role().enter(RECOVERY));

        assertThat(ScenarioContext.await("enter", second, RECOVERY)).isTrue();
        assertThat(ScenarioContext.await("enter", waiting, RECOVERY)).isTrue();
        out(context, members);
    }

    // Helpers.

    /** Begins to enter, and is there. */
    private static CompletableFuture<Boolean> entersFirst(Operator operator, TestParticipant<Barrier> member) {
        var entering = enter(member);
        present(operator, 1);
        return entering;
    }

    /** Waits until that many members have their znodes there, or one of these numbers. */
    static void present(Operator operator, Integer... counts) {
        BoundedWait.until(
                "there are " + List.of(counts),
                READY,
                () -> List.of(counts).contains(operator.children(RECIPE).size()));
    }

    /** Has this done before the n-th write from now of that member's own passes. */
    static void before(ScenarioContext context, Wire wire, int n, Runnable action) {
        var writes = new AtomicInteger();
        wire.loseAnswer(request -> {
            if (isOfMember(context, request) && writes.incrementAndGet() == n) {
                action.run();
            }
            return false;
        });
    }

    private static boolean isOfMember(ScenarioContext context, Request request) {
        return request.writes() && request.paths().stream().anyMatch(path -> path.startsWith(context.path() + "/"));
    }
}
