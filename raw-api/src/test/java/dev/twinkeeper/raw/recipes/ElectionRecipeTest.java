package dev.twinkeeper.raw.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.raw.session.ScriptedServers;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe.Failure;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row of the table in {@link ElectionRecipe}, by what the candidate asks next. */
class ElectionRecipeTest {
    private static final String LIST = "getChildren /e";
    private static final String FIRST = "_c_other-latch-0000000001";

    private final ScriptedServers servers = new ScriptedServers();
    private final List<String> told = new ArrayList<>();
    private final ElectionRecipe election =
            new ElectionRecipe(servers.session(), "/e", "anna", new Election.Listener() {
                @Override
                public void elected(Election.Term term) {
                    told.add("elected");
                }

                @Override
                public void deposed(Election.Term term) {
                    told.add("deposed");
                }

                @Override
                public void failed(Failure why) {
                    told.add("failed " + why.problem());
                }
            });

    private String own;

    @BeforeEach
    void open() {
        servers.session().open();
        servers.run();
    }

    @Test
    void outEnterLooksWhereConnected() {
        connect();
        assertThat(servers.zk().asked()).isEmpty();
        election.enter();
        servers.run();

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void awayConnectedLooks() {
        enter();

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void lookingNotInTheQueueJoins() {
        enter();
        servers.children(LIST, FIRST);

        assertThat(servers.zk().asked().get(0)).startsWith("create /e/_c_");
    }

    @Test
    void joiningCreatedReadsAndWatchesItsOwn() {
        join();

        assertThat(servers.zk().asked()).containsExactly("getData /e/" + own);
    }

    @ParameterizedTest
    @CsvSource({"NOCHILDRENFOREPHEMERALS, FOREIGN", "NOAUTH, NOT_ALLOWED", "THROTTLEDOP, NOT_ALLOWED"})
    void joiningRefusedIsOut(Code code, String problem) {
        enter();
        servers.children(LIST);
        servers.zk().lose().get(0).answer(code);
        servers.run();

        assertThat(told).containsExactly("failed " + problem);
    }

    @Test
    void joiningWithoutAPathBeginsAgain() {
        enter();
        servers.children(LIST);
        servers.zk().lose().get(0).answer(Code.NONODE);
        servers.run();

        assertThat(servers.zk().asked()).containsExactly("check /");
    }

    @Test
    void lookingFirstLeads() {
        lead();

        assertThat(told).containsExactly("elected");
        assertThat(election.term()).isPresent();
    }

    @Test
    void lookingNotFirstWaitsForTheOneBefore() {
        await();

        assertThat(told).isEmpty();
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void waitingTheOneBeforeChangedLooks() {
        await();
        changed("/e/" + FIRST);

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void waitingTheOneBeforeIsGoneLooks() {
        join();
        servers.there("getData /e/" + own).children(LIST, FIRST, own);
        servers.answer("getData /e/" + FIRST, Code.NONODE);

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void waitingResignLeavesAndJoinsAgain() {
        await();
        election.resign();
        servers.run().answer("delete /e/" + own, Code.OK);

        assertThat(servers.zk().asked().get(1)).startsWith("create /e/_c_").doesNotContain(own);
    }

    @Test
    void leadingResignIsDeposedFirst() {
        lead();
        election.resign();
        servers.run();

        assertThat(told).containsExactly("elected", "deposed");
        assertThat(servers.zk().asked()).containsExactly("delete /e/" + own);
    }

    @Test
    void resignWhileLookingLeavesByTheNextLook() {
        join();
        election.resign();
        servers.run().there("getData /e/" + own).children(LIST, own);

        assertThat(servers.zk().asked()).containsExactly("delete /e/" + own);
    }

    @Test
    void leadingItsZnodeIsDeletedJoinsAgain() {
        lead();
        changed("/e/" + own);

        assertThat(told).containsExactly("elected", "deposed");
        assertThat(servers.zk().asked().get(0)).startsWith("create /e/_c_");
    }

    @Test
    void anyPhaseConnectionLostIsDeposedAndLooks() {
        lead();
        servers.disconnect();
        assertThat(told).containsExactly("elected", "deposed");
        assertThat(election.term()).isEmpty();

        connect();

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    /** A create whose answer was lost is found by its UUID. */
    @Test
    void aLostCreateIsLookedFor() {
        enter();
        servers.children(LIST);
        Asked create = servers.disconnect().get(0);
        connect();

        servers.children(LIST, FIRST, name(create));

        assertThat(servers.zk().asked()).containsExactly("getData /e/" + name(create));
    }

    @Test
    void theReplyOfAnEarlierConnectionIsDropped() {
        enter();
        Asked late = servers.disconnect().get(0);
        connect();
        late.children();

        assertThat(servers.run().zk().asked()).containsExactly(LIST);
    }

    @Test
    void closeOnASharedSessionRemovesItsZnodeAndNothingElse() {
        lead();
        servers.session().loop().post(() -> {});
        Thread closing = new Thread(election::close);
        closing.start();
        while (servers.run().zk().asked().isEmpty() && closing.isAlive()) {
            Thread.onSpinWait();
        }
        servers.answer("check /", Code.OK).children(LIST, FIRST, own);
        servers.stat("exists /e/" + own, servers.ours()).answer("delete /e/" + own, Code.OK);

        assertThat(told).containsExactly("elected", "deposed");
        assertThat(servers.zk().isClosed()).isFalse();
        assertThat(servers.zk().asked()).isEmpty();
    }

    private void connect() {
        servers.connect().answer("exists /e", Code.OK);
    }

    private void enter() {
        election.enter();
        servers.run();
        connect();
    }

    private void join() {
        enter();
        servers.children(LIST, FIRST);
        Asked create = servers.zk().lose().get(0);
        own = name(create);
        create.made("/e/" + own);
        servers.run();
    }

    private void await() {
        join();
        servers.there("getData /e/" + own).children(LIST, FIRST, own).there("getData /e/" + FIRST);
    }

    private void lead() {
        join();
        servers.there("getData /e/" + own).children(LIST, own, "foreign");
    }

    private static String name(Asked create) {
        return create.what().substring("create /e/".length()) + "0000000002";
    }

    private void changed(String path) {
        election.watcher.process(new WatchedEvent(EventType.NodeDeleted, KeeperState.SyncConnected, path));
        servers.run();
    }
}
