package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Operator;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.apache.zookeeper.ZooDefs.Perms;

/** What others left in the tree: set aside with one warning, and all else goes on. */
public final class ForeignThingsScenarios {
    private static final byte[] NO_TEXT = {(byte) 0xff, (byte) 0xfe, 0, 10, (byte) 0xc3};

    @Verifies(Rule.R6)
    public void garbageThatWasThereFirstIsSetAsideAndAllTasksFinish(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        var garbage = litter(operator);
        var master = context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var tasks = context.submitAll(client, Told.commands(10));

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        assertThat(setAside(context, master)).containsAll(garbage).doesNotHaveDuplicates();
        assertThat(garbage).allMatch(operator::exists, "is left alone");
    }

    @Verifies(Rule.R6)
    public void garbageThatComesLaterIsSetAsideAndAllTasksFinish(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        context.outcome(client, context.submit(client, "before"));

        var garbage = litter(operator);
        var tasks = context.submitAll(client, Told.commands(10));

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
        context.eventuallyAsserted(
                "warnings",
                ScenarioContext.READY,
                () -> assertThat(setAside(context, master)).containsAll(garbage).doesNotHaveDuplicates());
    }

    @Verifies(Rule.R6)
    public void garbageIsWarnedOfOnceOverManyReigns(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        var garbage = litter(operator);
        var master = context.master("m1").awaitReady();

        for (int reign = 1; reign <= 3; reign++) {
            master.awaitEvent(Event.TookOver.class, Instant.MIN, reigns(reign), ScenarioContext.SUCCESSION);
            operator.delete("/master");
        }
        master.awaitEvent(Event.TookOver.class, Instant.MIN, reigns(4), ScenarioContext.SUCCESSION);

        assertThat(setAside(context, master)).containsAll(garbage).doesNotHaveDuplicates();
    }

