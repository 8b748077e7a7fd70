package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.EXCLUSIVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** The lock when time is up, or the caller is interrupted, and what is left then. */
public final class LockPatienceScenarios {
    private static final Duration SHORT = Duration.ofMillis(300);

    /** For one with that patience to be back: as the contract says, with room for a busy machine. */
    private static final Duration IN_TIME = SHORT.plusSeconds(3).plus(RecipeStage.AT_ONCE);

    @Verifies({Rule.K3, Rule.X4})
    public void zeroPatienceAsksOnce(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var other = stage.contender("b");
        LockQueue.connected(other);
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
        var other = LockQueue.connected(stage.contender("b"));
        var hold = LockQueue.take(stage.contender("a"));
        var impatient = queue.ask(other, EXCLUSIVE, LockQueue.A_WHILE);
        var next = queue.ask(stage.contender("c"));

        var result = stage.await("the time is up", impatient, LockQueue.A_WHILE.plus(RecipeStage.AT_ONCE));
        var left = queue.size();
        hold.release();

        assertThat(result).isEmpty();
        assertThat(left).isEqualTo(2);
        queue.holds(next).release();
    }

    @Verifies(Rule.K11)
    public void anAttemptWhoseTimeIsUpLeavesNoWatch(RecipeStage stage) {
        stage.sessionTimeout(LockQueue.LONG_SESSION);
        var impatient = LockQueue.connected(stage.contender("b"));
        LockQueue.take(stage.contender("a"));

        var result = impatient.recipe().acquire(EXCLUSIVE, SHORT);

        assertThat(result).isEmpty();
        stage.eventually("no watch is left", RecipeStage.AT_ONCE, () -> impatient.watches() == 0);
    }

    @Verifies(Rule.K4)
    public void anAttemptGivenUpAsTheConnectionGoesHidesNoLoss(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var contender = stage.contender("a");
        var hold = LockQueue.take(contender);
        queue.ask(contender, EXCLUSIVE, LockQueue.A_WHILE);
        stage.settle();

        // It takes its watch back, and its znode, when the connection goes.
        contender.wire().stallReplies();
        stage.throughout("it gives up", LockQueue.A_WHILE.multipliedBy(3).dividedBy(2), hold::isHeld);
        contender.wire().cut();

        stage.eventually("who is cut off does not know any more", RecipeStage.AT_ONCE, () -> !hold.isHeld());
        contender.wire().mend();
        stage.eventually("it holds as before", RecipeStage.READY, hold::isHeld);
    }

    @Verifies(Rule.K11)
    public void anAttemptThatAskedAgainAndGaveUpLeavesNoWatch(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var unlucky = LockQueue.connected(stage.contender("b"));
        LockQueue.take(stage.contender("a"));
        var caller = new Thread(() ->
                LockQueue.assertRefused(Problem.CLOSED, () -> unlucky.recipe().acquire(EXCLUSIVE, LockQueue.PATIENT)));
        caller.start();
        stage.eventually("it waits for the holder", RecipeStage.READY, () -> unlucky.watches() == 1);
        queue.ask(stage.contender("c"));

        // In the gap of its watch: when it is back it asks again, and waits for another.
        unlucky.wire().cut();
        queue.delete(1);
        long before = unlucky.wire().traffic().requests("getData");
        unlucky.wire().mend();
        queue.awaitSize(3);
        stage.eventually(
                "it waits for another",
                RecipeStage.READY,
                () -> unlucky.wire().traffic().requests("getData") > before);
        caller.interrupt();

        queue.awaitSize(2);
        stage.eventually("no watch is left", RecipeStage.AT_ONCE, () -> unlucky.watches() == 0);
    }

    @Verifies({Rule.X1, Rule.K2})
    public void patienceMayHaveNoEnd(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hold = LockQueue.take(stage.contender("a"));

        var next = queue.ask(stage.contender("b"), EXCLUSIVE, ChronoUnit.FOREVER.getDuration());
        hold.release();

        queue.holds(next).release();
    }

    @Verifies({Rule.K3, Rule.X4})
    public void anInterruptedOneIsOutOfTheQueue(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var impatient = stage.contender("b").recipe();
        var hold = LockQueue.take(stage.contender("a"));
        var caller = new Thread(
                () -> LockQueue.assertRefused(Problem.CLOSED, () -> impatient.acquire(EXCLUSIVE, LockQueue.PATIENT)));

        caller.start();
        queue.awaitSize(2);
        caller.interrupt();

        queue.awaitSize(1);
        hold.release();
        impatient.acquire(EXCLUSIVE, RecipeStage.READY).orElseThrow().release();
        stage.eventually("the caller is back", RecipeStage.AT_ONCE, () -> !caller.isAlive());
    }

