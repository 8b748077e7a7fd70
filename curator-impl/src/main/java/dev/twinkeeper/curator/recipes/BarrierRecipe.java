package dev.twinkeeper.curator.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.BadVersionException;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.apache.zookeeper.KeeperException.NoChildrenForEphemeralsException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.KeeperException.SessionExpiredException;
import org.apache.zookeeper.KeeperException.SessionMovedException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.data.Stat;

/**
 * A double barrier over Curator's client, without Curator's DistributedDoubleBarrier: that one can't be mended from
 * outside. The znodes, the steps and the guarantees are those of its raw twin, and both can be members of one barrier.
 *
 * <p><b>What DistributedDoubleBarrier of 5.9.0 does.</b>
 *
 * <ul>
 *   <li>{@code enter(time)} waits once, takes any wake-up for the start, and does not count again: an event of the session
 *       is enough, and a member passes alone (GH-1290, mended after 5.9.0).
 *   <li>One whose time is up leaves its znode behind and is still counted: the others pass without it (CURATOR-318).
 *   <li>It counts every child, {@code ready} and somebody else's too. Its number of members is a threshold: later ones
 *       pass at once as long as {@code ready} is there.
 *   <li>{@code ready} is made after counting, not together with it: who died in between is in.
 *   <li>A lost session is an exception like a lost connection, and nothing begins again.
 * </ul>
 *
 * <p>An expert writes these lines, or takes a later Curator and a path of its own for each round.
 *
 * <p><b>What Curator does for you:</b> it opens the next session, and lets the steps be written one below the other, on
 * the thread of the caller. <b>What it leaves to you:</b> whether the session is still the one that made the znode (a
 * request may wait for the next session); a request whose answer was lost: Curator's own repeats wait for a connection
 * each, however little time is left, so they are turned off, and the step is begun again by reading; it has no multi of
 * reads.
 *
 * @see <a href="https://github.com/apache/curator/issues/1290">GH-1290</a>
 */
public final class BarrierRecipe implements Barrier {
    private enum Phase {
        OUT,
        ENTERING,
        IN,
        LEAVING
    }

    /** A step that may be done again and again: knows the end, or waits for news. */
    private interface Step {
        Optional<Boolean> run() throws Exception;
    }

    private static final String MEMBER = "member-";
    private static final byte[] NOTHING = {};

    /** What a check and a line of a round cost in a request, besides the path and twice the name. */
    private static final int OVERHEAD = 32;

    private final Recipe.Place place;
    private final String me;
    private final String own;
    private final int members;
    private final CuratorFramework client;

    /** Has a permit when there may be something new to read. */
    private final Semaphore news = new Semaphore(0);

    /** Each in a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    private final Watcher ownWatcher = event -> onOwnEvent();

    private final Watcher startWatcher = event -> onStartEvent(event.getType());
    private final Watcher otherWatcher = event -> news.release();

    private volatile boolean closed;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OUT);

    /** Whether our znode may be missing; and whether the watch on the start node is used up. */
    private volatile boolean doubtful;

    private volatile boolean told;

    /**
     * The start node as it was read: whoever acts on it names its version. Names are used again, so a znode is of this
     * round only if it is older than its beginning, which is a zxid.
     */
    private record Start(int version, long began, List<String> names) {
        Start(Stat stat, byte[] data) {
            this(stat.getVersion(), stat.getMzxid(), new ArrayList<>());
            if (data != null && data.length > 0) {
                names.addAll(List.of(new String(data, UTF_8).split("\n", -1)));
            }
        }
    }

    // Owned by the thread that has moved the phase on.
    /** The session that our znode lives in, and its czxid; zero before it is there, and after it has gone. */
    private long session;

    private long czxid;
    /** The start node as it was read last before we were in. */
    private Start round = new Start(0, 0, List.of());
    /** Whose znode we watch when we leave. */
    private String watched;

    /**
     * Opens a session, in the background.
     *
     * @throws Failure {@link Problem#INVALID}; {@link Problem#TOO_LARGE} where so many members with such a path and name
     *     don't fit into one request
     */
    public BarrierRecipe(Recipe.Place place, String member, int members) {
        if (members < 1 || members > MAX_MEMBERS) {
            throw new Failure(Problem.INVALID, members + " members: from 1 to " + MAX_MEMBERS);
        }
        this.place = place;
        this.members = members;
        this.me = MEMBER + Recipe.checkName("member", member);
        this.own = place.path() + "/" + me;
        // Each has its share of the request that begins a round: one that is too large looks like a lost connection.
        long share = OVERHEAD + place.path().getBytes(UTF_8).length + 2L * me.getBytes(UTF_8).length;
        if (share * members > MAX_DATA) {
            throw new Failure(Problem.TOO_LARGE, members + " members with a path and a name as long as " + own);
        }
        this.client = Keeper.client(place);
        client.getZookeeperClient().setRetryPolicy(new RetryNTimes(0, 0)); // each would wait for a connection
        client.getConnectionStateListenable().addListener((same, state) -> onConnection());
        client.start();
    }

