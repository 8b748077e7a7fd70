package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;
import org.apache.zookeeper.ZooDefs.Perms;

/** When a worker is lost: its tasks go to others, and what it still says of them is not heard. */
public final class WorkerLossScenarios {
    @Verifies({Rule.L3, Rule.S2})
    public void theTasksOfALostWorkerAreMoved(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held("by the lost one");
        var master = context.master("m1").awaitReady();
        var lost = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(4));
        held.awaitBegun(4);
        context.worker("w2", Work.prompt("by the other")).awaitReady();

        lost.cut();

        tasks.forEach(task -> assertThat(context.outcome(client, task)).isEqualTo(Told.done("by the other")));
        assertThat(master.events(Event.TaskMoved.class)).hasSize(4);
        assertThat(operator.children("/assign/w1")).isEmpty();
    }

    @Verifies(Rule.L3)
    public void theTasksOfALostWorkerWaitForAnother(ScenarioContext context) {
        var held = Work.held("by the lost one");
        context.master("m1").awaitReady();
        var lost = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "who");
        held.awaitBegun(1);
        lost.close();

        context.worker("w2", Work.prompt("by the other")).awaitReady();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("by the other"));
    }

    @Verifies({Rule.L3, Rule.S3})
    public void theResultOfAZombieWorkerIsThrownAway(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held("by the zombie");
        context.master("m1").awaitReady();
        var zombie = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "who");
        held.awaitBegun(1);
        context.worker("w2", Work.prompt("by the other")).awaitReady();

        zombie.cut();
        var outcome = context.outcome(client, task);
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.Registered.class, mending, ScenarioContext.READY);
        held.release();
        zombie.awaitEvent(Event.ResultDiscarded.class, mending, ScenarioContext.READY);

        assertThat(outcome).isEqualTo(Told.done("by the other"));
        assertThat(operator.get("/tasks/" + task + "/status")).isEqualTo("done\nby the other");
    }

    @Verifies({Rule.L3, Rule.S3})
    public void aResultFromTheTimeOfTheCutIsThrownAway(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held("by the zombie");
        context.master("m1").awaitReady();
        var zombie = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "who");
        held.awaitBegun(1);
        var slow = Work.held("by the other");
        context.worker("w2", slow).awaitReady();

        zombie.cut();
        slow.awaitBegun(1);
        held.release();
        var mending = Instant.now();
        zombie.mend();
        zombie.awaitEvent(Event.ResultDiscarded.class, mending, ScenarioContext.READY);
        slow.release();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("by the other"));
        assertThat(operator.children("/assign/w1")).isEmpty();
    }

    @Verifies({Rule.S3, Rule.L3, Rule.R2})
    public void theResultOfAMovedTaskIsThrownAwayThoughTheWorkersSessionLives(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held("by the first");
        context.master("m1").awaitReady();
        var worker =
                context.worker("w1", held, settings -> settings.withSlots(1)).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "who");
        held.awaitBegun(1);
        var other = Work.held("by the other");
        context.worker("w2", other).awaitReady();

        // Its completion is under way, unseen by anybody, when an operator takes it for dead.
        worker.wire().stallRequests();
        held.release();
        operator.delete("/workers/w1");
        other.awaitBegun(1);
        worker.mend();
        worker.awaitEvent(Event.ResultDiscarded.class, ScenarioContext.READY);
        other.release();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("by the other"));
        assertThat(worker.events(Event.TaskCompleted.class)).isEmpty();
    }

    @Verifies({Rule.S2, Rule.L3})
    public void aWorkerThatIsBackBeforeAnyoneTookItsTasksKeepsThem(ScenarioContext context) {
        var held = Work.held();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(3));
        held.awaitBegun(3);

        var expiry = Instant.now();
        worker.expire();
        worker.awaitEvent(Event.Registered.class, expiry, ScenarioContext.READY);
        held.release();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(held.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(master.events(Event.TaskMoved.class)).isEmpty();
    }

    @Verifies({Rule.L3, Rule.L5})
    public void workersThatComeAndGoLoseNoTask(ScenarioContext context) {
        context.master("m1", settings -> settings.withLostWorkers(5)).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(60));

        for (int i = 1; i <= 4; i++) {
            var slow = Work.held();
            var worker = context.worker("gone" + i, slow).awaitReady();
            slow.awaitBegun(1);
            worker.close();
        }
        context.worker("stays").awaitReady();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    /** The new master's first transaction gives up the one and assigns the other. */
    @Verifies({Rule.L2, Rule.L6})
    public void aTaskThatMayNotBeGivenUpHoldsNobodyUp(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        var first = context.master("m1").awaitReady();
        var lost = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var refused = context.submit(client, "does harm");
        held.awaitBegun(1);
        operator.setAcl("/tasks/" + refused, Perms.READ);
        first.close();
        lost.close();
        context.worker("w2", Work.prompt("by w2")).awaitReady();
        var task = context.submit(client, "hello");

        context.master("m2", settings -> settings.withLostWorkers(1)).awaitReady();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("by w2"));
    }

    @Verifies({Rule.L3, Rule.S3})
    public void aTaskThatWasLostWithThreeWorkersIsGivenUp(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        var master = context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "does harm");

        for (int i = 1; i <= 3; i++) {
            var worker = context.worker("w" + i, held).awaitReady();
            held.awaitBegun(i);
            worker.close();
        }
        var prompt = Work.prompt();
        context.worker("w4", prompt).awaitReady();

        assertThat(context.outcome(client, task))
                .isEqualTo(new Outcome.Failed("given up: 3 workers were lost with this task, the last was 'w3'"));
        assertThat(master.told(Event.TaskGivenUp.class))
                .containsExactly(new Event.TaskGivenUp(
                        task,
                        new WorkerId("w3"),
                        3,
                        master.told(Event.TookOver.class).get(0).epoch()));
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(prompt.begun()).as("executions").doesNotContain(task);
        assertThat(operator.children("/assign/w3")).isEmpty();
    }

    @Verifies({Rule.L3, Rule.S3})
    public void aTaskIsGivenUpThoughEachLossWasAnotherMasters(ScenarioContext context) {
        var held = Work.held();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "does harm");

        for (int i = 1; i <= 3; i++) {
            var master = context.master("m" + i).awaitReady();
            var worker = context.worker("w" + i, held).awaitReady();
            held.awaitBegun(i);
            master.close();
            worker.close();
        }
        context.master("m4").awaitReady();

        assertThat(context.outcome(client, task))
                .isEqualTo(new Outcome.Failed("given up: 3 workers were lost with this task, the last was 'w3'"));
    }

    @Verifies({Rule.L3, Rule.S3})
    public void aTaskIsGivenUpThoughItsWorkerComesBackEachTime(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "does harm");
        held.awaitBegun(1);

        for (int i = 1; i <= 2; i++) {
            String counted = " lost=" + i;
            worker.expire();
            context.eventually(
                    "the assignment says" + counted,
                    ScenarioContext.READY,
                    () -> operator.get("/assign/w1/" + task).endsWith(counted));
        }
        worker.expire();

        assertThat(context.outcome(client, task))
                .isEqualTo(new Outcome.Failed("given up: 3 workers were lost with this task, the last was 'w1'"));
        held.release();
        worker.awaitEvent(Event.ResultDiscarded.class, ScenarioContext.READY);
    }

    @Verifies({Rule.L3, Rule.S2})
    public void aStatusByHandStopsATaskWhoseWorkerIsLost(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "does harm");
        held.awaitBegun(1);
        worker.close();

        operator.create("/tasks/" + task + "/status", "failed\nstopped");
        operator.awaitGone("/assign/w1/" + task, ScenarioContext.READY);
        var prompt = Work.prompt();
        context.worker("w2", prompt).awaitReady();

        assertThat(context.outcome(client, task)).isEqualTo(new Outcome.Failed("stopped"));
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(prompt.begun()).as("executions").doesNotContain(task);
    }

    @Verifies({Rule.L3, Rule.S5})
    public void aTaskCompletedJustBeforeItsWorkerWasLostIsNotMoved(ScenarioContext context) {
        var work = Work.prompt();
        var other = Work.prompt();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1", work).awaitReady();
        var client = context.client("c1").awaitReady();
        context.worker("w2", other, settings -> settings.withSlots(1)).awaitReady();
        var tasks = context.submitAll(client, Told.commands(20));
        tasks.forEach(task -> context.outcome(client, task));

        worker.expire();
        master.awaitEvent(Event.WorkerLost.class, ScenarioContext.READY);

        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(work.begun().size() + other.begun().size()).as("executions").isEqualTo(21);
    }
}
