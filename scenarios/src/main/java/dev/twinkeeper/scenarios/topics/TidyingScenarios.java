package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;

/** What a master removes: what nobody collected, and what is left of workers that are gone. */
public final class TidyingScenarios {
    /** More than the retention that these scenarios are given, so that whatever expires would have. */
    private static final Duration PAST_RETENTION = Duration.ofMillis(4_500);

    @Verifies({Rule.S5, Rule.S6})
    public void aCompletedTaskThatNobodyCollectsIsRemovedAfterTheRetention(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1", Given.SHORT_RETENTION).awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        var outcome = stage.outcome(client, task);

        hand.awaitGone("/tasks/" + task, Stage.READY);

        assertThat(outcome).isEqualTo(Told.done("hello"));
        assertThat(stage.outcome(client, task)).isInstanceOf(Outcome.Unknown.class);
        master.awaitEvent(Event.Tidied.class, Stage.READY);
    }

    @Verifies(Rule.S5)
    public void aTaskWithoutAStatusNeverExpires(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        stage.master("m1", Given.SHORT_RETENTION).awaitReady();
        stage.worker("w1", held, settings -> settings.withSlots(1)).awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(2));
        held.awaitBegun(1);

        stage.throughout(
                "both are there", PAST_RETENTION, () -> hand.children("/tasks").size() == 2);
        held.release();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.S5, Rule.L1})
    public void aNewMasterRemovesWhatWasCompletedUnderTheOldOne(Stage stage) {
        var hand = stage.hand();
        var first = stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(10));
        tasks.forEach(task -> stage.outcome(client, task));

        stage.master("m2", Given.SHORT_RETENTION).awaitReady();
        first.close();

        stage.eventually(
                "all are gone", Stage.READY, () -> hand.children("/tasks").isEmpty());
    }

    @Verifies(Rule.L3)
    public void theParentOfAWorkerThatIsGoneIsRemovedWhenItIsEmpty(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        held.awaitBegun(1);

        worker.close();
        var kept = hand.exists("/assign/w1/" + task);
        stage.worker("w2").awaitReady();

        hand.awaitGone("/assign/w1", Stage.READY);
        assertThat(kept).as("kept until it is moved").isTrue();
        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L3, Rule.R2})
    public void theParentOfAWorkerThatCameBackIsThereForIt(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        worker.close();
        hand.awaitGone("/assign/w1", Stage.READY);

        stage.worker("w1").awaitReady();

        assertThat(stage.outcome(client, stage.submit(client, "hello"))).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.S5, Rule.L2})
    public void theAssignmentOfATaskThatAnOperatorDeletedIsRemoved(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held, settings -> settings.withSlots(1)).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "never mind");
        held.awaitBegun(1);

        hand.delete("/tasks/" + task);
        hand.awaitGone("/assign/w1/" + task, Stage.READY);
        held.release();

        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(worker.events(Event.Registered.class)).hasSize(1);
    }
}
