package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.TimedEvent;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** When a master is lost: another reigns, soon, and never two. */
public final class FailoverScenarios {
    /** For what must not happen: enough for it to happen. */
    private static final Duration A_MOMENT = Duration.ofMillis(300);

    @Verifies({Rule.L1, Rule.R4})
    public void theStandbyReignsAtOnceAfterAnOrderlyClose(ScenarioContext context) {
        var first = context.master("m1", Given.LONG_SESSION).awaitReady();
        var standby = context.master("m2", Given.LONG_SESSION).awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        context.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();

        var fault = Instant.now();
        first.close();
        var elected = standby.awaitEvent(Event.Elected.class, fault, ScenarioContext.AT_ONCE);
        context.submit(client, "next");

        measure(context, "orderly", fault, elected, standby);
    }

    @Verifies({Rule.L1, Rule.S1, Rule.L5})
    public void anotherReignsWhenTheMastersSessionExpires(ScenarioContext context) {
        var first = context.master("m1").awaitReady();
        var standby = context.master("m2").awaitReady();
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();

        var fault = Instant.now();
        first.expire();
        var elected = successor(context, fault, first, standby);
        context.submit(client, "next");

        // The one that lost its session is a candidate again, and may be the quicker one.
        var successor = elected.participant().equals("m1") ? first : standby;
        measure(context, "expired", fault, elected, successor);
        assertThat(elected.event().epoch()).isGreaterThan(epochOf(first));
    }

    @Verifies({Rule.L1, Rule.S1})
    public void theStandbyReignsWhenTheMasterIsCutOff(ScenarioContext context) {
        var zombie = context.master("m1").awaitReady();
        var standby = context.master("m2").awaitReady();
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();

        var fault = Instant.now();
        zombie.cut();
        var elected = standby.awaitEvent(Event.Elected.class, fault, ScenarioContext.SUCCESSION);
        context.submit(client, "next");

        measure(context, "cut off", fault, elected, standby);
        assertThat(zombie.role().leadership().reigns())
                .as("the cut-off one believes that it reigns")
                .isFalse();
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMendedZombieStandsByAndReignsAgainWhenItIsItsTurn(ScenarioContext context) {
        var zombie = context.master("m1").awaitReady();
        var second = context.master("m2", Given.LONG_SESSION).awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        context.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();

        zombie.cut();
        second.awaitEvent(Event.Elected.class, ScenarioContext.SUCCESSION);
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.Standby.class, mending, ScenarioContext.READY);
        var underTheSecond = context.outcome(client, context.submit(client, "under the second"));
        second.close();
        zombie.awaitEvent(Event.Elected.class, mending, ScenarioContext.AT_ONCE);

        assertThat(underTheSecond).isEqualTo(Told.done("under the second"));
        assertThat(context.outcome(client, context.submit(client, "under the first")))
                .isEqualTo(Told.done("under the first"));
    }

