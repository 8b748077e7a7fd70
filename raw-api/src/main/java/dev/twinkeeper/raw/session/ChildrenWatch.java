package dev.twinkeeper.raw.session;

import dev.twinkeeper.loop.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.data.Stat;

/**
 * The children of one znode, followed by whichever is cheaper. While it is quiet, a recursive watch tells of each change,
 * without a round trip. Above a rate of changes a one-shot watch tells that there are some, and a list tells all of them
 * at once; but nothing tells of what is below the children.
 *
 * <pre>
 * IDLE        begin                          → WATCHING    add the recursive watch, and list; both are sent at once
 * WATCHING    listed, or nothing is there    → QUIET       the list is told, and from the watch on each event
 * QUIET       a burst of events              → UNWATCHING  take the watch away; until that is done its events are told
 * UNWATCHING  done                           → LISTING     list, with a one-shot watch
 * LISTING     listed                         → ARMED       the list is told
 *             listed, and lists do not pay   → WATCHING    and for a while a burst is no reason to list
 *             nothing is there               → WATCHING    no one-shot watch stands where nothing is
 * ARMED       the watch fires                → PAUSING     as long as the owner can do without news
 *             nothing fires for a second     → WATCHING
 * PAUSING     it is time                     → LISTING
 * WATCHING, UNWATCHING, LISTING
 *             refused                        → REFUSED     the owner hears why
 * REFUSED     a second later                 → WATCHING
 * any         end                            → IDLE        the connection is lost, say
 * </pre>
 *
 * <p>A list says what is there when it is read, and comes after the events of all changes before. So whichever came last
 * is the newest, and an event of a one-shot watch never comes while a list is under way. The recursive watch is taken
 * away before the first one-shot watch is set, since only all watches of a path can be taken away, and servers before
 * 3.9 keep but one mode for each path. So there is one of these for a path and a session, and no other watch.
 */
public final class ChildrenWatch {
    /** Hears of the children, on the loop. */
    public interface Owner {
        /** These are there, and no others. */
        void listed(List<String> names);

        /** By the recursive watch: the znode or something below was created, changed or deleted. */
        void changed(WatchedEvent event);

        /** There is no such znode. If it is made, the recursive watch tells. */
        void missing();

        /** The servers refused to list it, or to watch it. */
        void refused(Code code);

        /** After a list of so many, how long the next one may wait for more changes. */
        Duration patience(int children);
    }

    private enum Phase {
        IDLE,
        WATCHING,
        QUIET,
        UNWATCHING,
        LISTING,
        ARMED,
        PAUSING,
        REFUSED
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.IDLE, Set.of(Phase.WATCHING),
            Phase.WATCHING, Set.of(Phase.QUIET, Phase.REFUSED, Phase.IDLE),
            Phase.QUIET, Set.of(Phase.UNWATCHING, Phase.IDLE),
            Phase.UNWATCHING, Set.of(Phase.LISTING, Phase.REFUSED, Phase.IDLE),
            Phase.LISTING, Set.of(Phase.ARMED, Phase.WATCHING, Phase.REFUSED, Phase.IDLE),
            Phase.ARMED, Set.of(Phase.PAUSING, Phase.WATCHING, Phase.IDLE),
            Phase.PAUSING, Set.of(Phase.LISTING, Phase.IDLE),
            Phase.REFUSED, Set.of(Phase.WATCHING, Phase.IDLE));

    /** More are never listed in turns: the answer would be half of the longest that a client takes, or more. */
    private static final int MOST = Connections.LARGEST_ANSWER / 128;

    /** The pause may be over sooner than it seemed: the owner is asked so often. */
    private static final Duration STEP = Duration.ofMillis(10);

    private static final Duration NOTHING_FIRES = Duration.ofSeconds(1);

    /** L6: after a refusal. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Loop loop;
    private final Session session;
    private final PhaseGuard<Phase> guard;
    private final String path;
    private final Watcher watcher;
    private final Owner owner;
    private final ListWorth worth;

    private int children;
    private int version;
    private long listedAt;
    private int watches;

    /**
     * @param answered hears of each reply how many nanoseconds after the request it came
     * @param watcher posts to the loop what {@link #on} takes; the same one for every watch, since ZooKeeper tells
     *     watchers apart by equality
     */
    public ChildrenWatch(
            String who, Session session, LongConsumer answered, String path, Watcher watcher, Owner owner) {
        this.loop = session.loop();
        this.session = session;
        this.guard = new PhaseGuard<>(who + " watch of " + path, loop, Phase.IDLE, TRANSITIONS, answered);
        this.path = path;
        this.watcher = watcher;
        this.owner = owner;
        this.worth = new ListWorth();
    }

