package dev.twinkeeper.raw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.raw.session.ScriptedServers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of the table in {@link Registration}, by what the worker asks next. */
class RegistrationTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGER_THAN_A_DEAD_SESSION = Duration.ofSeconds(11);

    private final ScriptedServers servers = new ScriptedServers();
    private final List<Event> events = new ArrayList<>();
    private final WorkerRole role = new WorkerRole(
            new WorkerId("w1"),
            Settings.connect("localhost:2181"),
            task -> Payload.of(new byte[0]),
            events::add,
            servers.session());

    @Test
    void suspendedConnectedPreparesWatchesAndLooks() {
        prepare();

        assertThat(servers.zk().asked()).containsExactly("exists /workers/w1");
    }

    @Test
    void lookingNothingThereCreates() {
        prepare();
        servers.answer("exists /workers/w1", Code.NONODE);

        assertThat(servers.zk().asked()).containsExactly("create /workers/w1");
    }

    @Test
    void lookingOurSessionsIsRegistered() {
        prepare();
        servers.stat("exists /workers/w1", servers.ours());

        assertThat(events).contains(new Event.Registered(new WorkerId("w1"), 1));
        assertThat(role.ready().toCompletableFuture()).isCompleted();
    }

    @Test
    void lookingAnothersWaits() {
        await(99);

        assertThat(events)
                .contains(new Event.WaitingForId(
                        new WorkerId("w1"), 99, "w1@host", Instant.ofEpochMilli(7_000), Duration.ofSeconds(10)));
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void waitingIsByTheHoldersTimeoutWhereThatIsLonger() {
        await(99, "w1@host slots=4 session=10000ms");
        servers.pass(LONGER_THAN_A_DEAD_SESSION);

        assertThat(role.ready().toCompletableFuture()).isNotDone();

        servers.pass(Duration.ofSeconds(6));

        assertThat(problem()).isEqualTo(Problem.ID_IN_USE);
    }

    @Test
    void waitingForAHolderThatMayNotBeReadIsByOurOwnTimeout() {
        prepare().stat("exists /workers/w1", ScriptedServers.ephemeral(99)).answer("getData /workers/w1", Code.NOAUTH);
        servers.pass(LONGER_THAN_A_DEAD_SESSION);

        assertThat(problem()).isEqualTo(Problem.ID_IN_USE);
    }

    @Test
    void aHolderThatWasNotReadForTheMomentIsReadAgain() {
        prepare()
                .stat("exists /workers/w1", ScriptedServers.ephemeral(99))
                .answer("getData /workers/w1", Code.THROTTLEDOP)
                .pass(PAUSE)
                .answer("check /", Code.OK);
        prepared();
        held(99, "w1@host slots=4 session=10000ms");
        servers.pass(LONGER_THAN_A_DEAD_SESSION);

        assertThat(role.ready().toCompletableFuture()).isNotDone();
    }

    @Test
    void lookingPersistentIsRefused() {
        prepare();
        servers.stat("exists /workers/w1", new Stat());

        assertThat(problem()).isEqualTo(Problem.IN_THE_WAY);
    }

    @Test
    void creatingCreatedIsRegistered() {
        register();

        assertThat(events).contains(new Event.Registered(new WorkerId("w1"), 1));
    }

    @Test
    void creatingSomebodysLooks() {
        prepare();
        servers.answer("exists /workers/w1", Code.NONODE).answer("create /workers/w1", Code.NODEEXISTS);

        assertThat(servers.zk().asked()).containsExactly("exists /workers/w1");
    }

    @Test
    void creatingWithoutAParentPrepares() {
        prepare();
        servers.answer("exists /workers/w1", Code.NONODE).answer("create /workers/w1", Code.NONODE);

        assertThat(servers.zk().asked()).containsExactly("check /");
    }

    @Test
    void waitingChangedLooks() {
        await(99);
        changed(EventType.NodeDeleted);

        assertThat(servers.zk().asked()).containsExactly("exists /workers/w1");
    }

    @Test
    void waitingTimeIsUpIsRefused() {
        await(99);
        servers.pass(LONGER_THAN_A_DEAD_SESSION);

        assertThat(problem()).isEqualTo(Problem.ID_IN_USE);
    }

    @Test
    void waitingBeginsAnewAfterALostConnection() {
        await(99);
        servers.pass(LONGER_THAN_A_DEAD_SESSION.dividedBy(2));
        servers.disconnect();
        servers.connect();
        prepared();
        held(99, "w1@host slots=4");
        servers.pass(LONGER_THAN_A_DEAD_SESSION.dividedBy(2).plusSeconds(1));

        assertThat(role.ready().toCompletableFuture()).isNotDone();
    }

    @Test
    void registeredDeletedLooksAgain() {
        register();
        servers.zk().lose();
        changed(EventType.NodeDeleted);

        assertThat(servers.zk().asked()).containsExactly("exists /workers/w1");
    }

    @Test
    void anyPhaseConnectionLostPreparesAgainAndDropsWhatWasAsked() {
        List<Runnable> ways = List.of(
                this::start,
                this::prepare,
                () -> prepare().answer("exists /workers/w1", Code.NONODE),
                () -> await(99),
                this::register);
        for (Runnable way : ways) {
            if (!servers.opened().isEmpty()) {
                servers.expire();
            }
            way.run();
            List<Asked> lost = servers.disconnect();
            lost.forEach(asked -> asked.answer(Code.SESSIONMOVED));
            assertThat(servers.run().zk().asked()).isEmpty();

            servers.connect();

            assertThat(servers.zk().asked()).containsExactly("exists /workers");
        }
    }

    @Test
    void theReplyOfAnEarlierConnectionIsDropped() {
        prepare();
        Asked late = servers.disconnect().get(0);
        servers.connect();

        late.answer(Code.NONODE);

        assertThat(servers.run().zk().asked()).containsExactly("exists /workers");
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOAUTH", "QUOTAEXCEEDED", "THROTTLEDOP"})
    void anotherCodeIsSaidOnceAndAskedAboutAfterAPause(Code code) {
        for (int i = 0; i < 2; i++) {
            if (i == 0) {
                prepare();
            } else {
                servers.pass(PAUSE).answer("check /", Code.OK);
                prepared();
            }
            servers.answer("exists /workers/w1", Code.NONODE).answer("create /workers/w1", code);
            assertThat(servers.zk().asked()).isEmpty();
        }
        assertThat(events.stream().filter(Event.SetAside.class::isInstance)).hasSize(1);
    }

    private void start() {
        if (servers.opened().isEmpty()) {
            role.start();
            servers.run();
        }
        servers.connect();
    }

    private ScriptedServers prepare() {
        start();
        return prepared();
    }

    private ScriptedServers prepared() {
        for (String parent : List.of("/workers", "/assign", "/tasks", "/master-epoch", "/assign/w1")) {
            servers.answer("exists " + parent, Code.OK);
        }
        return servers.answer("addWatch /workers/w1", Code.OK);
    }

    private void register() {
        prepare().answer("exists /workers/w1", Code.NONODE).answer("create /workers/w1", Code.OK);
    }

    private void await(long holder) {
        await(holder, "w1@host slots=4");
    }

    private void await(long holder, String line) {
        prepare();
        held(holder, line);
    }

    private void held(long holder, String line) {
        Stat stat = ScriptedServers.ephemeral(holder);
        stat.setCtime(7_000);
        servers.stat("exists /workers/w1", stat).data("getData /workers/w1", line, stat);
    }

    private void changed(EventType type) {
        role.ownWatcher.process(new WatchedEvent(type, KeeperState.SyncConnected, "/workers/w1"));
        servers.run();
    }

    private Problem problem() {
        return events.stream()
                .filter(Event.Refused.class::isInstance)
                .map(event -> ((Event.Refused) event).problem())
                .findFirst()
                .orElseThrow();
    }
}
