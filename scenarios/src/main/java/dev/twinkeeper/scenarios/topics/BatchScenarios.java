package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Request;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Many steps at once, which may share a transaction: what becomes of one must not depend on the others. */
public final class BatchScenarios {
    private static final String BY_HAND = "done\nby a person";

    /** Tasks that a worker has handled while it was cut off, and has not completed. */
    private static final class Handled {
        final TestParticipant<Client> client;
        final TestParticipant<Worker> worker;
        final Work work = Work.held();
        final List<TaskId> tasks;

        Handled(ScenarioContext context, List<String> commands) {
            context.master("m1").awaitReady();
            worker = context.worker(
                            "w1",
                            work,
                            settings -> Given.LONG_SESSION.apply(settings).withSlots(commands.size()))
                    .awaitReady();
            client = context.client("c1").awaitReady();
            tasks = context.submitAll(client, commands);
            work.awaitBegun(tasks.size());
            worker.cut();
            worker.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);
            work.release();
        }
    }

    private static Predicate<Request> completion(ScenarioContext context) {
        return request -> request.does("create", context.layout().tasks());
    }

    // Completions.

    @Verifies({Rule.S3, Rule.L5})
    public void aCompletionThatIsRefusedFailsNoneOfItsNeighbours(ScenarioContext context) {
        refused(context, 2);
    }

    @Verifies({Rule.S3, Rule.L5})
    public void completionsThatAreRefusedOneAfterTheOtherFailNoneOfTheirNeighbours(ScenarioContext context) {
        refused(context, 0, 1, 3);
    }

    private static void refused(ScenarioContext context, Integer... taken) {
        var operator = context.operator();
        var given = new Handled(context, Told.commands(5));

        var person = given.worker.wire().before(completion(context), () -> {
            for (int each : taken) {
                operator.create("/tasks/" + given.tasks.get(each) + "/status", BY_HAND);
            }
        });
        given.worker.mend();

        for (int i = 0; i < given.tasks.size(); i++) {
            var expected = List.of(taken).contains(i) ? "by a person" : "command " + (i + 1);
            assertThat(context.outcome(given.client, given.tasks.get(i))).isEqualTo(Told.done(expected));
        }
        assertThat(person).as("a person was faster").isCompleted();
        given.tasks.forEach(task -> operator.awaitGone("/assign/w1/" + task, ScenarioContext.READY));
        assertThat(given.work.begun()).as("executions").hasSize(5);
    }

    @Verifies({Rule.S3, Rule.L5})
    public void theAnswerToManyCompletionsIsLost(ScenarioContext context) {
        var given = new Handled(context, Told.commands(5));

        var lost = given.worker.wire().loseAnswer(completion(context));
        given.worker.mend();

        given.tasks.forEach(
                task -> assertThat(context.outcome(given.client, task).known()).isTrue());
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(given.work.begun()).as("executions").hasSize(5);
    }

    @Verifies({Rule.S3, Rule.R2, Rule.L5})
    public void theSessionIsLostInTheMiddleOfManyCompletions(ScenarioContext context) {
        var given = new Handled(context, Told.commands(5));

        var expiry = given.worker.wire().before(completion(context), given.worker::expire);
        given.worker.mend();

        given.tasks.forEach(
                task -> assertThat(context.outcome(given.client, task).known()).isTrue());
        assertThat(expiry).as("the expiry").succeedsWithin(ScenarioContext.READY);
        given.worker.awaitEvent(Event.SessionExpired.class, ScenarioContext.READY);
    }

    /** Servers end the connection of whoever sends more than a mebibyte, and would end the next one too. */
    @Verifies({Rule.L5, Rule.L6})
    public void commandsAndResultsThatDoNotFitIntoOneRequestGoInSeveral(ScenarioContext context) {
        var commands = IntStream.range(0, 5)
                .mapToObj(i -> String.valueOf(i).repeat(400_000))
                .toList();
        var given = new Handled(context, commands);

        given.worker.mend();

        for (int i = 0; i < commands.size(); i++) {
            assertThat(context.outcome(given.client, given.tasks.get(i)).equals(Told.done(commands.get(i))))
                    .as("result " + i)
                    .isTrue();
        }
        assertThat(given.worker.events(Event.Disconnected.class)).as("losses").hasSize(1);
    }

    // Collects.

    @Verifies(Rule.S5)
    public void collectsThatAreRefusedFailNoneOfTheirNeighbours(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(5));
        tasks.stream().skip(1).forEach(task -> operator.create("/tasks/" + task + "/status", BY_HAND));
        operator.create("/tasks/" + tasks.get(3) + "/note", "somebody's own");

        var collects = tasks.stream().map(client.role()::collect).toList();

        assertThat(collects.stream().map(each -> ScenarioContext.await("a collect", each, ScenarioContext.READY)))
                .containsExactly(false, true, true, false, true);
        assertThat(operator.children("/tasks"))
                .containsExactlyInAnyOrder(tasks.get(0).name(), tasks.get(3).name());
        assertThat(operator.children("/tasks/" + tasks.get(3))).containsExactlyInAnyOrder("note", "status");
    }

    @Verifies({Rule.S5, Rule.L5})
    public void theAnswerToManyCollectsIsLost(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(5));
        tasks.forEach(task -> operator.create("/tasks/" + task + "/status", BY_HAND));

        var lost = LostMessages.loseAnswer(client, "delete", context.layout().tasks());
        var collects = tasks.stream().map(client.role()::collect).toList();

        collects.forEach(each -> assertThat(ScenarioContext.await("a collect", each, ScenarioContext.READY))
                .isTrue());
        assertThat(lost).as("the loss").succeedsWithin(ScenarioContext.READY);
        assertThat(operator.children("/tasks")).isEmpty();
    }
}
