package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;

/**
 * Watches tell nothing of the time without a connection. Each of these lets the tree change in that time, within a
 * session that lives on, so that nothing but reading again can tell.
 */
public final class WatchGapScenarios {
    @Verifies({Rule.L2, Rule.L5})
    public void aMasterFindsTheTasksOfTheGap(Stage stage) {
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();
        master.awaitEvent(Event.TookOver.class, Stage.READY);

        cut(master);
        var tasks = stage.submitAll(client, Told.commands(3));
        master.mend();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aMasterFindsTheWorkerOfTheGap(Stage stage) {
        var client = stage.client("c1").awaitReady();
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();
        var task = stage.submit(client, "hello");

        cut(master);
        stage.worker("w1").awaitReady();
        master.mend();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L3, Rule.L5})
    public void aMasterFindsThatAWorkerWasLostInTheGap(Stage stage) {
        var held = Work.held();
        var lost = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();
        var task = stage.submit(client, "hello");
        held.awaitBegun(1);
        stage.worker("w2").awaitReady();

        cut(master);
        lost.close();
        master.mend();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.S2, Rule.L2, Rule.L5})
    public void aMasterFindsWhatWasCompletedAndCollectedInTheGap(Stage stage) {
        var work = Work.held();
        stage.worker("w1", work, settings -> settings.withSlots(2)).awaitReady();
        var client = stage.client("c1").awaitReady();
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();
        var tasks = stage.submitAll(client, Told.commands(4));
        work.awaitBegun(2);

        cut(master);
        work.release();
        var taken = work.begun();
        taken.forEach(task -> stage.outcome(client, task));
        assertThat(Stage.await("a collect", client.role().collect(taken.get(0)), Stage.READY))
                .isTrue();
        master.mend();

        // Both slots are known to be free again, and nothing is done twice.
        tasks.stream()
                .filter(task -> !taken.contains(task))
                .forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMasterFindsThatItWasDeposedInTheGap(Stage stage) {
        var hand = stage.hand();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();

        cut(master);
        hand.delete("/master");
        hand.createEphemeral("/master", "mine");
        master.mend();
        master.awaitEvent(Event.Standby.class, Stage.READY);
        hand.delete("/master");

        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.S1, Rule.L5})
    public void aMasterFindsThatItsEpochWasWrittenInTheGap(Stage stage) {
        var hand = stage.hand();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();

        cut(master);
        hand.set("/master-epoch", "an operator's remark");
        master.mend();
        var task = stage.submit(client, "next");

        // The operator's was the second; only a claim of its own makes a reign.
        master.awaitEvent(Event.Elected.class, Instant.MIN, event -> event.epoch() == 3, Stage.READY);
        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.L1, Rule.L5})
    public void aStandbyFindsThatMasterIsFreeSinceTheGap(Stage stage) {
        var first = stage.master("m1").awaitReady();
        first.awaitEvent(Event.Elected.class, Stage.READY);
        var standby = stage.master("m2", Given.LONG_SESSION).awaitReady();

        cut(standby);
        first.close();
        standby.mend();

        standby.awaitEvent(Event.Elected.class, Stage.SUCCESSION);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aWorkerFindsTheAssignmentOfTheGap(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1").awaitReady();

        cut(worker);
        var task = stage.submit(client, "hello");
        hand.awaitExists("/assign/w1/" + task, Stage.READY);
        worker.mend();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.S3, Rule.L5})
    public void aWorkerFindsThatATaskWasMovedInTheGap(Stage stage) {
        var hand = stage.hand();
        var held = Work.held("by the first");
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held, Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "who");
        held.awaitBegun(1);
        stage.worker("w2", Work.prompt("by the other")).awaitReady();

        cut(worker);
        hand.delete("/workers/w1");
        var outcome = stage.outcome(client, task);
        held.release();
        worker.mend();

        worker.awaitEvent(Event.ResultDiscarded.class, Stage.READY);
        assertThat(outcome).isEqualTo(Told.done("by the other"));
        hand.awaitExists("/workers/w1", Stage.READY);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aWorkerCompletesInTheGapWhatItHasWhenItIsMended(Stage stage) {
        var held = Work.held();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held, Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        held.awaitBegun(1);

        cut(worker);
        held.release();
        worker.mend();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
        assertThat(held.begun()).as("executions").containsExactly(task);
    }

    private static void cut(Actor<?> actor) {
        actor.cut();
        actor.awaitEvent(Event.Disconnected.class, Stage.READY);
    }
}
