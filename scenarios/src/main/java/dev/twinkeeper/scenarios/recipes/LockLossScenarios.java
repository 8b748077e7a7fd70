package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.SHARED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Wire;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The lock when requests, answers, connections, sessions, znodes and servers are lost. */
public final class LockLossScenarios {
    // Requests and answers.

    @Verifies({Rule.K7, Rule.K1})
    public void theAnswerToTheCreateIsLostAndThereIsOneZnode(ScenarioContext context) {
        heldOverALossyWire(context, wire -> wire.loseAnswer(LockQueue.inQueue(context, "create")));
    }

    @Verifies({Rule.K7, Rule.K1})
    public void theCreateIsLostAndThereIsOneZnode(ScenarioContext context) {
        heldOverALossyWire(context, wire -> wire.loseRequest(LockQueue.inQueue(context, "create")));
    }

    @Verifies({Rule.K7, Rule.K1})
    public void theCreateIsLostAndThenItsAnswerAndThereIsOneZnode(ScenarioContext context) {
        heldOverALossyWire(context, wire -> {
            wire.loseRequest(LockQueue.inQueue(context, "create"));
            wire.loseAnswer(LockQueue.inQueue(context, "create"));
        });
    }

    private static void heldOverALossyWire(ScenarioContext context, Consumer<Wire> loss) {
        var queue = new LockQueue(context);
        context.prepareWire(loss);
        var participant = context.contender("a");

        for (int n = 1; n <= 2; n++) { // the first one makes the place, too
            var hold = LockQueue.take(participant);
            assertThat(queue.names()).hasSize(1);
            queue.mark(hold);
            hold.release();
            loss.accept(participant.wire());
        }

        queue.check(2);
    }

    @Verifies({Rule.K7, Rule.K2})
    public void theAnswerToTheCreateOfAWaitingOneIsLostAndItKeepsItsPlace(ScenarioContext context) {
        var queue = new LockQueue(context);
        var hold = LockQueue.take(context.contender("a"));
        var unlucky = context.contender("b");
        unlucky.wire().loseAnswer(LockQueue.inQueue(context, "create"));

        var second = queue.ask(unlucky);
        var third = queue.ask(context.contender("c"));
        context.eventually("it watches", ScenarioContext.READY, () -> unlucky.watches() == 1);
        assertThat(queue.names()).hasSize(3);
        hold.release();

        var unluckyHold = queue.holds(second);
        assertThat(third).isNotDone();
        unluckyHold.release();
        queue.holds(third).release();
    }

    @Verifies({Rule.K2, Rule.X5})
    public void theAnswerToTheReleaseIsLostAndTheNextOneHolds(ScenarioContext context) {
        releasedOverALossyWire(context, wire -> wire.loseAnswer(LockQueue.inQueue(context, "delete")));
    }

    @Verifies({Rule.K2, Rule.X5})
    public void theReleaseIsLostAndTheNextOneHolds(ScenarioContext context) {
        releasedOverALossyWire(context, wire -> wire.loseRequest(LockQueue.inQueue(context, "delete")));
    }

    private static void releasedOverALossyWire(ScenarioContext context, Consumer<Wire> loss) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = LockQueue.take(holder);
        var next = queue.ask(context.contender("b"));

        loss.accept(holder.wire());
        hold.release();

