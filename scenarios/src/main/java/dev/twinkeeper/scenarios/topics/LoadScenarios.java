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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Few tasks, many at once, and few again. How a role hears of changes may depend on how many there are; what becomes of
 * a task may not.
 */
public final class LoadScenarios {
    private static final int FEW = 5;
    private static final int MANY = 200;
    private static final int SLOTS = 50;

    private static final String BY_HAND = "done\nby a person";

    // Quiet, under load, quiet again, and a fault in each.

    @Verifies({Rule.S2, Rule.L2, Rule.L5})
    public void aMasterThatIsCutOffMissesNothingUnderWhateverLoad(ScenarioContext context) {
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();
        changingLoad(context, each -> cutAndMend(master));
    }

    @Verifies({Rule.S2, Rule.L1, Rule.L5})
    public void aMasterWhoseSessionExpiresIsSucceededUnderWhateverLoad(ScenarioContext context) {
        var master = context.master("m1").awaitReady();
        changingLoad(context, each -> {
            var fault = Instant.now();
            master.expire();
            master.awaitEvent(Event.Elected.class, fault, ScenarioContext.RECOVERY);
        });
    }

    @Verifies({Rule.S3, Rule.L5})
    public void aWorkerThatIsCutOffMissesNothingUnderWhateverLoad(ScenarioContext context) {
        context.master("m1").awaitReady();
        changingLoad(context, LoadScenarios::cutAndMend);
    }

    /** Each fault comes while tasks are under way. */
    private static void changingLoad(ScenarioContext context, Consumer<TestParticipant<Worker>> fault) {
        var work = Work.prompt();
        var worker = context.worker(
                        "w1",
                        work,
                        settings -> Given.LONG_SESSION.apply(settings).withSlots(SLOTS))
                .awaitReady();
        var client = context.client("c1").awaitReady();
        List<TaskId> all = new ArrayList<>();

        for (int load : List.of(FEW, MANY, FEW)) {
            oneByOne(context, client, all);
            var tasks = context.submitAll(client, Told.commands(load));
            fault.accept(worker);
            all.addAll(tasks);
            for (int i = 0; i < load; i++) {
                assertThat(context.outcome(client, tasks.get(i))).isEqualTo(Told.done("command " + (i + 1)));
            }
        }

        assertThat(work.begun()).as("executions").containsExactlyInAnyOrderElementsOf(all);
    }

    /** Until lists, if there are any, have not paid for some time. */
    private static void oneByOne(ScenarioContext context, TestParticipant<Client> client, List<TaskId> all) {
        for (int i = 0; i < 4 * FEW; i++) {
            var task = context.submit(client, "alone");
            all.add(task);
            assertThat(context.outcome(client, task)).isEqualTo(Told.done("alone"));
        }
    }

    private static void cutAndMend(TestParticipant<?> participant) {
        var fault = Instant.now();
        participant.cut();
        participant.awaitEvent(Event.Disconnected.class, fault, ScenarioContext.READY);
        participant.mend();
    }

    // A person under load.

    /** Tasks of which a worker holds as many as it has slots. */
    private static final class Loaded {
        final Work work = Work.held();
        final TestParticipant<Client> client;
        final List<TaskId> tasks;
        final TaskId held;

        Loaded(ScenarioContext context) {
            context.worker("w1", work, settings -> settings.withSlots(SLOTS)).awaitReady();
            client = context.client("c1").awaitReady();
            tasks = context.submitAll(client, Told.commands(MANY));
            work.awaitBegun(SLOTS);
            held = work.begun().get(0);
        }

        List<TaskId> pending(int some) {
            return tasks.stream()
                    .filter(task -> !work.begun().contains(task))
                    .limit(some)
                    .toList();
        }
    }

    @Verifies({Rule.S2, Rule.S3, Rule.L2})
    public void statusesThatAPersonWritesUnderLoadAreFound(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var given = new Loaded(context);
        var pending = given.pending(3);

        List<TaskId> byHand = new ArrayList<>(pending);
        byHand.add(given.held);
        byHand.forEach(task -> operator.create("/tasks/" + task + "/status", BY_HAND));
        operator.awaitGone("/assign/w1/" + given.held, ScenarioContext.READY);
        given.work.release();

        for (int i = 0; i < MANY; i++) {
            var task = given.tasks.get(i);
            var expected = byHand.contains(task) ? "by a person" : "command " + (i + 1);
            assertThat(context.outcome(given.client, task)).isEqualTo(Told.done(expected));
        }
        assertThat(given.work.begun()).as("executions").doesNotContainAnyElementsOf(pending);
    }

    @Verifies({Rule.S2, Rule.L2})
    public void anAssignmentThatAPersonRemovesUnderLoadIsMadeAgain(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var given = new Loaded(context);

        var removal = Instant.now();
        operator.delete("/assign/w1/" + given.held);
        given.work.release();
        master.awaitEvent(
                Event.TaskAssigned.class, removal, event -> event.task().equals(given.held), ScenarioContext.READY);

        given.tasks.forEach(
                task -> assertThat(context.outcome(given.client, task).known()).isTrue());
    }
}
