package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.EXCLUSIVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** The lock when time is up, or the caller is interrupted, and what is left then. */
public final class LockPatienceScenarios {
    private static final Duration SHORT = Duration.ofMillis(300);

    /** For one with that patience to be back: as the contract says, with room for a busy machine. */
    private static final Duration IN_TIME = SHORT.plusSeconds(3).plus(ScenarioContext.AT_ONCE);

    @Verifies({Rule.K3, Rule.X4})
    public void zeroPatienceAsksOnce(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var other = context.contender("b");
        LockQueue.connected(other);
        var hold = LockQueue.take(holder);

        var held = other.role().acquire(EXCLUSIVE, Duration.ZERO);
        var left = queue.size();
        hold.release();
        var free = other.role().acquire(EXCLUSIVE, Duration.ZERO);

        assertThat(held).isEmpty();
        assertThat(left).isEqualTo(1);
        assertThat(free).isPresent();
    }

    @Verifies({Rule.K3, Rule.X4})
    public void anAttemptWhoseTimeIsUpIsOutOfTheQueueAndHindersNobody(ScenarioContext context) {
        var queue = new LockQueue(context);
        var other = LockQueue.connected(context.contender("b"));
        var hold = LockQueue.take(context.contender("a"));
        var impatient = queue.ask(other, EXCLUSIVE, LockQueue.A_WHILE);
        var next = queue.ask(context.contender("c"));

        var result =
                ScenarioContext.await("the time is up", impatient, LockQueue.A_WHILE.plus(ScenarioContext.AT_ONCE));
        var left = queue.size();
        hold.release();

        assertThat(result).isEmpty();
        assertThat(left).isEqualTo(2);
        queue.holds(next).release();
    }

    @Verifies(Rule.K11)
    public void anAttemptWhoseTimeIsUpLeavesNoWatch(ScenarioContext context) {
        context.sessionTimeout(LockQueue.LONG_SESSION);
        var impatient = LockQueue.connected(context.contender("b"));
        LockQueue.take(context.contender("a"));

        var result = impatient.role().acquire(EXCLUSIVE, SHORT);

        assertThat(result).isEmpty();
        context.eventually("no watch is left", ScenarioContext.AT_ONCE, () -> impatient.watches() == 0);
    }

    @Verifies(Rule.K4)
    public void anAttemptGivenUpAsTheConnectionGoesHidesNoLoss(ScenarioContext context) {
        var queue = new LockQueue(context);
        var contender = context.contender("a");
        var hold = LockQueue.take(contender);
        queue.ask(contender, EXCLUSIVE, LockQueue.A_WHILE);
        context.settle();

        // It takes its watch back, and its znode, when the connection goes.
        contender.wire().stallReplies();
        context.throughout("it gives up", LockQueue.A_WHILE.multipliedBy(3).dividedBy(2), hold::isHeld);
        contender.wire().cut();

        context.eventually("who is cut off does not know any more", ScenarioContext.AT_ONCE, () -> !hold.isHeld());
        contender.wire().mend();
        context.eventually("it holds as before", ScenarioContext.READY, hold::isHeld);
    }

    @Verifies(Rule.K11)
    public void anAttemptThatAskedAgainAndGaveUpLeavesNoWatch(ScenarioContext context) {
        var queue = new LockQueue(context);
        var unlucky = LockQueue.connected(context.contender("b"));
        LockQueue.take(context.contender("a"));
        var caller = new Thread(() ->
                LockQueue.assertRefused(Problem.CLOSED, () -> unlucky.role().acquire(EXCLUSIVE, LockQueue.PATIENT)));
        caller.start();
        context.eventually("it waits for the holder", ScenarioContext.READY, () -> unlucky.watches() == 1);
        queue.ask(context.contender("c"));

        // In the gap of its watch: when it is back it asks again, and waits for another.
        unlucky.wire().cut();
        queue.delete(1);
        long before = unlucky.wire().traffic().requests("getData");
        unlucky.wire().mend();
        queue.awaitSize(3);
        context.eventually(
                "it waits for another",
                ScenarioContext.READY,
                () -> unlucky.wire().traffic().requests("getData") > before);
        caller.interrupt();

        queue.awaitSize(2);
        context.eventually("no watch is left", ScenarioContext.AT_ONCE, () -> unlucky.watches() == 0);
    }

    @Verifies({Rule.X1, Rule.K2})
    public void patienceMayHaveNoEnd(ScenarioContext context) {
        var queue = new LockQueue(context);
        var hold = LockQueue.take(context.contender("a"));

        var next = queue.ask(context.contender("b"), EXCLUSIVE, ChronoUnit.FOREVER.getDuration());
        hold.release();

        queue.holds(next).release();
    }

    @Verifies({Rule.K3, Rule.X4})
    public void anInterruptedOneIsOutOfTheQueue(ScenarioContext context) {
        var queue = new LockQueue(context);
        var impatient = context.contender("b").role();
        var hold = LockQueue.take(context.contender("a"));
        var caller = new Thread(
                () -> LockQueue.assertRefused(Problem.CLOSED, () -> impatient.acquire(EXCLUSIVE, LockQueue.PATIENT)));

        caller.start();
        queue.awaitSize(2);
        caller.interrupt();

        queue.awaitSize(1);
        hold.release();
        impatient.acquire(EXCLUSIVE, ScenarioContext.READY).orElseThrow().release();
        context.eventually("the caller is back", ScenarioContext.AT_ONCE, () -> !caller.isAlive());
    }