    public void begin() {
        watch();
    }

    /** Tells nothing any more. A watch that stands stays. */
    public void end() {
        guard.enter(Phase.IDLE);
    }

    /** Takes the watch away too. */
    public void remove() {
        end();
        // Whatever the answer is. All watches, and not "local": as in Outcomes.
        session.zk().removeAllWatches(path, WatcherType.Any, false, (rc, removed, ctx) -> {}, null);
    }

    /**
     * The number of the recursive watch that stands, counted from 1; 0 for none. Of what was read under a number, each
     * change is told while that number lasts; but for the last round trip, in which the watch is taken away.
     */
    public int watchNumber() {
        return watching() ? watches : 0;
    }

    private boolean watching() {
        return guard.in(Phase.WATCHING) || guard.in(Phase.QUIET) || guard.in(Phase.UNWATCHING);
    }

    /** An event of the watcher, about this znode or what is below. */
    public void on(WatchedEvent event) {
        switch (event.getType()) {
            case NodeCreated, NodeDeleted, NodeDataChanged -> {
                if (guard.in(Phase.ARMED)) {
                    pause();
                } else if (watching()) {
                    tell(event);
                }
            }
            case NodeChildrenChanged -> {
                if (guard.in(Phase.ARMED)) {
                    pause();
                }
            }
            default -> {} // That a watch was removed, say.
        }
    }

    private void watch() {
        guard.enter(Phase.WATCHING);
        watches++;
        session.zk().addWatch(path, watcher, AddWatchMode.PERSISTENT_RECURSIVE, guard.done(this::onWatched), null);
        session.zk().getChildren(path, false, guard.children(this::onFirstListed), null);
    }

    private void onWatched(Code code) {
        if (code != Code.OK) {
            refuse(code);
        }
    }

    private void onFirstListed(Code code, List<String> names, Stat stat) {
        switch (code) {
            case OK -> {
                guard.enter(Phase.QUIET);
                children = names.size();
                owner.listed(names);
            }
            case NONODE -> {
                guard.enter(Phase.QUIET);
                children = 0;
                owner.missing();
            }
            default -> refuse(code);
        }
    }

    private void tell(WatchedEvent event) {
        boolean ofAChild = event.getPath().lastIndexOf('/') == path.length();
        if (ofAChild && event.getType() == Watcher.Event.EventType.NodeCreated) {
            children++;
        } else if (ofAChild && event.getType() == Watcher.Event.EventType.NodeDeleted) {
            children--;
        }
        owner.changed(event);
        if (guard.in(Phase.QUIET) && children <= MOST && worth.isBurst(children, loop.now())) {
            unwatch();
        }
    }

    private void unwatch() {
        guard.enter(Phase.UNWATCHING);
        session.zk().removeAllWatches(path, WatcherType.Any, false, guard.done(this::onUnwatched), null);
    }

    private void onUnwatched(Code code) {
        switch (code) {
            case OK, NOWATCHER -> {
                worth.begin();
                list();
            }
            default -> refuse(code);
        }
    }

    private void list() {
        guard.enter(Phase.LISTING);
        session.zk().getChildren(path, watcher, guard.children(this::onListed), null);
    }

    private void onListed(Code code, List<String> names, Stat stat) {
        switch (code) {
            case OK -> {
                guard.enter(Phase.ARMED);
                listedAt = loop.now();
                boolean pays = pays(names.size(), stat.getCversion());
                owner.listed(names);
                if (!guard.in(Phase.ARMED)) {
                    return;
                }
                if (pays) {
                    loop.after(NOTHING_FIRES, guard.pass(this::watch));
                } else {
                    watch();
                }
            }
            case NONODE -> watch();
            default -> refuse(code);
        }
    }

    /** The servers count the changes of a znode's children: each would have been an event, our own ones too. */
    private boolean pays(int names, int childrenVersion) {
        worth.listed(Math.max(0, childrenVersion - version), names);
        version = childrenVersion;
        children = names;
        return children <= MOST && worth.pays(listedAt);
    }

    private void pause() {
        guard.enter(Phase.PAUSING);
        rest();
    }

    private void rest() {
        long left = listedAt + owner.patience(children).toNanos() - loop.now();
        if (left <= 0) {
            list();
        } else {
            loop.after(Duration.ofNanos(Math.min(left, STEP.toNanos())), guard.pass(this::rest));
        }
    }

    private void refuse(Code code) {
        guard.enter(Phase.REFUSED);
        loop.after(PAUSE, guard.pass(this::watch));
        owner.refused(code);
    }
}
