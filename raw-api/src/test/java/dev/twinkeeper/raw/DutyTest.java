package dev.twinkeeper.raw;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.raw.session.ScriptedServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of the table in {@link Duty}, by what the worker asks next. */
class DutyTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final WorkerId W1 = new WorkerId("w1");
    private static final TaskId TASK = new TaskId("task-0000000001");
    private static final String WATCH = "addWatch /assign/w1";
    private static final String LIST = "getChildren /assign/w1";
    private static final String READ = "getData /tasks/task-0000000001";
    private static final String COMPLETE = "delete /assign/w1/task-0000000001, create /tasks/task-0000000001/status";

    private final ScriptedServers servers = new ScriptedServers();
    private final List<Event> events = new ArrayList<>();
    private final CompletableFuture<Payload> result = new CompletableFuture<>();
    private final WorkerRole role =
            new WorkerRole(W1, Settings.connect("localhost:2181"), this::handle, events::add, servers.session());

    private Payload handle(Task task) {
        return result.join();
    }

    @Test
    void suspendedRegisteredLists() {
        register();

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOAUTH", "THROTTLEDOP"})
    void listingRefusedListsAgainAfterAPause(Code code) {
        register();
        servers.answer(LIST, code);
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(PAUSE);

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
    }

    @Test
    void listingConnectionLostListsAgain() {
        register();
        servers.disconnect();
        registerAgain();

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void listedWorksAndCompletes() {
        work();
        finish();

        servers.answer(COMPLETE, Code.OK);

        assertThat(events).contains(new Event.TaskStarted(TASK, W1), new Event.TaskCompleted(TASK, W1, true));
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void workingTheWatchTells() {
        register();
        servers.children(LIST);
        changed(EventType.NodeCreated);

        assertThat(servers.zk().asked()).containsExactly(READ);
    }

    @Test
    void workingMovedDiscardsTheResult() {
        work();
        changed(EventType.NodeDeleted);
        finish();

        assertThat(servers.zk().asked()).isEmpty();
        assertThat(events).contains(new Event.ResultDiscarded(TASK, W1));
    }

    /** R5: else its slot would be taken for ever, and after four of them no task would be handled any more. */
    @Test
    void workingWhatIsThrownCannotSayWhyAndTheTaskFails() {
        work();
        result.completeExceptionally(new CompletionException("") {
            private static final long serialVersionUID = 1L;

            @Override
            public String getMessage() {
                throw new IllegalStateException();
            }
        });
        servers.awaitWork().answer(COMPLETE, Code.OK);

        assertThat(events).contains(new Event.TaskCompleted(TASK, W1, false));
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NONODE", "NODEEXISTS"})
    void workingOvertakenDiscardsTheResult(Code code) {
        work();
        finish();
        servers.answer(COMPLETE, code);

        assertThat(events).contains(new Event.ResultDiscarded(TASK, W1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOAUTH", "QUOTAEXCEEDED", "THROTTLEDOP"})
    void workingRefusedCompletesAgainAfterAPause(Code code) {
        work();
        finish();
        servers.answer(COMPLETE, code).pass(PAUSE);

        assertThat(servers.zk().asked()).containsExactly(COMPLETE);
    }

    /** While lists tell: what is new is begun, what is gone is given up, and what is under way goes on. */
    @Test
    void workingListsTell() {
        TaskId second = new TaskId("task-0000000002");
        work();
        busy(TASK.name());
        assertThat(servers.zk().asked()).as("it is under way").isEmpty();

        listAgain(TASK.name(), second.name());
        assertThat(servers.zk().asked()).containsExactly("getData /tasks/task-0000000002");

        servers.zk().lose();
        listAgain(second.name());
        finish();
        assertThat(events).contains(new Event.ResultDiscarded(TASK, W1));
        assertThat(servers.zk().asked()).isEmpty();
    }

    /** The list that shows the end of its assignment may come before the answer to its completion. */
    @Test
    void workingAListDropsNoResultThatIsOnItsWay() {
        work();
        busy(TASK.name());
        finish();
        Asked completion = servers.zk().next(COMPLETE);
        listAgain();
        completion.answer(Code.OK);
        servers.run();

        assertThat(events).contains(new Event.TaskCompleted(TASK, W1, true));
    }

    /** A person wrote its status; its assignment stands until the master tidies up. */
    @Test
    void workingWhatIsOverIsNotHandledAgainWhileItsAssignmentStands() {
        work();
        busy(TASK.name());
        finish();
        servers.answer(COMPLETE, Code.NODEEXISTS);
        servers.zk().lose();

        listAgain(TASK.name());
        assertThat(servers.zk().asked()).as("a list").isEmpty();
        servers.disconnect();
        registerAgain();
        servers.children(LIST, TASK.name());
        assertThat(servers.zk().asked()).as("a lost connection").containsExactly(COMPLETE);
        servers.answer(COMPLETE, Code.NODEEXISTS);
        servers.zk().lose();
        changed(EventType.NodeDeleted);
        changed(EventType.NodeCreated);
        assertThat(servers.zk().asked()).as("assigned once more").containsExactly(READ);
        assertThat(events)
                .filteredOn(new Event.ResultDiscarded(TASK, W1)::equals)
                .hasSize(1);
    }

    /** Somebody deleted the task; its assignment stands until the master tidies up. */
    @Test
    void workingATaskThatIsGoneIsNotReadAgainWhileItsAssignmentStands() {
        register();
        servers.children(LIST, TASK.name()).answer(READ, Code.NONODE);
        busy(TASK.name());
        listAgain(TASK.name());
        assertThat(servers.zk().asked()).as("lists").isEmpty();

        listAgain();
        listAgain(TASK.name());
        assertThat(servers.zk().asked()).as("assigned once more").containsExactly(READ);
    }

    /** S3: it was moved; its neighbours are completed as if it had never been among them. */
    @Test
    void workingOneOfManyIsOvertakenAndTheOthersAreCompleted() {
        TaskId moved = new TaskId("task-0000000002");
        byte[] tooLong = new byte[Payload.LIMIT + 1]; // which fails without a handler, so that both are done at once
        register();
        servers.children(LIST, moved.name(), TASK.name());
        servers.zk().next("getData /tasks/task-0000000002, " + READ).data(tooLong, new Stat());
        servers.run();
        String other = COMPLETE.replace(TASK.name(), moved.name());
        servers.zk().next(other + ", " + COMPLETE).refused(Code.NONODE, results(Code.NONODE, 4));
        servers.run();
        servers.zk().next(other).refused(Code.NONODE, results(Code.NONODE, 2));
        servers.run().answer(COMPLETE, Code.OK);

        assertThat(events).contains(new Event.ResultDiscarded(moved, W1), new Event.TaskCompleted(TASK, W1, false));
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void workingConnectionLostCompletesWhatIsStillOurs() {
        work();
        finish();
        Asked late = servers.disconnect().get(0);
        late.answer(Code.OK);
        servers.run();
        assertThat(events).as("a reply too late").doesNotContain(new Event.TaskCompleted(TASK, W1, true));

        registerAgain();
        servers.children(LIST, TASK.name());

        assertThat(servers.zk().asked()).containsExactly(COMPLETE);
    }

    @Test
    void workingConnectionLostDropsWhatIsOursNoMore() {
        work();
        finish();
        servers.disconnect();
        registerAgain();
        servers.children(LIST);

        assertThat(servers.zk().asked()).isEmpty();
        assertThat(events).contains(new Event.ResultDiscarded(TASK, W1));
    }

    @Test
    void workingDeregisteredWaitsUntilRegistered() {
        work();
        role.ownWatcher.process(new WatchedEvent(EventType.NodeDeleted, KeeperState.SyncConnected, "/workers/w1"));
        servers.run();
        finish();
        assertThat(servers.zk().asked()).containsExactly("exists /workers/w1");

        servers.answer("exists /workers/w1", Code.NONODE).answer("create /workers/w1", Code.OK);
        servers.answer(WATCH, Code.OK).children(LIST, TASK.name());

        assertThat(servers.zk().asked()).containsExactly(COMPLETE);
    }

    @Test
    void suspendedClosedIsOver() {
        role.start();
        servers.run();
        close();
    }

    @Test
    void listingClosedIsOver() {
        register();
        close();
    }

    @Test
    void workingClosedIsOver() {
        register();
        servers.children(LIST);
        close();
    }

    /** R4: and begins nothing any more. */
    private void close() {
        servers.session().loop().post(role::close);
        servers.run().zk().lose();
        changed(EventType.NodeCreated);

        assertThat(servers.zk().asked()).isEmpty();
        assertThat(servers.zk().isClosed()).isTrue();
    }

    /** Of a transaction whose first operation is to blame. */
    private static OpResult[] results(Code first, int count) {
        OpResult[] results = new OpResult[count];
        Arrays.fill(results, new OpResult.ErrorResult(Code.RUNTIMEINCONSISTENCY.intValue()));
        results[0] = new OpResult.ErrorResult(first.intValue());
        return results;
    }

    private void register() {
        role.start();
        servers.run();
        registerAgain();
    }

    private void registerAgain() {
        servers.connect();
        for (String parent : List.of("/workers", "/assign", "/tasks", "/master-epoch", "/assign/w1")) {
            servers.answer("exists " + parent, Code.OK);
        }
        servers.answer("addWatch /workers/w1", Code.OK);
        servers.answer("exists /workers/w1", Code.NONODE).answer("create /workers/w1", Code.OK);
        servers.answer(WATCH, Code.OK);
    }

    private void work() {
        register();
        servers.children(LIST, TASK.name()).data(READ, "hello", new Stat());
    }

    @Test
    void noMoreTasksAreHandledAtATimeThanThereAreSlots() {
        String[] names = {"task-0000000001", "task-0000000002", "task-0000000003", "task-0000000004", "task-0000000005"
        };
        register();
        servers.children(LIST, names);
        servers.zk().lose().get(0).data(new byte[0], new Stat());
        servers.run();
        assertThat(role.waiting()).as("four slots").isEqualTo(1);

        finish();

        assertThat(role.waiting()).isZero();
    }

    /** On the handler's thread, which then comes back to the loop. */
    private void finish() {
        result.complete(Payload.of("hello".getBytes(UTF_8)));
        servers.awaitWork();
    }

    /** A burst of events that say nothing here; then the list. */
    private void busy(String... held) {
        for (int i = 0; i < 16; i++) {
            watched(EventType.NodeDataChanged, "/assign/w1/task-0000000001");
        }
        servers.answer("removeWatches /assign/w1", Code.OK).children(LIST, held);
    }

    private void listAgain(String... held) {
        watched(EventType.NodeChildrenChanged, "/assign/w1");
        servers.children(LIST, held);
    }

    private void watched(EventType type, String path) {
        role.assignWatcher.process(new WatchedEvent(type, KeeperState.SyncConnected, path));
        servers.run();
    }

    private void changed(EventType type) {
        watched(type, "/assign/w1/task-0000000001");
    }
}
