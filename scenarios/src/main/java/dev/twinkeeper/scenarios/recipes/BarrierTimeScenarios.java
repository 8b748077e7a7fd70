package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.ScenarioContext.AT_ONCE;
import static dev.twinkeeper.scenarios.ScenarioContext.READY;
import static dev.twinkeeper.scenarios.ScenarioContext.RECIPE;
import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.before;
import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.present;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.SOON;
import static dev.twinkeeper.scenarios.recipes.BarrierScenarios.all;
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
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.ZooDefs.Perms;

/**
 * The double barrier when a member's time is up: it is not counted, it is taken back, and its caller is told, also when
 * no server can be reached.
 */
public final class BarrierTimeScenarios {
    /** Not before it is there, on a busy machine; and then soon. */
    private static final Duration A_WHILE = Duration.ofMillis(1_500);

    @Verifies({Rule.B1, Rule.B3})
    public void whoseTimeIsUpAsTheLastOneCountsIsNotCounted(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var hasty = context.barrier("m1", 2);
        var givingUp = entersForAWhile(context, operator, hasty);

        context.prepareWire(wire -> before(context, wire, 2, () -> await(context, givingUp)));
        var counter = context.barrier("m2", 2);
        var counting = enter(counter);

        assertThat(await(context, givingUp)).isFalse();
        context.throughout("one of two waits", SOON, () -> !counting.isDone());
        assertThat(await(context, enter(hasty))).isTrue();
        assertThat(await(context, counting)).isTrue();
        out(context, List.of(hasty, counter));
    }

    @Verifies({Rule.B1, Rule.B5})
    public void whoseTimeIsUpJustAfterAllWereThereIsIn(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 2);
        var hasty = members.get(0);
        var second = new CompletableFuture<Boolean>();
        connected(context, members.get(1));

        // What takes it back is held until the round has begun.
        var givingUp = entersForAWhile(context, operator, hasty);
        before(context, hasty.wire(), 1, () -> await(context, second));
        context.throughout("it waits", A_WHILE.plus(SOON), () -> !givingUp.isDone());
        enter(members.get(1)).thenAccept(second::complete);

