package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;

/** When a worker is lost: its tasks go to others, and what it still says of them is not heard. */
public final class WorkerLossScenarios {
    @Verifies({Rule.L3, Rule.S2})
    public void theTasksOfALostWorkerAreMoved(Stage stage) {
        var hand = stage.hand();
        var held = Work.held("by the lost one");
        var master = stage.master("m1").awaitReady();
        var lost = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(4));
        held.awaitBegun(4);
        stage.worker("w2", Work.prompt("by the other")).awaitReady();

        lost.cut();

        tasks.forEach(task -> assertThat(stage.outcome(client, task)).isEqualTo(Told.done("by the other")));
        assertThat(master.events(Event.TaskMoved.class)).hasSize(4);
        assertThat(hand.children("/assign/w1")).isEmpty();
    }

    @Verifies(Rule.L3)
    public void theTasksOfALostWorkerWaitForAnother(Stage stage) {
        var held = Work.held("by the lost one");
        stage.master("m1").awaitReady();
        var lost = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "who");
        held.awaitBegun(1);
        lost.close();

        stage.worker("w2", Work.prompt("by the other")).awaitReady();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("by the other"));
    }

    @Verifies({Rule.L3, Rule.S3})
    public void theResultOfAZombieWorkerIsThrownAway(Stage stage) {
        var hand = stage.hand();
        var held = Work.held("by the zombie");
        stage.master("m1").awaitReady();
        var zombie = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "who");
        held.awaitBegun(1);
        stage.worker("w2", Work.prompt("by the other")).awaitReady();

        zombie.cut();
        var outcome = stage.outcome(client, task);
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.Registered.class, mending, Stage.READY);
        held.release();
        zombie.awaitEvent(Event.ResultDiscarded.class, mending, Stage.READY);

        assertThat(outcome).isEqualTo(Told.done("by the other"));
        assertThat(hand.get("/tasks/" + task + "/status")).isEqualTo("done\nby the other");
    }

    @Verifies({Rule.L3, Rule.S3})
    public void aResultFromTheTimeOfTheCutIsThrownAway(Stage stage) {
        var hand = stage.hand();
        var held = Work.held("by the zombie");
        stage.master("m1").awaitReady();
        var zombie = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "who");
        held.awaitBegun(1);
        var slow = Work.held("by the other");
        stage.worker("w2", slow).awaitReady();

        zombie.cut();
        slow.awaitBegun(1);
        held.release();
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.ResultDiscarded.class, mending, Stage.READY);
        slow.release();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("by the other"));
        assertThat(hand.children("/assign/w1")).isEmpty();
    }

    @Verifies({Rule.S3, Rule.L3, Rule.R2})
    public void theResultOfAMovedTaskIsThrownAwayThoughTheWorkersSessionLives(Stage stage) {
        var hand = stage.hand();
        var held = Work.held("by the first");
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held, settings -> settings.withSlots(1)).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "who");
        held.awaitBegun(1);
        var other = Work.held("by the other");
        stage.worker("w2", other).awaitReady();

        // Its completion is under way, unseen by anybody, when an operator takes it for dead.
        worker.wire().stallRequests();
        held.release();
        hand.delete("/workers/w1");
        other.awaitBegun(1);
        worker.mend();
        worker.awaitEvent(Event.ResultDiscarded.class, Stage.READY);
        other.release();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("by the other"));
        assertThat(worker.events(Event.TaskCompleted.class)).isEmpty();
    }

    @Verifies({Rule.S2, Rule.L3})
    public void aWorkerThatIsBackBeforeAnyoneTookItsTasksKeepsThem(Stage stage) {
        var held = Work.held();
        var master = stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(3));
        held.awaitBegun(3);

        var expiry = Instant.now();
        worker.expire();
        worker.awaitEvent(Event.Registered.class, expiry, Stage.READY);
        held.release();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(held.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(master.events(Event.TaskMoved.class)).isEmpty();
    }

    @Verifies({Rule.L3, Rule.L5})
    public void workersThatComeAndGoLoseNoTask(Stage stage) {
        stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(60));

        for (int i = 1; i <= 4; i++) {
            var slow = Work.held();
            var worker = stage.worker("gone" + i, slow).awaitReady();
            slow.awaitBegun(1);
            worker.close();
        }
        stage.worker("stays").awaitReady();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L3, Rule.S5})
    public void aTaskCompletedJustBeforeItsWorkerWasLostIsNotMoved(Stage stage) {
        var work = Work.prompt();
        var other = Work.prompt();
        var master = stage.master("m1").awaitReady();
        var worker = stage.worker("w1", work).awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.worker("w2", other, settings -> settings.withSlots(1)).awaitReady();
        var tasks = stage.submitAll(client, Told.commands(20));
        tasks.forEach(task -> stage.outcome(client, task));

        worker.expire();
        master.awaitEvent(Event.WorkerLost.class, Stage.READY);

        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(work.begun().size() + other.begun().size()).as("executions").isEqualTo(21);
    }
}
