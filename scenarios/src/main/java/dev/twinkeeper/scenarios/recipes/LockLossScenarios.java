package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.SHARED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Wire;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The lock when requests, answers, connections, sessions, znodes and servers are lost. */
public final class LockLossScenarios {
    // Requests and answers.

    @Verifies({Rule.K7, Rule.K1})
    public void theAnswerToTheCreateIsLostAndThereIsOneZnode(RecipeStage stage) {
        heldOverALossyWire(stage, wire -> wire.loseAnswer(LockQueue.inQueue(stage, "create")));
    }

    @Verifies({Rule.K7, Rule.K1})
    public void theCreateIsLostAndThereIsOneZnode(RecipeStage stage) {
        heldOverALossyWire(stage, wire -> wire.loseRequest(LockQueue.inQueue(stage, "create")));
    }

    @Verifies({Rule.K7, Rule.K1})
    public void theCreateIsLostAndThenItsAnswerAndThereIsOneZnode(RecipeStage stage) {
        heldOverALossyWire(stage, wire -> {
            wire.loseRequest(LockQueue.inQueue(stage, "create"));
            wire.loseAnswer(LockQueue.inQueue(stage, "create"));
        });
    }

    private static void heldOverALossyWire(RecipeStage stage, Consumer<Wire> loss) {
        var queue = new LockQueue(stage);
        stage.prepareWire(loss);
        var player = stage.contender("a");

        for (int n = 1; n <= 2; n++) { // the first one makes the place, too
            var hold = LockQueue.take(player);
            assertThat(queue.names()).hasSize(1);
            queue.mark(hold);
            hold.release();
            loss.accept(player.wire());
        }

        queue.judge(2);
    }

