package dev.twinkeeper.raw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.raw.session.ScriptedServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of the table in {@link Reign}, and what a {@link Census} learns, by what the master asks next. */
class ReignTest {
    private static final WorkerId W1 = new WorkerId("w1");
    private static final TaskId TASK = new TaskId("task-0000000001");
    private static final TaskId SECOND = new TaskId("task-0000000002");
    private static final String ASSIGN = assign(TASK);
    private static final String RELEASE = "check /master, check /master-epoch, delete /assign/w1/task-0000000001";
    private static final String LOOK = "getChildren /tasks/task-0000000001";

    private static String assign(TaskId task) {
        return "check /master, check /master-epoch, create /assign/w1/" + task;
    }

    private final ScriptedServers servers = new ScriptedServers();
    private final List<Event> events = new ArrayList<>();
    private final MasterRole role =
            new MasterRole(new MasterId("m1"), Settings.connect("localhost:2181"), events::add, servers.session());

    /** S2: the assignments are listed before the statuses. */
    @Test
    void takingOverWatchesThenListsThenLeads() {
        claim();
        workers();
        assignments();
        tasks(TASK.name());
        statuses(List.of());

        assertThat(events).contains(new Event.TookOver(7, 1, 1, 0, 0));
        assertThat(servers.zk().asked()).containsExactly(ASSIGN);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOAUTH", "NONODE", "UNIMPLEMENTED"})
    void takingOverRefusedIsOver(Code code) {
        claim();
        servers.answer("addWatch /workers", Code.OK).answer("getChildren /workers", code);

        assertThat(role.leadership()).isEqualTo(Leadership.UNKNOWN);
    }

    @Test
    void leadingAssignsAndTells() {
        lead();
        Asked commit = servers.zk().next(ASSIGN);
        role.treeWatcher.process(
                new WatchedEvent(EventType.NodeCreated, KeeperState.SyncConnected, "/assign/w1/" + TASK.name()));
        commit.answer(Code.OK);
        servers.run();

        assertThat(events).contains(new Event.TaskAssigned(TASK, W1, 7));
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void leadingFenceInDoubtWritesNothingUntilMasterIsReadAgain() {
        lead();
        refuse(ASSIGN, Code.BADVERSION);
        assertThat(servers.zk().asked()).containsExactly("getData /master");

        servers.data("getData /master", "m1", servers.ours());
        servers.data("getData /master-epoch", "m1", ScriptedServers.version(7));

        assertThat(servers.zk().asked()).containsExactly(ASSIGN);
    }

    @Test
    void leadingFenceInDoubtAndAnotherMasterIsOver() {
        lead();
        refuse(ASSIGN, Code.BADVERSION);
        servers.data("getData /master", "m2", ScriptedServers.ephemeral(99));

        assertThat(role.leadership()).isEqualTo(Leadership.UNKNOWN);
        assertThat(servers.zk().asked()).contains("check /").doesNotContain(ASSIGN);
    }

    @Test
    void leadingSomebodyWasFasterGoesOn() {
        lead();
        refuse(ASSIGN, Code.OK, Code.OK, Code.NODEEXISTS);

        assertThat(role.leadership()).isEqualTo(Leadership.reigning(7));
        assertThat(servers.zk().asked()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOAUTH", "QUOTAEXCEEDED", "THROTTLEDOP"})
    void leadingRefusedIsParkedAndTriedAgain(Code code) {
        lead();
        servers.answer(ASSIGN, code);
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(Duration.ofMinutes(1));

        assertThat(servers.zk().asked()).containsExactlyInAnyOrder(ASSIGN, LOOK);
    }

    @Test
    void aReplyOfAReignThatIsOverIsDropped() {
        lead();
        Asked late = servers.zk().next(ASSIGN);
        role.masterWatcher.process(new WatchedEvent(EventType.NodeDeleted, KeeperState.SyncConnected, "/master"));
        servers.run();

        late.answer(Code.OK);
        servers.run();

        assertThat(events).doesNotContain(new Event.TaskAssigned(TASK, W1, 7));
    }

    @Test
    void leadingAWatchTellsOfATask() {
        leadWithoutATask();
        created("/tasks/" + TASK.name());

        assertThat(servers.zk().asked()).as("at once").containsExactly(ASSIGN);
    }

    /** And is told of its end by the watch: what it had told of the task tells whether that is completed. */
    @Test
    void leadingAWatchTellsOfACompletion() {
        lead();
        servers.answer(ASSIGN, Code.OK);
        on(EventType.NodeDeleted, "/assign/w1/" + TASK.name());
        created("/tasks/" + TASK.name() + "/status");
        servers.zk().lose();
        created("/tasks/" + SECOND.name());

        assertThat(servers.zk().asked()).containsExactly(assign(SECOND));
    }

    /** S2: the end of an assignment says nothing of a status. */
    @Test
    void leadingATaskThatLostItsAssignmentIsLookedAt() {
        lead();
        servers.answer(ASSIGN, Code.OK);
        on(EventType.NodeDeleted, "/assign/w1/" + TASK.name());
        assertThat(servers.zk().asked()).containsExactly(LOOK);

        statuses(List.of());

        assertThat(servers.zk().asked()).containsExactly(ASSIGN);
    }

    /** The next question gathers what else there is meanwhile. */
    @Test
    void leadingOneQuestionIsAskedAtATime() {
        lead();
        servers.answer(ASSIGN, Code.OK);
        created("/tasks/" + SECOND.name());
        created("/assign/w1/" + SECOND.name());
        servers.zk().lose();
        on(EventType.NodeDeleted, "/assign/w1/" + TASK.name());
        on(EventType.NodeDeleted, "/assign/w1/" + SECOND.name());
        assertThat(servers.zk().asked()).containsExactly(LOOK);

        statuses(List.of("status"));

        assertThat(servers.zk().asked()).containsExactly("getChildren /tasks/" + SECOND.name());
    }

    // While /assign/w1 is listed.

    /** No event tells of it before the answer, so the answer does: else the task would be assigned twice. */
    @Test
    void leadingWhatIsAppliedIsKnownWithoutAnEvent() {
        leadWithoutATask();
        listAssignments();
        created("/tasks/" + TASK.name());
        servers.answer(ASSIGN, Code.OK);
        created("/tasks/" + SECOND.name());

        assertThat(servers.zk().asked()).as("one slot").isEmpty();
        fire("/assign/w1");
        servers.children("getChildren /assign/w1", TASK.name());
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void leadingAListTellsThatAnAssignmentHasEnded() {
        leadingWhatIsAppliedIsKnownWithoutAnEvent();
        fire("/assign/w1");
        servers.children("getChildren /assign/w1");
        servers.zk().next(LOOK).results(new OpResult.GetChildrenResult(List.of("status")));
        servers.run();

        assertThat(servers.zk().asked()).containsExactly(assign(SECOND));
    }

    /** Of a task that is not there: it is tidied away. */
    @Test
    void leadingAListTellsWhatAPersonAssigned() {
        leadWithoutATask();
        listAssignments(TASK.name());

        refuse(LOOK, Code.NONODE);
        assertThat(servers.zk().asked()).containsExactly(RELEASE);
    }

    @Test
    void leadingAParentThatIsGoneIsWatchedAgainWhenItIsMadeAgain() {
        leadWithoutATask();
        on(EventType.NodeDeleted, "/assign/w1");
        fire("/assign");
        servers.answer("removeWatches /assign/w1", Code.OK).children("getChildren /assign", "w1");

        assertThat(servers.zk().asked()).containsExactly("addWatch /assign/w1", "getChildren /assign/w1");
    }

    /** Servers drop an event, and the one-shot watch with it, while we may not read /assign. */
    @Test
    void leadingAParentThatNothingToldOfIsFoundWhenItIsToBeMade() {
        leadWithoutATask();
        created("/workers/w2");
        servers.data("getData /workers/w2", "host", ScriptedServers.ephemeral(9));
        created("/tasks/" + TASK.name());
        refuse(
                "check /master, check /master-epoch, create /assign/w2, create /assign/w1/" + TASK.name(),
                Code.OK,
                Code.OK,
                Code.NODEEXISTS,
                Code.RUNTIMEINCONSISTENCY);

        assertThat(servers.zk().asked()).contains("getChildren /assign");
    }

    @Test
    void leadingAParentThatAListDoesNotFindIsGone() {
        leadWithoutATask();
        listAssignments();
        on(EventType.NodeDeleted, "/assign/w1");
        servers.answer("getChildren /assign/w1", Code.NONODE)
                .answer("addWatch /assign/w1", Code.OK)
                .answer("getChildren /assign/w1", Code.NONODE);
        servers.zk().lose();
        created("/tasks/" + TASK.name());

        assertThat(servers.zk().asked()).containsExactly("check /master, check /master-epoch, create /assign/w1");
    }

    /** L2: it was never listed, so it has no watch that tells; only the list of the parents does. */
    @Test
    void leadingAParentThatWasMadeAndIsGoneBeforeTheListIsMadeAgain() {
        String make = "check /master, check /master-epoch, create /assign/w1";
        leadWithoutATask();
        on(EventType.NodeDeleted, "/assign/w1");
        fire("/assign");
        servers.answer("removeWatches /assign/w1", Code.OK).children("getChildren /assign");
        created("/tasks/" + TASK.name());
        Asked made = servers.zk().next(make);
        fire("/assign");
        made.answer(Code.OK);
        servers.run().children("getChildren /assign");
        refuse(ASSIGN, Code.OK, Code.OK, Code.NONODE);
        servers.pass(Duration.ofSeconds(1));

        assertThat(servers.zk().asked()).containsExactlyInAnyOrder(make, LOOK);
    }

    // While /tasks is listed.

    /** S2: a person may have written a status, and no event tells of it. */
    @Test
    void leadingATaskIsLookedAtJustBeforeItIsAssigned() {
        leadWithoutATask();
        listTasks(TASK.name());
        assertThat(servers.zk().asked()).containsExactly(LOOK);

        statuses(List.of());

        assertThat(servers.zk().asked()).containsExactly(ASSIGN);
    }

    /** The servers threw the question away, as they might the assignment: it is asked again, and the reign goes on. */
    @Test
    void leadingALookThatIsThrottledIsTriedAgainAfterAPause() {
        leadWithoutATask();
        listTasks(TASK.name());
        servers.answer(LOOK, Code.THROTTLEDOP);
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(Duration.ofSeconds(1));

        assertThat(role.leadership()).isEqualTo(Leadership.reigning(7));
        assertThat(servers.zk().asked()).contains(LOOK).doesNotContain(ASSIGN);
    }

    @Test
    void leadingATaskWithAStatusIsNotAssigned() {
        leadWithoutATask();
        listTasks(TASK.name(), SECOND.name());
        statuses(List.of("status"));
        assertThat(servers.zk().asked()).containsExactly("getChildren /tasks/" + SECOND.name());

        servers.zk().next("getChildren /tasks/" + SECOND.name()).results(new OpResult.GetChildrenResult(List.of()));
        servers.run();

        assertThat(servers.zk().asked()).containsExactly(assign(SECOND));
    }

    @Test
    void leadingATaskThatIsGoneIsNotAssigned() {
        leadWithoutATask();
        listTasks(TASK.name());
        servers.zk().next(LOOK).results(new OpResult.ErrorResult(Code.NONODE.intValue()));
        servers.run();

        assertThat(servers.zk().asked()).isEmpty();
    }

    /** The same look is no good for later: another status may come. */
    @Test
    void leadingATaskIsLookedAtAgainWhenItIsAssignedAgain() {
        leadingATaskIsLookedAtJustBeforeItIsAssigned();
        refuse(ASSIGN, Code.OK, Code.OK, Code.NOAUTH);
        servers.pass(Duration.ofMillis(2500));

        assertThat(servers.zk().asked()).contains(LOOK).doesNotContain(ASSIGN);
    }

    /** No list tells of a status, and the assignment of a worker at zkCli stays: it is looked at, and tidied away. */
    @Test
    void leadingATaskThatIsHeldIsLookedAtNowAndThen() {
        leadingATaskIsLookedAtJustBeforeItIsAssigned();
        servers.answer(ASSIGN, Code.OK).pass(Duration.ofMillis(900));
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(Duration.ofMillis(100));
        statuses(List.of("status"));

        assertThat(servers.zk().asked()).contains(RELEASE);
    }

    /** Between two lists it was deleted, which only the read of its line tells, and made again. */
    @Test
    void leadingTheLineOfAnAssignmentThatWasMadeAgainIsReadAgain() {
        String line = "getData /assign/w1/" + TASK.name();
        leadWithoutATask();
        listAssignments();
        created("/tasks/" + TASK.name());
        servers.answer(ASSIGN, Code.OK);
        on(EventType.NodeDeleted, "/workers/w1");
        refuse(line, Code.NONODE);
        statuses(List.of());
        fire("/assign/w1");
        servers.children("getChildren /assign/w1", TASK.name());

        assertThat(servers.zk().asked()).containsExactly(line);
    }

    @Test
    void leadingATaskThatIsGoneFromTheListIsForgotten() {
        leadWithoutATask();
        listTasks(TASK.name());
        statuses(List.of());
        servers.answer(ASSIGN, Code.OK);
        fire("/tasks");
        servers.pass(Duration.ofMillis(1)).children("getChildren /tasks");
        refuse(LOOK, Code.NONODE);

        assertThat(servers.zk().asked()).containsExactly(RELEASE);
    }

    /** A person assigned it at once, and the list of tasks is behind. */
    @Test
    void leadingAnAssignmentIsNotTakenFromATaskThatIsNotListedYet() {
        leadWithoutATask();
        listTasks();
        created("/assign/w1/" + TASK.name());
        statuses(List.of());

        assertThat(servers.zk().asked()).doesNotContain(RELEASE);
    }

    @Test
    void leadingWhatIsForeignBelowAParentIsSetAside() {
        leadWithoutATask();
        created("/assign/w1/no-task");

        assertThat(events).contains(new Event.SetAside("/assign/w1/no-task", "no name of ours"));
    }

    /** Back to events: of what was there before, nobody would have told; of what comes now, they tell. */
    @Test
    void leadingQuietAgainOldTasksAreLookedAtOnceAndNewOnesAreNot() {
        leadWithoutATask();
        listTasks();
        servers.pass(Duration.ofSeconds(1));
        servers.answer("addWatch /tasks", Code.OK).children("getChildren /tasks", TASK.name());
        statuses(List.of());
        servers.answer(ASSIGN, Code.OK);
        on(EventType.NodeDeleted, "/assign/w1/" + TASK.name());
        statuses(List.of("status"));
        created("/tasks/" + SECOND.name());

        assertThat(servers.zk().asked()).containsExactly(assign(SECOND));
    }

    /** S2: of one task the watch tells, at the other it is looked; the watch tells of a status while that lasts. */
    @Test
    void leadingAStatusThatIsToldWhileAnotherTaskIsLookedAtCounts() {
        leadWithoutATask();
        listTasks();
        on(EventType.NodeDeleted, "/workers/w1");
        servers.pass(Duration.ofSeconds(1));
        servers.answer("addWatch /tasks", Code.OK).children("getChildren /tasks", TASK.name());
        created("/tasks/" + SECOND.name());
        created("/workers/w1");
        servers.data("getData /workers/w1", "host slots=2", ScriptedServers.ephemeral(9));
        assertThat(servers.zk().asked()).containsExactly(LOOK);

        created("/tasks/" + SECOND.name() + "/status");
        statuses(List.of());

        assertThat(servers.zk().asked()).containsExactly(ASSIGN);
    }

    /** However slow the servers are: the looks would pile up, and those that a plan waits for come after them. */
    @Test
    void leadingTasksThatAreHeldAreNotLookedAtAgainBeforeTheAnswer() {
        leadingATaskIsLookedAtJustBeforeItIsAssigned();
        servers.answer(ASSIGN, Code.OK).pass(Duration.ofSeconds(1));
        servers.pass(Duration.ofSeconds(1));
        assertThat(servers.zk().asked()).containsOnlyOnce(LOOK);

        statuses(List.of());
        servers.pass(Duration.ofSeconds(1));

        assertThat(servers.zk().asked()).as("the answer is here").containsOnlyOnce(LOOK);
    }

    /** A burst among many names is much more; and where many are pending, nobody waits for the next list. */
    @Test
    void leadingListsOfTasksWaitWhereManyArePending() {
        leadWithoutATask();
        String[] many = IntStream.range(0, 600)
                .mapToObj(i -> "task-" + String.format("%010d", i))
                .toArray(String[]::new);
        listTasks(many);
        servers.zk().lose();
        fire("/tasks");
        servers.pass(Duration.ofMillis(500));

        assertThat(servers.zk().asked()).doesNotContain("getChildren /tasks");
    }

    private void leadWithoutATask() {
        claim();
        workers();
        assignments();
        tasks();
    }

    /** A burst, which says nothing here; then the list. */
    private void listAssignments(String... held) {
        burst("/assign/w1");
        servers.children("getChildren /assign/w1", held);
    }

    private void listTasks(String... names) {
        burst("/tasks");
        servers.children("getChildren /tasks", names);
    }

    private void burst(String parent) {
        for (int i = 0; i < 16; i++) {
            on(EventType.NodeDataChanged, parent);
        }
        servers.answer("removeWatches " + parent, Code.OK);
    }

    private void created(String path) {
        on(EventType.NodeCreated, path);
    }

    private void fire(String path) {
        on(EventType.NodeChildrenChanged, path);
    }

    private void on(EventType type, String path) {
        role.treeWatcher.process(new WatchedEvent(type, KeeperState.SyncConnected, path));
        servers.run();
    }

    private void claim() {
        role.start();
        servers.run().connect();
        for (String parent : List.of("/workers", "/assign", "/tasks", "/master-epoch")) {
            servers.answer("exists " + parent, Code.OK);
        }
        servers.answer("addWatch /master", Code.OK).answer("getData /master", Code.NONODE);
        servers.zk()
                .next("create /master, setData /master, setData /master-epoch")
                .results(
                        new OpResult.CreateResult("/master"),
                        new OpResult.SetDataResult(servers.ours()),
                        new OpResult.SetDataResult(ScriptedServers.version(7)));
        servers.run();
    }

    private void workers() {
        servers.answer("addWatch /workers", Code.OK)
                .children("getChildren /workers", "w1")
                .data("getData /workers/w1", "host", ScriptedServers.ephemeral(9));
    }

    private void assignments() {
        servers.children("getChildren /assign", "w1")
                .answer("addWatch /assign/w1", Code.OK)
                .children("getChildren /assign/w1");
    }

    private void tasks(String... names) {
        servers.answer("addWatch /tasks", Code.OK).children("getChildren /tasks", names);
    }

    private void lead() {
        takingOverWatchesThenListsThenLeads();
    }

    private void statuses(List<String> children) {
        servers.zk().next(LOOK).results(new OpResult.GetChildrenResult(children));
        servers.run();
    }

    private void refuse(String what, Code... parts) {
        OpResult[] results = new OpResult[parts.length];
        Code culprit = Code.OK;
        for (int i = 0; i < parts.length; i++) {
            results[i] = new OpResult.ErrorResult(parts[i].intValue());
            culprit = parts[i];
        }
        servers.zk().next(what).refused(culprit, results);
        servers.run();
    }
}
