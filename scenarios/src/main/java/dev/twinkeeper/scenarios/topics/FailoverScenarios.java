package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.Heard;
import dev.twinkeeper.scenarios.Stage;
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
    public void theStandbyReignsAtOnceAfterAnOrderlyClose(Stage stage) {
        var first = stage.master("m1", Given.LONG_SESSION).awaitReady();
        var standby = stage.master("m2", Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        stage.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();

        var fault = Instant.now();
        first.close();
        var elected = standby.awaitEvent(Event.Elected.class, fault, Stage.AT_ONCE);
        stage.submit(client, "next");

        measure(stage, "orderly", fault, elected, standby);
    }

    @Verifies({Rule.L1, Rule.S1, Rule.L5})
    public void anotherReignsWhenTheMastersSessionExpires(Stage stage) {
        var first = stage.master("m1").awaitReady();
        var standby = stage.master("m2").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();

        var fault = Instant.now();
        first.expire();
        var elected = successor(stage, fault, first, standby);
        stage.submit(client, "next");

        // The one that lost its session is a candidate again, and may be the quicker one.
        var successor = elected.actor().equals("m1") ? first : standby;
        measure(stage, "expired", fault, elected, successor);
        assertThat(elected.event().epoch()).isGreaterThan(epochOf(first));
    }

    @Verifies({Rule.L1, Rule.S1})
    public void theStandbyReignsWhenTheMasterIsCutOff(Stage stage) {
        var zombie = stage.master("m1").awaitReady();
        var standby = stage.master("m2").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();

        var fault = Instant.now();
        zombie.cut();
        var elected = standby.awaitEvent(Event.Elected.class, fault, Stage.SUCCESSION);
        stage.submit(client, "next");

        measure(stage, "cut off", fault, elected, standby);
        assertThat(zombie.role().leadership().reigns())
                .as("the cut-off one believes that it reigns")
                .isFalse();
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMendedZombieStandsByAndReignsAgainWhenItIsItsTurn(Stage stage) {
        var zombie = stage.master("m1").awaitReady();
        var second = stage.master("m2", Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        stage.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();

        zombie.cut();
        second.awaitEvent(Event.Elected.class, Stage.SUCCESSION);
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.Standby.class, mending, Stage.READY);
        var underTheSecond = stage.outcome(client, stage.submit(client, "under the second"));
        second.close();
        zombie.awaitEvent(Event.Elected.class, mending, Stage.AT_ONCE);

        assertThat(underTheSecond).isEqualTo(Told.done("under the second"));
        assertThat(stage.outcome(client, stage.submit(client, "under the first")))
                .isEqualTo(Told.done("under the first"));
    }

    @Verifies({Rule.L1, Rule.S1})
    public void aMasterThatCannotBeHeardIsSucceeded(Stage stage) {
        var mute = stage.master("m1").awaitReady();
        var standby = stage.master("m2").awaitReady();

        var fault = Instant.now();
        mute.wire().stallRequests();
        standby.awaitEvent(Event.Elected.class, fault, Stage.SUCCESSION);
        mute.mend();

        mute.awaitEvent(Event.Standby.class, fault, Stage.READY);
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMasterCutOffForAMomentGoesOn(Stage stage) {
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();
        stage.outcome(client, stage.submit(client, "before"));

        master.cut();
        master.awaitEvent(Event.Disconnected.class, Stage.READY);
        var task = stage.submit(client, "meanwhile");
        master.mend();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("meanwhile"));
    }

    @Verifies({Rule.S1, Rule.S2})
    public void theAssignmentOfADeposedMasterMisses(Stage stage) {
        var hand = stage.hand();
        var deposed = stage.master("m1", Given.LONG_SESSION).awaitReady();
        var standby = stage.master("m2").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        deposed.awaitEvent(Event.WorkerJoined.class, Stage.READY);

        // Its session lives, and its assignment is under way, when an operator ends its reign.
        deposed.wire().stallRequests();
        var task = stage.submit(client, "whose");
        hand.sync("/tasks");
        hand.delete("/master");
        standby.awaitEvent(Event.Elected.class, Stage.SUCCESSION);
        var outcome = stage.outcome(client, task);
        deposed.mend();
        deposed.awaitEvent(Event.Standby.class, Stage.READY);

        assertThat(outcome).isEqualTo(Told.done("whose"));
        assertThat(deposed.events(Event.TaskAssigned.class)).isEmpty();
        assertThat(hand.children("/assign/w1")).isEmpty();
        assertThat(worker.events(Event.TaskStarted.class)).hasSize(1);
    }

    @Verifies({Rule.S1, Rule.S2})
    public void theAssignmentThatAnotherSessionTriesAgainMisses(Stage stage) {
        var hand = stage.hand();
        var zombie = stage.master("m1").awaitReady();
        stage.master("m2").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        zombie.awaitEvent(Event.WorkerJoined.class, Stage.READY);

        // It expires with its assignment under way. Whoever tries that again does so in a session that may write.
        zombie.wire().stallRequests();
        var task = stage.submit(client, "whose");
        var outcome = stage.outcome(client, task);
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.Standby.class, mending, Stage.READY);
        var next = stage.outcome(client, stage.submit(client, "next"));

        assertThat(outcome).isEqualTo(Told.done("whose"));
        assertThat(next).isEqualTo(Told.done("next"));
        assertThat(worker.events(Event.TaskStarted.class)).hasSize(2);
        assertThat(hand.children("/assign/w1")).isEmpty();
    }

    @Verifies({Rule.L1, Rule.L2, Rule.S2})
    public void aMasterLostBeforeItsAssignmentWasSentLosesNoTask(Stage stage) {
        var lost = stage.master("m1").awaitReady();
        stage.master("m2").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        lost.awaitEvent(Event.WorkerJoined.class, Stage.READY);
        lost.wire().stallRequests();
        var tasks = stage.submitAll(client, Told.commands(5));
        lost.cut();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L1, Rule.L2, Rule.S2})
    public void aMasterLostAfterItsAssignmentWasAppliedLosesNoTask(Stage stage) {
        var work = Work.prompt();
        var lost = stage.master("m1").awaitReady();
        stage.master("m2").awaitReady();
        stage.worker("w1", work).awaitReady();
        var client = stage.client("c1").awaitReady();

        var applied = lost.wire()
                .loseAnswer(request -> request.does("create", stage.layout().assign()));
        var tasks = stage.submitAll(client, Told.commands(5));
        Stage.await("the answer to the assignment is lost", applied, Stage.READY);
        lost.cut();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L3, Rule.S2})
    public void aNewMasterLeavesALiveWorkersTasksAlone(Stage stage) {
        var w1 = Work.held();
        var w2 = Work.held();
        var first = stage.master("m1").awaitReady();
        var second = stage.master("m2").awaitReady();
        stage.worker("w1", w1).awaitReady();
        stage.worker("w2", w2).awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(6));
        stage.eventually("all have begun", Stage.READY, () -> executions(w1, w2).size() == 6);

        first.close();
        var tookOver = second.awaitEvent(Event.TookOver.class, Stage.SUCCESSION);
        stage.throughout(
                "nothing is moved",
                A_MOMENT,
                () -> second.events(Event.TaskMoved.class).isEmpty());
        w1.release();
        w2.release();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(executions(w1, w2)).containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(tookOver.event().assigned()).isEqualTo(6);
        assertThat(second.events(Event.TaskMoved.class)).isEmpty();
    }

    @Verifies({Rule.L1, Rule.S1})
    public void ofThreeMastersOneReignsUntilTheLastIsClosed(Stage stage) {
        var hand = stage.hand();
        var masters = Stream.of("m1", "m2", "m3")
                .map(id -> stage.master(id, Given.LONG_SESSION))
                .toList();
        masters.forEach(Actor::awaitReady);
        stage.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();

        for (int left = 3; left > 0; left--) {
            stage.eventually(
                    "one reigns", Stage.AT_ONCE, () -> reigning(masters).size() == 1);
            var task = stage.submit(client, "with " + left);
            assertThat(stage.outcome(client, task)).isEqualTo(Told.done("with " + left));
            reigning(masters).forEach(Actor::close);
        }

        assertThat(hand.exists("/master")).isFalse();
        assertThat(masters).allMatch(each -> each.events(Event.Elected.class).size() == 1);
    }

    @Verifies({Rule.S1, Rule.S2, Rule.L2, Rule.L3})
    public void reignsChangeInTheMiddleOfTheWorkAndNothingIsDoneTwice(Stage stage) {
        var hand = stage.hand();
        var w1 = Work.prompt();
        var w2 = Work.prompt();
        var masters = Stream.of("m1", "m2").map(stage::master).toList();
        masters.forEach(Actor::awaitReady);
        stage.worker("w1", w1).awaitReady();
        stage.worker("w2", w2).awaitReady();
        var client = stage.client("c1").awaitReady();

        // Slow to list, a new master meets tasks that are completed while it counts.
        masters.forEach(each -> each.wire().slow(Duration.ofMillis(3), Duration.ofMillis(3)));
        var tasks = stage.submitAll(client, Told.commands(200));
        for (int reign = 1; reign <= 5; reign++) {
            hand.delete("/master");
            hand.awaitExists("/master", Stage.SUCCESSION);
        }

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(executions(w1, w2)).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L1, Rule.L3, Rule.L5})
    public void masterAndWorkerAreLostTogether(Stage stage) {
        var held = Work.held("by the lost one");
        var lostMaster = stage.master("m1").awaitReady();
        stage.master("m2").awaitReady();
        var lostWorker = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(3));
        held.awaitBegun(3);
        stage.worker("w2", Work.prompt("by the other")).awaitReady();

        lostMaster.cut();
        lostWorker.cut();

        tasks.forEach(task -> assertThat(stage.outcome(client, task)).isEqualTo(Told.done("by the other")));
    }

    private static void measure(
            Stage stage, String fault, Instant at, Heard<Event.Elected> elected, Actor<Master> successor) {
        var assigned = successor.awaitEvent(Event.TaskAssigned.class, at, Stage.READY);
        stage.measure("failover " + fault, elected.since(at));
        stage.measure("failover " + fault + ", first assignment", assigned.since(at));
    }

    private static Heard<Event.Elected> successor(
            Stage stage, Instant fault, Actor<Master> one, Actor<Master> another) {
        stage.eventually(
                "another reign begins",
                Stage.SUCCESSION,
                () -> elections(fault, one, another).findFirst().isPresent());
        return elections(fault, one, another).findFirst().orElseThrow();
    }

    private static Stream<Heard<Event.Elected>> elections(Instant since, Actor<Master> one, Actor<Master> another) {
        return Stream.of(one, another)
                .flatMap(each -> each.events(Event.Elected.class).stream())
                .filter(each -> each.at().isAfter(since));
    }

    private static long epochOf(Actor<Master> first) {
        return first.events(Event.Elected.class).get(0).event().epoch();
    }

    private static List<Actor<Master>> reigning(List<Actor<Master>> masters) {
        return masters.stream()
                .filter(each -> each.role().leadership().reigns())
                .toList();
    }

    private static List<TaskId> executions(Work one, Work another) {
        return Stream.concat(one.begun().stream(), another.begun().stream()).toList();
    }
}
