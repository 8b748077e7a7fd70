package dev.twinkeeper.raw.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.loop.LostTries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each row of the table in {@link Batches}, by what is sent next. */
class BatchesTest {
    private static final int MOST = 4;

    private enum Phase {
        SUSPENDED,
        OPEN
    }

    private final ScriptedServers servers = new ScriptedServers();
    private final List<String> answers = new ArrayList<>();
    private PhaseGuard<Phase> guard;
    private final Map<String, LostTries> tries = new HashMap<>();
    private Batches<String> writes;

    @BeforeEach
    void open() {
        servers.session().open();
        guard = new PhaseGuard<>(
                "test",
                servers.session().loop(),
                Phase.SUSPENDED,
                Map.of(Phase.SUSPENDED, Set.of(Phase.OPEN), Phase.OPEN, Set.of(Phase.SUSPENDED)));
        guard.enter(Phase.OPEN);
        writes = Batches.ofWrites(
                servers.session(),
                guard,
                MOST,
                this::tries,
                BatchesTest::operations,
                code -> code == Code.NOAUTH,
                this::onAnswer);
    }

    /** A request is a letter, or a letter and how many bytes it carries. */
    private static int size(String request) {
        return request.length() == 1 ? 1 : Integer.parseInt(request.substring(1));
    }

    private LostTries tries(String request) {
        return tries.computeIfAbsent(request, each -> new LostTries(size(each)));
    }