        assertThat(await(context, second)).isTrue();
        assertThat(await(context, givingUp)).as("whether it is in").isTrue();
        out(context, members);
    }

    @Verifies({Rule.X5, Rule.X4, Rule.B4})
    public void whoIsCutOffWhenItsTimeIsUpIsToldSoAndTakenBack(ScenarioContext context) {
        var operator = context.operator();
        var members = members(context, 3);
        var cutOff = members.subList(0, 2);
        cutOff.forEach(member -> connected(context, member));
        var entering = cutOff.stream()
                .map(member -> member.async(() -> member.role().enter(A_WHILE)))
                .toList();
        present(operator, 2);

        cutOff.get(0).wire().cut();
        cutOff.get(1).wire().stallReplies();
        toldInTime(context, entering);
        cutOff.forEach(member -> member.wire().mend());
        present(operator, 0);

        pass(context, members);
        out(context, members);
    }

    @Verifies({Rule.X5, Rule.B2, Rule.B4})
    public void whoIsCutOffWhenItsTimeToLeaveIsUpIsToldSoAndHasLeft(ScenarioContext context) {
        var operator = context.operator();
        var members = members(context, 3);
        pass(context, members);
        var cutOff = members.subList(0, 2);
        var leaving = cutOff.stream()
                .map(member -> member.async(() -> member.role().leave(A_WHILE)))
                .toList();
        present(operator, 1, 2); // the first in stays until the others have gone

        cutOff.get(0).wire().cut();
        cutOff.get(1).wire().stallReplies();
        toldInTime(context, leaving);
        cutOff.forEach(member -> member.wire().mend());
        assertThat(await(context, leave(members.get(2)))).isTrue();

        pass(context, members);
        out(context, members);
    }

    @Verifies({Rule.B2, Rule.B4})
    public void whoHearsLateThatAllHaveLeftIsThroughAllTheSame(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 3);
        pass(context, members);

        // The first in stays until the others have gone: of two that leave, one goes at once.
        Map<TestParticipant<Barrier>, CompletableFuture<Boolean>> leaving = new HashMap<>();
        members.subList(0, 2).forEach(member -> leaving.put(member, leave(member)));
        context.eventually(
                "one is gone", READY, () -> leaving.keySet().stream().anyMatch(member -> !isThere(operator, member)));
        var late = leaving.keySet().stream()
                .filter(member -> !isThere(operator, member))
                .findFirst()
                .orElseThrow();
        late.wire().stallReplies();
        leaving.put(members.get(2), leave(members.get(2)));
        var prompt = members.stream().filter(member -> member != late).toList();
        assertThat(all("leave", prompt.stream().map(leaving::get).toList())).containsOnly(true);
        var next = prompt.stream().map(BarrierScenarios::enter).toList();
        context.throughout("two of three wait", SOON, () -> next.stream().noneMatch(CompletableFuture::isDone));
        late.wire().mend();

        assertThat(await(context, leaving.get(late))).as("it is through").isTrue();
        assertThat(await(context, enter(late))).isTrue();
        assertThat(all("enter", next)).containsOnly(true);
        out(context, members);
    }

    private static boolean isThere(Operator operator, TestParticipant<Barrier> member) {
        return operator.children(RECIPE).stream()
                .map(child -> operator.stat(RECIPE + "/" + child))
                .flatMap(Optional::stream)
                .anyMatch(stat -> stat.getEphemeralOwner() == member.session().id());
    }

    @Verifies({Rule.B3, Rule.X4})
    public void whoseTimeIsUpInTheGapOfAConnectionLeavesNothing(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var hasty = context.barrier("m1", 2);
        var givingUp = entersForAWhile(context, operator, hasty);

        hasty.wire().cut();
        context.throughout("nobody can be told", A_WHILE.plus(SOON), () -> !givingUp.isDone());
        hasty.wire().mend();

        assertThat(await(context, givingUp)).isFalse();
        assertThat(hasty.watches()).as("watches of the hasty one").isZero();
        assertThat(operator.children(RECIPE)).isEmpty();
    }

    @Verifies({Rule.B3, Rule.X4})
    public void whoMayNotTakeItBackIsNotCountedAllTheSame(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var hasty = context.barrier("m1", 2);
        var givingUp = entersForAWhile(context, operator, hasty);

        operator.setAcl(RECIPE, Perms.ALL & ~Perms.DELETE);
        context.eventually("its time is up", READY, givingUp::isDone);
        assertThat(operator.children(RECIPE)).as("who is counted").isEmpty();
        assertThat(await(context, givingUp)).isFalse();
        operator.setAcl(RECIPE, Perms.ALL);

        var members = List.of(hasty, context.barrier("m2", 2));
        pass(context, members);
        out(context, members);
    }

    @Verifies({Rule.X5})
    public void whoReachesNoServerIsToldSo(ScenarioContext context) {
        context.prepareWire(Wire::cut);
        var member = context.barrier("m1", 1);

        assertThat(problem(context, member.async(() -> member.role().enter(SOON))))
                .isEqualTo(Problem.CANNOT_CONNECT);
        member.wire().mend();

        assertThat(await(context, enter(member))).isTrue();
        assertThat(await(context, leave(member))).isTrue();
    }

    // Helpers.

    /** It has been there, and withdrawn: whoever has little time needs it for what it does there. */
    private static void connected(ScenarioContext context, TestParticipant<Barrier> member) {
        assertThat(await(context, member.async(() -> member.role().enter(Duration.ZERO))))
                .isFalse();
    }

    /** Enters as the first, for no longer than that, and is there. */
    private static CompletableFuture<Boolean> entersForAWhile(
            ScenarioContext context, Operator operator, TestParticipant<Barrier> member) {
        connected(context, member);
        var entering = member.async(() -> member.role().enter(A_WHILE));
        present(operator, 1);
        return entering;
    }

    /** The time that the contract allows for a patience of {@link #A_WHILE}, with room for a busy machine; and what is told. */
    private static void toldInTime(ScenarioContext context, List<CompletableFuture<Boolean>> calls) {
        var bound =
                A_WHILE.plus(ScenarioContext.SESSION_TIMEOUT.multipliedBy(2)).plus(AT_ONCE);
        // By its own clock one may know before that its session is over; then it is not counted any more.
        calls.forEach(call -> assertThat(call.handle((done, why) -> why == null ? done : problem(context, call)))
                .succeedsWithin(bound)
                .isIn(false, Problem.CANNOT_CONNECT));
    }
}
