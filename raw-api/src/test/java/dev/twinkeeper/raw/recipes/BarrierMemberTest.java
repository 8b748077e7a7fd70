package dev.twinkeeper.raw.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.raw.session.ScriptedServers;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each row of the table in {@link BarrierMember}, by what the member asks next. */
class BarrierMemberTest {
    private static final String OWN = "/b/member-anna";
    private static final String CREATE = "create " + OWN;
    private static final String READ_OWN = "getData " + OWN;
    private static final String LOOK = "getData /b";
    private static final String LIST = "getChildren /b";
    private static final String RETRACT = "check /b, delete " + OWN;
    private static final String LAST_OUT = "delete " + OWN + ", setData /b";
    private static final long BEGAN = 1_000;

    private final ScriptedServers servers = new ScriptedServers();
    private final BarrierMember member = new BarrierMember("member-anna", 2);
    private final RecipeConnection connection = new RecipeConnection(servers.session(), "/b", member);
    private final CompletableFuture<Boolean> coming = new CompletableFuture<>();
    private final CompletableFuture<Boolean> leaving = new CompletableFuture<>();

    @BeforeEach
    void open() {
        member.use(connection);
        servers.session().open();
        connection.open();
        servers.run();
        connect();
    }

    @Test
    void outEnterMakesItsZnodeReadsItAndLooks() {
        arrive();

        assertThat(servers.zk().asked()).containsExactly(LOOK);
    }

    @Test
    void enteringNotEnoughWaitsForTheWatch() {
        arrive();
        look("", 1);

        assertThat(servers.zk().asked()).isEmpty();
        assertThat(coming).isNotDone();
    }

    @Test
    void enteringEnoughListsVerifiesAndBegins() {
        arrive();
        look("", 2);
        servers.children(LIST, "member-anna", "member-bert", "foreign");

        assertThat(servers.zk().asked()).containsExactly("getData /b/member-anna, getData /b/member-bert");
    }

    @Test
    void enteringRoundOnWithUsIsIn() {
        enter();

        assertThat(coming).isCompletedWithValue(true);
    }

    @Test
    void enteringItsZnodeIsDeletedArrivesAgain() {
        member.enter(coming);
        servers.answer(CREATE, Code.OK).answer(READ_OWN, Code.NONODE);

        assertThat(servers.zk().asked()).containsExactly(CREATE);
    }

    @Test
    void enteringRefusedWithdrawsAndSaysWhy() {
        member.enter(coming);
        servers.answer(CREATE, Code.NOAUTH);
        servers.zk().lose();
        connectAgain();
        servers.answer(READ_OWN, Code.NONODE);

        assertThat(problem(coming)).isEqualTo(Problem.NOT_ALLOWED);
    }

    @Test
    void enteringTimeUpWithdraws() {
        arrive();
        look("", 1);
        member.onTimeUp(coming);
        servers.answer("removeWatches /b", Code.OK).answer("removeWatches " + OWN, Code.OK);
        servers.there(READ_OWN);
        look("", 1);

        servers.answer(RETRACT, Code.OK);

        assertThat(coming).isCompletedWithValue(false);
    }

    @Test
    void enteringSessionLostIsOut() {
        arrive();
        servers.expire();

        assertThat(problem(coming)).isEqualTo(Problem.SESSION_LOST);
    }