    @Override
    public boolean enter(Duration patience) {
        change(Phase.OUT, Phase.ENTERING, Problem.INVALID, patience);
        session = 0;
        doubtful = true;
        told = false;
        boolean in = false;
        try {
            in = complete(this::arrive, this::retract, patience);
        } finally {
            phase.set(in ? Phase.IN : Phase.OUT);
        }
        return in;
    }

    @Override
    public boolean leave(Duration patience) {
        change(Phase.IN, Phase.LEAVING, Problem.NOT_HELD, patience);
        watched = null;
        try {
            return complete(() -> depart(false), () -> depart(true), patience);
        } finally {
            phase.set(Phase.OUT);
        }
    }

    @Override
    public void close() {
        closed = true;
        news.release();
        client.close();
    }

    private void change(Phase from, Phase to, Problem otherwise, Duration patience) {
        if (patience.isNegative()) {
            throw new Failure(Problem.INVALID, "patience " + patience + ": zero or more");
        }
        checkOpen();
        if (!phase.compareAndSet(from, to)) {
            throw new Failure(otherwise, me + " is not " + from + ", it is " + phase);
        }
    }

    /**
     * Attempts it until the time is up. Then, or where it fails, takes back what was begun, once: it must not stay in a
     * session that lives on, even where the caller is interrupted. There is a session timeout for it from when the time is
     * up, whatever the request under way took of that.
     */
    private boolean complete(Step step, Step back, Duration patience) {
        long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
        Failure why = null;
        try {
            Optional<Boolean> known = attempt(step, end);
            if (known.isPresent()) {
                return known.get();
            }
        } catch (Failure failed) {
            why = failed;
            end = System.nanoTime();
        }
        boolean interrupted = Thread.interrupted(); // else nothing could be asked
        try {
            boolean done = takeBack(back, end + place.sessionTimeout().toNanos());
            if (why != null && !done) {
                throw why;
            }
            return done;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Where no server can be told, or refuses it, or the caller is interrupted over it, it goes with the session. */
    private boolean takeBack(Step back, long end) {
        Failure why = new Failure(Problem.CANNOT_CONNECT, "the time is up, and no server can be told so");
        try {
            Optional<Boolean> known = attempt(back, end);
            if (known.isPresent()) {
                return known.get();
            }
        } catch (Failure other) {
            why = other;
        }
        endSession();
        if (why.problem() == Problem.NOT_ALLOWED) {
            return false; // now it is taken back
        }
        throw why;
    }

    /** Runs the step whenever there is news, until it knows the end; empty where the time is up. */
    private Optional<Boolean> attempt(Step step, long end) {
        try {
            do {
                news.drainPermits();
                checkOpen();
                Optional<Boolean> known = tryOnce(step);
                if (known.isPresent()) {
                    return known;
                }
            } while (System.nanoTime() - end < 0 && news.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS));
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        }
    }

    private Optional<Boolean> tryOnce(Step step) throws InterruptedException {
        try {
            // Else the client would wait for a connection, whatever our time.
            return client.getZookeeperClient().isConnected() ? step.run() : Optional.empty();
        } catch (ConnectionLossException | SessionExpiredException | SessionMovedException e) {
            doubtful = true; // it begins again, by reading, when the connection is back
            return Optional.empty();
        } catch (NoChildrenForEphemeralsException e) {
            throw new Failure(Problem.FOREIGN, place.path() + " is somebody's ephemeral");
        } catch (KeeperException e) {
            throw new Failure(Problem.NOT_ALLOWED, place.path() + " is refused: " + e.code());
        } catch (InterruptedException | Failure e) {
            throw e;
        } catch (Exception e) {
            checkOpen(); // the client's own way to say so
            throw new IllegalStateException(e);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new Failure(Problem.CLOSED, me + " is closed");
        }
    }

    // The session.

    private void onConnection() {
        doubtful = true;
        news.release();
    }

    /** Who leaves knows that its znode goes. */
    private void onOwnEvent() {
        if (phase.get() == Phase.ENTERING) {
            doubtful = true;
            news.release();
        }
    }

    private void onStartEvent(EventType type) {
        told |= type != EventType.None;
        news.release();
    }

    private long session() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    /** X4: and with it our znode, when the servers end it. A client that is closed must not get another one. */
    private void endSession() {
        checkOpen();
        boolean interrupted = Thread.interrupted(); // else the servers would not be told
        try {
            client.getZookeeperClient().reset();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        if (closed) { // meanwhile
            client.getZookeeperClient().close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // Entering.

    private Optional<Boolean> arrive() throws Exception {
        if (doubtful && !isHere()) {
            return Optional.empty();
        }
        return look();
    }

    /** Makes our znode. With a watch: an operator may delete it; or it is that of our own dead session, and goes soon. */
    private boolean isHere() throws Exception {
        long now = session();
        if (session != 0 && session != now) {
            throw new Failure(Problem.SESSION_LOST, me + " lost its session while it waited");
        }
        doubtful = false;
        try {
            client.create()
                    .creatingParentsIfNeeded()
                    .withMode(CreateMode.EPHEMERAL)
                    .forPath(own, NOTHING);
        } catch (NodeExistsException e) {
            // B5: made by a request whose answer was lost; or not ours.
        }
        try {
            Stat stat = new Stat();
            client.getData().storingStatIn(stat).usingWatcher(ownWatcher).forPath(own);
            if (stat.getEphemeralOwner() == 0) {
                throw new Failure(Problem.FOREIGN, own + " was made by somebody, and stays");
            }
            if (stat.getEphemeralOwner() != now) {
                doubtful = true;
                return false; // the watch tells when it goes
            }
            session = now;
            czxid = stat.getCzxid();
            return true;
        } catch (NoNodeException e) {
            return again();
        }
    }

    /** For what has changed while we were reading. */
    private boolean again() {
        doubtful = true;
        news.release();
        return false;
    }

    /** Reads the start node. Who was just told that it has changed needs no watch: mostly that is the last news. */
    private Optional<Boolean> look() throws Exception {
        try {
            if (told) {
                readStart(false);
                if (isOn()) {
                    return Optional.of(true);
                }
            }
            told = false;
            int children = readStart(true);
            if (isOn()) {
                unwatch(place.path());
                return Optional.of(true);
            }
            if (!round.names().stream().allMatch(name -> name.startsWith(MEMBER))) {
                throw new Failure(Problem.FOREIGN, place.path() + " holds somebody's data");
            }
            if (!round.names().isEmpty()) {
                reopenOrRefuse();
            } else if (children >= members) {
                count();
            }
        } catch (NoNodeException e) {
            again(); // somebody deleted the whole barrier
        }
        return Optional.empty(); // the watch tells
    }

    /** @return how many children it has */
    private int readStart(boolean watch) throws Exception {
        Stat stat = new Stat();
        byte[] data = watch
                ? client.getData()
                        .storingStatIn(stat)
                        .usingWatcher(startWatcher)
                        .forPath(place.path())
                : client.getData().storingStatIn(stat).forPath(place.path());
        round = new Start(stat, data);
        return stat.getNumChildren();
    }

    /** B1: with the znode that we have now. */
    private boolean isOn() {
        return round.names().contains(me) && czxid < round.began();
    }

    /** Those of the round who have not left yet, first come, first: nobody, where somebody deleted the whole barrier. */
    private List<String> there(Stat start) throws Exception {
        List<String> there = new ArrayList<>(round.names());
        try {
            there.retainAll(
                    new HashSet<>(client.getChildren().storingStatIn(start).forPath(place.path())));
        } catch (NoNodeException e) {
            there.clear();
        }
        return there;
    }

    private void count() throws Exception {
        List<String> live;
        do {
            List<String> names = client.getChildren().forPath(place.path()).stream()
                    .filter(child -> child.startsWith(MEMBER))
                    .limit(MAX_MEMBERS)
                    .toList();
            live = List.copyOf(verified(names).values());
            // Once more where one of them has gone: somebody may have come meanwhile.
        } while (live.size() >= members && !begin(live.subList(0, members)));
    }

    private void reopenOrRefuse() throws Exception {
        if (verified(there(new Stat())).keySet().stream().anyMatch(created -> created < round.began())) {
            throw new Failure(Problem.FULL, "a round of " + place.path() + " is on");
        }
        reopen(); // B4: all of them died, and nobody could
    }

    /**
     * The list has names only; who made them, and when, is one request more, however many they are. Curator's
     * transactions don't read, so it goes past Curator, and is not repeated.
     *
     * @return names by czxid: first come, first
     */
    private Map<Long, String> verified(List<String> names) throws Exception {
        List<Op> reads = names.stream()
                .map(name -> Op.getData(place.path() + "/" + name))
                .toList();
        List<OpResult> results = client.getZookeeperClient().getZooKeeper().multi(reads);
        Map<Long, String> live = new TreeMap<>();
        for (int i = 0; i < results.size(); i++) {
            // X2: what is named like a member and is no ephemeral is none.
            if (results.get(i) instanceof OpResult.GetDataResult read
                    && read.getStat().getEphemeralOwner() != 0) {
                live.put(read.getStat().getCzxid(), names.get(i));
            }
        }
        return live;
    }

    private boolean begin(List<String> names) throws Exception {
        List<CuratorOp> ops = new ArrayList<>();
        for (String name : names) {
            ops.add(client.transactionOp().check().forPath(place.path() + "/" + name)); // B1, B3: at this zxid
        }
        ops.add(client.transactionOp()
                .setData()
                .withVersion(round.version())
                .forPath(place.path(), String.join("\n", names).getBytes(UTF_8)));
        try {
            client.transaction().forOperations(ops);
        } catch (BadVersionException e) {
            // By us, where the answer was lost, or by another who counted: the watch tells.
        } catch (NoNodeException e) {
            return false;
        }
        return true;
    }

    private void reopen() throws Exception {
        try {
            client.setData().withVersion(round.version()).forPath(place.path(), NOTHING);
        } catch (BadVersionException | NoNodeException e) {
            // Somebody has.
        }
    }

    // Not entering after all.

    /** @return whether a round has begun with us before we could */
    private Optional<Boolean> retract() throws Exception {
        unwatch(place.path());
        unwatch(own);
        boolean in = false;
        Keeper.readBarrier(client); // its create may be under way: "not there" would not be final
        try {
            Stat stat = new Stat();
            client.getData().storingStatIn(stat).forPath(own);
            if (stat.getEphemeralOwner() == session()) {
                session = stat.getEphemeralOwner();
                czxid = stat.getCzxid();
                readStart(false);
                in = isOn();
                if (!in) {
                    client.transaction()
                            .forOperations(
                                    client.transactionOp()
                                            .check()
                                            .withVersion(round.version())
                                            .forPath(place.path()),
                                    client.transactionOp().delete().forPath(own));
                }
            }
        } catch (NoNodeException e) {
            // It is gone, by us where the answer was lost.
        } catch (BadVersionException e) {
            again(); // a round has begun, perhaps with us
            return Optional.empty();
        }
        return Optional.of(in);
    }

    /**
     * X4. All of that path, which are one: to remove a single watcher is to forget it here, and the server goes on. It is
     * sent before what is asked next, and not waited for. Not "locally": then a connection lost before the answer is told
     * to those watchers, and not to Curator.
     */
    private void unwatch(String path) throws Exception {
        if (path != null) {
            client.watchers()
                    .removeAll()
                    .ofType(WatcherType.Data)
                    .inBackground()
                    .forPath(path);
        }
    }

    // Leaving.

    private Optional<Boolean> depart(boolean late) throws Exception {
        if (late) {
            unwatch(watched);
        }
        if (doubtful) {
            doubtful = false;
            Keeper.readBarrier(client); // the next session may have met a server that is behind
        }
        try {
            Stat start = new Stat();
            List<String> there = there(start);
            boolean over = start.getMzxid() != round.began();
            boolean here = session != 0 && session == session() && there.contains(me); // B2: who died has left
            if (here && (over || late || there.size() == 1 || !there.get(0).equals(me))) {
                delete(!over && there.size() == 1);
                here = false;
                there.remove(me);
                over |= there.isEmpty();
            }
            if (!over && there.isEmpty()) {
                reopen(); // B4
                over = true;
            }
            if (over || late) {
                return Optional.of(over);
            }
            watch(there.get(here ? there.size() - 1 : 0));
            return Optional.empty();
        } catch (NoNodeException | BadVersionException e) {
            again(); // somebody has gone, or somebody's hand has reopened it
            return Optional.empty();
        }
    }

    /** The last one out reopens in the same step: those who watch it find the round over, and need not try. */
    private void delete(boolean last) throws Exception {
        List<CuratorOp> ops =
                new ArrayList<>(List.of(client.transactionOp().delete().forPath(own)));
        if (last) {
            ops.add(client.transactionOp()
                    .setData()
                    .withVersion(round.version())
                    .forPath(place.path(), NOTHING));
        }
        try {
            client.transaction().forOperations(ops);
        } catch (NoNodeException e) {
            session = 0; // deleted by a request whose answer was lost
            throw e;
        }
        session = 0;
    }

    /** getData rather than checkExists, which would leave a watch where it is gone already. */
    private void watch(String name) throws Exception {
        Stat stat = new Stat();
        watched = place.path() + "/" + name;
        client.getData().storingStatIn(stat).usingWatcher(otherWatcher).forPath(watched);
        if (stat.getCzxid() > round.began()) { // it has gone, and come for the next round
            unwatch(watched);
            round.names().remove(name);
            again();
        }
    }
}
