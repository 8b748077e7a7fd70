package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/** What others left in the tree: set aside with one warning, and all else goes on. */
public final class ForeignThingsScenarios {
    private static final byte[] NO_TEXT = {(byte) 0xff, (byte) 0xfe, 0, 10, (byte) 0xc3};

    @Verifies(Rule.R6)
    public void garbageThatWasThereFirstIsSetAsideAndAllTasksFinish(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        var garbage = litter(hand);
        var master = stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var tasks = stage.submitAll(client, Told.commands(10));

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        assertThat(setAside(stage, master)).containsAll(garbage).doesNotHaveDuplicates();
        assertThat(garbage).allMatch(hand::exists, "is left alone");
    }

    @Verifies(Rule.R6)
    public void garbageThatComesLaterIsSetAsideAndAllTasksFinish(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.outcome(client, stage.submit(client, "before"));

        var garbage = litter(hand);
        var tasks = stage.submitAll(client, Told.commands(10));

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
        stage.eventuallyAsserted(
                "warnings",
                Stage.READY,
                () -> assertThat(setAside(stage, master)).containsAll(garbage).doesNotHaveDuplicates());
    }

    @Verifies(Rule.R6)
    public void garbageIsWarnedOfOnceOverManyReigns(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        var garbage = litter(hand);
        var master = stage.master("m1").awaitReady();

        for (int reign = 1; reign <= 3; reign++) {
            master.awaitEvent(Event.TookOver.class, Instant.MIN, reigns(reign), Stage.SUCCESSION);
            hand.delete("/master");
        }
        master.awaitEvent(Event.TookOver.class, Instant.MIN, reigns(4), Stage.SUCCESSION);

        assertThat(setAside(stage, master)).containsAll(garbage).doesNotHaveDuplicates();
    }

    @Verifies({Rule.R6, Rule.L2})
    public void aPersistentWorkerGetsNoTasks(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.create("/workers/a-nobody", "by a typing error slots=100");
        hand.create("/assign/a-nobody", "");
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var tasks = stage.submitAll(client, Told.commands(10));

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.R6, Rule.S6})
    public void aStatusThatMakesNoSenseIsUnknownAndSetAside(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        held.awaitBegun(1);

        hand.create("/tasks/" + task + "/status", NO_TEXT);
        held.release();

        assertThat(stage.outcome(client, task)).isInstanceOf(Outcome.Unknown.class);
        assertThat(stage.outcome(client, task)).isInstanceOf(Outcome.Unknown.class);
        assertThat(setAside(stage, client)).containsExactly("/tasks/" + task + "/status");
        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.R6, Rule.L2})
    public void aWorkerWhoseLineMakesNoSenseHasOneSlot(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        hand.createEphemeral("/workers/by-hand", "slots=many\n\u0000");

        var tasks = stage.submitAll(client, Told.commands(2));
        hand.awaitExists("/assign/by-hand/" + tasks.get(0), Stage.READY);
        // By the time that another worker got a later task, this one has not got two.
        stage.worker("w1").awaitReady();
        stage.outcome(client, tasks.get(1));

        assertThat(hand.children("/assign/by-hand"))
                .containsExactly(tasks.get(0).name());
    }

    @Verifies({Rule.R6, Rule.L2})
    public void aWorkersNameMayHaveBlanksAndLettersOfAnyScript(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("wörker 1 – рабочий", Work.prompt(), settings -> settings.withSlots(1))
                .awaitReady();
        var client = stage.client("c1").awaitReady();

        var task = stage.submit(client, "hello");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.R6, Rule.L2})
    public void tasksOfOddNamesAreTasks(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        var odd = List.of("task-0000000007", "job-0000000007", "0000000007", "9999999999", "_c_1-2-task-0000000007");
        odd.forEach(name -> hand.create("/tasks/" + name, name));
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        odd.forEach(name -> assertThat(stage.outcome(client, new TaskId(name))).isEqualTo(Told.done(name)));
    }

    @Verifies({Rule.R6, Rule.R5})
    public void aCommandByHandOverTheLimitFails(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        hand.create("/tasks/task-0000000000", new byte[Payload.LIMIT + 1]);

        assertThat(stage.outcome(client, new TaskId("task-0000000000"))).isInstanceOf(Outcome.Failed.class);
        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.R6, Rule.L2})
    public void assignmentsOfWhatIsNoTaskAreSetAsideOrRemoved(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", Work.prompt(), settings -> settings.withSlots(1))
                .awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.outcome(client, stage.submit(client, "before"));

        hand.create("/assign/w1/no-task", "");
        hand.create("/assign/w1/task-0000004711", "");
        var task = stage.submit(client, "after");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("after"));
        hand.awaitGone("/assign/w1/task-0000004711", Stage.READY);
        assertThat(hand.exists("/assign/w1/no-task")).isTrue();
        assertThat(worker.events(Event.Registered.class)).hasSize(1);
    }

    @Verifies({Rule.R6, Rule.S5})
    public void aTaskWithForeignChildrenIsDoneAndIsNotCollectedUntilTheyAreGone(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        hand.create("/tasks/" + task + "/remark", "mine");
        stage.worker("w1").awaitReady();

        var outcome = stage.outcome(client, task);
        var tooEarly = Stage.await("a collect", client.role().collect(task), Stage.READY);
        hand.delete("/tasks/" + task + "/remark");
        var inTime = Stage.await("a collect", client.role().collect(task), Stage.READY);

        assertThat(outcome).isEqualTo(Told.done("hello"));
        assertThat(tooEarly).isFalse();
        assertThat(inTime).isTrue();
    }

    @Verifies({Rule.R6, Rule.S1})
    public void anEpochOfGarbageIsAnEpochLikeAnyOther(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.set("/master-epoch", "1 2 3\n\u0000 no claim");

        var master = stage.master("m1").awaitReady();

        assertThat(master.awaitEvent(Event.Elected.class, Stage.READY).event().epoch())
                .isEqualTo(2);
    }

    @Verifies({Rule.R6, Rule.L5})
    public void parentsThatAnOperatorDeletedAreMadeAgain(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        master.awaitEvent(Event.TookOver.class, Stage.READY);
        var client = stage.client("c1").awaitReady();

        hand.delete("/tasks");
        hand.delete("/workers");
        hand.awaitExists("/tasks", Stage.READY);
        hand.awaitExists("/workers", Stage.READY);
        stage.worker("w1").awaitReady();

        assertThat(stage.outcome(client, stage.submit(client, "hello"))).isEqualTo(Told.done("hello"));
    }

    /** One of each kind under each parent; returns those that a master is to warn of. */
    private static List<String> litter(Hand hand) {
        hand.create("/stranger", NO_TEXT);
        hand.create("/assign/gone", "");
        return List.of(
                hand.create("/tasks/no-sequence", NO_TEXT),
                hand.create("/tasks/task-123", ""),
                hand.create("/workers/persistent", NO_TEXT),
                hand.create("/assign/gone/no-task", NO_TEXT));
    }

    private static List<String> setAside(Stage stage, Actor<? extends Role> actor) {
        var chroot = stage.layout().root().length();
        return actor.events(Event.SetAside.class).stream()
                .map(heard -> heard.event().path().substring(chroot))
                .toList();
    }

    private static Predicate<Event.TookOver> reigns(long epoch) {
        return event -> event.epoch() >= epoch;
    }
}
