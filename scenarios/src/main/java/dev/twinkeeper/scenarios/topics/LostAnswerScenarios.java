package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/**
 * The connection breaks between a request and its answer: the request was applied, or it never arrived, and whoever sent
 * it can't tell which. For every kind of create and transaction there is.
 */
public final class LostAnswerScenarios {
    // Masters.

    @Verifies({Rule.S1, Rule.L1, Rule.L5})
    public void theAnswerToAClaimIsLost(Stage stage) {
        var hand = stage.hand();
        var lost = new AtomicReference<CompletableFuture<Request>>();
        stage.prepareWire(wire -> lost.set(wire.loseAnswer(claim(stage))));

        var master = stage.master("m1").awaitReady();
        var elected = master.awaitEvent(Event.Elected.class, Stage.READY);
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(Stage.READY);
        assertThat(elected.event().epoch())
                .isEqualTo(hand.stat("/master-epoch").orElseThrow().getVersion());
        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.S1, Rule.L1, Rule.L5})
    public void aClaimIsLost(Stage stage) {
        var lost = new AtomicReference<CompletableFuture<Request>>();
        stage.prepareWire(wire -> lost.set(wire.loseRequest(claim(stage))));

        var master = stage.master("m1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(Stage.READY);
        master.awaitEvent(Event.Elected.class, Stage.READY);
    }

    @Verifies({Rule.S1, Rule.L1, Rule.L5})
    public void theAnswerToAClaimIsLostWithTheSession(Stage stage) {
        var claimant = new AtomicReference<CompletableFuture<Request>>();
        stage.prepareWire(wire -> claimant.set(wire.loseAnswer(claim(stage))));

        var lost = stage.master("m1");
        Stage.await("the claim", claimant.get(), Stage.READY);
        lost.cut();
        var standby = stage.master("m2");
        var next = standby.awaitEvent(Event.Elected.class, Stage.READY);
        var mending = Instant.now();
        lost.mend();
        lost.awaitEvent(Event.Standby.class, mending, Stage.READY);

        assertThat(next.event().epoch()).isEqualTo(2);
    }

    @Verifies({Rule.L5, Rule.S2})
    public void theAnswerToAnAssignmentIsLost(Stage stage) {
        var work = Work.prompt();
        var master = stage.master("m1").awaitReady();
        stage.worker("w1", work).awaitReady();
        var client = stage.client("c1").awaitReady();

        var lost = loseAnswer(master, "create", stage.layout().assign());
        var tasks = stage.submitAll(client, Told.commands(5));

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L5, Rule.L2})
    public void anAssignmentIsLost(Stage stage) {
        var work = Work.prompt();
        var master = stage.master("m1").awaitReady();
        stage.worker("w1", work).awaitReady();
        var client = stage.client("c1").awaitReady();

        var lost = loseRequest(master, "create", stage.layout().assign());
        var tasks = stage.submitAll(client, Told.commands(5));

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L3, Rule.L5, Rule.S2})
    public void theAnswerToAMoveIsLost(Stage stage) {
        var held = Work.held();
        var other = Work.prompt();
        var master = stage.master("m1").awaitReady();
        var gone = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(3));
        held.awaitBegun(3);

        var lost = loseAnswer(master, "delete", stage.layout().assign());
        stage.worker("w2", other).awaitReady();
        gone.close();

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(other.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void theAnswerToTheMakingOfAWorkersParentIsLost(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        hand.createEphemeral("/workers/by-hand", "somewhere");
        master.awaitEvent(Event.WorkerJoined.class, Stage.READY);

        var lost = loseAnswer(master, "create", stage.layout().assign() + "/by-hand");
        var task = stage.submit(client, "hello");

        hand.awaitExists("/assign/by-hand/" + task, Stage.READY);
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
    }

    @Verifies({Rule.S5, Rule.L5})
    public void theAnswerToAnExpiryIsLost(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1", Given.SHORT_RETENTION).awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var lost = loseAnswer(master, "delete", stage.layout().tasks());
        var task = stage.submit(client, "forgotten");

        hand.awaitGone("/tasks/" + task, Stage.READY);
        Stage.await("the loss", lost, Stage.READY);
        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.L1, Rule.R4})
    public void theAnswerToAYieldIsLost(Stage stage) {
        var hand = stage.hand();
        var leaving = stage.master("m1").awaitReady();
        var standby = stage.master("m2").awaitReady();

        var lost = loseAnswer(leaving, "delete", stage.layout().master());
        leaving.close();

        standby.awaitEvent(Event.Elected.class, Stage.SUCCESSION);
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(hand.get("/master")).startsWith("m2");
    }

    // Everybody.

    @Verifies(Rule.L5)
    public void theAnswersToTheMakingOfTheParentsAreLost(Stage stage) {
        var hand = stage.hand();
        var parents = List.of(
                stage.layout().root(), stage.layout().workers(), stage.layout().epoch());
        stage.prepareWire(wire -> parents.forEach(parent -> wire.loseAnswer(request ->
                request.operation().startsWith("create") && request.path().equals(parent))));

        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();

        assertThat(hand.children("")).contains("workers", "assign", "tasks", "master-epoch");
        assertThat(client.events(Event.Disconnected.class)).as("losses").hasSize(3);
    }

    // Workers.

    @Verifies({Rule.R1, Rule.R2, Rule.L5})
    public void theAnswerToARegistrationIsLost(Stage stage) {
        var hand = stage.hand();
        var lost = new AtomicReference<CompletableFuture<Request>>();
        stage.prepareWire(wire -> lost.set(
                wire.loseAnswer(request -> request.does("create", stage.layout().workers() + "/w1"))));

        var worker = stage.worker("w1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(Stage.READY);
        assertThat(hand.stat("/workers/w1").orElseThrow().getEphemeralOwner())
                .isEqualTo(worker.wire().session().orElseThrow().id());
    }

    @Verifies({Rule.R1, Rule.R2, Rule.L5})
    public void aRegistrationIsLost(Stage stage) {
        var lost = new AtomicReference<CompletableFuture<Request>>();
        stage.prepareWire(wire -> lost.set(wire.loseRequest(
                request -> request.does("create", stage.layout().workers() + "/w1"))));

        stage.worker("w1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(Stage.READY);
        assertThat(stage.hand().exists("/workers/w1")).isTrue();
    }

    @Verifies({Rule.R2, Rule.R3, Rule.L5})
    public void theAnswerToARegistrationIsLostWithTheSession(Stage stage) {
        var hand = stage.hand();
        var worker = stage.worker("w1").awaitReady();
        var first = worker.wire().session().orElseThrow();

        // Its second session registers, is lost before it knows, and stands in the way of the third.
        var lost = loseAnswer(worker, "create", stage.layout().workers() + "/w1");
        worker.expire();
        Stage.await("the loss", lost, Stage.READY);
        worker.expire();

        stage.eventually(
                "it registers in its newest session",
                Stage.READY,
                () -> hand.stat("/workers/w1")
                        .filter(stat -> stat.getEphemeralOwner()
                                == worker.wire().session().orElseThrow().id())
                        .isPresent());
        assertThat(worker.wire().sessions()).contains(first.id()).hasSize(3);
    }

    @Verifies({Rule.S3, Rule.L5})
    public void theAnswerToACompletionIsLost(Stage stage) {
        var hand = stage.hand();
        var work = Work.prompt();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", work).awaitReady();
        var client = stage.client("c1").awaitReady();

        var lost = loseAnswer(worker, "create", stage.layout().tasks());
        var task = stage.submit(client, "hello");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(work.begun()).as("executions").hasSize(2);
        assertThat(hand.children("/assign/w1")).isEmpty();
    }

    @Verifies({Rule.S3, Rule.L5})
    public void aCompletionIsLost(Stage stage) {
        var work = Work.prompt();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", work).awaitReady();
        var client = stage.client("c1").awaitReady();

        var lost = loseRequest(worker, "create", stage.layout().tasks());
        var task = stage.submit(client, "hello");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(work.begun()).as("executions").containsExactly(task);
    }

    // Clients.

    @Verifies({Rule.S4, Rule.L5})
    public void theAnswerToASubmitIsLost(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1").awaitReady();

        var lost = loseAnswer(client, "create", stage.layout().tasks());
        var task = stage.submit(client, "once");

        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(hand.children("/tasks")).containsExactly(task.name());
    }

    @Verifies({Rule.S4, Rule.L5})
    public void aSubmitIsLost(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1").awaitReady();

        var lost = loseRequest(client, "create", stage.layout().tasks());
        var task = stage.submit(client, "once");

        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(hand.children("/tasks")).containsExactly(task.name());
    }

    @Verifies({Rule.S4, Rule.L5})
    public void theAnswersToSubmitsAreLostOverAndOver(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1").awaitReady();
        var tasks = new ArrayList<TaskId>();
        for (int round = 1; round <= 3; round++) {
            var lost = loseAnswer(client, "create", stage.layout().tasks());
            tasks.addAll(stage.submitAll(client, Told.commands(150)));
            assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        }

        assertThat(tasks).hasSize(450);
        assertThat(hand.children("/tasks")).containsExactlyInAnyOrderElementsOf(Told.names(tasks));
    }

    @Verifies({Rule.S4, Rule.S6, Rule.L5})
    public void theAnswerToASubmitIsLostAndTheTaskIsDoneMeanwhile(Stage stage) {
        var work = Work.prompt();
        stage.master("m1").awaitReady();
        stage.worker("w1", work).awaitReady();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        var hand = stage.hand();

        var lost = loseAnswer(client, "create", stage.layout().tasks());
        var submit = client.role().submit(Payload.of("once"));
        Stage.await("the loss", lost, Stage.READY);
        client.cut();
        stage.eventually(
                "it is done",
                Stage.READY,
                () -> hand.children("/tasks").stream().anyMatch(task -> hand.exists("/tasks/" + task + "/status")));
        client.mend();

        var task = Stage.await("the submit", submit, Stage.READY);
        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("once"));
        assertThat(work.begun()).as("executions").containsExactly(task);
    }

    @Verifies({Rule.S5, Rule.L5})
    public void theAnswerToACollectIsLost(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        stage.outcome(client, task);

        var lost = loseAnswer(client, "delete", stage.layout().tasks());
        var collected = Stage.await("the collect", client.role().collect(task), Stage.READY);

        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(collected).isTrue();
        assertThat(stage.hand().exists("/tasks/" + task)).isFalse();
    }

    @Verifies({Rule.S5, Rule.L5})
    public void collectsAreLost(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(5));
        tasks.forEach(task -> stage.outcome(client, task));

        var lost = loseRequest(client, "delete", stage.layout().tasks());
        var collects = tasks.stream().map(task -> client.role().collect(task)).toList();

        collects.forEach(
                each -> assertThat(Stage.await("a collect", each, Stage.READY)).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(Stage.READY);
        assertThat(stage.hand().children("/tasks")).isEmpty();
    }

    private static Predicate<Request> claim(Stage stage) {
        return request -> request.operation().equals("multi")
                && request.does("create", stage.layout().master());
    }

    private static CompletableFuture<Request> loseAnswer(Actor<?> actor, String operation, String path) {
        return actor.wire().loseAnswer(request -> request.does(operation, path));
    }

    private static CompletableFuture<Request> loseRequest(Actor<?> actor, String operation, String path) {
        return actor.wire().loseRequest(request -> request.does(operation, path));
    }
}