    @Verifies({Rule.K7, Rule.K2})
    public void theAnswerToTheCreateOfAWaitingOneIsLostAndItKeepsItsPlace(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));
        var unlucky = stage.contender("b");
        unlucky.wire().loseAnswer(LockQueue.inQueue(stage, "create"));

        var second = queue.ask(unlucky);
        var third = queue.ask(stage.contender("c"));
        stage.eventually("it watches", RecipeStage.READY, () -> unlucky.watches() == 1);
        assertThat(queue.names()).hasSize(3);
        hold.release();

        var unluckyHold = queue.holds(second);
        assertThat(third).isNotDone();
        unluckyHold.release();
        queue.holds(third).release();
    }

    @Verifies({Rule.K2, Rule.X5})
    public void theAnswerToTheReleaseIsLostAndTheNextOneHolds(RecipeStage stage) {
        releasedOverALossyWire(stage, wire -> wire.loseAnswer(LockQueue.inQueue(stage, "delete")));
    }

    @Verifies({Rule.K2, Rule.X5})
    public void theReleaseIsLostAndTheNextOneHolds(RecipeStage stage) {
        releasedOverALossyWire(stage, wire -> wire.loseRequest(LockQueue.inQueue(stage, "delete")));
    }

    private static void releasedOverALossyWire(RecipeStage stage, Consumer<Wire> loss) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = LockQueue.take(holder);
        var next = queue.ask(stage.contender("b"));

        loss.accept(holder.wire());
        hold.release();

        queue.holds(next, RecipeStage.READY).release();
        LockQueue.take(holder).release();
    }

    // The holder's session.

    @Verifies({Rule.K4, Rule.K2})
    public void aHolderWhoseSessionExpiresIsToldAndCannotRelease(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(stage.contender("b"));

        holder.expire();

        var successor = queue.holds(next, RecipeStage.SUCCESSION);
        holder.awaitHeard(Happening.Lost.class, RecipeStage.SUCCESSION);
        assertThat(hold.isHeld()).isFalse();
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        successor.release();
        LockQueue.take(holder).release();
    }

    @Verifies({Rule.K4, Rule.K5, Rule.K1})
    public void aZombieSaysThatItDoesNotHoldAndItsTokenIsRefused(RecipeStage stage) {
        var queue = new LockQueue(stage);
        stage.sessionTimeout(RecipeStage.SESSION_TIMEOUT);
        var resource = new LockQueue.Fenced();
        var zombie = stage.contender("a");
        var hold = heldAndHeard(zombie);
        assertThat(resource.write(hold.token())).isTrue();
        var next = queue.ask(stage.contender("b"));

        zombie.wire().cut();
        stage.eventually("it does not say that it holds", RecipeStage.SESSION_TIMEOUT, () -> !hold.isHeld());
        assertThat(next).as("the next one, while the session may live").isNotDone();
        var successor = queue.holds(next, RecipeStage.SUCCESSION);
        queue.mark(successor);

        assertThat(resource.write(successor.token())).isTrue();
        assertThat(resource.write(hold.token())).as("the zombie's write").isFalse();
        zombie.wire().mend();
        zombie.awaitHeard(Happening.Lost.class, RecipeStage.READY);
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        assertThat(successor.isHeld()).isTrue();
        queue.judge(1);
    }

    @Verifies({Rule.K4, Rule.X5})
    public void aHolderCutOffForAMomentHoldsAgain(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(stage.contender("b"));

        holder.wire().cut();
        stage.eventually("it does not say that it holds", RecipeStage.AT_ONCE, () -> !hold.isHeld());
        holder.wire().mend();
        stage.eventually("it holds again", RecipeStage.READY, hold::isHeld);

        queue.mark(hold);
        assertThat(next).isNotDone();
        assertThat(holder.heard()).isEmpty();
        hold.release();
        queue.holds(next).release();
        queue.judge(1);
    }

    @Verifies({Rule.K4, Rule.X4})
    public void aHoldReleasedWhileCutOffIsGoneWhenMended(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(stage.contender("b"));

        holder.wire().cut();
        stage.eventually("it notices", RecipeStage.AT_ONCE, () -> !hold.isHeld());
        var released = holder.async(() -> {
            hold.release();
            return true;
        });
        holder.wire().mend();

        stage.await("released", released, RecipeStage.READY);
        queue.holds(next, RecipeStage.READY).release();
        assertThat(holder.heard()).isEmpty();
    }

    // The holder's znode.

    @Verifies({Rule.K4, Rule.K2})
    public void aHolderWhoseZnodeAnOperatorDeletesIsToldAtOnce(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(stage.contender("b"));

        queue.delete(0);

        holder.awaitHeard(Happening.Lost.class, RecipeStage.AT_ONCE);
        assertThat(hold.isHeld()).isFalse();
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        assertThat(queue.holds(next).isHeld()).isTrue();
        assertThat(holder.heard(Happening.Lost.class)).containsExactly(new Happening.Lost(hold.token()));
    }

    @Verifies(Rule.K4)
    public void aHolderWhoseZnodeIsDeletedWhileItIsCutOffIsToldWhenMended(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = heldAndHeard(holder);

        holder.wire().cut();
        queue.delete(0);
        holder.wire().mend();

        holder.awaitHeard(Happening.Lost.class, RecipeStage.READY);
        assertThat(hold.isHeld()).isFalse();
        hold.onLost(() -> holder.hear(new Happening.Lost(0)));
        holder.awaitHeard(
                Happening.Lost.class, holder.heard().get(0).at(), any -> any.token() == 0, RecipeStage.AT_ONCE);
    }

    // Those that wait.

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneWhoseSessionExpiresIsToldAndTheOthersGoOn(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));
        var unlucky = stage.contender("b");
        var lost = queue.ask(unlucky);
        var last = queue.ask(stage.contender("c"));

        unlucky.expire();
        stage.eventually("it is told", RecipeStage.SUCCESSION, lost::isDone);
        hold.release();

        assertThat(LockQueue.problemOf(lost)).contains(Problem.SESSION_LOST);
        queue.holds(last).release();
        LockQueue.take(unlucky).release();
        assertThat(queue.names()).isEmpty();
    }

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneCutOffForAMomentKeepsItsPlace(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));
        var unlucky = stage.contender("b");
        var second = queue.ask(unlucky);
        var third = queue.ask(stage.contender("c"));
        var names = queue.names();

        // The watch's gap: the one before it goes while it hears nothing.
        unlucky.wire().cut();
        hold.release();
        unlucky.wire().mend();

        var late = queue.holds(second, RecipeStage.READY);
        assertThat(queue.names()).isEqualTo(names.subList(1, 3));
        assertThat(third).isNotDone();
        late.release();
        queue.holds(third).release();
    }

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneCutOffAgainAndAgainKeepsItsPlace(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));
        var unlucky = stage.contender("b");
        var second = queue.ask(unlucky);
        queue.ask(stage.contender("c"));
        var names = queue.names();

        var losses = Stream.generate(() -> unlucky.wire().loseAnswer(LockQueue.inPlace(stage, "getChildren")))
                .limit(4)
                .toList();
        unlucky.wire().reset();
        losses.forEach(each -> stage.await("an answer is lost", each, RecipeStage.READY));
        hold.release();

        queue.holds(second, RecipeStage.READY);
        assertThat(queue.names()).isEqualTo(names.subList(1, 3));
    }

    @Verifies({Rule.K2, Rule.X5})
    public void aWaitingOneWhoseZnodeAnOperatorDeletesAsksAgain(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));
        var unlucky = queue.ask(stage.contender("b"));
        var other = queue.ask(stage.contender("c"), SHARED);

        queue.delete(1);
        hold.release();

        queue.holds(other).release();
        var late = queue.holds(unlucky, RecipeStage.READY);
        assertThat(queue.names()).hasSize(1);
        late.release();
    }

    // The place, and the servers.

    @Verifies({Rule.X5, Rule.K5})
    public void aPlaceThatWasRemovedIsMadeAgain(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(stage.contender("b"));

        queue.hand().deleteAll(RecipeStage.RECIPE);

        holder.awaitHeard(Happening.Lost.class, RecipeStage.READY);
        var late = queue.holds(next, RecipeStage.READY);
        assertThat(late.token()).isGreaterThan(hold.token());
        late.release();
    }

    @Verifies({Rule.X5, Rule.K5})
    public void theTokenRisesAlsoWhenThePlaceWasRemovedMeanwhile(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var player = stage.contender("a");
        var first = LockQueue.take(player);
        first.release();

        // An operator, or the servers if it is a container: sequence numbers begin again.
        queue.hand().delete(RecipeStage.RECIPE);

        var second = LockQueue.take(player);
        assertThat(queue.names().get(0)).endsWith("0000000000");
        assertThat(second.token()).isGreaterThan(first.token());
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.K1})
    public void theLockLivesOnAfterALostQuorum(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = heldAndHeard(holder);
        var next = queue.ask(stage.contender("b"));

        stage.ensemble().loseQuorum();
        stage.eventually("it does not say that it holds", RecipeStage.READY, () -> !hold.isHeld());
        stage.ensemble().restore();
        stage.eventually("it holds again", RecipeStage.RECOVERY, hold::isHeld);

        queue.mark(hold);
        assertThat(next).isNotDone();
        hold.release();
        queue.holds(next, RecipeStage.RECOVERY).release();
        queue.judge(1);
    }

    private static Lock.Hold heldAndHeard(Player<Lock> player) {
        var hold = LockQueue.take(player);
        hold.onLost(() -> player.hear(new Happening.Lost(hold.token())));
        return hold;
    }
}
