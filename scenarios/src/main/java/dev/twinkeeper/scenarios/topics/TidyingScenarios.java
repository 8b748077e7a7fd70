package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;

/** What a master removes: what nobody collected, and what is left of workers that are gone. */
public final class TidyingScenarios {
    /** More than the retention that these scenarios are given, so that whatever expires would have. */
    private static final Duration PAST_RETENTION = Duration.ofMillis(4_500);

    @Verifies({Rule.S5, Rule.S6})
    public void aCompletedTaskThatNobodyCollectsIsRemovedAfterTheRetention(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1", Given.SHORT_RETENTION).awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        var outcome = context.outcome(client, task);

        operator.awaitGone("/tasks/" + task, ScenarioContext.READY);

        assertThat(outcome).isEqualTo(Told.done("hello"));
        assertThat(context.outcome(client, task)).isInstanceOf(Outcome.Unknown.class);
        master.awaitEvent(Event.Tidied.class, ScenarioContext.READY);
    }

    @Verifies(Rule.S5)
    public void aTaskWithoutAStatusNeverExpires(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1", Given.SHORT_RETENTION).awaitReady();
        context.worker("w1", held, settings -> settings.withSlots(1)).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(2));
        held.awaitBegun(1);

        context.throughout(
                "both are there",
                PAST_RETENTION,
                () -> operator.children("/tasks").size() == 2);
        held.release();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.S5, Rule.L1})
    public void aNewMasterRemovesWhatWasCompletedUnderTheOldOne(ScenarioContext context) {
        var operator = context.operator();
        var first = context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(10));
        tasks.forEach(task -> context.outcome(client, task));

        context.master("m2", Given.SHORT_RETENTION).awaitReady();
        first.close();

        context.eventually(
                "all are gone",
                ScenarioContext.READY,
                () -> operator.children("/tasks").isEmpty());
    }

    @Verifies(Rule.L3)
    public void theParentOfAWorkerThatIsGoneIsRemovedWhenItIsEmpty(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        held.awaitBegun(1);

        worker.close();
        var kept = operator.exists("/assign/w1/" + task);
        context.worker("w2").awaitReady();

        operator.awaitGone("/assign/w1", ScenarioContext.READY);
        assertThat(kept).as("kept until it is moved").isTrue();
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L3, Rule.R2})
    public void theParentOfAWorkerThatCameBackIsThereForIt(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        worker.close();
        operator.awaitGone("/assign/w1", ScenarioContext.READY);

        context.worker("w1").awaitReady();

        assertThat(context.outcome(client, context.submit(client, "hello"))).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.S5, Rule.L2})
    public void theAssignmentOfATaskThatAnOperatorDeletedIsRemoved(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        var worker =
                context.worker("w1", held, settings -> settings.withSlots(1)).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "never mind");
        held.awaitBegun(1);

        operator.delete("/tasks/" + task);
        operator.awaitGone("/assign/w1/" + task, ScenarioContext.READY);
        held.release();

        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(worker.events(Event.Registered.class)).hasSize(1);
    }
}
