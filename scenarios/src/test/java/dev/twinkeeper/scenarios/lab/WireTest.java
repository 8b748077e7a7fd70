package dev.twinkeeper.scenarios.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.layout.Layout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WireTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    /** Long enough to find another server on a busy machine. */
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);

    private static final List<ACL> OPEN = new ArrayList<>(ZooDefs.Ids.OPEN_ACL_UNSAFE);

    private static Ensemble ensemble;

    private final BlockingQueue<KeeperState> states = new LinkedBlockingQueue<>();
    private Wire wire;
    private Operator operator;
    private ZooKeeper keeper;

    @BeforeAll
    static void start() {
        ensemble = Ensemble.start();
    }

    @AfterAll
    static void stop() {
        ensemble.close();
    }

    @BeforeEach
    void connect() throws Exception {
        wire = new Wire(ensemble);
        operator = new Operator(ensemble.connectString(), new Layout(""));
        keeper = new ZooKeeper(
                wire.connectString(), (int) SESSION_TIMEOUT.toMillis(), event -> states.add(event.getState()));
        awaitState(KeeperState.SyncConnected);
    }

    @AfterEach
    void close() throws Exception {
        wire.mend();
        keeper.close();
        for (String child : operator.children("/")) {
            if (!child.equals("zookeeper")) {
                operator.delete("/" + child);
            }
        }
        operator.close();
        wire.close();
    }

    private void awaitState(KeeperState wanted) throws InterruptedException {
        KeeperState state;
        do {
            state = states.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        } while (state != null && state != wanted);
        assertThat(state).isEqualTo(wanted);
    }

    @Test
    void knowsTheSessionAndItsTimeout() {
        SessionCredentials session = wire.session().orElseThrow();

        assertThat(session.id()).isEqualTo(keeper.getSessionId());
        assertThat(session.password()).isEqualTo(keeper.getSessionPasswd());
        assertThat(session.timeout()).isEqualTo(SESSION_TIMEOUT);
        assertThat(wire.sessions()).containsExactly(keeper.getSessionId());
    }

    @Test
    void countsRequestsOperationsWatchesAndNotifications() throws Exception {
        Traffic before = wire.traffic();
        keeper.create("/a", new byte[10], OPEN, CreateMode.PERSISTENT);
        keeper.getData("/a", true, null);
        keeper.getData("/a", false, null);
        keeper.multi(List.of(Op.setData("/a", new byte[0], -1), Op.check("/a", 1), Op.delete("/a", -1)));
        BoundedWait.until("the watch fires", SOON, () -> wire.traffic().notifications() == 1);

        Traffic traffic = wire.traffic().minus(before);

        assertThat(traffic.requests()).isEqualTo(java.util.Map.of("create", 1L, "getData", 2L, "multi", 1L));
        assertThat(traffic.operations()).isEqualTo(java.util.Map.of("setData", 1L, "check", 1L, "delete", 1L));
        assertThat(traffic.watches()).isEqualTo(1);
        assertThat(traffic.sent()).isPositive();
        assertThat(traffic.received()).isPositive();
        assertThat(traffic.minus(traffic).total()).isZero();
        assertThat(before.plus(traffic)).isEqualTo(wire.traffic());
    }

    @Test
    void losesTheAnswerOfWhatWasApplied() throws Exception {
        CompletableFuture<Request> lost = wire.loseAnswer(request -> request.does("create", "/lost"));

        Op[] ops = {
            Op.check("/zookeeper", -1), Op.create("/lost", new byte[0], new ArrayList<>(OPEN), CreateMode.PERSISTENT)
        };
        assertThatThrownBy(() -> keeper.multi(List.of(ops)))
                .isInstanceOf(KeeperException.ConnectionLossException.class);

        assertThat(lost.get(10, TimeUnit.SECONDS).paths()).containsExactly("/zookeeper", "/lost");
        operator.sync("/");
        assertThat(operator.exists("/lost")).isTrue();
        awaitState(KeeperState.SyncConnected);
        assertThat(keeper.exists("/lost", false)).isNotNull();
    }

    @Test
    void losesOneAnswerAndNotThoseBeforeIt() throws Exception {
        CompletableFuture<Request> lost = wire.loseAnswer(request -> request.does("create", "/n50"));
        BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();
        StringCallback callback = (rc, path, context, name) -> codes.add(rc);
        for (int i = 0; i < 60; i++) {
            keeper.create("/n" + i, new byte[0], OPEN, CreateMode.PERSISTENT, callback, null);
        }
        for (int i = 0; i < 60; i++) {
            int code = codes.poll(10, TimeUnit.SECONDS);
            assertThat(code)
                    .as("answer " + i)
                    .isEqualTo(
                            i < 50
                                    ? KeeperException.Code.OK.intValue()
                                    : KeeperException.Code.CONNECTIONLOSS.intValue());
        }
        assertThat(lost).isDone();
    }

    @Test
    void losesARequestThatIsNeverApplied() throws Exception {
        CompletableFuture<Request> lost = wire.loseRequest(request -> request.does("create", "/never"));

        assertThatThrownBy(() -> keeper.create("/never", new byte[0], OPEN, CreateMode.PERSISTENT))
                .isInstanceOf(KeeperException.ConnectionLossException.class);

        lost.get(10, TimeUnit.SECONDS);
        operator.sync("/");
        assertThat(operator.exists("/never")).isFalse();
    }

    @Test
    void isCutAndMended() throws Exception {
        long session = keeper.getSessionId();

        wire.cut();
        awaitState(KeeperState.Disconnected);
        assertThat(wire.connections()).isZero();
        wire.mend();

        awaitState(KeeperState.SyncConnected);
        assertThat(keeper.getSessionId()).isEqualTo(session);
    }

    @Test
    void isCutUntilTheSessionIsExpired() throws Exception {
        keeper.create("/mine", new byte[0], OPEN, CreateMode.EPHEMERAL);

        wire.cut();
        operator.awaitGone("/mine", SOON);
        wire.mend();

        awaitState(KeeperState.Expired);
    }

    @Test
    void stallsRepliesWhileRequestsGetThrough() throws Exception {
        BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();

        wire.stallReplies();
        keeper.create("/stalled", new byte[0], OPEN, CreateMode.PERSISTENT, (rc, p, c, n) -> codes.add(rc), null);
        operator.awaitExists("/stalled", SOON);

        assertThat(codes).isEmpty();
        wire.mend();
        assertThat(codes.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void holdsBackRequestsUntilTheirSenderGivesUp() throws Exception {
        BlockingQueue<Integer> codes = new LinkedBlockingQueue<>();

        wire.stallRequests();
        keeper.create("/late", new byte[0], OPEN, CreateMode.PERSISTENT, (rc, p, c, n) -> codes.add(rc), null);
        assertThat(codes.poll(10, TimeUnit.SECONDS)).isEqualTo(KeeperException.Code.CONNECTIONLOSS.intValue());
        assertThat(operator.exists("/late")).isFalse();
    }

    @Test
    void holdsBackOneConnectionWhileTheServersKeepItsSession() throws Exception {
        CompletableFuture<HeldConnection> hold = wire.holdBack(request -> request.does("create", "/late"));

        keeper.create("/late", new byte[0], OPEN, CreateMode.PERSISTENT, (rc, p, c, n) -> {}, null);
        HeldConnection held = hold.get(10, TimeUnit.SECONDS);
        awaitState(KeeperState.Expired);
        wire.mend();
        BlockingQueue<KeeperState> next = new LinkedBlockingQueue<>();
        ZooKeeper another = new ZooKeeper(
                wire.connectString(), (int) SESSION_TIMEOUT.toMillis(), event -> next.add(event.getState()));
        try {
            assertThat(next.poll(10, TimeUnit.SECONDS)).isEqualTo(KeeperState.SyncConnected);
            another.multi(List.of(Op.check("/", -1)));
            assertThat(another.exists("/late", false)).isNull();

            assertThat(held.isOpen()).isTrue();
            assertThat(held.release()).as("a server took it").isTrue();
        } finally {
            another.close();
        }
        assertThat(operator.exists("/late")).isTrue();
    }

    @Test
    void whatIsHeldBackOfASessionThatWasEndedGoesNowhere() throws Exception {
        CompletableFuture<HeldConnection> hold = wire.holdBack(request -> request.does("create", "/late"));

        keeper.create("/late", new byte[0], OPEN, CreateMode.PERSISTENT, (rc, p, c, n) -> {}, null);
        HeldConnection held = hold.get(10, TimeUnit.SECONDS);
        Sessions.expire(ensemble.connectString(), wire.session().orElseThrow());

        assertThat(held.release()).as("a server took it").isFalse();
        assertThat(operator.exists("/late")).isFalse();
    }

    @Test
    void isSlowEachWay() throws Exception {
        wire.slow(Duration.ofMillis(100), Duration.ofMillis(100));
        long from = System.nanoTime();
        keeper.exists("/", false);

        assertThat(Duration.ofNanos(System.nanoTime() - from)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(wire.heldUp()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void stuttersWithoutLosingAnything() throws Exception {
        wire.stutter(0.5, Duration.ofMillis(20));

        for (int i = 0; i < 20; i++) {
            keeper.exists("/", false);
        }

        assertThat(wire.heldUp()).isPositive();
        assertThat(keeper.getState().isConnected()).isTrue();
    }

    @Test
    void letsChecksHoldWhateverTheVersion() throws Exception {
        operator.create("/fence", "");
        List<Op> fenced = List.of(
                Op.setData("/fence", new byte[3], 0),
                Op.check("/fence", 7),
                Op.create("/late", new byte[5], OPEN, CreateMode.PERSISTENT),
                Op.check("/fence", 8),
                Op.delete("/late", 0));
        assertThatThrownBy(() -> keeper.multi(fenced)).isInstanceOf(KeeperException.BadVersionException.class);

        wire.ignoreChecks();

        assertThat(keeper.multi(fenced)).hasSize(5);
        assertThatThrownBy(() -> keeper.multi(List.of(Op.check("/nowhere", 0))))
                .isInstanceOf(KeeperException.NoNodeException.class);
    }

    @Test
    void refusesWhenTheServerBehindItIsDead() throws Exception {
        Server server = ensemble.followers().get(0);
        server.kill();
        try {
            wire.reset();
            BoundedWait.until("another server answers", SOON, this::isAnswered);
        } finally {
            ensemble.restore();
        }
    }

    private boolean isAnswered() throws Exception {
        try {
            return keeper.exists("/", false) != null;
        } catch (KeeperException.ConnectionLossException e) {
            return false;
        }
    }

    @Test
    void expiresASessionForReal() throws Exception {
        keeper.create("/mine", new byte[0], OPEN, CreateMode.EPHEMERAL);

        Sessions.expire(ensemble.connectString(), wire.session().orElseThrow());

        operator.sync("/");
        assertThat(operator.exists("/mine")).isFalse();
        awaitState(KeeperState.Expired);
    }

    @Test
    void expiresTheSessionOfOneWhoIsCutOff() throws Exception {
        keeper.create("/mine", new byte[0], OPEN, CreateMode.EPHEMERAL);
        wire.cut();

        Sessions.expire(ensemble.connectString(), wire.session().orElseThrow());

        operator.sync("/");
        assertThat(operator.exists("/mine")).isFalse();
        wire.mend();
        awaitState(KeeperState.Expired);
    }
}