    @Test
    void withdrawingRoundOnWithUsIsInAndLeavesSinceNobodyWaits() {
        withdraw();
        servers.zk().next(RETRACT).answer(Code.BADVERSION);
        servers.run();
        look("member-anna\nmember-bert", 2);

        assertThat(coming).isCompletedWithValue(true);
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void withdrawingItsZnodeIsGoneIsOut() {
        withdraw();
        servers.answer(RETRACT, Code.NONODE);

        assertThat(coming).isCompletedWithValue(false);
    }

    @Test
    void withdrawingRefusedEndsTheSession() {
        withdraw();
        servers.answer(RETRACT, Code.NOAUTH);

        assertThat(servers.opened()).hasSize(2);
        assertThat(coming).isCompletedWithValue(false);
    }

    @Test
    void inLeaveLists() {
        enter();
        member.leave(leaving);

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void leavingAloneDeletesAndReopensInOne() {
        enter();
        member.leave(leaving);
        list("member-anna");
        servers.answer(LAST_OUT, Code.OK);

        assertThat(leaving).isCompletedWithValue(true);
    }

    @Test
    void leavingFirstWatchesTheLast() {
        enter();
        member.leave(leaving);
        list("member-anna", "member-bert");

        assertThat(servers.zk().asked()).containsExactly("getData /b/member-bert");
    }

    @Test
    void leavingNobodyIsThereReopens() {
        enter();
        member.leave(leaving);
        list();
        servers.answer("setData /b", Code.BADVERSION);

        assertThat(leaving).isCompletedWithValue(true);
    }

    @Test
    void leavingRoundIsOverIsOut() {
        enter();
        member.leave(leaving);
        servers.zk().next(LIST).children(began(BEGAN + 1));
        servers.run();

        assertThat(leaving).isCompletedWithValue(true);
    }

    @Test
    void leavingTimeUpDeletesAndIsOut() {
        enter();
        member.leave(leaving);
        list("member-anna", "member-bert");
        servers.zk().lose();
        member.onTimeUp(leaving);
        servers.answer("removeWatches /b/member-bert", Code.OK);
        list("member-anna", "member-bert");
        servers.answer("delete " + OWN, Code.OK);

        assertThat(leaving).isCompletedWithValue(false);
    }

    @Test
    void anyPhaseConnectionLostBeginsItAgain() {
        arrive();
        Asked late = servers.disconnect().get(0);
        connect();
        late.answer(Code.NOAUTH);
        servers.run();
        assertThat(servers.zk().asked()).containsExactly(CREATE);

        servers.answer(CREATE, Code.NODEEXISTS).there(READ_OWN);
        look("member-anna\nmember-bert", 2);
        member.leave(leaving);
        servers.disconnect();
        connect();

        assertThat(servers.zk().asked()).endsWith(LIST);
    }

    @Test
    void noPathToBeHadIsOutAndEachCallAsksAgain() {
        arrive();
        servers.disconnect();
        servers.connect().answer("exists /b", Code.NOAUTH);
        assertThat(problem(coming)).isEqualTo(Problem.NOT_ALLOWED);

        member.enter(new CompletableFuture<>());

        assertThat(servers.zk().asked()).contains("check /");
    }

    private void connect() {
        servers.connect().answer("exists /b", Code.OK);
    }

    private void connectAgain() {
        servers.disconnect();
        connect();
        servers.answer("removeWatches /b", Code.OK).answer("removeWatches " + OWN, Code.OK);
    }

    private void arrive() {
        member.enter(coming);
        servers.answer(CREATE, Code.OK).there(READ_OWN);
    }

    private void enter() {
        arrive();
        look("member-anna\nmember-bert", 2);
        servers.zk().lose();
    }

    private void withdraw() {
        arrive();
        member.onTimeUp(coming);
        servers.zk().lose();
        connectAgain();
        servers.there(READ_OWN);
        look("", 1);
    }

    private void look(String names, int children) {
        Stat stat = began(BEGAN);
        stat.setNumChildren(children);
        servers.data(LOOK, names, stat);
    }

    private void list(String... names) {
        servers.zk().next(LIST).children(began(BEGAN), names);
        servers.run();
    }

    private static Stat began(long zxid) {
        Stat stat = new Stat();
        stat.setMzxid(zxid);
        return stat;
    }

    private static Problem problem(CompletableFuture<Boolean> refused) {
        try {
            throw new AssertionError("answered: " + refused.getNow(null));
        } catch (CompletionException e) {
            return ((Failure) e.getCause()).problem();
        }
    }
}
