package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.before;
import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.present;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.SOON;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.await;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.enter;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.leave;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.members;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.out;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.pass;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.problem;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.AT_ONCE;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.READY;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.RECIPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.ZooDefs.Perms;

/** The double barrier when somebody's time is up: not counted, taken back, and told so, also where no server can be. */
public final class BarrierTimeScenarios {
    /** Not before it is there, on a busy machine; and then soon. */
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    @Verifies({Rule.B1, Rule.B3})
    public void whoseTimeIsUpAsTheLastOneCountsIsNotCounted(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var hasty = stage.barrier("m1", 2);
        var givingUp = entersForAWhile(stage, hand, hasty);

        stage.prepareWire(wire -> before(stage, wire, 2, () -> await(stage, givingUp)));
        var counter = stage.barrier("m2", 2);
        var counting = enter(counter);

        assertThat(await(stage, givingUp)).isFalse();
        stage.throughout("one of two waits", SOON, () -> !counting.isDone());
        assertThat(await(stage, enter(hasty))).isTrue();
        assertThat(await(stage, counting)).isTrue();
        out(stage, List.of(hasty, counter));
    }

    @Verifies({Rule.B1, Rule.B5})
    public void whoseTimeIsUpJustAfterAllWereThereIsIn(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 2);
        var hasty = members.get(0);
        var second = new CompletableFuture<Boolean>();
        connected(stage, members.get(1));

        // What takes it back is held until the round has begun.
        var givingUp = entersForAWhile(stage, hand, hasty);
        before(stage, hasty.wire(), 1, () -> await(stage, second));
        stage.throughout("it waits", A_WHILE.plus(SOON), () -> !givingUp.isDone());
        enter(members.get(1)).thenAccept(second::complete);

        assertThat(await(stage, second)).isTrue();
        assertThat(await(stage, givingUp)).as("whether it is in").isTrue();
        out(stage, members);
    }

    @Verifies({Rule.X5, Rule.X4, Rule.B4})
    public void whoIsCutOffWhenItsTimeIsUpIsToldSoAndTakenBack(RecipeStage stage) {
        var hand = stage.hand();
        var members = members(stage, 3);
        var cutOff = members.subList(0, 2);
        cutOff.forEach(member -> connected(stage, member));
        var entering = cutOff.stream()
                .map(member -> member.async(() -> member.recipe().enter(A_WHILE)))
                .toList();
        present(hand, 2);

        cutOff.get(0).wire().cut();
        cutOff.get(1).wire().stallReplies();
        toldInTime(stage, entering);
        cutOff.forEach(member -> member.wire().mend());
        present(hand, 0);

        pass(stage, members);
        out(stage, members);
    }

    @Verifies({Rule.X5, Rule.B2, Rule.B4})
    public void whoIsCutOffWhenItsTimeToLeaveIsUpIsToldSoAndHasLeft(RecipeStage stage) {
        var hand = stage.hand();
        var members = members(stage, 3);
        pass(stage, members);
        var cutOff = members.subList(0, 2);
        var leaving = cutOff.stream()
                .map(member -> member.async(() -> member.recipe().leave(A_WHILE)))
                .toList();
        present(hand, 1, 2); // the first in stays until the others have gone

        cutOff.get(0).wire().cut();
        cutOff.get(1).wire().stallReplies();
        toldInTime(stage, leaving);
        cutOff.forEach(member -> member.wire().mend());
        assertThat(await(stage, leave(members.get(2)))).isTrue();

        pass(stage, members);
        out(stage, members);
    }

    @Verifies({Rule.B3, Rule.X4})
    public void whoseTimeIsUpInTheGapOfAConnectionLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var hasty = stage.barrier("m1", 2);
        var givingUp = entersForAWhile(stage, hand, hasty);

        hasty.wire().cut();
        stage.throughout("nobody can be told", A_WHILE.plus(SOON), () -> !givingUp.isDone());
        hasty.wire().mend();

        assertThat(await(stage, givingUp)).isFalse();
        assertThat(hasty.watches()).as("watches of the hasty one").isZero();
        assertThat(hand.children(RECIPE)).isEmpty();
    }

    @Verifies({Rule.B3, Rule.X4})
    public void whoMayNotTakeItBackIsNotCountedAllTheSame(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var hasty = stage.barrier("m1", 2);
        var givingUp = entersForAWhile(stage, hand, hasty);

        hand.setAcl(RECIPE, Perms.ALL & ~Perms.DELETE);
        stage.eventually("its time is up", READY, givingUp::isDone);
        assertThat(hand.children(RECIPE)).as("who is counted").isEmpty();
        assertThat(await(stage, givingUp)).isFalse();
        hand.setAcl(RECIPE, Perms.ALL);

        var members = List.of(hasty, stage.barrier("m2", 2));
        pass(stage, members);
        out(stage, members);
    }

    @Verifies({Rule.X5})
    public void whoReachesNoServerIsToldSo(RecipeStage stage) {
        stage.prepareWire(Wire::cut);
        var member = stage.barrier("m1", 1);

        assertThat(problem(stage, member.async(() -> member.recipe().enter(SOON))))
                .isEqualTo(Problem.CANNOT_CONNECT);
        member.wire().mend();

        assertThat(await(stage, enter(member))).isTrue();
        assertThat(await(stage, leave(member))).isTrue();
    }

    // Helpers.

    /** It has been there, and withdrawn: whoever has little time needs it for what it does there. */
    private static void connected(RecipeStage stage, Player<Barrier> member) {
        assertThat(await(stage, member.async(() -> member.recipe().enter(Duration.ZERO))))
                .isFalse();
    }

    /** Enters as the first, for no longer than that, and is there. */
    private static CompletableFuture<Boolean> entersForAWhile(RecipeStage stage, Hand hand, Player<Barrier> member) {
        connected(stage, member);
        var entering = member.async(() -> member.recipe().enter(A_WHILE));
        present(hand, 1);
        return entering;
    }

    /** The time that the contract allows for a patience of {@link #A_WHILE}, with room for a busy machine; and what is told. */
    private static void toldInTime(RecipeStage stage, List<CompletableFuture<Boolean>> calls) {
        var bound = A_WHILE.plus(RecipeStage.SESSION_TIMEOUT.multipliedBy(2)).plus(AT_ONCE);
        // By its own clock one may know before that its session is over; then it is not counted any more.
        calls.forEach(call -> assertThat(call.handle((done, why) -> why == null ? done : problem(stage, call)))
                .succeedsWithin(bound)
                .isIn(false, Problem.CANNOT_CONNECT));
    }
}
