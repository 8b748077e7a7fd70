package dev.twinkeeper.raw.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of the table in {@link ChildrenWatch}, by what is asked next and by what the owner hears. */
class ChildrenWatchTest {
    private static final String PATH = "/assign/w1";
    private static final String WATCH = "addWatch " + PATH;
    private static final String UNWATCH = "removeWatches " + PATH;
    private static final String LIST = "getChildren " + PATH;
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** So many lists are judged together. */
    private static final int JUDGED = 8;

    private final ScriptedServers servers = new ScriptedServers();
    private final List<String> heard = new ArrayList<>();
    private final Watcher watcher = event -> {};
    private Duration patience = Duration.ZERO;

    /** Between each list and the one before. */
    private int changes;

    private final Stat parent = new Stat();
    private boolean endsWhenRefused;
    private ChildrenWatch watch;

    private final class Owner implements ChildrenWatch.Owner {
        @Override
        public void listed(List<String> names) {
            heard.add("listed " + names.size());
        }

        @Override
        public void changed(WatchedEvent event) {
            heard.add(event.getType() + " " + event.getPath());
        }

        @Override
        public void missing() {
            heard.add("missing");
        }

        @Override
        public void refused(Code code) {
            heard.add("refused " + code);
            if (endsWhenRefused) {
                watch.end();
            }
        }

        @Override
        public Duration patience(int children) {
            return patience;
        }
    }

    @BeforeEach
    void open() {
        servers.session().open();
        watch = new ChildrenWatch("test", servers.session(), nanos -> {}, PATH, watcher, new Owner());
    }

    @Test
    void idleBeginsToWatchAndListsAtOnce() {
        watch.begin();

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
        assertThat(watch.watchNumber()).isEqualTo(1);
    }

    @Test
    void watchingTellsWhatHappensBeforeTheList() {
        watch.begin();
        servers.answer(WATCH, Code.OK);
        created("a");
        list(false, "a");

        assertThat(heard).containsExactly("NodeCreated /assign/w1/a", "listed 1");
    }