        queue.holds(next, ScenarioContext.READY).release();
        LockQueue.take(holder).release();
    }

    // The holder's session.

    @Verifies({Rule.K4, Rule.K2})
    public void aHolderWhoseSessionExpiresIsToldAndCannotRelease(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(context.contender("b"));

        holder.expire();

        var successor = queue.holds(next, ScenarioContext.SUCCESSION);
        holder.awaitEvent(RecipeEvent.Lost.class, ScenarioContext.SUCCESSION);
        assertThat(hold.isHeld()).isFalse();
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        successor.release();
        LockQueue.take(holder).release();
    }

    @Verifies({Rule.K4, Rule.K5, Rule.K1})
    public void aZombieSaysThatItDoesNotHoldAndItsTokenIsRefused(ScenarioContext context) {
        var queue = new LockQueue(context);
        context.sessionTimeout(ScenarioContext.SESSION_TIMEOUT);
        var resource = new LockQueue.Fenced();
        var zombie = context.contender("a");
        var hold = heldAndHeard(zombie);
        assertThat(resource.write(hold.token())).isTrue();
        var next = queue.ask(context.contender("b"));

        zombie.wire().cut();
        context.eventually("it does not say that it holds", ScenarioContext.SESSION_TIMEOUT, () -> !hold.isHeld());
        assertThat(next).as("the next one, while the session may live").isNotDone();
        var successor = queue.holds(next, ScenarioContext.SUCCESSION);
        queue.mark(successor);

        assertThat(resource.write(successor.token())).isTrue();
        assertThat(resource.write(hold.token())).as("the zombie's write").isFalse();
        zombie.wire().mend();
        zombie.awaitEvent(RecipeEvent.Lost.class, ScenarioContext.READY);
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        assertThat(successor.isHeld()).isTrue();
        queue.check(1);
    }

    @Verifies({Rule.K4, Rule.X5})
    public void aHolderCutOffForAMomentHoldsAgain(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(context.contender("b"));

        holder.wire().cut();
        context.eventually("it does not say that it holds", ScenarioContext.AT_ONCE, () -> !hold.isHeld());
        holder.wire().mend();
        context.eventually("it holds again", ScenarioContext.READY, hold::isHeld);

        queue.mark(hold);
        assertThat(next).isNotDone();
        assertThat(holder.events()).isEmpty();
        hold.release();
        queue.holds(next).release();
        queue.check(1);
    }

    @Verifies({Rule.K4, Rule.X4})
    public void aHoldReleasedWhileCutOffIsGoneWhenMended(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(context.contender("b"));

        holder.wire().cut();
        context.eventually("it notices", ScenarioContext.AT_ONCE, () -> !hold.isHeld());
        var released = holder.async(() -> {
            hold.release();
            return true;
        });
        holder.wire().mend();

        ScenarioContext.await("released", released, ScenarioContext.READY);
        queue.holds(next, ScenarioContext.READY).release();
        assertThat(holder.events()).isEmpty();
    }

    // The holder's znode.

    @Verifies({Rule.K4, Rule.K2})
    public void aHolderWhoseZnodeAnOperatorDeletesIsToldAtOnce(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(context.contender("b"));

        queue.delete(0);

        holder.awaitEvent(RecipeEvent.Lost.class, ScenarioContext.AT_ONCE);
        assertThat(hold.isHeld()).isFalse();
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        assertThat(queue.holds(next).isHeld()).isTrue();
        assertThat(holder.told(RecipeEvent.Lost.class)).containsExactly(new RecipeEvent.Lost(hold.token()));
    }

    @Verifies(Rule.K4)
    public void aHolderWhoseZnodeIsDeletedWhileItIsCutOffIsToldWhenMended(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = heldAndHeard(holder);

        holder.wire().cut();
        queue.delete(0);
        holder.wire().mend();

        holder.awaitEvent(RecipeEvent.Lost.class, ScenarioContext.READY);
        assertThat(hold.isHeld()).isFalse();
        hold.onLost(() -> holder.note(new RecipeEvent.Lost(0)));
        holder.awaitEvent(
                RecipeEvent.Lost.class, holder.events().get(0).at(), any -> any.token() == 0, ScenarioContext.AT_ONCE);
    }

    // Those that wait.

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneWhoseSessionExpiresIsToldAndTheOthersGoOn(ScenarioContext context) {
        var queue = new LockQueue(context);
        var hold = LockQueue.take(context.contender("a"));
        var unlucky = context.contender("b");
        var lost = queue.ask(unlucky);
        var last = queue.ask(context.contender("c"));

        unlucky.expire();
        context.eventually("it is told", ScenarioContext.SUCCESSION, lost::isDone);
        hold.release();

        assertThat(LockQueue.problemOf(lost)).contains(Problem.SESSION_LOST);
        queue.holds(last).release();
        LockQueue.take(unlucky).release();
        assertThat(queue.names()).isEmpty();
    }

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneCutOffForAMomentKeepsItsPlace(ScenarioContext context) {
        var queue = new LockQueue(context);
        var hold = LockQueue.take(context.contender("a"));
        var unlucky = context.contender("b");
        var second = queue.ask(unlucky);
        var third = queue.ask(context.contender("c"));
        var names = queue.names();

        // The watch's gap: the one before it goes while it hears nothing.
        unlucky.wire().cut();
        hold.release();
        unlucky.wire().mend();

        var late = queue.holds(second, ScenarioContext.READY);
        assertThat(queue.names()).isEqualTo(names.subList(1, 3));
        assertThat(third).isNotDone();
        late.release();
        queue.holds(third).release();
    }

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneCutOffAgainAndAgainKeepsItsPlace(ScenarioContext context) {
        var queue = new LockQueue(context);
        var hold = LockQueue.take(context.contender("a"));
        var unlucky = context.contender("b");
        var second = queue.ask(unlucky);
        queue.ask(context.contender("c"));
        var names = queue.names();

        var losses = Stream.generate(() -> unlucky.wire().loseAnswer(LockQueue.inPlace(context, "getChildren")))
                .limit(4)
                .toList();
        unlucky.wire().reset();
        losses.forEach(each -> ScenarioContext.await("an answer is lost", each, ScenarioContext.READY));
        hold.release();

        queue.holds(second, ScenarioContext.READY);
        assertThat(queue.names()).isEqualTo(names.subList(1, 3));
    }

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneWhoseZnodeAnOperatorDeletesAsksAgain(ScenarioContext context) {
        var queue = new LockQueue(context);
        var hold = LockQueue.take(context.contender("a"));
        var unlucky = queue.ask(context.contender("b"));
        var other = queue.ask(context.contender("c"), SHARED);

        queue.delete(1);
        hold.release();

        queue.holds(other).release();
        var late = queue.holds(unlucky, ScenarioContext.READY);
        assertThat(queue.names()).hasSize(1);
        late.release();
    }

    // The place, and the servers.

    @Verifies({Rule.X5, Rule.K5})
    public void aPlaceThatWasRemovedIsMadeAgain(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(context.contender("b"));

        queue.operator().deleteAll(ScenarioContext.RECIPE);

        holder.awaitEvent(RecipeEvent.Lost.class, ScenarioContext.READY);
        var late = queue.holds(next, ScenarioContext.READY);
        assertThat(late.token()).isGreaterThan(hold.token());
        late.release();
    }

    @Verifies({Rule.X5, Rule.K5})
    public void theTokenRisesAlsoWhenThePlaceWasRemovedMeanwhile(ScenarioContext context) {
        var queue = new LockQueue(context);
        var participant = context.contender("a");
        var first = LockQueue.take(participant);
        first.release();

        // An operator, or the servers if it is a container: sequence numbers begin again.
        queue.operator().delete(ScenarioContext.RECIPE);

        var second = LockQueue.take(participant);
        assertThat(queue.names().get(0)).endsWith("0000000000");
        assertThat(second.token()).isGreaterThan(first.token());
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.K1})
    public void theLockLivesOnAfterALostQuorum(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(context.contender("b"));

        context.ensemble().loseQuorum();
        context.eventually("it does not say that it holds", ScenarioContext.READY, () -> !hold.isHeld());
        context.ensemble().restore();
        context.eventually("it holds again", ScenarioContext.RECOVERY, hold::isHeld);
        // A mark is made once, so whoever makes it has to be connected again.
        queue.operator().awaitExists(ScenarioContext.RECIPE, ScenarioContext.RECOVERY);

        queue.mark(hold);
        assertThat(next).isNotDone();
        hold.release();
        queue.holds(next, ScenarioContext.RECOVERY).release();
        queue.check(1);
    }

    private static Lock.Hold heldAndHeard(TestParticipant<Lock> participant) {
        var hold = LockQueue.take(participant);
        hold.onLost(() -> participant.note(new RecipeEvent.Lost(hold.token())));
        return hold;
    }
}