    @Verifies({Rule.L1, Rule.S1})
    public void aMasterThatCannotBeHeardIsSucceeded(ScenarioContext context) {
        var mute = context.master("m1").awaitReady();
        var standby = context.master("m2").awaitReady();

        var fault = Instant.now();
        mute.wire().stallRequests();
        standby.awaitEvent(Event.Elected.class, fault, ScenarioContext.SUCCESSION);
        mute.mend();

        mute.awaitEvent(Event.Standby.class, fault, ScenarioContext.READY);
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMasterCutOffForAMomentGoesOn(ScenarioContext context) {
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();
        context.outcome(client, context.submit(client, "before"));

        master.cut();
        master.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);
        var task = context.submit(client, "meanwhile");
        master.mend();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("meanwhile"));
    }

    @Verifies({Rule.S1, Rule.S2})
    public void theAssignmentOfADeposedMasterMisses(ScenarioContext context) {
        var operator = context.operator();
        var deposed = context.master("m1", Given.LONG_SESSION).awaitReady();
        var standby = context.master("m2").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        deposed.awaitEvent(Event.WorkerJoined.class, ScenarioContext.READY);

        // Its session lives, and its assignment is under way, when an operator ends its reign.
        deposed.wire().stallRequests();
        var task = context.submit(client, "whose");
        operator.sync("/tasks");
        operator.delete("/master");
        standby.awaitEvent(Event.Elected.class, ScenarioContext.SUCCESSION);
        var outcome = context.outcome(client, task);
        deposed.mend();
        deposed.awaitEvent(Event.Standby.class, ScenarioContext.READY);

        assertThat(outcome).isEqualTo(Told.done("whose"));
        assertThat(deposed.events(Event.TaskAssigned.class)).isEmpty();
        assertThat(operator.children("/assign/w1")).isEmpty();
        assertThat(worker.events(Event.TaskStarted.class)).hasSize(1);
    }

    /** Its session lives, so whatever it holds besides /master is not taken away. */
    @Verifies(Rule.L1)
    public void aDeposedMasterThatCannotSpeakHoldsUpNoSuccessor(ScenarioContext context) {
        var operator = context.operator();
        var deposed = context.master("m1", Given.LONG_SESSION).awaitReady();
        var standby = context.master("m2", Given.LONG_SESSION).awaitReady();

        deposed.wire().stallRequests();
        operator.delete("/master");

        standby.awaitEvent(Event.Elected.class, ScenarioContext.SUCCESSION);
    }

    @Verifies({Rule.S1, Rule.S2})
    public void theAssignmentThatAnotherSessionTriesAgainMisses(ScenarioContext context) {
        var operator = context.operator();
        var zombie = context.master("m1").awaitReady();
        context.master("m2").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        zombie.awaitEvent(Event.WorkerJoined.class, ScenarioContext.READY);

        // It expires with its assignment under way. Whoever tries that again does so in a session that may write.
        zombie.wire().stallRequests();
        var task = context.submit(client, "whose");
        var outcome = context.outcome(client, task);
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.Standby.class, mending, ScenarioContext.READY);
        var next = context.outcome(client, context.submit(client, "next"));

        assertThat(outcome).isEqualTo(Told.done("whose"));
        assertThat(next).isEqualTo(Told.done("next"));
        assertThat(worker.events(Event.TaskStarted.class)).hasSize(2);
        assertThat(operator.children("/assign/w1")).isEmpty();
    }

    @Verifies({Rule.L1, Rule.L2, Rule.S2})
    public void aMasterLostBeforeItsAssignmentWasSentLosesNoTask(ScenarioContext context) {
        var lost = context.master("m1").awaitReady();
        context.master("m2").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        lost.awaitEvent(Event.WorkerJoined.class, ScenarioContext.READY);
        lost.wire().stallRequests();
        var tasks = context.submitAll(client, Told.commands(5));
        lost.cut();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L1, Rule.L2, Rule.S2})
    public void aMasterLostAfterItsAssignmentWasAppliedLosesNoTask(ScenarioContext context) {
        var work = Work.prompt();
        var lost = context.master("m1").awaitReady();
        context.master("m2").awaitReady();
        context.worker("w1", work).awaitReady();
        var client = context.client("c1").awaitReady();

        var applied = lost.wire()
                .loseAnswer(request -> request.does("create", context.layout().assign()));
        var tasks = context.submitAll(client, Told.commands(5));
        ScenarioContext.await("the answer to the assignment is lost", applied, ScenarioContext.READY);
        lost.cut();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L3, Rule.S2})
    public void aNewMasterLeavesALiveWorkersTasksAlone(ScenarioContext context) {
        var w1 = Work.held();
        var w2 = Work.held();
        var first = context.master("m1").awaitReady();
        var second = context.master("m2").awaitReady();
        context.worker("w1", w1).awaitReady();
        context.worker("w2", w2).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(6));
        context.eventually(
                "all have begun",
                ScenarioContext.READY,
                () -> executions(w1, w2).size() == 6);

        first.close();
        var tookOver = second.awaitEvent(Event.TookOver.class, ScenarioContext.SUCCESSION);
        context.throughout(
                "nothing is moved",
                A_MOMENT,
                () -> second.events(Event.TaskMoved.class).isEmpty());
        w1.release();
        w2.release();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(executions(w1, w2)).containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(tookOver.event().assigned()).isEqualTo(6);
        assertThat(second.events(Event.TaskMoved.class)).isEmpty();
    }

    @Verifies({Rule.L1, Rule.S1})
    public void ofThreeMastersOneReignsUntilTheLastIsClosed(ScenarioContext context) {
        var operator = context.operator();
        var masters = Stream.of("m1", "m2", "m3")
                .map(id -> context.master(id, Given.LONG_SESSION))
                .toList();
        masters.forEach(TestParticipant::awaitReady);
        context.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();

        for (int left = 3; left > 0; left--) {
            context.eventually(
                    "one reigns",
                    ScenarioContext.AT_ONCE,
                    () -> reigning(masters).size() == 1);
            var task = context.submit(client, "with " + left);
            assertThat(context.outcome(client, task)).isEqualTo(Told.done("with " + left));
            reigning(masters).forEach(TestParticipant::close);
        }

        assertThat(operator.exists("/master")).isFalse();
        assertThat(masters).allMatch(each -> each.events(Event.Elected.class).size() == 1);
        assertThat(masters.stream()
                        .mapToInt(each -> each.events(Event.Standby.class).size())
                        .sum())
                .as("each is told once of each reign before its own")
                .isLessThanOrEqualTo(3);
    }

    @Verifies({Rule.S1, Rule.S2, Rule.L2, Rule.L3})
    public void reignsChangeInTheMiddleOfTheWorkAndNothingIsDoneTwice(ScenarioContext context) {
        var operator = context.operator();
        var w1 = Work.prompt();
        var w2 = Work.prompt();
        var masters = Stream.of("m1", "m2").map(context::master).toList();
        masters.forEach(TestParticipant::awaitReady);
        context.worker("w1", w1, Given.LONG_SESSION).awaitReady();
        context.worker("w2", w2, Given.LONG_SESSION).awaitReady();
        var client = context.client("c1").awaitReady();

        // Slow to list, a new master meets tasks that are completed while it counts.
        masters.forEach(each -> each.wire().slow(Duration.ofMillis(3), Duration.ofMillis(3)));
        var tasks = context.submitAll(client, Told.commands(200));
        for (int reign = 1; reign <= 5; reign++) {
            operator.delete("/master");
            operator.awaitExists("/master", ScenarioContext.SUCCESSION);
        }

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(executions(w1, w2)).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L1, Rule.L3, Rule.L5})
    public void masterAndWorkerAreLostTogether(ScenarioContext context) {
        var held = Work.held("by the lost one");
        var lostMaster = context.master("m1").awaitReady();
        context.master("m2").awaitReady();
        var lostWorker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(3));
        held.awaitBegun(3);
        context.worker("w2", Work.prompt("by the other")).awaitReady();

        lostMaster.cut();
        lostWorker.cut();

        tasks.forEach(task -> assertThat(context.outcome(client, task)).isEqualTo(Told.done("by the other")));
    }

    private static void measure(
            ScenarioContext context,
            String fault,
            Instant at,
            TimedEvent<Event.Elected> elected,
            TestParticipant<Master> successor) {
        var assigned = successor.awaitEvent(Event.TaskAssigned.class, at, ScenarioContext.READY);
        context.measure("failover " + fault, elected.since(at));
        context.measure("failover " + fault + ", first assignment", assigned.since(at));
    }

    private static TimedEvent<Event.Elected> successor(
            ScenarioContext context, Instant fault, TestParticipant<Master> one, TestParticipant<Master> another) {
        context.eventually(
                "another reign begins",
                ScenarioContext.SUCCESSION,
                () -> elections(fault, one, another).findFirst().isPresent());
        return elections(fault, one, another).findFirst().orElseThrow();
    }

    private static Stream<TimedEvent<Event.Elected>> elections(
            Instant since, TestParticipant<Master> one, TestParticipant<Master> another) {
        return Stream.of(one, another)
                .flatMap(each -> each.events(Event.Elected.class).stream())
                .filter(each -> each.at().isAfter(since));
    }

    private static long epochOf(TestParticipant<Master> first) {
        return first.events(Event.Elected.class).get(0).event().epoch();
    }

    private static List<TestParticipant<Master>> reigning(List<TestParticipant<Master>> masters) {
        return masters.stream()
                .filter(each -> each.role().leadership().reigns())
                .toList();
    }

    private static List<TaskId> executions(Work one, Work another) {
        return Stream.concat(one.begun().stream(), another.begun().stream()).toList();
    }
}
