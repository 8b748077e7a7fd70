package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** From a client's command to a task. */
public final class SubmissionScenarios {
    /** A session that the servers keep by heartbeats, also where the machine halts for a second or two in between. */
    private static final Duration KEPT = Duration.ofSeconds(5);

    @Verifies({Rule.S4, Rule.S5})
    public void anAcknowledgedTaskHoldsTheCommand(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();

        var task = context.submit(client, "hello");

        assertThat(operator.children("/tasks")).containsExactly(task.name());
        assertThat(operator.get("/tasks/" + task)).isEqualTo("hello");
    }

    @Verifies({Rule.S4, Rule.S5})
    public void manyAreAcknowledgedEachByItsOwnTask(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var commands = Told.commands(250);

        var tasks = context.submitAll(client, commands);

        assertThat(operator.children("/tasks")).containsExactlyInAnyOrderElementsOf(Told.names(tasks));
        assertThat(tasks.stream().map(task -> operator.get("/tasks/" + task))).containsExactlyElementsOf(commands);
    }

    @Verifies({Rule.S4, Rule.L6})
    public void manyLargeCommandsGoInAsManyTransactionsAsTheyNeed(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var large = Payload.of(new byte[300_000]);

        var submits = client.role().submitAll(List.of(large, large, large, large, large));

        submits.forEach(each -> ScenarioContext.await("a submit", each, ScenarioContext.READY));
        assertThat(operator.children("/tasks")).hasSize(5);
    }

    @Verifies({Rule.S4, Rule.L5})
    public void aSubmitThatArrivesAfterTheClientGaveItsSessionUpMakesNoSecondTask(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(KEPT);
        var client = context.client("c1").awaitReady();

        var hold = client.wire()
                .holdBack(request -> request.does("create", context.layout().tasks() + "/"));
        var submit = client.role().submit(Payload.of("once"));
        var held = ScenarioContext.await("the submit is held back", hold, ScenarioContext.READY);
        client.awaitEvent(Event.SessionExpired.class, ScenarioContext.OUTCOME);
        assertThat(held.isOpen()).as("the servers have the session").isTrue();
        client.mend();
        var task = ScenarioContext.await("the submit", submit, ScenarioContext.RECOVERY);
        held.release();

        assertThat(operator.children("/tasks")).containsExactly(task.name());
    }

    @Verifies(Rule.S4)
    public void aCommandOverTheLimitIsRefusedBeforeItIsSent(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        var before = client.traffic().sent();

        assertThatThrownBy(() -> client.role().submit(Payload.of(new byte[Payload.LIMIT + 1])))
                .isInstanceOf(CoordinationException.class)
                .hasMessageContaining("the limit is 1000000");

        assertThat(client.traffic().sent() - before).as("bytes sent").isLessThan(1_000);
        assertThat(context.operator().children("/tasks")).isEmpty();
    }

    @Verifies({Rule.S4, Rule.L6})
    public void aFullBacklogRefusesAndSendsNothing(ScenarioContext context) {
        var client = context.client("c1", settings -> settings.withBacklog(2)).awaitReady();
        client.cut();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);

        var first = client.role().submit(Payload.of("1"));
        var second = client.role().submit(Payload.of("2"));
        var third = client.role().submit(Payload.of("3"));
        var refused = Told.problem(third);
        client.mend();

        assertThat(refused).isEqualTo(Problem.FULL);
        ScenarioContext.await("the first", first, ScenarioContext.READY);
        ScenarioContext.await("the second", second, ScenarioContext.READY);
        assertThat(context.operator().children("/tasks")).hasSize(2);
        context.submit(client, "there is room again");
    }

    @Verifies({Rule.S4, Rule.L5})
    public void whatIsSubmittedWhileCutOffIsAcknowledgedAfterwards(ScenarioContext context) {
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        client.cut();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);

        var submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        client.mend();

        var tasks = submits.stream()
                .map(each -> ScenarioContext.await("a submit", each, ScenarioContext.READY))
                .toList();
        assertThat(context.operator().children("/tasks")).containsExactlyInAnyOrderElementsOf(Told.names(tasks));
    }

    @Verifies({Rule.S4, Rule.L5})
    public void whatIsSubmittedOverAnExpiryIsOneTaskEach(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        client.wire().stallReplies();

        var submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        context.eventually(
                "the tasks are there",
                ScenarioContext.READY,
                () -> operator.children("/tasks").size() == 2);
        var expiry = Instant.now();
        client.cut();
        client.expire();
        client.mend();

        client.awaitEvent(Event.SessionExpired.class, expiry, ScenarioContext.READY);
        var tasks = submits.stream().map(each -> ScenarioContext.await("a submit", each, ScenarioContext.READY));
        assertThat(tasks.distinct()).hasSize(2);
        assertThat(operator.children("/tasks")).hasSize(2);
    }

    @Verifies({Rule.S4, Rule.S5})
    public void submitsThatClosingCutsShortAreAtMostOneTaskEach(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        client.wire().stallReplies();

        List<CompletionStage<TaskId>> submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        client.mend();
        client.close();

        var acknowledged = submits.stream()
                .map(CompletionStage::toCompletableFuture)
                .filter(each -> !each.isCompletedExceptionally());
        assertThat(submits).allMatch(each -> each.toCompletableFuture().isDone());
        assertThat(context.operator().children("/tasks"))
                .hasSizeLessThanOrEqualTo(2)
                .containsAll(acknowledged.map(each -> each.join().name()).toList());
    }

    @Verifies(Rule.S4)
    public void aClientThatMayNotCreateTasksIsToldSo(ScenarioContext context) {
        var operator = context.operatorAtLeader();
        var client = context.client("c1").awaitReady();
        operator.setAcl("/tasks", Perms.READ);

        var problems =
                Stream.of("1", "2").map(Payload::of).map(client.role()::submit).map(Told::problem);

        assertThat(problems).containsOnly(Problem.NOT_ALLOWED);
        assertThat(operator.children("/tasks")).isEmpty();
    }

    @Verifies(Rule.S4)
    public void aClientWhoseTasksHaveNoPlaceIsToldSo(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral("/tasks", "by a typing error");
        var client = context.client("c1").awaitReady();

        var problem = Told.problem(client.role().submit(Payload.of("hello")));

        assertThat(problem).isEqualTo(Problem.IN_THE_WAY);
    }
}
