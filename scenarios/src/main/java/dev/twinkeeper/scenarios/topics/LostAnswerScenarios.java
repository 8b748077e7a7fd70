package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.ZooDefs.Perms;

/**
 * The connection breaks between a request and its answer: the request was applied, or it never arrived, and whoever sent
 * it can't tell which. For every kind of create and transaction there is.
 */
public final class LostAnswerScenarios {
    // Masters.

    @Verifies({Rule.S1, Rule.L1, Rule.L5})
    public void theAnswerToAClaimIsLost(ScenarioContext context) {
        var operator = context.operator();
        var lost = LostMessages.ofTheNext(context, wire -> wire.loseAnswer(LostMessages.claim(context)));

        var master = context.master("m1").awaitReady();
        var elected = master.awaitEvent(Event.Elected.class, ScenarioContext.READY);
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(elected.event().epoch())
                .isEqualTo(operator.stat("/master-epoch").orElseThrow().getVersion());
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.S1, Rule.L1, Rule.L5})
    public void aClaimIsLost(ScenarioContext context) {
        var lost = LostMessages.ofTheNext(context, wire -> wire.loseRequest(LostMessages.claim(context)));

        var master = context.master("m1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(ScenarioContext.READY);
        master.awaitEvent(Event.Elected.class, ScenarioContext.READY);
    }

    @Verifies({Rule.S1, Rule.L1, Rule.L5})
    public void theAnswerToAClaimIsLostWithTheSession(ScenarioContext context) {
        var claimant = LostMessages.ofTheNext(context, wire -> wire.loseAnswer(LostMessages.claim(context)));

        var lost = context.master("m1");
        ScenarioContext.await("the claim", claimant.get(), ScenarioContext.READY);
        lost.cut();
        var standby = context.master("m2");
        var next = standby.awaitEvent(Event.Elected.class, ScenarioContext.READY);
        var mending = Instant.now();
        lost.mend();
        lost.awaitEvent(Event.Standby.class, mending, ScenarioContext.READY);

        assertThat(next.event().epoch()).isEqualTo(2);
    }

    @Verifies({Rule.L5, Rule.S2})
    public void theAnswerToAnAssignmentIsLost(ScenarioContext context) {
        var work = Work.prompt();
        var master = context.master("m1").awaitReady();
        context.worker("w1", work).awaitReady();
        var client = context.client("c1").awaitReady();

        var lost = LostMessages.loseAnswer(master, "create", context.layout().assign());
        var tasks = context.submitAll(client, Told.commands(5));

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L5, Rule.L2})
    public void anAssignmentIsLost(ScenarioContext context) {
        var work = Work.prompt();
        var master = context.master("m1").awaitReady();
        context.worker("w1", work).awaitReady();
        var client = context.client("c1").awaitReady();

        var lost = LostMessages.loseRequest(master, "create", context.layout().assign());
        var tasks = context.submitAll(client, Told.commands(5));

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L3, Rule.L5, Rule.S2})
    public void theAnswerToAMoveIsLost(ScenarioContext context) {
        var held = Work.held();
        var other = Work.prompt();
        var master = context.master("m1").awaitReady();
        var gone = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(3));
        held.awaitBegun(3);

        var lost = LostMessages.loseAnswer(master, "delete", context.layout().assign());
        context.worker("w2", other).awaitReady();
        gone.close();

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(other.begun()).as("executions").containsExactlyInAnyOrderElementsOf(tasks);
    }

    @Verifies({Rule.L2, Rule.L5})
    public void theAnswerToTheMakingOfAWorkersParentIsLost(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        operator.createEphemeral("/workers/by-hand", "somewhere");
        master.awaitEvent(Event.WorkerJoined.class, ScenarioContext.READY);

        var lost = LostMessages.loseAnswer(master, "create", context.layout().assign() + "/by-hand");
        var task = context.submit(client, "hello");

        operator.awaitExists("/assign/by-hand/" + task, ScenarioContext.READY);
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
    }

    @Verifies({Rule.S5, Rule.L5})
    public void theAnswerToAnExpiryIsLost(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1", Given.SHORT_RETENTION).awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var lost = LostMessages.loseAnswer(master, "delete", context.layout().tasks());
        var task = context.submit(client, "forgotten");

        operator.awaitGone("/tasks/" + task, ScenarioContext.READY);
        ScenarioContext.await("the loss", lost, ScenarioContext.READY);
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.L1, Rule.R4})
    public void theAnswerToAYieldIsLost(ScenarioContext context) {
        var operator = context.operator();
        var leaving = context.master("m1").awaitReady();
        var standby = context.master("m2").awaitReady();

        var lost = LostMessages.loseAnswer(leaving, "delete", context.layout().master());
        leaving.close();

        standby.awaitEvent(Event.Elected.class, ScenarioContext.SUCCESSION);
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(operator.get("/master")).startsWith("m2");
    }

    // Everybody.

    @Verifies(Rule.L5)
    public void theAnswersToTheMakingOfTheParentsAreLost(ScenarioContext context) {
        var operator = context.operator();
        var parents = List.of(
                context.layout().root(),
                context.layout().workers(),
                context.layout().epoch());
        context.prepareWire(wire -> parents.forEach(parent -> wire.loseAnswer(request ->
                request.operation().startsWith("create") && request.path().equals(parent))));

        var client = context.client("c1", Given.LONG_SESSION).awaitReady();

        assertThat(operator.children("")).contains("workers", "assign", "tasks", "master-epoch");
        assertThat(client.events(Event.Disconnected.class)).as("losses").hasSize(3);
    }

    // Workers.

    @Verifies({Rule.R1, Rule.R2, Rule.L5})
    public void theAnswerToARegistrationIsLost(ScenarioContext context) {
        var operator = context.operator();
        var lost = LostMessages.ofTheNext(
                context,
                wire -> wire.loseAnswer(
                        request -> request.does("create", context.layout().workers() + "/w1")));

        var worker = context.worker("w1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(operator.stat("/workers/w1").orElseThrow().getEphemeralOwner())
                .isEqualTo(worker.wire().session().orElseThrow().id());
    }

    @Verifies({Rule.R1, Rule.R2, Rule.L5})
    public void aRegistrationIsLost(ScenarioContext context) {
        var lost = LostMessages.ofTheNext(
                context,
                wire -> wire.loseRequest(
                        request -> request.does("create", context.layout().workers() + "/w1")));

        context.worker("w1").awaitReady();

        assertThat(lost.get()).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(context.operator().exists("/workers/w1")).isTrue();
    }

    @Verifies({Rule.R2, Rule.R3, Rule.L5})
    public void theAnswerToARegistrationIsLostWithTheSession(ScenarioContext context) {
        var operator = context.operator();
        var worker = context.worker("w1").awaitReady();
        var first = worker.wire().session().orElseThrow();

        // Its second session registers, is lost before it knows, and stands in the way of the third.
        var lost = LostMessages.loseAnswer(worker, "create", context.layout().workers() + "/w1");
        worker.expire();
        ScenarioContext.await("the loss", lost, ScenarioContext.READY);
        worker.expire();

        context.eventually(
                "it registers in its newest session",
                ScenarioContext.READY,
                () -> operator.stat("/workers/w1")
                        .filter(stat -> stat.getEphemeralOwner()
                                == worker.wire().session().orElseThrow().id())
                        .isPresent());
        // Or more: one that was granted on a connection that the client had given up by then.
        assertThat(worker.wire().sessions()).contains(first.id()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Verifies({Rule.S3, Rule.L5})
    public void theAnswerToACompletionIsLost(ScenarioContext context) {
        var operator = context.operator();
        var work = Work.prompt();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", work).awaitReady();
        var client = context.client("c1").awaitReady();

        var lost = LostMessages.loseAnswer(worker, "create", context.layout().tasks());
        var task = context.submit(client, "hello");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
        assertThat(work.begun()).as("executions").hasSize(2);
        assertThat(operator.children("/assign/w1")).isEmpty();
    }

    @Verifies({Rule.S3, Rule.L5})
    public void aCompletionIsLost(ScenarioContext context) {
        var work = Work.prompt();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", work).awaitReady();
        var client = context.client("c1").awaitReady();

        var lost = LostMessages.loseRequest(worker, "create", context.layout().tasks());
        var task = context.submit(client, "hello");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(work.begun()).as("executions").containsExactly(task);
    }

    // Clients.

    @Verifies({Rule.S4, Rule.L5})
    public void theAnswerToASubmitIsLost(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();

        var lost = LostMessages.loseAnswer(client, "create", context.layout().tasks());
        var task = context.submit(client, "once");

        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(operator.children("/tasks")).containsExactly(task.name());
    }

    /** It was applied, so whoever takes the refusal for the submit's own would submit it again. */
    @Verifies({Rule.S4, Rule.S6})
    public void aSubmitThatMayNotBeLookedForIsNotSaidToBeRefused(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        operator.setAcl("/tasks", Perms.ALL & ~Perms.READ);

        var losing = Instant.now();
        var lost = LostMessages.loseAnswer(client, "create", context.layout().tasks());
        var submit = client.role().submit(Payload.of("once"));

        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        client.awaitEvent(Event.Connected.class, losing, ScenarioContext.READY);
        var answer = submit.toCompletableFuture();
        context.throughout(
                "it is unknown, or not answered yet",
                Duration.ofSeconds(3),
                () -> !answer.isDone() || Told.problem(answer) == Problem.UNKNOWN);
        operator.setAcl("/tasks", Perms.ALL);

        assertThat(operator.children("/tasks")).hasSize(1);
        context.eventually("it is answered", ScenarioContext.READY, answer::isDone);
    }

    @Verifies({Rule.S4, Rule.L5})
    public void aSubmitIsLost(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();

        var lost = LostMessages.loseRequest(client, "create", context.layout().tasks());
        var task = context.submit(client, "once");

        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(operator.children("/tasks")).containsExactly(task.name());
    }

    @Verifies({Rule.S4, Rule.L5})
    public void theAnswersToSubmitsAreLostOverAndOver(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var tasks = new ArrayList<TaskId>();
        for (int round = 1; round <= 3; round++) {
            var lost =
                    LostMessages.loseAnswer(client, "create", context.layout().tasks());
            tasks.addAll(context.submitAll(client, Told.commands(150)));
            assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        }

        assertThat(tasks).hasSize(450);
        assertThat(operator.children("/tasks")).containsExactlyInAnyOrderElementsOf(Told.names(tasks));
    }

    @Verifies({Rule.S4, Rule.S6, Rule.L5})
    public void theAnswerToASubmitIsLostAndTheTaskIsDoneMeanwhile(ScenarioContext context) {
        var work = Work.prompt();
        context.master("m1").awaitReady();
        context.worker("w1", work).awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var operator = context.operator();

        var lost = LostMessages.loseAnswer(client, "create", context.layout().tasks());
        var submit = client.role().submit(Payload.of("once"));
        ScenarioContext.await("the loss", lost, ScenarioContext.READY);
        client.cut();
        context.eventually(
                "it is done",
                ScenarioContext.READY,
                () -> operator.children("/tasks").stream()
                        .anyMatch(task -> operator.exists("/tasks/" + task + "/status")));
        client.mend();

        var task = ScenarioContext.await("the submit", submit, ScenarioContext.READY);
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("once"));
        assertThat(work.begun()).as("executions").containsExactly(task);
    }

    @Verifies({Rule.S5, Rule.L5})
    public void theAnswerToACollectIsLost(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        context.outcome(client, task);

        var lost = LostMessages.loseAnswer(client, "delete", context.layout().tasks());
        var collected = ScenarioContext.await("the collect", client.role().collect(task), ScenarioContext.READY);

        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(collected).isTrue();
        assertThat(context.operator().exists("/tasks/" + task)).isFalse();
    }

    @Verifies({Rule.S5, Rule.L5})
    public void collectsAreLost(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(5));
        tasks.forEach(task -> context.outcome(client, task));

        var lost = LostMessages.loseRequest(client, "delete", context.layout().tasks());
        var collects = tasks.stream().map(task -> client.role().collect(task)).toList();

        collects.forEach(each -> assertThat(ScenarioContext.await("a collect", each, ScenarioContext.READY))
                .isTrue());
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(context.operator().children("/tasks")).isEmpty();
    }
}
