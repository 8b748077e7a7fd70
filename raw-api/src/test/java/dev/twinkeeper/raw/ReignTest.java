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
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of the tables in {@link Reign} and {@link Census}, by what the master asks next. */
class ReignTest {
    private static final WorkerId W1 = new WorkerId("w1");
    private static final TaskId TASK = new TaskId("task-0000000001");
    private static final String ASSIGN = "check /master, check /master-epoch, create /assign/w1/task-0000000001";

    private final ScriptedServers servers = new ScriptedServers();
    private final List<Event> events = new ArrayList<>();
    private final MasterRole role =
            new MasterRole(new MasterId("m1"), Settings.connect("localhost:2181"), events::add, servers.session());

    /** S2: the assignments are listed before the statuses. */
    @Test
    void takingOverWatchesThenListsThenLeads() {
        claim();
        watched();
        servers.children("getChildren /workers", "w1")
                .data("getData /workers/w1", "host", ScriptedServers.ephemeral(9));
        servers.children("getChildren /assign", "w1").children("getChildren /assign/w1");
        servers.children("getChildren /tasks", TASK.name());
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
        watched();
        servers.answer("getChildren /workers", code);

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

        assertThat(servers.zk().asked()).containsExactly(ASSIGN);
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
        claim();
        watched();
        servers.children("getChildren /workers", "w1")
                .data("getData /workers/w1", "host", ScriptedServers.ephemeral(9));
        servers.children("getChildren /assign", "w1")
                .children("getChildren /assign/w1")
                .children("getChildren /tasks");

        role.treeWatcher.process(
                new WatchedEvent(EventType.NodeCreated, KeeperState.SyncConnected, "/tasks/" + TASK.name()));
        servers.run();

        assertThat(servers.zk().asked()).containsExactly(ASSIGN);
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

    private void watched() {
        for (String parent : List.of("/workers", "/assign", "/tasks")) {
            servers.answer("addWatch " + parent, Code.OK);
        }
    }

    private void lead() {
        takingOverWatchesThenListsThenLeads();
    }

    private void statuses(List<String> children) {
        servers.zk().next("getChildren /tasks/" + TASK.name()).results(new OpResult.GetChildrenResult(children));
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
