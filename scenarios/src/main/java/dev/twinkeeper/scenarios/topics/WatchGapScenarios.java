package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;
import org.apache.zookeeper.ZooDefs.Perms;

/**
 * Watches tell nothing of the time without a connection. Each of these lets the tree change in that time, within a
 * session that lives on, so that nothing but reading again can tell.
 */
public final class WatchGapScenarios {
    @Verifies({Rule.L2, Rule.L5})
    public void aMasterFindsTheTasksOfTheGap(ScenarioContext context) {
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();
        master.awaitEvent(Event.TookOver.class, ScenarioContext.READY);

        cut(master);
        var tasks = context.submitAll(client, Told.commands(3));
        master.mend();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aMasterFindsTheWorkerOfTheGap(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();
        var task = context.submit(client, "hello");

        cut(master);
        context.worker("w1").awaitReady();
        master.mend();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    /** Servers drop the events of what one may not read, and a one-shot watch with them. */
    @Verifies({Rule.L2, Rule.L5})
    public void aMasterFindsTheParentThatWasMadeWhileItMightNotReadTheAssignments(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var master = context.master("m1").awaitReady();
        master.awaitEvent(Event.TookOver.class, ScenarioContext.READY);

        operator.setAcl("/assign", Perms.ALL & ~Perms.READ);
        operator.create("/assign/w1", "");
        operator.setAcl("/assign", Perms.ALL);
        context.worker("w1").awaitReady();

        assertThat(context.outcome(client, context.submit(client, "hello"))).isEqualTo(Told.done("hello"));
    }

    /** No event tells of it, since it may not be read; what the master has found completed it tidies away. */
    @Verifies({Rule.S2, Rule.L2})
    public void aMasterFindsTheStatusThatItMayNotRead(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var master = context.master("m1", Given.SHORT_RETENTION).awaitReady();
        master.awaitEvent(Event.TookOver.class, ScenarioContext.READY);
        var task = context.submit(client, "hello");

        operator.createHidden("/tasks/" + task.name() + "/status", "done\nby hand");

        operator.awaitGone("/tasks/" + task.name(), ScenarioContext.READY);
    }

    @Verifies({Rule.L3, Rule.L5})
    public void aMasterFindsThatAWorkerWasLostInTheGap(ScenarioContext context) {
        var held = Work.held();
        var lost = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();
        var task = context.submit(client, "hello");
        held.awaitBegun(1);
        context.worker("w2").awaitReady();

        cut(master);
        lost.close();
        master.mend();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.S2, Rule.L2, Rule.L5})
    public void aMasterFindsWhatWasCompletedAndCollectedInTheGap(ScenarioContext context) {
        var work = Work.held();
        context.worker("w1", work, settings -> settings.withSlots(2)).awaitReady();
        var client = context.client("c1").awaitReady();
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();
        var tasks = context.submitAll(client, Told.commands(4));
        work.awaitBegun(2);

        cut(master);
        work.release();
        var taken = work.begun();
        taken.forEach(task -> context.outcome(client, task));
        assertThat(ScenarioContext.await("a collect", client.role().collect(taken.get(0)), ScenarioContext.READY))
                .isTrue();
        master.mend();

        // Both slots are known to be free again, and nothing is done twice.
        tasks.stream()
                .filter(task -> !taken.contains(task))
                .forEach(task ->
                        assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMasterFindsThatItWasDeposedInTheGap(ScenarioContext context) {
        var operator = context.operator();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();

        cut(master);
        operator.delete("/master");
        operator.createEphemeral("/master", "mine");
        master.mend();
        master.awaitEvent(Event.Standby.class, ScenarioContext.READY);
        operator.delete("/master");

        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMasterFindsThatItsEpochWasWrittenInTheGap(ScenarioContext context) {
        var operator = context.operator();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();

        cut(master);
        operator.set("/master-epoch", "an operator's remark");
        master.mend();
        var task = context.submit(client, "next");

        // The operator's was the second; only a claim of its own makes a reign.
        master.awaitEvent(Event.Elected.class, Instant.MIN, event -> event.epoch() == 3, ScenarioContext.READY);
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.L1, Rule.L5})
    public void aStandbyFindsThatMasterIsFreeSinceTheGap(ScenarioContext context) {
        var first = context.master("m1").awaitReady();
        first.awaitEvent(Event.Elected.class, ScenarioContext.READY);
        var standby = context.master("m2", Given.LONG_SESSION).awaitReady();

        cut(standby);
        first.close();
        standby.mend();

        standby.awaitEvent(Event.Elected.class, ScenarioContext.SUCCESSION);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aWorkerFindsTheAssignmentOfTheGap(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();
        var client = context.client("c1").awaitReady();

        cut(worker);
        var task = context.submit(client, "hello");
        operator.awaitExists("/assign/w1/" + task, ScenarioContext.READY);
        worker.mend();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.S3, Rule.L5})
    public void aWorkerFindsThatATaskWasMovedInTheGap(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held("by the first");
        context.master("m1").awaitReady();
        var worker = context.worker("w1", held, Given.LONG_SESSION).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "who");
        held.awaitBegun(1);
        context.worker("w2", Work.prompt("by the other")).awaitReady();

        cut(worker);
        operator.delete("/workers/w1");
        var outcome = context.outcome(client, task);
        held.release();
        worker.mend();

        worker.awaitEvent(Event.ResultDiscarded.class, ScenarioContext.READY);
        assertThat(outcome).isEqualTo(Told.done("by the other"));
        operator.awaitExists("/workers/w1", ScenarioContext.READY);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aWorkerCompletesInTheGapWhatItHasWhenItIsMended(ScenarioContext context) {
        var held = Work.held();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", held, Given.LONG_SESSION).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        held.awaitBegun(1);

        cut(worker);
        held.release();
        worker.mend();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
        assertThat(held.begun()).as("executions").containsExactly(task);
    }

    private static void cut(TestParticipant<?> participant) {
        participant.cut();
        participant.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);
    }
}
