package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.util.List;
import java.util.stream.Stream;

/** From a submitted task to its assignment. */
public final class AssignmentScenarios {
    @Verifies({Rule.L2, Rule.S6})
    public void aTaskIsAssignedCompletedAndItsOutcomeIsLearnt(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var task = context.submit(client, "hello");
        var outcome = context.outcome(client, task);

        assertThat(outcome).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.L2)
    public void tasksWaitForTheFirstWorker(ScenarioContext context) {
        context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(3));

        context.worker("w1").awaitReady();

        tasks.forEach(task ->
                assertThat(context.outcome(client, task).known()).as("%s", task).isTrue());
    }

    @Verifies(Rule.L2)
    public void tasksWaitForTheFirstMaster(ScenarioContext context) {
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(3));

        context.master("m1").awaitReady();

        tasks.forEach(task ->
                assertThat(context.outcome(client, task).known()).as("%s", task).isTrue());
    }

    @Verifies(Rule.L2)
    public void aWorkerNeverHoldsMoreThanItsSlots(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held, settings -> settings.withSlots(2)).awaitReady();
        var client = context.client("c1").awaitReady();

        var tasks = context.submitAll(client, Told.commands(7));
        held.awaitBegun(2);
        // Whatever the master has to say to w1 it has said by the time that it has filled w2.
        context.worker("w2", Work.held(), settings -> settings.withSlots(3)).awaitReady();
        context.eventually(
                "w2 is full",
                ScenarioContext.READY,
                () -> operator.children("/assign/w2").size() == 3);
        var heldByW1 = operator.children("/assign/w1");
        held.release();

        assertThat(heldByW1).hasSize(2);
        var others =
                tasks.stream().filter(task -> !operator.children("/assign/w2").contains(task.name()));
        others.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    @Verifies(Rule.L2)
    public void onAnIdleClusterTheWorkersTakeTurns(ScenarioContext context) {
        context.master("m1").awaitReady();
        var works = Stream.of("w1", "w2", "w3")
                .map(name -> {
                    var work = Work.prompt();
                    context.worker(name, work).awaitReady();
                    return work;
                })
                .toList();
        var client = context.client("c1").awaitReady();

        Told.commands(9).forEach(command -> context.outcome(client, context.submit(client, command)));

        works.forEach(work -> assertThat(work.begun()).as("executions").hasSize(3));
    }

    @Verifies({Rule.L2, Rule.S2})
    public void aBacklogLargerThanAllSlotsDrains(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var w1 = Work.prompt();
        var w2 = Work.prompt();
        context.worker("w1", w1, settings -> settings.withSlots(2)).awaitReady();
        context.worker("w2", w2, settings -> settings.withSlots(3)).awaitReady();
        var client = context.client("c1").awaitReady();

        var tasks = context.submitAll(client, Told.commands(200));

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(Stream.concat(w1.begun().stream(), w2.begun().stream()).toList())
                .as("executions")
                .containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(operator.children("/assign/w1")).isEmpty();
        assertThat(operator.children("/assign/w2")).isEmpty();
    }

    @Verifies(Rule.L2)
    public void aHundredTasksGoThroughAndAreCollected(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        context.worker("w2").awaitReady();
        var client = context.client("c1").awaitReady();

        var tasks = context.submitAll(client, Told.commands(100));
        tasks.forEach(task -> context.outcome(client, task));
        var collected = tasks.stream().map(task -> client.role().collect(task)).toList();

        collected.forEach(each -> assertThat(ScenarioContext.await("a collect", each, ScenarioContext.READY))
                .isTrue());
        assertThat(operator.children("/tasks")).isEmpty();
    }

    @Verifies(Rule.L2)
    public void smallBatchesAndASmallWindowAreEnough(ScenarioContext context) {
        context.master("m1", settings -> settings.withBatch(4).withWindow(1)).awaitReady();
        context.worker(
                        "w1",
                        Work.prompt(),
                        settings -> settings.withBatch(4).withWindow(1).withSlots(10))
                .awaitReady();
        var client = context.client("c1", settings -> settings.withBatch(4).withWindow(1))
                .awaitReady();

        var tasks = context.submitAll(client, Told.commands(30));

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    @Verifies(Rule.L2)
    public void everyFreeSlotOfEveryWorkerIsUsed(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        context.worker("w1", Work.held(), settings -> settings.withSlots(1)).awaitReady();
        context.worker("w2", Work.held(), settings -> settings.withSlots(3)).awaitReady();
        var client = context.client("c1").awaitReady();

        context.submitAll(client, Told.commands(4));

        context.eventually(
                "w1 is full",
                ScenarioContext.READY,
                () -> operator.children("/assign/w1").size() == 1);
        context.eventually(
                "w2 is full",
                ScenarioContext.READY,
                () -> operator.children("/assign/w2").size() == 3);
    }

    @Verifies({Rule.L2, Rule.S4})
    public void twoClientsAndThreeMastersShareOneTree(ScenarioContext context) {
        var masters = Stream.of("m1", "m2", "m3").map(context::master).toList();
        masters.forEach(each -> each.awaitReady());
        context.worker("w1").awaitReady();
        context.worker("w2").awaitReady();
        var c1 = context.client("c1").awaitReady();
        var c2 = context.client("c2").awaitReady();

        var ofC1 = context.submitAll(c1, Told.commands(20));
        var ofC2 = context.submitAll(c2, Told.commands(20));

        ofC1.forEach(task -> assertThat(context.outcome(c1, task).known()).isTrue());
        ofC2.forEach(task -> assertThat(context.outcome(c2, task).known()).isTrue());
        assertThat(ofC1).doesNotContainAnyElementsOf(ofC2);
        assertThat(masters.stream().filter(each -> each.role().leadership().reigns()))
                .as("reigning masters")
                .hasSize(1);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aWorkersParentThatAnOperatorDeletedIsMadeAnew(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        context.outcome(client, context.submit(client, "before"));

        operator.delete("/assign/w1");
        var task = context.submit(client, "after");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("after"));
        context.eventually(
                "w1 tells of both",
                ScenarioContext.READY,
                () -> worker.events(Event.TaskCompleted.class).size() == 2);
    }

    @Verifies(Rule.L5)
    public void theChrootOfSeveralLevelsAndTheParentsAreMadeByWhoeverComesFirst(ScenarioContext context) {
        var operator = context.operator();

        context.client("c1").awaitReady();

        for (var parent : List.of("", "/workers", "/assign", "/tasks", "/master-epoch")) {
            // No container and no TTL: an emptied one would be reaped.
            assertThat(operator.stat(parent).orElseThrow().getEphemeralOwner())
                    .as(parent)
                    .isZero();
        }
    }
}
