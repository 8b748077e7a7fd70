package dev.twinkeeper.raw.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ScriptedHandle;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a session tells those who share it, and how it ends one that its client gave up. */
class SessionTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ScriptedServers servers = new ScriptedServers();
    private final Session session = servers.session();
    private final List<String> told = new ArrayList<>();

    private final class Recorder implements Session.Listener {
        @Override
        public void connected() {
            told.add("connected");
        }

        @Override
        public void disconnected() {
            told.add("disconnected");
        }

        @Override
        public void expired(long old) {
            told.add("expired " + old);
        }

        @Override
        public void failed(Code code, String why) {
            told.add("failed " + code);
        }
    }

    @BeforeEach
    void listen() {
        session.add(new Recorder());
    }

    @Test
    void tellsOfConnectionsAndOfALostOneOnce() {
        session.open();
        servers.become(KeeperState.SyncConnected)
                .become(KeeperState.Disconnected)
                .become(KeeperState.Disconnected);
        servers.become(KeeperState.SyncConnected);

        assertThat(told).containsExactly("connected", "disconnected", "connected");
    }

    @Test
    void tellsOfALostConnectionThatTheClientDidNotTell() {
        session.open();
        servers.become(KeeperState.SyncConnected).become(KeeperState.SyncConnected);

        assertThat(told).containsExactly("connected", "disconnected", "connected");
    }

    @Test
    void whoComesLaterHearsThatItIsConnected() {
        session.open();
        servers.become(KeeperState.SyncConnected);
        session.add(new Recorder());

        assertThat(told).containsExactly("connected", "connected");
    }

    @Test
    void aFirstHandleThatCannotBeMadeIsTold() {
        servers.refuse(1);
        session.open();
        session.add(new Recorder());

        assertThat(told).containsExactly("failed CONNECTIONLOSS", "failed CONNECTIONLOSS");
    }

    @Test
    void authenticationThatFailsIsTold() {
        session.open();
        servers.become(KeeperState.AuthFailed);

        assertThat(told).containsExactly("failed AUTHFAILED");
    }

    @Test
    void aHandleThatCannotBeMadeAtAnExpiryIsAskedForAgain() {
        connected();
        servers.refuse(2);
        servers.expire();
        assertThat(servers.opened()).hasSize(1);

        servers.pass(PAUSE).pass(PAUSE).become(KeeperState.SyncConnected);

        assertThat(told).containsExactly("connected", "disconnected", "expired 1", "connected");
    }

    @Test
    void whatAHandleSaysAfterItWasReplacedIsDropped() {
        connected();
        servers.expire();
        servers.opened().get(0).become(KeeperState.SyncConnected);
        servers.run();

        assertThat(told).containsExactly("connected", "disconnected", "expired 1");
    }

    @Test
    void anExpiryThatAServerTellsNeedsNoEndOfTheOldSession() {
        connected();
        servers.expire().become(KeeperState.SyncConnected);

        assertThat(servers.joined()).isEmpty();
        assertThat(told).endsWith("expired 1", "connected");
    }

    /** S4: a request of the old session may still be applied, after the new one's barrier. */
    @Test
    void aSessionThatTheClientGaveUpByItsClockIsEndedBeforeTheNextIsToldOf() {
        giveUpByTheClock();
        servers.become(KeeperState.SyncConnected);
        assertThat(told).doesNotContain("connected");

        joined(0).become(KeeperState.Expired);
        servers.run();

        assertThat(joined(0).getSessionId()).isEqualTo(1);
        assertThat(told).containsExactly("expired 1", "connected");
    }

    @Test
    void aSessionThatStillLivesIsClosedAndAskedForOnceMore() {
        giveUpByTheClock();
        servers.become(KeeperState.SyncConnected);

        joined(0).become(KeeperState.SyncConnected);
        servers.run();
        awaitJoined(2);
        joined(1).become(KeeperState.Expired);
        servers.run();

        assertThat(joined(0).isClosed()).isTrue();
        assertThat(told).containsExactly("expired 1", "connected");
    }

    @Test
    void aJoinedHandleThatGivesUpByItsOwnClockProvesNothing() {
        giveUpByTheClock();
        servers.become(KeeperState.SyncConnected)
                .pass(ScriptedServers.TIMEOUT.multipliedBy(4).dividedBy(3));

        joined(0).become(KeeperState.Expired);
        servers.run();

        assertThat(servers.joined()).hasSize(2);
        assertThat(told).doesNotContain("connected");
    }

    @Test
    void aFormerSessionIsJoinedLaterWhereNoHandleIsToBeHad() {
        connected();
        servers.disconnect();
        servers.pass(ScriptedServers.TIMEOUT).refuse(1);
        servers.become(KeeperState.Expired);
        assertThat(servers.joined()).isEmpty();

        servers.pass(PAUSE);

        assertThat(servers.joined()).hasSize(1);
    }

    @Test
    void authenticationThatFailsEndsTheWaitForAFormerSession() {
        giveUpByTheClock();
        servers.become(KeeperState.SyncConnected);
        joined(0).become(KeeperState.AuthFailed);
        servers.run();

        assertThat(told).endsWith("connected");
    }

    @Test
    void aThrottledBarrierIsAskedForAgain() {
        connected();
        PhaseGuard<Phase> guard = new PhaseGuard<>("test", session.loop(), Phase.ONE, Map.of());
        session.readBarrier(guard, () -> told.add("passed"));
        servers.answer("check /", Code.THROTTLEDOP).pass(PAUSE);
        assertThat(told).doesNotContain("passed");

        servers.answer("check /", Code.OK);

        assertThat(told).endsWith("passed");
    }

    @Test
    void serversThatDemandAuthenticationAreToldLikeOneThatFailed() {
        connected();
        PhaseGuard<Phase> guard = new PhaseGuard<>("test", session.loop(), Phase.ONE, Map.of());
        session.readBarrier(guard, () -> told.add("passed"));

        servers.answer("check /", Code.SESSIONCLOSEDREQUIRESASLAUTH);

        assertThat(told).containsExactly("connected", "failed AUTHFAILED");
    }

    @Test
    void aSessionThatIsClosedTellsThoseWhoShareIt() {
        connected();
        session.close();
        servers.run();

        assertThat(told).endsWith("failed SESSIONEXPIRED");
        assertThat(servers.zk().isClosed()).isTrue();
        assertThat(session.isClosed()).isTrue();
    }

    // Leftovers.

    @Test
    void aLeftoverOfOursIsRemovedAndThatOfAnotherIsNot() {
        connected();
        session.giveBack("/p", name -> name.startsWith("mine"), () -> told.add("gone"));
        servers.answer("check /", Code.OK).children("getChildren /p", "mine-1", "mine-2", "other");
        servers.stat("exists /p/mine-1", servers.ours()).answer("delete /p/mine-1", Code.OK);

        servers.stat("exists /p/mine-2", ScriptedServers.ephemeral(99));

        assertThat(servers.zk().asked()).isEmpty();
        assertThat(told).endsWith("gone");
    }

    @Test
    void aLeftoverIsLookedForAgainAfterALostConnection() {
        connected();
        session.giveBack("/p", name -> true, () -> told.add("gone"));
        servers.answer("check /", Code.OK);
        servers.disconnect();

        servers.connect();

        assertThat(servers.zk().asked()).containsExactly("getChildren /p");
        assertThat(told).doesNotContain("gone");
    }

    @Test
    void aLeftoverGoesWithItsSession() {
        connected();
        session.giveBack("/p", name -> true, () -> told.add("gone"));
        servers.expire();

        assertThat(told).endsWith("gone");
    }

    @Test
    void aLeftoverThatMayNotBeDeletedEndsItsSession() {
        connected();
        session.giveBack("/p", name -> true, () -> told.add("gone"));
        servers.answer("check /", Code.OK).children("getChildren /p", "mine");
        servers.stat("exists /p/mine", servers.ours()).answer("delete /p/mine", Code.NOAUTH);

        assertThat(servers.opened()).hasSize(2);
        assertThat(told).endsWith("gone", "expired 1");
    }

    /** S4: the connection may be lost before the end arrives, and what was sent before is applied all the same. */
    @Test
    void aSessionThatIsEndedForALeftoverIsOverBeforeTheNextIsToldOf() {
        aLeftoverThatMayNotBeDeletedEndsItsSession();
        servers.become(KeeperState.SyncConnected);
        assertThat(told).endsWith("expired 1");

        joined(0).become(KeeperState.Expired);
        servers.run();

        assertThat(told).endsWith("expired 1", "connected");
    }

    @Test
    void aLeftoverOfThrottledServersIsRemovedLaterAndEndsNoSession() {
        connected();
        session.giveBack("/p", name -> true, () -> told.add("gone"));
        servers.answer("check /", Code.OK).children("getChildren /p", "mine");
        servers.stat("exists /p/mine", servers.ours()).answer("delete /p/mine", Code.THROTTLEDOP);
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(PAUSE).children("getChildren /p", "mine");
        servers.stat("exists /p/mine", servers.ours()).answer("delete /p/mine", Code.OK);

        assertThat(servers.opened()).hasSize(1);
        assertThat(told).endsWith("gone");
    }

    private enum Phase {
        ONE
    }

    private void connected() {
        session.open();
        servers.become(KeeperState.SyncConnected);
    }

    private void giveUpByTheClock() {
        connected();
        servers.disconnect();
        servers.pass(ScriptedServers.TIMEOUT.multipliedBy(2).dividedBy(3));
        told.clear();
        servers.become(KeeperState.Expired);
    }

    private ScriptedHandle joined(int index) {
        return servers.joined().get(index);
    }

    /** The handle is closed on a thread of its own, which then comes back to the loop. */
    private void awaitJoined(int count) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (servers.joined().size() < count && System.nanoTime() < end) {
            Thread.onSpinWait();
            servers.run();
        }
        assertThat(servers.joined()).hasSize(count);
    }
}