    @Verifies({Rule.K3, Rule.K7})
    public void anAttemptWithoutAnAnswerWhoseTimeIsUpLeavesNoOrphan(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var unlucky = stage.contender("a");
        LockQueue.connected(unlucky);

        // Nothing comes through any more after that create, until the time is long up. Its session lives on.
        var applied = unlucky.wire().loseAnswer(LockQueue.inQueue(stage, "create"));
        applied.thenRun(unlucky.wire()::cut);
        var asked = unlucky.async(() -> unlucky.recipe().acquire(EXCLUSIVE, SHORT));
        stage.await("the answer is lost", applied, RecipeStage.READY);
        queue.awaitSize(1);
        stage.eventually("it gives up", IN_TIME, asked::isDone);
        unlucky.wire().mend();

        assertThat(LockQueue.problemOf(asked)).contains(Problem.CANNOT_CONNECT);
        queue.awaitSize(0);
        assertThat(unlucky.wire().sessions()).as("its sessions").hasSize(1);
        LockQueue.take(stage.contender("b")).release();
    }

    @Verifies({Rule.K3, Rule.K7})
    public void anAttemptThatWasLostTwiceAndWhoseTimeIsUpLeavesNoOrphan(RecipeStage stage) {
        var queue = new LockQueue(stage);
        stage.sessionTimeout(LockQueue.LONG_SESSION);
        var unlucky = LockQueue.connected(stage.contender("a"));

        // The second create is applied, and then nothing comes through any more.
        unlucky.wire().loseRequest(LockQueue.inQueue(stage, "create"));
        var applied = unlucky.wire().loseAnswer(LockQueue.inQueue(stage, "create"));
        applied.thenRun(unlucky.wire()::cut);
        var asked = unlucky.async(() -> unlucky.recipe().acquire(EXCLUSIVE, Duration.ofSeconds(3)));
        stage.await("the answer is lost", applied, RecipeStage.READY);
        stage.eventually("it gives up", RecipeStage.READY, asked::isDone);
        unlucky.wire().mend();

        assertThat(LockQueue.problemOf(asked)).contains(Problem.CANNOT_CONNECT);
        queue.awaitSize(0);
        LockQueue.take(stage.contender("b")).release();
    }

    @Verifies({Rule.K3, Rule.X4})
    public void whoIsCutOffWhileItLooksSaysSoInTime(RecipeStage stage) {
        cutOff(stage, "getChildren");
    }

    @Verifies({Rule.K3, Rule.X4})
    public void whoIsCutOffWhileItGivesUpSaysSoInTime(RecipeStage stage) {
        cutOff(stage, "delete");
    }

    private static void cutOff(RecipeStage stage, String operation) {
        stage.sessionTimeout(LockQueue.LONG_SESSION);
        var unlucky = LockQueue.connected(stage.contender("a"));
        var holder = stage.contender("b");
        var hold = LockQueue.take(holder);
        unlucky.wire().loseAnswer(LockQueue.inPlace(stage, operation)).thenRun(unlucky.wire()::cut);

        var asked = unlucky.async(() -> unlucky.recipe().acquire(EXCLUSIVE, SHORT));
        stage.eventually("it gives up", IN_TIME, asked::isDone);
        unlucky.wire().mend();

        assertThat(LockQueue.problemOf(asked)).contains(Problem.CANNOT_CONNECT);
        hold.release();
        LockQueue.take(holder).release();
    }

    @Verifies({Rule.K3, Rule.K7})
    public void theAnswerToGivingUpIsLostAndItIsOutOfTheQueue(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var impatient = LockQueue.connected(stage.contender("b"));
        LockQueue.take(stage.contender("a"));
        impatient.wire().loseRequest(LockQueue.inQueue(stage, "delete"));
        impatient.wire().loseAnswer(LockQueue.inQueue(stage, "delete"));

        var result = impatient.recipe().acquire(EXCLUSIVE, SHORT);

        assertThat(result).isEmpty();
        assertThat(queue.names()).hasSize(1);
    }

    @Verifies({Rule.K3, Rule.X3})
    public void withoutAServerItSaysSoAndCanBeClosed(RecipeStage stage) {
        stage.prepareWire(Wire::cut);
        var player = stage.contender("a");

        LockQueue.assertRefused(Problem.CANNOT_CONNECT, () -> player.recipe().acquire(EXCLUSIVE, SHORT));
        var waiting = player.async(() -> player.recipe().acquire(EXCLUSIVE, LockQueue.PATIENT));
        stage.throughout("it waits", SHORT, () -> !waiting.isDone());
        player.close();

        stage.eventually("it waits no longer", RecipeStage.AT_ONCE, waiting::isDone);
        assertThat(LockQueue.problemOf(waiting)).contains(Problem.CLOSED);
    }
}
