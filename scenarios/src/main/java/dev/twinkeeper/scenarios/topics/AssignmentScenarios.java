package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.util.List;
import java.util.stream.Stream;

/** From a submitted task to its assignment. */
public final class AssignmentScenarios {
    @Verifies({Rule.L2, Rule.S6})
    public void aTaskIsAssignedCompletedAndItsOutcomeIsLearnt(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var task = stage.submit(client, "hello");
        var outcome = stage.outcome(client, task);

        assertThat(outcome).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.L2)
    public void tasksWaitForTheFirstWorker(Stage stage) {
        stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(3));

        stage.worker("w1").awaitReady();

        tasks.forEach(task ->
                assertThat(stage.outcome(client, task).known()).as("%s", task).isTrue());
    }

    @Verifies(Rule.L2)
    public void tasksWaitForTheFirstMaster(Stage stage) {
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(3));

        stage.master("m1").awaitReady();

        tasks.forEach(task ->
                assertThat(stage.outcome(client, task).known()).as("%s", task).isTrue());
    }

    @Verifies(Rule.L2)
    public void aWorkerNeverHoldsMoreThanItsSlots(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held, settings -> settings.withSlots(2)).awaitReady();
        var client = stage.client("c1").awaitReady();

        var tasks = stage.submitAll(client, Told.commands(7));
        held.awaitBegun(2);
        // Whatever the master has to say to w1 it has said by the time that it has filled w2.
        stage.worker("w2", Work.held(), settings -> settings.withSlots(3)).awaitReady();
        stage.eventually(
                "w2 is full", Stage.READY, () -> hand.children("/assign/w2").size() == 3);
        var heldByW1 = hand.children("/assign/w1");
        held.release();

        assertThat(heldByW1).hasSize(2);
        var others = tasks.stream().filter(task -> !hand.children("/assign/w2").contains(task.name()));
        others.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L2, Rule.S2})
    public void aBacklogLargerThanAllSlotsDrains(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var w1 = Work.prompt();
        var w2 = Work.prompt();
        stage.worker("w1", w1, settings -> settings.withSlots(2)).awaitReady();
        stage.worker("w2", w2, settings -> settings.withSlots(3)).awaitReady();
        var client = stage.client("c1").awaitReady();

        var tasks = stage.submitAll(client, Told.commands(200));

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(Stream.concat(w1.begun().stream(), w2.begun().stream()).toList())
                .as("executions")
                .containsExactlyInAnyOrderElementsOf(tasks);
        assertThat(hand.children("/assign/w1")).isEmpty();
        assertThat(hand.children("/assign/w2")).isEmpty();
    }

    @Verifies(Rule.L2)
    public void aHundredTasksGoThroughAndAreCollected(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        stage.worker("w2").awaitReady();
        var client = stage.client("c1").awaitReady();

        var tasks = stage.submitAll(client, Told.commands(100));
        tasks.forEach(task -> stage.outcome(client, task));
        var collected = tasks.stream().map(task -> client.role().collect(task)).toList();

        collected.forEach(
                each -> assertThat(Stage.await("a collect", each, Stage.READY)).isTrue());
        assertThat(hand.children("/tasks")).isEmpty();
    }

    @Verifies(Rule.L2)
    public void smallBatchesAndASmallWindowAreEnough(Stage stage) {
        stage.master("m1", settings -> settings.withBatch(4).withWindow(1)).awaitReady();
        stage.worker(
                        "w1",
                        Work.prompt(),
                        settings -> settings.withBatch(4).withWindow(1).withSlots(10))
                .awaitReady();
        var client = stage.client("c1", settings -> settings.withBatch(4).withWindow(1))
                .awaitReady();

        var tasks = stage.submitAll(client, Told.commands(30));

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies(Rule.L2)
    public void everyFreeSlotOfEveryWorkerIsUsed(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        stage.worker("w1", Work.held(), settings -> settings.withSlots(1)).awaitReady();
        stage.worker("w2", Work.held(), settings -> settings.withSlots(3)).awaitReady();
        var client = stage.client("c1").awaitReady();

        stage.submitAll(client, Told.commands(4));

        stage.eventually(
                "w1 is full", Stage.READY, () -> hand.children("/assign/w1").size() == 1);
        stage.eventually(
                "w2 is full", Stage.READY, () -> hand.children("/assign/w2").size() == 3);
    }

    @Verifies({Rule.L2, Rule.S4})
    public void twoClientsAndThreeMastersShareOneTree(Stage stage) {
        var masters = Stream.of("m1", "m2", "m3").map(stage::master).toList();
        masters.forEach(each -> each.awaitReady());
        stage.worker("w1").awaitReady();
        stage.worker("w2").awaitReady();
        var c1 = stage.client("c1").awaitReady();
        var c2 = stage.client("c2").awaitReady();

        var ofC1 = stage.submitAll(c1, Told.commands(20));
        var ofC2 = stage.submitAll(c2, Told.commands(20));

        ofC1.forEach(task -> assertThat(stage.outcome(c1, task).known()).isTrue());
        ofC2.forEach(task -> assertThat(stage.outcome(c2, task).known()).isTrue());
        assertThat(ofC1).doesNotContainAnyElementsOf(ofC2);
        assertThat(masters.stream().filter(each -> each.role().leadership().reigns()))
                .as("reigning masters")
                .hasSize(1);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void aWorkersParentThatAnOperatorDeletedIsMadeAnew(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.outcome(client, stage.submit(client, "before"));

        hand.delete("/assign/w1");
        var task = stage.submit(client, "after");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("after"));
        stage.eventually(
                "w1 tells of both",
                Stage.READY,
                () -> worker.events(Event.TaskCompleted.class).size() == 2);
    }

    @Verifies(Rule.L5)
    public void theChrootOfSeveralLevelsAndTheParentsAreMadeByWhoeverComesFirst(Stage stage) {
        var hand = stage.hand();

        stage.client("c1").awaitReady();

        for (var parent : List.of("", "/workers", "/assign", "/tasks", "/master-epoch")) {
            // No container and no TTL: an emptied one would be reaped.
            assertThat(hand.stat(parent).orElseThrow().getEphemeralOwner())
                    .as(parent)
                    .isZero();
        }
    }
}
