package dev.twinkeeper.raw.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.raw.session.ScriptedServers;
import dev.twinkeeper.recipes.Lock.Hold;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row of the table in {@link LockAttempt}, by what it asks next. */
class LockAttemptTest {
    private static final String LIST = "getChildren /lock";
    private static final String BEFORE = "other-__WRIT__0000000001";

    private final ScriptedServers servers = new ScriptedServers();
    private final List<String> ended = new ArrayList<>();
    private final RecipeConnection connection = new RecipeConnection(servers.session(), "/lock", new Owner());
    private final LockAttempt attempt = new LockAttempt(connection, false, ended::add);
    private final String own = "_c_" + attempt.id() + "-__WRIT__0000000002";

    private final class Owner implements RecipeConnection.Owner {
        @Override
        public void connected() {
            attempt.begin();
        }

        @Override
        public void disconnected() {
            attempt.hold().doubt();
        }

        @Override
        public void expired() {
            attempt.expire(new Failure(Problem.SESSION_LOST, "the session ended"));
        }

        @Override
        public void failed(Failure why) {
            attempt.giveUp(why);
        }
    }

    @BeforeEach
    void open() {
        servers.session().open();
        connection.open();
        servers.run();
    }

    @Test
    void newConnectedAsks() {
        ask();

        assertThat(servers.zk().asked()).hasSize(1).allMatch(asked -> asked.startsWith("create /lock/_c_"));
    }

    @ParameterizedTest
    @CsvSource({
        "NOCHILDRENFOREPHEMERALS, FOREIGN",
        "NODEEXISTS, FULL",
        "NOAUTH, NOT_ALLOWED",
        "QUOTAEXCEEDED, NOT_ALLOWED",
        "THROTTLEDOP, NOT_ALLOWED"
    })
    void askingRefusedIsOver(Code code, Problem problem) {
        ask();
        servers.zk().lose().get(0).answer(code);
        servers.run();

        assertThat(problem()).isEqualTo(problem);
        assertThat(ended).containsExactly(attempt.id());
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void askingWithoutAPathBeginsAgain() {
        ask();
        servers.zk().lose().get(0).answer(Code.NONODE);
        servers.run();

        assertThat(servers.zk().asked()).containsExactly("check /");
    }

    @Test
    void askingThereWaitsForTheOneBefore() {
        await();

        assertThat(servers.zk().asked()).isEmpty();
        assertThat(attempt.outcome()).isNotDone();
    }

    @Test
    void askingTimeIsUpLeavesAfterItHasLooked() {
        ask();
        attempt.onTimeIsUp(null);
        made();
        servers.children(LIST, BEFORE, own);

        assertThat(servers.zk().asked()).containsExactly("delete /lock/" + own);
    }

    @Test
    void askingTimeIsUpWithoutAConnectionFailsAtOnce() {
        ask();
        servers.disconnect();
        attempt.onTimeIsUp(null);

        assertThat(problem()).isEqualTo(Problem.CANNOT_CONNECT);
    }

    @Test
    void waitingOnItselfHolds() {
        assertThat(hold().isHeld()).isTrue();
    }

    @Test
    void waitingTheOneBeforeIsGoneLooksAgain() {
        await();
        changed();

        servers.children(LIST, own);

        assertThat(servers.zk().asked()).containsExactly("getData /lock/" + own);
    }

    @Test
    void waitingItsOwnIsGoneAsksAgain() {
        await();
        changed();

        servers.children(LIST, BEFORE);

        assertThat(servers.zk().asked().get(1)).startsWith("create /lock/_c_");
    }

    @Test
    void waitingTimeIsUpLeaves() {
        await();
        attempt.onTimeIsUp(null);
        servers.run();

        assertThat(servers.zk().asked()).containsExactly("removeWatches /lock/" + BEFORE, "delete /lock/" + own);
    }

    @Test
    void holdingReleasedLeavesAndIsOver() {
        Hold hold = hold();
        servers.session().loop().post(attempt.hold()::drop);
        attempt.fail(new Failure(Problem.CLOSED, "released"));
        servers.answer("delete /lock/" + own, Code.OK);

        assertThat(hold.isHeld()).isFalse();
        assertThat(ended).containsExactly(attempt.id());
    }

    @Test
    void holdingItsZnodeIsGoneIsToldAndOver() {
        List<String> told = new ArrayList<>();
        hold().onLost(() -> told.add("lost"));
        changed();
        servers.answer("getData /lock/" + own, Code.NONODE);

        assertThat(told).containsExactly("lost");
        assertThat(ended).containsExactly(attempt.id());
    }

    @Test
    void holdingIsInDoubtWhileTheConnectionIsLost() {
        Hold hold = hold();
        servers.disconnect();
        assertThat(hold.isHeld()).isFalse();

        servers.connect().answer("exists /lock", Code.OK).there("getData /lock/" + own);

        assertThat(hold.isHeld()).isTrue();
    }

    /** K3: whatever happens on the way. */
    @Test
    void leavingConnectionLostLooksAndDeletesAgain() {
        await();
        attempt.onTimeIsUp(null);
        servers.run();
        servers.disconnect();
        servers.connect().answer("exists /lock", Code.OK);

        servers.children(LIST, BEFORE, own);

        assertThat(servers.zk().asked()).endsWith("delete /lock/" + own);
    }

    /** X4: else it would stand in the way for as long as the session lives. */
    @Test
    void leavingRefusedEndsTheSession() {
        await();
        attempt.onTimeIsUp(null);
        servers.run().answer("removeWatches /lock/" + BEFORE, Code.OK);
        servers.answer("delete /lock/" + own, Code.NOAUTH);

        assertThat(servers.opened()).hasSize(2);
        assertThat(ended).contains(attempt.id());
    }

    @Test
    void theSessionsEndIsTheEndOfAllButNew() {
        servers.expire();
        assertThat(ended).isEmpty();
        ask();
        servers.expire();

        assertThat(problem()).isEqualTo(Problem.SESSION_LOST);
    }

    @Test
    void theReplyOfAnEarlierConnectionIsDropped() {
        ask();
        Asked late = servers.disconnect().get(0);
        late.answer(Code.NODEEXISTS);
        servers.run();

        assertThat(attempt.outcome()).isNotDone();
    }

    private void ask() {
        servers.connect().answer("exists /lock", Code.OK);
    }

    private void made() {
        servers.zk().lose().get(0).made("/lock/" + own);
        servers.run();
    }

    private void await() {
        ask();
        made();
        servers.children(LIST, own, BEFORE, "no contender").there("getData /lock/" + BEFORE);
    }

    private Hold hold() {
        ask();
        made();
        servers.children(LIST, own).there("getData /lock/" + own);
        return attempt.outcome().getNow(null).orElseThrow();
    }

    private void changed() {
        attempt.watcher.process(new WatchedEvent(EventType.NodeDeleted, KeeperState.SyncConnected, "/lock/any"));
        servers.run();
    }

    private Problem problem() {
        try {
            throw new AssertionError("answered: " + attempt.outcome().getNow(null));
        } catch (CompletionException e) {
            return ((Failure) e.getCause()).problem();
        }
    }
}