    private static List<Op> operations(String request) {
        String path = "/" + request.charAt(0);
        return List.of(Op.delete(path, -1), Op.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
    }

    private void onAnswer(String request, Code code, OpResult result) {
        answers.add(request + " " + code);
    }

    @Test
    void waitingALoneOneGoesAtOnce() {
        add("a");

        assertThat(servers.zk().asked()).containsExactly(sent("a"));
    }

    @Test
    void waitingGoesWithThoseBehindIt() {
        add("a", "b", "c");

        assertThat(servers.zk().asked()).containsExactly(sent("a", "b", "c"));
    }

    @Test
    void waitingTheNextBatchFillsWhileFourAreUnderWay() {
        oneByOne("a", "b", "c", "d", "e", "f");
        assertThat(servers.zk().asked()).containsExactly(sent("a"), sent("b"), sent("c"), sent("d"));
        assertThat(writes.underWay()).containsExactly("a", "b", "c", "d");

        servers.answer(sent("a"), Code.OK);

        assertThat(servers.zk().asked()).containsExactly(sent("b"), sent("c"), sent("d"), sent("e", "f"));
    }

    @Test
    void waitingABatchIsBoundedInNumber() {
        add("a", "b", "c", "d", "e");

        assertThat(servers.zk().asked()).containsExactly(sent("a", "b", "c", "d"), sent("e"));
    }

    @Test
    void waitingABatchIsBoundedInBytes() {
        add("a30000", "b20000", "c20000");

        assertThat(servers.zk().asked()).containsExactly(sent("a", "b"), sent("c"));
    }

    @Test
    void waitingOneThatIsLargerThanABatchGoesAlone() {
        add("a", "b1000000", "c");

        assertThat(servers.zk().asked()).containsExactly(sent("a"), sent("b"), sent("c"));
    }

    /** It may be the request that the servers close the connection for: its neighbours are not to suffer, or be blamed. */
    @Test
    void waitingASuspectGoesWhileNoOtherIsUnderWay() {
        tries("b10000").lost(false);
        add("a", "b10000", "c", "d");
        assertThat(servers.zk().asked()).containsExactly(sent("a"));

        servers.answer(sent("a"), Code.OK);
        assertThat(servers.zk().asked()).containsExactly(sent("b"));

        servers.answer(sent("b"), Code.OK);
        assertThat(servers.zk().asked()).containsExactly(sent("c", "d"));
    }

    @Test
    void waitingThoseThatWereLostGoInSmallerBatches() {
        for (int i = 0; i < 5; i++) {
            tries("a700").lost(false);
            tries("b700").lost(false);
        }
        add("a700", "b700", "c700", "d700");

        assertThat(servers.zk().asked()).containsExactly(sent("a", "b"), sent("c", "d"));
    }

    @Test
    void underWayAppliedIsAnswered() {
        add("a", "b");
        servers.answer(sent("a", "b"), Code.OK);

        assertThat(answers).containsExactly("a OK", "b OK");
        assertThat(writes.underWay()).isEmpty();
    }

    @Test
    void underWayRefusedAloneIsAnswered() {
        add("a");
        refuse(0, Code.NONODE, "a");

        assertThat(answers).containsExactly("a NONODE");
        assertThat(servers.zk().asked()).isEmpty();
    }

    /** The one that is to blame is refused alone, and its neighbours are applied, in their order. */
    @Test
    void underWayRefusedForOneOfManyIsSplit() {
        add("a", "b", "c", "d");
        refuse(2, Code.NONODE, "a", "b", "c", "d");
        assertThat(answers).isEmpty();

        servers.answer(sent("a", "b"), Code.OK);
        refuse(0, Code.NONODE, "c");
        servers.answer(sent("d"), Code.OK);

        assertThat(answers).containsExactly("a OK", "b OK", "c NONODE", "d OK");
    }

    @Test
    void underWayRefusedIsSplitTwice() {
        add("a", "b", "c", "d");
        refuse(0, Code.NONODE, "a", "b", "c", "d");
        refuse(0, Code.NONODE, "a");
        refuse(2, Code.NODEEXISTS, "b", "c", "d");

        servers.answer(sent("b", "c"), Code.OK);
        refuse(0, Code.NODEEXISTS, "d");

        assertThat(answers).containsExactly("a NONODE", "b OK", "c OK", "d NODEEXISTS");
    }

    /** What one hears is what it hears alone: it may be good by then. */
    @Test
    void aRefusalInABatchIsNotBelieved() {
        add("a", "b");
        refuse(1, Code.NONODE, "a", "b");
        servers.answer(sent("a"), Code.OK).answer(sent("b"), Code.OK);

        assertThat(answers).containsExactly("a OK", "b OK");
    }

    @Test
    void partsOfABatchGoBeforeWhatWaits() {
        add("a", "b");
        oneByOne("c", "d", "e", "f");
        refuse(0, Code.NONODE, "a", "b");

        assertThat(servers.zk().asked()).containsExactly(sent("c"), sent("d"), sent("e"), sent("a"));
        servers.answer(sent("c"), Code.OK).answer(sent("d"), Code.OK);
        assertThat(servers.zk().asked()).containsExactly(sent("e"), sent("a"), sent("b"), sent("f"));
    }

    /** L6: n of them never cost more than 2n packets. */
    @Test
    void underWayAllRefusedCostsNoMoreThanTwoPacketsEach() {
        add("a", "b", "c", "d");
        int packets = 0;
        for (; !servers.zk().asked().isEmpty(); packets++) {
            refuse(0, Code.NONODE, servers.zk().asked().get(0));
        }

        assertThat(answers).containsExactly("a NONODE", "b NONODE", "c NONODE", "d NONODE");
        assertThat(packets).isLessThanOrEqualTo(8);
    }

    @Test
    void underWayRefusedWithACodeThatRefusesTheOthersTooIsAnswered() {
        add("a", "b");
        refuse(1, Code.NOAUTH, "a", "b");

        assertThat(answers).containsExactly("a NOAUTH", "b NOAUTH");
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void underWayRefusedAsAWholeIsAnswered() {
        add("a", "b");
        servers.answer(sent("a", "b"), Code.THROTTLEDOP);

        assertThat(answers).containsExactly("a THROTTLEDOP", "b THROTTLEDOP");
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void connectionLostAnswersNobody() {
        add("a", "b");
        oneByOne("c", "d", "e", "f");
        guard.enter(Phase.SUSPENDED);
        servers.zk().lose().forEach(late -> late.answer(Code.OK));
        servers.run();

        assertThat(answers).isEmpty();
        assertThat(servers.zk().asked()).isEmpty();
        assertThat(writes.underWay()).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void readsAreAnsweredEachWithItsOwnCode() {
        Batches<String> reads =
                Batches.ofReads(servers.session(), guard, null, request -> Op.getData("/" + request), this::onAnswer);
        List.of("a", "b", "c").forEach(reads::add);
        servers.run();

        servers.zk()
                .next("getData /a, getData /b, getData /c")
                .refused(
                        Code.NONODE,
                        new OpResult.GetDataResult(new byte[0], new Stat()),
                        new OpResult.ErrorResult(Code.NONODE.intValue()),
                        new OpResult.ErrorResult(Code.NOAUTH.intValue()));
        servers.run();

        assertThat(answers).containsExactly("a OK", "b NONODE", "c NOAUTH");
    }

    @Test
    void readsAreAsManyAsTheAnswersBeforeWereSmallEnough() {
        Batches<String> reads =
                Batches.ofReads(servers.session(), guard, null, request -> Op.getData("/x"), this::onAnswer);
        for (int i = 0; i < 60; i++) {
            reads.add("x");
        }
        servers.run();
        assertThat(sizes()).containsExactly(8, 8, 8, 8);

        servers.zk().next(servers.zk().asked().get(0)).data(new byte[1_000], new Stat());
        servers.run();
        assertThat(sizes()).containsExactly(8, 8, 8, 16);

        servers.zk().next(servers.zk().asked().get(0)).data(new byte[1_000_000], new Stat());
        servers.run();
        servers.zk().next(servers.zk().asked().get(0)).data(new byte[1_000_000], new Stat());
        servers.run();
        assertThat(sizes()).containsExactly(8, 16, 8, 4);
    }

    private List<Integer> sizes() {
        return servers.zk().asked().stream()
                .map(asked -> asked.split(", ").length)
                .toList();
    }

    private void add(String... requests) {
        List.of(requests).forEach(writes::add);
        servers.run();
    }

    private void oneByOne(String... requests) {
        List.of(requests).forEach(this::add);
    }

    private static String sent(String... requests) {
        return String.join(
                ", ",
                List.of(requests).stream()
                        .map(request -> "delete /" + request + ", create /" + request)
                        .toList());
    }

    /** The batch of these is asked next, and is refused for one of them. */
    private void refuse(int culprit, Code code, String... requests) {
        String what = requests[0].length() > 1 ? requests[0] : sent(requests);
        OpResult[] results = new OpResult[what.split(", ").length];
        for (int i = 0; i < results.length; i++) {
            Code part = i < 2 * culprit ? Code.OK : i == 2 * culprit ? code : Code.RUNTIMEINCONSISTENCY;
            results[i] = new OpResult.ErrorResult(part.intValue());
        }
        servers.zk().next(what).refused(code, results);
        servers.run();
    }
}