    @Verifies({Rule.R6, Rule.L2})
    public void aPersistentWorkerGetsNoTasks(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.create("/workers/a-nobody", "by a typing error slots=100");
        operator.create("/assign/a-nobody", "");
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var tasks = context.submitAll(client, Told.commands(10));

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.R6, Rule.S6})
    public void aStatusThatMakesNoSenseIsUnknownAndSetAside(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        held.awaitBegun(1);

        operator.create("/tasks/" + task + "/status", NO_TEXT);
        held.release();

        assertThat(context.outcome(client, task)).isInstanceOf(Outcome.Unknown.class);
        assertThat(context.outcome(client, task)).isInstanceOf(Outcome.Unknown.class);
        assertThat(setAside(context, client)).containsExactly("/tasks/" + task + "/status");
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.R6, Rule.L2})
    public void aStatusThatNobodyMayReadHoldsUpNoOtherTask(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.create("/tasks/task-0000000000", "secret");
        operator.create("/tasks/task-0000000000/status", "done");
        operator.setAcl("/tasks/task-0000000000/status", Perms.ALL & ~Perms.READ);

        var master = context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");

        master.awaitEvent(Event.TookOver.class, ScenarioContext.READY);
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.R6, Rule.L2})
    public void aWorkerWhoseLineMakesNoSenseHasOneSlot(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        operator.createEphemeral("/workers/by-hand", "slots=many\n\u0000");

        var tasks = context.submitAll(client, Told.commands(2));
        operator.awaitExists("/assign/by-hand/" + tasks.get(0), ScenarioContext.READY);
        // By the time that another worker got a later task, this one has not got two.
        context.worker("w1").awaitReady();
        context.outcome(client, tasks.get(1));

        assertThat(operator.children("/assign/by-hand"))
                .containsExactly(tasks.get(0).name());
    }

    @Verifies({Rule.R6, Rule.L2})
    public void aWorkersNameMayHaveBlanksAndLettersOfAnyScript(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("wörker 1 – рабочий", Work.prompt(), settings -> settings.withSlots(1))
                .awaitReady();
        var client = context.client("c1").awaitReady();

        var task = context.submit(client, "hello");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.R6, Rule.L2})
    public void tasksOfOddNamesAreTasks(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        var odd = List.of("task-0000000007", "job-0000000007", "0000000007", "9999999999", "_c_1-2-task-0000000007");
        odd.forEach(name -> operator.create("/tasks/" + name, name));
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        odd.forEach(
                name -> assertThat(context.outcome(client, new TaskId(name))).isEqualTo(Told.done(name)));
    }

    @Verifies({Rule.R6, Rule.R5})
    public void aCommandByHandOverTheLimitFails(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        operator.create("/tasks/task-0000000000", new byte[Payload.LIMIT + 1]);

        assertThat(context.outcome(client, new TaskId("task-0000000000"))).isInstanceOf(Outcome.Failed.class);
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.R6, Rule.L2})
    public void assignmentsOfWhatIsNoTaskAreSetAsideOrRemoved(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", Work.prompt(), settings -> settings.withSlots(1))
                .awaitReady();
        var client = context.client("c1").awaitReady();
        context.outcome(client, context.submit(client, "before"));

        operator.create("/assign/w1/no-task", "");
        operator.create("/assign/w1/task-0000004711", "");
        var task = context.submit(client, "after");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("after"));
        operator.awaitGone("/assign/w1/task-0000004711", ScenarioContext.READY);
        assertThat(operator.exists("/assign/w1/no-task")).isTrue();
        assertThat(worker.events(Event.Registered.class)).hasSize(1);
    }

    @Verifies({Rule.R6, Rule.S5})
    public void aTaskWithForeignChildrenIsDoneAndIsNotCollectedUntilTheyAreGone(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        operator.create("/tasks/" + task + "/remark", "mine");
        context.worker("w1").awaitReady();

        var outcome = context.outcome(client, task);
        var tooEarly = ScenarioContext.await("a collect", client.role().collect(task), ScenarioContext.READY);
        operator.delete("/tasks/" + task + "/remark");
        var inTime = ScenarioContext.await("a collect", client.role().collect(task), ScenarioContext.READY);

        assertThat(outcome).isEqualTo(Told.done("hello"));
        assertThat(tooEarly).isFalse();
        assertThat(inTime).isTrue();
    }

    @Verifies({Rule.R6, Rule.S1})
    public void anEpochOfGarbageIsAnEpochLikeAnyOther(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.set("/master-epoch", "1 2 3\n\u0000 no claim");

        var master = context.master("m1").awaitReady();

        assertThat(master.awaitEvent(Event.Elected.class, ScenarioContext.READY)
                        .event()
                        .epoch())
                .isEqualTo(2);
    }

    @Verifies({Rule.R6, Rule.L5})
    public void parentsThatAnOperatorDeletedAreMadeAgain(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        master.awaitEvent(Event.TookOver.class, ScenarioContext.READY);
        var client = context.client("c1").awaitReady();

        operator.delete("/tasks");
        operator.delete("/workers");
        operator.awaitExists("/tasks", ScenarioContext.READY);
        operator.awaitExists("/workers", ScenarioContext.READY);
        context.worker("w1").awaitReady();

        assertThat(context.outcome(client, context.submit(client, "hello"))).isEqualTo(Told.done("hello"));
    }

    /** Between the claim and the first look, no watch tells of it. */
    @Verifies({Rule.R6, Rule.L5})
    public void aParentThatIsDeletedBeforeItIsLookedAtIsMadeAgain(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        master.awaitEvent(Event.TookOver.class, ScenarioContext.READY);
        var layout = context.layout();
        var claimed = new AtomicBoolean();
        var deleted = master.wire()
                .before(
                        request -> {
                            if (request.writes() && request.paths().contains(layout.master())) {
                                claimed.set(true);
                            }
                            return claimed.get()
                                    && !request.writes()
                                    && request.paths().contains(layout.workers());
                        },
                        () -> operator.delete("/workers"));

        operator.delete("/master");

        ScenarioContext.await("the deletion", deleted, ScenarioContext.READY);
        operator.awaitExists("/workers", ScenarioContext.READY);
    }

    /** One of each kind under each parent; returns those that a master is to warn of. */
    private static List<String> litter(Operator operator) {
        operator.create("/stranger", NO_TEXT);
        operator.create("/assign/gone", "");
        return List.of(
                operator.create("/tasks/no-sequence", NO_TEXT),
                operator.create("/tasks/task-123", ""),
                operator.create("/workers/persistent", NO_TEXT),
                operator.create("/assign/gone/no-task", NO_TEXT));
    }

    private static List<String> setAside(ScenarioContext context, TestParticipant<? extends Role> participant) {
        var chroot = context.layout().root().length();
        return participant.events(Event.SetAside.class).stream()
                .map(timed -> timed.event().path().substring(chroot))
                .toList();
    }

    private static Predicate<Event.TookOver> reigns(long epoch) {
        return event -> event.epoch() >= epoch;
    }
}
