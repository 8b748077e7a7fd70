package dev.twinkeeper.raw;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.raw.session.ScriptedServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each row of the tables in {@link ClientRole}, {@link Submissions}, {@link Outcomes} and {@link Removals}. */
class ClientTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final TaskId TASK = new TaskId("task-1-0000000001");
    private static final String COLLECT = "delete " + path("/status") + ", delete " + path("");

    private final ScriptedServers servers = new ScriptedServers();
    private final List<Event> events = new ArrayList<>();
    private final ClientRole role = new ClientRole(Settings.connect("localhost:2181"), events::add, servers.session());

    // The role.

    @Test
    void suspendedConnectedPreparesAndPreparedIsOpen() {
        open();

        assertThat(role.ready().toCompletableFuture()).isCompleted();
    }

    @Test
    void preparingRefusedBeginsAgainAfterAPause() {
        start();
        servers.answer("exists /workers", Code.NOAUTH);
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(PAUSE).answer("check /", Code.OK);

        assertThat(servers.zk().asked()).containsExactly("exists /workers");
    }

    @Test
    void preparingConnectionLostPreparesAgain() {
        start();
        servers.disconnect();
        servers.connect();

        assertThat(servers.zk().asked()).containsExactly("exists /workers");
    }

    // Submits.

    @Test
    void openSubmitsAreSentInOneTransaction() {
        open();
        role.submitAll(List.of(payload(), payload()));

        servers.run();

        assertThat(servers.zk().asked()).hasSize(1);
    }

    @Test
    void openCreatedIsAcknowledged() {
        open();
        CompletableFuture<TaskId> submit = submit();

        Asked create = servers.zk().lose().get(0);
        create.results(new OpResult.CreateResult(path("")));
        servers.run();

        assertThat(submit).isCompletedWithValue(TASK);
    }

    @ParameterizedTest
    @CsvSource({
        "NODEEXISTS, FULL",
        "NOAUTH, NOT_ALLOWED",
        "NONODE, IN_THE_WAY",
        "NOCHILDRENFOREPHEMERALS, IN_THE_WAY",
        "QUOTAEXCEEDED, FULL",
        "THROTTLEDOP, FULL",
        "UNIMPLEMENTED, TOO_OLD"
    })
    void openRefusedSaysWhy(Code code, Problem problem) {
        open();
        CompletableFuture<TaskId> submit = submit();

        servers.zk().lose().get(0).answer(code);
        servers.run();

        assertThat(problem(submit)).isEqualTo(problem);
    }

    /** The quota has no room for the one, and for the other it has. */
    @Test
    void openRefusedForOneOfManyRefusesThatOne() {
        open();
        List<CompletableFuture<TaskId>> submits = role.submitAll(List.of(payload(), payload())).stream()
                .map(each -> each.toCompletableFuture())
                .toList();
        servers.run();
        OpResult good = new OpResult.ErrorResult(Code.OK.intValue());
        OpResult over = new OpResult.ErrorResult(Code.QUOTAEXCEEDED.intValue());
        servers.zk().lose().get(0).refused(Code.QUOTAEXCEEDED, good, over);
        servers.run();

        List<Asked> parts = servers.zk().lose();
        parts.get(0).results(new OpResult.CreateResult(path("")));
        parts.get(1).refused(Code.QUOTAEXCEEDED, over);
        servers.run();

        assertThat(submits.get(0)).isCompletedWithValue(TASK);
        assertThat(problem(submits.get(1))).isEqualTo(Problem.FULL);
    }

    @Test
    void suspendedWithNothingInDoubtSendsWhatWaits() {
        open();
        servers.disconnect();
        submit();
        servers.connect();
        prepared();

        assertThat(servers.zk().asked()).hasSize(1).allMatch(asked -> asked.startsWith("create /tasks/task-"));
    }

    @Test
    void suspendedWithSomeInDoubtResolvesAndFoundIsAcknowledged() {
        open();
        CompletableFuture<TaskId> submit = submit();
        String made = created(servers.disconnect().get(0)) + "0000000007";
        servers.connect();
        prepared();

        servers.children("getChildren /tasks", made.substring("/tasks/".length()));

        assertThat(submit).isCompletedWithValue(new TaskId(made.substring("/tasks/".length())));
        assertThat(events).contains(new Event.SubmitResolved(true));
    }

    @Test
    void resolvingNotFoundIsSentAgain() {
        open();
        CompletableFuture<TaskId> submit = submit();
        servers.disconnect();
        servers.connect();
        prepared();

        servers.children("getChildren /tasks");

        assertThat(servers.zk().asked()).hasSize(1).allMatch(asked -> asked.startsWith("create /tasks/task-"));
        assertThat(submit).isNotDone();
    }

    @Test
    void resolvingNotFoundAfterTheRetentionIsUnknown() {
        open();
        CompletableFuture<TaskId> submit = submit();
        servers.disconnect();
        servers.pass(Duration.ofHours(2));
        servers.connect();
        prepared();

        servers.children("getChildren /tasks");

        assertThat(problem(submit)).isEqualTo(Problem.UNKNOWN);
    }

    @Test
    void resolvingConnectionLostResolvesAgain() {
        open();
        submit();
        servers.disconnect();
        servers.connect();
        prepared();
        Asked late = servers.disconnect().get(0);
        late.children();
        servers.run();
        assertThat(servers.zk().asked()).isEmpty();
        servers.connect();
        prepared();

        assertThat(servers.zk().asked()).containsExactly("getChildren /tasks");
    }

    @Test
    void theReplyToASubmitThatComesTooLateIsDropped() {
        open();
        CompletableFuture<TaskId> submit = submit();
        Asked late = servers.disconnect().get(0);

        late.results(new OpResult.CreateResult(path("")));
        servers.run();

        assertThat(submit).isNotDone();
    }

    /** S4: whatever goes wrong when it is answered, it is looked for before it is sent again. */
    @Test
    void whatSharesATransactionWithAMistakeIsAnsweredAndNotSentAgain() {
        open();
        List<CompletableFuture<TaskId>> submits = role.submitAll(List.of(payload(), payload())).stream()
                .map(CompletionStage::toCompletableFuture)
                .toList();
        servers.run();
        servers.zk().lose().get(0).results(new OpResult.DeleteResult(), new OpResult.CreateResult(path("")));
        assertThatThrownBy(servers::run).isInstanceOf(ClassCastException.class);
        assertThat(submits.get(1)).isCompletedWithValue(TASK);

        servers.run().disconnect();
        servers.connect();
        prepared();

        assertThat(submits.get(0)).isNotDone();
        assertThat(servers.zk().asked()).containsExactly("getChildren /tasks");
    }

    /** Whoever has an answer may ask for the next thing. */
    @Test
    void aPlaceInTheBacklogIsFreeBeforeTheAnswerIsTold() {
        ClientRole small =
                new ClientRole(Settings.connect("localhost:2181").withBacklog(1), events::add, servers.session());
        small.start();
        servers.run().connect();
        prepared();
        CompletableFuture<Boolean> collected = new CompletableFuture<>();
        small.submitAll(List.of(payload()))
                .get(0)
                .thenAccept(task -> small.collect(task).thenAccept(collected::complete));
        servers.run();

        servers.zk().lose().get(0).results(new OpResult.CreateResult(path("")));
        servers.run().answer(COLLECT, Code.OK);

        assertThat(collected).isCompletedWithValue(true);
    }

    // Outcomes.

    @Test
    void openReadsTheStatus() {
        open();
        CompletableFuture<Outcome> outcome = outcome();
        servers.data("getData " + path("/status"), "done\nhello", new Stat());

        assertThat(outcome.getNow(null)).isInstanceOf(Outcome.Done.class);
    }

    @Test
    void openWithoutAStatusWatchesAndReadsWhenTold() {
        open();
        outcome();
        servers.answer("getData " + path("/status"), Code.NONODE).children("getChildren " + path(""));

        role.taskWatcher.process(new WatchedEvent(EventType.NodeChildrenChanged, KeeperState.SyncConnected, path("")));
        servers.run();

        assertThat(servers.zk().asked()).containsExactly("getData " + path("/status"));
    }

    @Test
    void openManyAreAskedInOnePacketAndAgainWhereItPays() {
        open();
        outcomes(2);
        servers.zk()
                .next("getData " + status(1) + ", getData " + status(2))
                .refused(
                        Code.NONODE,
                        new OpResult.ErrorResult(Code.NONODE.intValue()),
                        new OpResult.GetDataResult("done\nhello".getBytes(UTF_8), new Stat()));
        servers.run();

        assertThat(servers.zk().asked()).containsExactly("getData " + status(1));
    }

    @Test
    void openTheOldestAreAskedInVainAndThenWatchedWhileOthersWait() {
        open();
        outcomes(241);
        for (int round = 1; round < 16; round++) {
            assertThat(inVain()).as("round " + round).isEqualTo(240);
            assertThat(servers.zk().asked()).isEmpty();
            servers.pass(Duration.ofMillis(round < 4 ? 5 << (round - 1) : 40));
        }
        assertThat(inVain()).as("the last round").isEqualTo(240);

        assertThat(servers.zk().asked()).hasSize(64).allMatch(asked -> asked.startsWith("getChildren "));
        servers.pass(Duration.ofMillis(40));
        assertThat(servers.zk().asked()).hasSize(65).contains("getData " + status(241));
    }

    @Test
    void openARoundOfWhichAllHaveAStatusIsFollowedAtOnce() {
        open();
        outcomes(241);
        assertThat(inVain()).isEqualTo(240);
        servers.pass(Duration.ofMillis(5));

        assertThat(done()).isEqualTo(240);

        assertThat(servers.zk().asked()).containsExactly("getData " + status(241));
    }

    @Test
    void openOneThatWaitsBehindIsReadWhenItsPatienceIsUp() {
        open();
        outcomes(240);
        role.outcome(new TaskId("task-1-0000000999"), Duration.ofMillis(1));
        servers.run().pass(Duration.ofMillis(1));

        assertThat(servers.zk().asked()).hasSize(5).contains("getData " + status(999));
    }

    @Test
    void openNotThereIsAskedTwiceWithABarrierBetween() {
        open();
        CompletableFuture<Outcome> outcome = outcome();
        servers.answer("getData " + path("/status"), Code.NONODE);
        servers.answer("getChildren " + path(""), Code.NONODE).answer("check /", Code.OK);
        servers.answer("getChildren " + path(""), Code.NONODE);

        assertThat(outcome.getNow(null)).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void aThrottledBarrierIsNone() {
        open();
        outcome();
        servers.answer("getData " + path("/status"), Code.NONODE);
        servers.answer("getChildren " + path(""), Code.NONODE).answer("check /", Code.THROTTLEDOP);
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(PAUSE);

        assertThat(servers.zk().asked()).containsExactly("check /");
    }

    @Test
    void anOutcomeIsAskedAgainAfterALostConnection() {
        open();
        outcome();
        servers.disconnect();
        servers.connect();
        prepared();

        assertThat(servers.zk().asked()).containsExactly("getData " + path("/status"));
    }

    /** Perhaps it was lost for the answers: eight of a mebibyte are too long for a slow connection. */
    @Test
    void afterALostConnectionOneIsAskedInAPacket() {
        open();
        outcomes(8);
        assertThat(servers.zk().asked()).hasSize(1);
        servers.disconnect();
        servers.connect();
        prepared();

        assertThat(servers.zk().asked()).hasSize(4).contains("getData " + status(1));
    }

    @Test
    void patienceRunsOnWhileTheConnectionIsLost() {
        open();
        CompletableFuture<Outcome> outcome = outcome();
        servers.disconnect();

        servers.pass(Duration.ofMinutes(2));

        assertThat(outcome.getNow(null)).isInstanceOf(Outcome.Unknown.class);
    }

    // Removals.

    @Test
    void openCollects() {
        open();
        CompletableFuture<Boolean> collected = collect();
        servers.answer(COLLECT, Code.OK);

        assertThat(collected).isCompletedWithValue(true);
    }

    @Test
    void suspendedALostCollectLooksAndFindsItsOwnDoing() {
        open();
        CompletableFuture<Boolean> collected = collect();
        servers.disconnect();
        servers.connect();
        prepared();

        servers.answer("getChildren " + path(""), Code.NONODE);

        assertThat(collected).isCompletedWithValue(true);
    }

    @Test
    void openALostCollectIsSentAgainWhereTheTaskIsThere() {
        open();
        CompletableFuture<Boolean> collected = collect();
        servers.disconnect();
        servers.connect();
        prepared();

        servers.children("getChildren " + path(""), "status").answer(COLLECT, Code.NONODE);

        assertThat(collected).as("somebody else's doing").isCompletedWithValue(false);
    }

    @ParameterizedTest
    @CsvSource({"THROTTLEDOP, UNKNOWN"})
    void openALostCollectThatCannotBeLookedForIsUnknown(Code code, Problem problem) {
        open();
        CompletableFuture<Boolean> collected = collect();
        servers.disconnect();
        servers.connect();
        prepared();

        servers.answer("getChildren " + path(""), code);

        assertThat(problem(collected)).isEqualTo(problem);
    }

    @Test
    void suspendedACollectThatWasNeverSentIsSent() {
        open();
        servers.disconnect();
        CompletableFuture<Boolean> collected = collect();
        servers.connect();
        prepared();
        servers.answer(COLLECT, Code.OK);

        assertThat(collected).isCompletedWithValue(true);
    }

    @ParameterizedTest
    @CsvSource({"NONODE, false", "NOTEMPTY, false"})
    void aCollectThatFindsNothingSaysSo(Code code, boolean answer) {
        open();
        CompletableFuture<Boolean> collected = collect();
        servers.answer(COLLECT, code);

        assertThat(collected).isCompletedWithValue(answer);
    }

    @ParameterizedTest
    @CsvSource({"NOAUTH, NOT_ALLOWED", "QUOTAEXCEEDED, UNKNOWN", "THROTTLEDOP, UNKNOWN"})
    void aCollectThatIsRefusedSaysWhy(Code code, Problem problem) {
        open();
        CompletableFuture<Boolean> collected = collect();
        servers.answer(COLLECT, code);

        assertThat(problem(collected)).isEqualTo(problem);
    }

    private void start() {
        role.start();
        servers.run().connect();
    }

    private void open() {
        start();
        prepared();
    }

    private void prepared() {
        for (String parent : List.of("/workers", "/assign", "/tasks", "/master-epoch")) {
            servers.answer("exists " + parent, Code.OK);
        }
    }

    private CompletableFuture<TaskId> submit() {
        CompletableFuture<TaskId> submit =
                role.submitAll(List.of(payload())).get(0).toCompletableFuture();
        servers.run();
        return submit;
    }

    private CompletableFuture<Outcome> outcome() {
        CompletableFuture<Outcome> outcome =
                role.outcome(TASK, Duration.ofMinutes(1)).toCompletableFuture();
        servers.run();
        return outcome;
    }

    /** Of so many tasks, oldest first. */
    private void outcomes(int count) {
        for (int i = 1; i <= count; i++) {
            role.outcome(new TaskId("task-1-%010d".formatted(i)), Duration.ofMinutes(1));
        }
        servers.run();
    }

    private static String status(int task) {
        return "/tasks/task-1-%010d/status".formatted(task);
    }

    /** How many reads of statuses are answered by that there is none. */
    private int inVain() {
        return reads(count -> servers.answer(servers.zk().asked().get(0), Code.NONODE));
    }

    /** How many are answered by a status; those that are asked afterwards are not. */
    private int done() {
        OpResult status = new OpResult.GetDataResult("done\nhello".getBytes(UTF_8), new Stat());
        return reads(count -> {
            servers.zk()
                    .next(servers.zk().asked().get(0))
                    .results(Collections.nCopies(count, status).toArray(OpResult[]::new));
            servers.run();
        });
    }

    private int reads(IntConsumer answer) {
        int reads = 0;
        while (reads < 240
                && !servers.zk().asked().isEmpty()
                && servers.zk().asked().get(0).startsWith("getData")) {
            int count = servers.zk().asked().get(0).split(", ").length;
            reads += count;
            answer.accept(count);
        }
        return reads;
    }

    private CompletableFuture<Boolean> collect() {
        CompletableFuture<Boolean> collected = role.collect(TASK).toCompletableFuture();
        servers.run();
        return collected;
    }

    private static Payload payload() {
        return Payload.of("hello".getBytes(UTF_8));
    }

    private static String path(String below) {
        return "/tasks/" + "task-1-0000000001" + below;
    }

    private static String created(Asked create) {
        return create.what().substring("create ".length());
    }

    private static Problem problem(CompletableFuture<?> refused) {
        try {
            throw new AssertionError("answered: " + refused.getNow(null));
        } catch (CompletionException e) {
            return ((CoordinationException) e.getCause()).problem();
        }
    }
}
