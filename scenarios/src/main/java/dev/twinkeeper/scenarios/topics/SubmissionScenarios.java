package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** From a client's command to a task. */
public final class SubmissionScenarios {
    @Verifies({Rule.S4, Rule.S5})
    public void anAcknowledgedTaskHoldsTheCommand(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1").awaitReady();

        var task = stage.submit(client, "hello");

        assertThat(hand.children("/tasks")).containsExactly(task.name());
        assertThat(hand.get("/tasks/" + task)).isEqualTo("hello");
    }

    @Verifies({Rule.S4, Rule.S5})
    public void manyAreAcknowledgedEachByItsOwnTask(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1").awaitReady();
        var commands = Told.commands(250);

        var tasks = stage.submitAll(client, commands);

        assertThat(hand.children("/tasks")).containsExactlyInAnyOrderElementsOf(Told.names(tasks));
        assertThat(tasks.stream().map(task -> hand.get("/tasks/" + task))).containsExactlyElementsOf(commands);
    }

    @Verifies({Rule.S4, Rule.L6})
    public void manyLargeCommandsGoInAsManyTransactionsAsTheyNeed(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1").awaitReady();
        var large = Payload.of(new byte[300_000]);

        var submits = client.role().submitAll(List.of(large, large, large, large, large));

        submits.forEach(each -> Stage.await("a submit", each, Stage.READY));
        assertThat(hand.children("/tasks")).hasSize(5);
    }

    @Verifies(Rule.S4)
    public void aCommandOverTheLimitIsRefusedBeforeItIsSent(Stage stage) {
        var client = stage.client("c1").awaitReady();
        var before = client.traffic().sent();

        assertThatThrownBy(() -> client.role().submit(Payload.of(new byte[Payload.LIMIT + 1])))
                .isInstanceOf(CoordinationException.class)
                .hasMessageContaining("the limit is 1000000");

        assertThat(client.traffic().sent() - before).as("bytes sent").isLessThan(1_000);
        assertThat(stage.hand().children("/tasks")).isEmpty();
    }

    @Verifies({Rule.S4, Rule.L6})
    public void aFullBacklogRefusesAndSendsNothing(Stage stage) {
        var client = stage.client("c1", settings -> settings.withBacklog(2)).awaitReady();
        client.cut();
        client.awaitEvent(Event.Disconnected.class, Stage.READY);

        var first = client.role().submit(Payload.of("1"));
        var second = client.role().submit(Payload.of("2"));
        var third = client.role().submit(Payload.of("3"));
        var refused = Told.problem(third);
        client.mend();

        assertThat(refused).isEqualTo(Problem.FULL);
        Stage.await("the first", first, Stage.READY);
        Stage.await("the second", second, Stage.READY);
        assertThat(stage.hand().children("/tasks")).hasSize(2);
        stage.submit(client, "there is room again");
    }

    @Verifies({Rule.S4, Rule.L5})
    public void whatIsSubmittedWhileCutOffIsAcknowledgedAfterwards(Stage stage) {
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        client.cut();
        client.awaitEvent(Event.Disconnected.class, Stage.READY);

        var submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        client.mend();

        var tasks = submits.stream()
                .map(each -> Stage.await("a submit", each, Stage.READY))
                .toList();
        assertThat(stage.hand().children("/tasks")).containsExactlyInAnyOrderElementsOf(Told.names(tasks));
    }

    @Verifies({Rule.S4, Rule.L5})
    public void whatIsSubmittedOverAnExpiryIsOneTaskEach(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1").awaitReady();
        client.wire().stallReplies();

        var submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        stage.eventually(
                "the tasks are there",
                Stage.READY,
                () -> hand.children("/tasks").size() == 2);
        var expiry = Instant.now();
        client.cut();
        client.expire();
        client.mend();

        client.awaitEvent(Event.SessionExpired.class, expiry, Stage.READY);
        var tasks = submits.stream().map(each -> Stage.await("a submit", each, Stage.READY));
        assertThat(tasks.distinct()).hasSize(2);
        assertThat(hand.children("/tasks")).hasSize(2);
    }

    @Verifies({Rule.S4, Rule.S5})
    public void submitsThatClosingCutsShortAreAtMostOneTaskEach(Stage stage) {
        var client = stage.client("c1").awaitReady();
        client.wire().stallReplies();

        List<CompletionStage<TaskId>> submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        client.mend();
        client.close();

        var acknowledged = submits.stream()
                .map(CompletionStage::toCompletableFuture)
                .filter(each -> !each.isCompletedExceptionally());
        assertThat(submits).allMatch(each -> each.toCompletableFuture().isDone());
        assertThat(stage.hand().children("/tasks"))
                .hasSizeLessThanOrEqualTo(2)
                .containsAll(acknowledged.map(each -> each.join().name()).toList());
    }

    @Verifies(Rule.S4)
    public void aClientThatMayNotCreateTasksIsToldSo(Stage stage) {
        var hand = stage.handAtLeader();
        var client = stage.client("c1").awaitReady();
        hand.setAcl("/tasks", Perms.READ);

        var problems =
                Stream.of("1", "2").map(Payload::of).map(client.role()::submit).map(Told::problem);

        assertThat(problems).containsOnly(Problem.NOT_ALLOWED);
        assertThat(hand.children("/tasks")).isEmpty();
    }

    @Verifies(Rule.S4)
    public void aClientWhoseTasksHaveNoPlaceIsToldSo(Stage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral("/tasks", "by a typing error");
        var client = stage.client("c1").awaitReady();

        var problem = Told.problem(client.role().submit(Payload.of("hello")));

        assertThat(problem).isEqualTo(Problem.IN_THE_WAY);
    }
}