    @Verifies({Rule.K3, Rule.K7})
    public void anAttemptWithoutAnAnswerWhoseTimeIsUpLeavesNoOrphan(ScenarioContext context) {
        var queue = new LockQueue(context);
        var unlucky = context.contender("a");
        LockQueue.connected(unlucky);

        // Nothing comes through any more after that create, until the time is long up. Its session lives on.
        var applied = unlucky.wire().loseAnswer(LockQueue.inQueue(context, "create"));
        applied.thenRun(unlucky.wire()::cut);
        var asked = unlucky.async(() -> unlucky.role().acquire(EXCLUSIVE, SHORT));
        ScenarioContext.await("the answer is lost", applied, ScenarioContext.READY);
        queue.awaitSize(1);
        context.eventually("it gives up", IN_TIME, asked::isDone);
        unlucky.wire().mend();

        assertThat(LockQueue.problemOf(asked)).contains(Problem.CANNOT_CONNECT);
        queue.awaitSize(0);
        assertThat(unlucky.wire().sessions()).as("its sessions").hasSize(1);
        LockQueue.take(context.contender("b")).release();
    }

    @Verifies({Rule.K3, Rule.K7})
    public void anAttemptThatWasLostTwiceAndWhoseTimeIsUpLeavesNoOrphan(ScenarioContext context) {
        var queue = new LockQueue(context);
        context.sessionTimeout(LockQueue.LONG_SESSION);
        var unlucky = LockQueue.connected(context.contender("a"));

        // The second create is applied, and then nothing comes through any more.
        unlucky.wire().loseRequest(LockQueue.inQueue(context, "create"));
        var applied = unlucky.wire().loseAnswer(LockQueue.inQueue(context, "create"));
        applied.thenRun(unlucky.wire()::cut);
        var asked = unlucky.async(() -> unlucky.role().acquire(EXCLUSIVE, Duration.ofSeconds(3)));
        ScenarioContext.await("the answer is lost", applied, ScenarioContext.READY);
        context.eventually("it gives up", ScenarioContext.READY, asked::isDone);
        unlucky.wire().mend();

        assertThat(LockQueue.problemOf(asked)).contains(Problem.CANNOT_CONNECT);
        queue.awaitSize(0);
        LockQueue.take(context.contender("b")).release();
    }

    @Verifies({Rule.K3, Rule.X4})
    public void whoIsCutOffWhileItLooksSaysSoInTime(ScenarioContext context) {
        cutOff(context, "getChildren");
    }

    @Verifies({Rule.K3, Rule.X4})
    public void whoIsCutOffWhileItGivesUpSaysSoInTime(ScenarioContext context) {
        cutOff(context, "delete");
    }

    private static void cutOff(ScenarioContext context, String operation) {
        context.sessionTimeout(LockQueue.LONG_SESSION);
        var unlucky = LockQueue.connected(context.contender("a"));
        var holder = context.contender("b");
        var hold = LockQueue.take(holder);
        unlucky.wire().loseAnswer(LockQueue.inPlace(context, operation)).thenRun(unlucky.wire()::cut);

        var asked = unlucky.async(() -> unlucky.role().acquire(EXCLUSIVE, SHORT));
        context.eventually("it gives up", IN_TIME, asked::isDone);
        unlucky.wire().mend();

        assertThat(LockQueue.problemOf(asked)).contains(Problem.CANNOT_CONNECT);
        hold.release();
        LockQueue.take(holder).release();
    }

    @Verifies({Rule.K3, Rule.K7})
    public void theAnswerToGivingUpIsLostAndItIsOutOfTheQueue(ScenarioContext context) {
        var queue = new LockQueue(context);
        var impatient = LockQueue.connected(context.contender("b"));
        LockQueue.take(context.contender("a"));
        impatient.wire().loseRequest(LockQueue.inQueue(context, "delete"));
        impatient.wire().loseAnswer(LockQueue.inQueue(context, "delete"));

        var result = impatient.role().acquire(EXCLUSIVE, SHORT);

        assertThat(result).isEmpty();
        assertThat(queue.names()).hasSize(1);
    }

    @Verifies({Rule.K3, Rule.X3})
    public void withoutAServerItSaysSoAndCanBeClosed(ScenarioContext context) {
        context.prepareWire(Wire::cut);
        var participant = context.contender("a");

        LockQueue.assertRefused(Problem.CANNOT_CONNECT, () -> participant.role().acquire(EXCLUSIVE, SHORT));
        var waiting = participant.async(() -> participant.role().acquire(EXCLUSIVE, LockQueue.PATIENT));
        context.throughout("it waits", SHORT, () -> !waiting.isDone());
        participant.close();

        context.eventually("it waits no longer", ScenarioContext.AT_ONCE, waiting::isDone);
        assertThat(LockQueue.problemOf(waiting)).contains(Problem.CLOSED);
    }
}