    @Test
    void watchingListedIsQuietAndEventsTell() {
        quiet();
        created("a");
        on(EventType.NodeDeleted, PATH + "/a");
        on(EventType.NodeDataChanged, PATH + "/a/b");

        assertThat(heard).hasSize(3).last().isEqualTo("NodeDataChanged /assign/w1/a/b");
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void watchingNothingIsThereIsQuiet() {
        watch.begin();
        servers.answer(WATCH, Code.OK).answer(LIST, Code.NONODE);
        on(EventType.NodeCreated, PATH);

        assertThat(heard).containsExactly("missing", "NodeCreated " + PATH);
    }

    /** An event of a one-shot watch that was left from before. */
    @Test
    void quietIsNotDisturbedByAOneShotWatch() {
        quiet();
        fire();

        assertThat(heard).isEmpty();
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void quietABurstTakesTheWatchAway() {
        quiet();
        burst();

        assertThat(servers.zk().asked()).containsExactly(UNWATCH);
        assertThat(heard).as("each event is told").hasSize(16);
    }

    /** One at a time, however long that lasts. */
    @Test
    void quietEventsOneByOneAreNoBurst() {
        quiet();
        for (int i = 0; i < 100; i++) {
            created("task" + i);
            servers.pass(Duration.ofMillis(1));
        }

        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void quietABurstAmongManyChildrenIsMoreEvents() {
        watch.begin();
        servers.answer(WATCH, Code.OK);
        list(false, names(1_000));
        for (int i = 0; i < 30; i++) {
            created("x" + i);
        }
        assertThat(servers.zk().asked()).isEmpty();

        created("x30");
        created("x31");

        assertThat(servers.zk().asked()).containsExactly(UNWATCH);
    }

    @Test
    void unwatchingTellsEventsUntilItIsDone() {
        quiet();
        burst();
        heard.clear();
        created("late");

        assertThat(heard).containsExactly("NodeCreated /assign/w1/late");
        assertThat(servers.zk().asked()).as("once").containsExactly(UNWATCH);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"OK", "NOWATCHER"})
    void unwatchingDoneListsWithAOneShotWatch(Code code) {
        quiet();
        burst();
        assertThat(watch.watchNumber()).isEqualTo(1);
        servers.answer(UNWATCH, code);

        assertThat(servers.zk().next(LIST).watches()).isTrue();
        assertThat(watch.watchNumber()).as("no longer sure to tell").isZero();
    }

    @Test
    void listingListedIsArmed() {
        busy();

        assertThat(heard).containsExactly("listed 2");
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void listingNothingIsThereWatches() {
        busy();
        fire();
        servers.answer(LIST, Code.NONODE);

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
    }

    @Test
    void listingThatPaysGoesOn() {
        busy();
        changes = 4;
        lists();

        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void listingThatTellsLittleWatchesAgain() {
        busy();
        changes = 3;
        lists();

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
    }

    @Test
    void listingThatTellsLittleOfManyWatchesAgain() {
        busy();
        changes = 31;
        lists(names(1_000));

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
    }

    /** Few of these are as dear as many others. */
    @Test
    void listingOfVeryManyIsJudgedSooner() {
        busy();
        changes = 100;
        fire();
        list(true, names(20_000));

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
    }

    @Test
    void afterListsThatDidNotPayABurstIsNoReasonForAWhile() {
        busy();
        changes = 0;
        listsThatDoNotPay();
        burst();
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(SECOND);
        burst();
        assertThat(servers.zk().asked()).containsExactly(UNWATCH);
    }

    @Test
    void andThenForTwiceAsLong() {
        afterListsThatDidNotPayABurstIsNoReasonForAWhile();
        servers.answer(UNWATCH, Code.OK);
        list(true);
        listsThatDoNotPay();
        servers.pass(SECOND);
        burst();
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(SECOND);
        burst();
        assertThat(servers.zk().asked()).containsExactly(UNWATCH);
    }

    @Test
    void armedFiresAndListsAtOnceWhereTheOwnerCannotWait() {
        busy();
        fire();

        assertThat(servers.zk().next(LIST).watches()).isTrue();
    }

    /** However many changes there are: the answer might be more than the client takes. */
    @Test
    void veryManyChildrenAreNeverListedInTurns() {
        watch.begin();
        servers.answer(WATCH, Code.OK);
        list(false, names(600_000));
        for (int i = 0; i < 20_000; i++) {
            watch.on(new WatchedEvent(EventType.NodeCreated, KeeperState.SyncConnected, PATH + "/a"));
        }

        assertThat(servers.run().zk().asked()).isEmpty();
    }

    @Test
    void armedTheZnodeIsDeletedLists() {
        busy();
        on(EventType.NodeDeleted, PATH);

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void armedNothingFiresWatches() {
        busy();
        servers.pass(SECOND);

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
        assertThat(watch.watchNumber()).isEqualTo(2);
    }

    /** Not by a timer of a list before. */
    @Test
    void armedSomethingFiresStays() {
        busy();
        changes = 100;
        for (int i = 0; i < 5; i++) {
            servers.pass(SECOND.dividedBy(2));
            fire();
            list(true, "a", "b");
        }

        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void pausingListsWhenItIsTime() {
        busy();
        patience = Duration.ofMillis(50);
        fire();
        servers.pass(Duration.ofMillis(40));
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(Duration.ofMillis(10));

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void pausingIsCountedFromTheListBefore() {
        busy();
        patience = Duration.ofMillis(50);
        servers.pass(Duration.ofMillis(60));
        fire();

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @Test
    void pausingTheOwnerRunsOutOfPatience() {
        busy();
        patience = Duration.ofSeconds(5);
        fire();
        servers.pass(Duration.ofMillis(100));
        assertThat(servers.zk().asked()).isEmpty();

        patience = Duration.ZERO;
        servers.pass(Duration.ofMillis(10));

        assertThat(servers.zk().asked()).containsExactly(LIST);
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOAUTH", "THROTTLEDOP", "UNIMPLEMENTED"})
    void watchingRefusedBeginsAgainAfterAPause(Code code) {
        watch.begin();
        servers.answer(WATCH, code);
        list(false, "a");
        assertThat(heard).as("no list without a watch").containsExactly("refused " + code);
        assertThat(servers.zk().asked()).isEmpty();
        assertThat(watch.watchNumber()).isZero();

        servers.pass(SECOND);

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
    }

    @Test
    void listsRefusedBeginAgainAfterAPause() {
        watch.begin();
        servers.answer(WATCH, Code.OK).answer(LIST, Code.THROTTLEDOP).pass(SECOND);
        servers.answer(WATCH, Code.OK);
        list(false);
        burst();
        servers.answer(UNWATCH, Code.THROTTLEDOP).pass(SECOND);
        servers.answer(WATCH, Code.OK);
        list(false);
        burst();
        servers.answer(UNWATCH, Code.OK).answer(LIST, Code.NOAUTH).pass(SECOND);

        assertThat(servers.zk().asked()).containsExactly(WATCH, LIST);
        assertThat(heard).contains("refused THROTTLEDOP", "refused NOAUTH");
    }

    @Test
    void refusedTheOwnerMayEndIt() {
        endsWhenRefused = true;
        watch.begin();
        servers.answer(WATCH, Code.OK).answer(LIST, Code.NOAUTH).pass(SECOND);

        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void endedInAnyPhaseTellsNothingAndAsksNothing() {
        List<Runnable> ways = List.of(
                () -> {},
                watch::begin,
                this::quiet,
                () -> {
                    quiet();
                    burst();
                },
                () -> {
                    quiet();
                    burst();
                    servers.answer(UNWATCH, Code.OK);
                },
                this::busy,
                () -> {
                    busy();
                    patience = Duration.ofMinutes(1);
                    fire();
                });
        for (Runnable way : ways) {
            patience = Duration.ZERO;
            way.run();
            watch.end();
            List<Asked> late = servers.zk().lose();
            heard.clear();
            late.forEach(asked -> asked.answer(Code.OK));
            servers.run();
            burst();
            fire();
            servers.pass(Duration.ofMinutes(2));

            assertThat(heard).isEmpty();
            assertThat(servers.zk().asked()).isEmpty();
            assertThat(watch.watchNumber()).isZero();
        }
    }

    @Test
    void removedTakesTheWatchAway() {
        quiet();
        watch.remove();
        created("a");

        assertThat(servers.zk().asked()).containsExactly(UNWATCH);
        assertThat(heard).isEmpty();
    }

    private void quiet() {
        watch.begin();
        servers.answer(WATCH, Code.OK);
        list(false);
        heard.clear();
    }

    private void burst() {
        for (int i = 0; i < 16; i++) {
            created("burst" + i);
        }
    }

    private void busy() {
        quiet();
        burst();
        servers.answer(UNWATCH, Code.OK);
        heard.clear();
        list(true, "a", "b");
    }

    /** As many as are judged. */
    private void lists(String... names) {
        for (int i = 0; i < JUDGED; i++) {
            fire();
            list(true, names);
        }
    }

    /** After them it is quiet, by the recursive watch. */
    private void listsThatDoNotPay() {
        lists();
        servers.answer(WATCH, Code.OK);
        list(false);
    }

    /** What is asked next is a list, with a one-shot watch or without. */
    private void list(boolean watches, String... names) {
        Asked list = servers.zk().next(LIST);
        assertThat(list.watches()).isEqualTo(watches);
        parent.setCversion(parent.getCversion() + changes);
        list.children(parent, names);
        servers.run();
    }

    private static String[] names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "task" + i).toArray(String[]::new);
    }

    private void fire() {
        on(EventType.NodeChildrenChanged, PATH);
    }

    private void created(String child) {
        on(EventType.NodeCreated, PATH + "/" + child);
    }

    private void on(EventType type, String path) {
        watch.on(new WatchedEvent(type, KeeperState.SyncConnected, path));
        servers.run();
    }
}
