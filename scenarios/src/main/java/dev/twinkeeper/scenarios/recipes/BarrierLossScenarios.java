package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.SOON;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.await;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.enter;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.leave;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.members;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.out;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.pass;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.problem;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.READY;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.RECIPE;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.RECOVERY;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.SUCCESSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Patience;
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
    public void whoWaitsAloneWaitsOnWhenItsConnectionComesAndGoes(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 2);
        var waiting = entersFirst(hand, members.get(0));

        members.get(0).wire().reset();
        stage.throughout(
                "nobody passes alone",
                Duration.ofMillis(2_500),
                () -> !waiting.isDone() || waiting.isCompletedExceptionally());
        assertThat(waiting).as("who waits").isNotDone();
        var second = enter(members.get(1));

        assertThat(await(stage, second)).isTrue();
        assertThat(await(stage, waiting)).isTrue();
        out(stage, members);
        assertThat(Gathering.times(stage, members)).isEqualTo(1);
    }

    @Verifies({Rule.B1, Rule.B3})
    public void whoDiedWhileItWaitedIsNotCounted(RecipeStage stage) {
        var hand = stage.hand();
        var members = members(stage, 3);
        var dying = entersFirst(hand, members.get(0));
        var second = enter(members.get(1));
        present(hand, 2);

        members.get(0).expire();
        assertThat(problem(stage, dying)).isEqualTo(Problem.SESSION_LOST);
        var third = enter(members.get(2));
        stage.throughout("two of three wait", SOON, () -> !second.isDone() && !third.isDone());
        var again = enter(members.get(0));

        assertThat(Stream.of(second, third, again).map(one -> await(stage, one)))
                .containsOnly(true);
        out(stage, members);
        assertThat(Gathering.times(stage, members)).isEqualTo(1);
    }

    @Verifies({Rule.B1, Rule.B3})
    public void whoDiesAsTheLastOneCountsIsNotCounted(RecipeStage stage) {
        var hand = stage.hand();
        var dying = stage.barrier("m1", 3);
        var second = stage.barrier("m2", 3);
        var lost = entersFirst(hand, dying);
        var waiting = enter(second);
        present(hand, 2);

        // It has counted three, and has yet to say so.
        stage.prepareWire(wire -> before(stage, wire, 2, dying::expire));
        var counter = stage.barrier("m3", 3);
        var counting = enter(counter);
        assertThat(problem(stage, lost)).isEqualTo(Problem.SESSION_LOST);
        stage.throughout("two of three wait", SOON, () -> !waiting.isDone() && !counting.isDone());
        var again = enter(dying);

        assertThat(Stream.of(waiting, counting, again).map(one -> await(stage, one)))
                .containsOnly(true);
        out(stage, List.of(dying, second, counter));
    }

    @Verifies({Rule.B2, Rule.B3})
    public void theOthersLeaveWithoutThoseThatCrashedInTheMiddle(RecipeStage stage) {
        var members = members(stage, 4);
        pass(stage, members);

        members.get(0).expire();
        var leaving =
                members.subList(2, 4).stream().map(BarrierScenarios::leave).toList();
        stage.throughout("one is in yet", SOON, () -> leaving.stream().noneMatch(CompletableFuture::isDone));
        members.get(1).wire().cut();

        leaving.forEach(one -> assertThat(stage.await("leave", one, SUCCESSION)).isTrue());
        assertThat(await(stage, leave(members.get(0))))
                .as("who lost its session")
                .isTrue();
        members.get(1).wire().mend();
        assertThat(await(stage, leave(members.get(1)))).as("who was cut off").isTrue();
        pass(stage, members);
        out(stage, members);
    }

    @Verifies({Rule.B4, Rule.B3})
    public void aRoundInWhichAllDiedIsOver(RecipeStage stage) {
        var dead = members(stage, 2);
        pass(stage, dead);

        dead.forEach(Player::expire);
        var next = members(stage, 2);
        var first = enter(next.get(0));
        next.get(0).awaitConnected();
        stage.throughout("one of two waits", SOON, () -> !first.isDone());

        assertThat(await(stage, enter(next.get(1)))).isTrue();
        assertThat(await(stage, first)).isTrue();
        out(stage, next);
        dead.forEach(member -> assertThat(await(stage, leave(member))).isTrue());
    }

    @Verifies({Rule.B5, Rule.B2})
    public void whatHappensInAWatchsGapIsHeard(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 2);
        var gap = members.get(0);
        var entering = entersFirst(hand, gap);
        stage.settle();

        gap.wire().cut();
        assertThat(await(stage, enter(members.get(1)))).isTrue();
        gap.wire().mend();
        assertThat(await(stage, entering)).as("whether it is in").isTrue();
        var leaving = leave(gap);
        present(hand, 1, 2);
        gap.wire().cut();
        var last = leave(members.get(1));
        gap.wire().mend();

        assertThat(await(stage, last)).isTrue();
        assertThat(await(stage, leaving)).as("whether all have left").isTrue();
    }

    @Verifies({Rule.B5, Rule.B4})
    public void everyAnswerMayBeLost(RecipeStage stage) {
        losing(stage, Wire::loseAnswer);
    }

    @Verifies({Rule.B5, Rule.B4})
    public void everyRequestMayBeLost(RecipeStage stage) {
        losing(stage, Wire::loseRequest);
    }

    /** Round after round: in the n-th, each member loses its n-th write. */
    private static void losing(
            RecipeStage stage, BiFunction<Wire, Predicate<Request>, CompletableFuture<Request>> loss) {
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 2);
        pass(stage, members);
        out(stage, members);

        int lost = 0;
        for (int n = 1; n <= 3; n++) {
            int which = n;
            List<CompletableFuture<Request>> losses = members.stream()
                    .map(member -> {
                        var writes = new AtomicInteger();
                        return loss.apply(
                                member.wire(),
                                request -> isOfMember(stage, request) && writes.incrementAndGet() == which);
                    })
                    .toList();
            pass(stage, members);
            out(stage, members);
            lost += (int) losses.stream().filter(CompletableFuture::isDone).count();
        }

        assertThat(lost).as("lost").isGreaterThanOrEqualTo(4);
        assertThat(Gathering.times(stage, members)).isEqualTo(4);
        assertThat(stage.hand().children(RECIPE).stream().filter(child -> !child.equals("ready")))
                .isEmpty();
    }

    @Verifies({Rule.B1, Rule.B3})
    public void aMemberThatCameBackIsNotCountedTwice(RecipeStage stage) {
        var hand = stage.hand();
        var zombie = stage.barrier("m1", 2);
        entersFirst(hand, zombie);

        // Its process has died, the servers don't know yet, and it is started again.
        zombie.wire().cut();
        var reborn = stage.barrier("m1", 2);
        var entering = enter(reborn);
        stage.throughout("it is alone", RecipeStage.SESSION_TIMEOUT.plus(SOON), () -> !entering.isDone());
        var second = stage.barrier("m2", 2);

        assertThat(await(stage, enter(second))).isTrue();
        assertThat(await(stage, entering)).isTrue();
        out(stage, List.of(reborn, second));
        assertThat(Gathering.times(stage, List.of(reborn, second))).isEqualTo(1);
    }

    @Verifies({Rule.X5, Rule.B1})
    public void whatAnOperatorDeletesComesAgain(RecipeStage stage) {
        var hand = stage.hand();
        var members = members(stage, 2);
        var waiting = entersFirst(hand, members.get(0));

        String znode = RECIPE + "/" + hand.children(RECIPE).get(0);
        hand.delete(znode);
        present(hand, 1);
        hand.deleteAll(RECIPE);
        present(hand, 1);
        assertThat(waiting).isNotDone();

        assertThat(await(stage, enter(members.get(1)))).isTrue();
        assertThat(await(stage, waiting)).isTrue();
        out(stage, members);
    }

    @Verifies({Rule.X5, Rule.B4})
    public void whoLeavesWhatAnOperatorDeletedIsThrough(RecipeStage stage) {
        var members = members(stage, 2);
        pass(stage, members);

        stage.hand().deleteAll(RECIPE);

        out(stage, members);
        pass(stage, members);
        out(stage, members);
    }

    @Verifies({Rule.X4, Rule.B4})
    public void whoLeavesWhatAnOperatorReopenedLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        var members = members(stage, 2);
        var entering = entersFirst(hand, members.get(0));
        assertThat(await(stage, enter(members.get(1)))).isTrue();
        assertThat(await(stage, entering)).isTrue();

        var first = leave(members.get(0));
        stage.throughout("it waits for the other", SOON, () -> !first.isDone());
        hand.set(RECIPE, "");

        assertThat(await(stage, leave(members.get(1)))).isTrue();
        assertThat(await(stage, first)).isTrue();
        assertThat(hand.children(RECIPE)).isEmpty();
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.B5})
    public void theBarrierOutlivesALostQuorumAndARestartedEnsemble(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 2);
        var waiting = members.get(0).async(() -> members.get(0).recipe().enter(RECOVERY));
        present(hand, 1);

        stage.ensemble().loseQuorum();
        stage.ensemble().restore();
        stage.ensemble().restart();
        assertThat(waiting).isNotDone();
        var second = members.get(1).async(() -> members.get(1).recipe().enter(RECOVERY));

        assertThat(stage.await("enter", second, RECOVERY)).isTrue();
        assertThat(stage.await("enter", waiting, RECOVERY)).isTrue();
        out(stage, members);
    }

    // Helpers.

    /** Begins to enter, and is there. */
    private static CompletableFuture<Boolean> entersFirst(Hand hand, Player<Barrier> member) {
        var entering = enter(member);
        present(hand, 1);
        return entering;
    }

    /** Waits until that many members have their znodes there, or one of these numbers. */
    static void present(Hand hand, Integer... counts) {
        Patience.until(
                "there are " + List.of(counts),
                READY,
                () -> List.of(counts).contains(hand.children(RECIPE).size()));
    }

    /** Has this done before the n-th write from now of that member's own passes. */
    static void before(RecipeStage stage, Wire wire, int n, Runnable action) {
        var writes = new AtomicInteger();
        wire.loseAnswer(request -> {
            if (isOfMember(stage, request) && writes.incrementAndGet() == n) {
                action.run();
            }
            return false;
        });
    }

    private static boolean isOfMember(RecipeStage stage, Request request) {
        return request.writes() && request.paths().stream().anyMatch(path -> path.startsWith(stage.path() + "/"));
    }
}
