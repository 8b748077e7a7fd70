package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A {@link Lock}: Curator's {@link InterProcessReadWriteLock}, asked by one thread for each attempt, with what it does not
 * do around it.
 *
 * <p><b>When to use it</b> and <b>when not</b>: as the raw twin. Where threads of one process ask and release in pairs, a
 * lock that comes and goes does no harm, and nobody needs to hear of a loss, take {@link InterProcessMutex} as it is.
 *
 * <p><b>Znodes.</b> As the raw twin's, with the attempt's id as data. {@code PATH} is made as a container where it is
 * missing: the servers remove it some time after its last child. A kazoo lock queues with it only under these names, in a
 * subclass with {@code _NODE_NAME = "__WRIT__"}: kazoo's own names sort anywhere here, and both hold.
 *
 * <p><b>What Curator does.</b> It makes the znode and finds it again when the answer was lost, waits for the right one
 * before it, tries again over lost connections, and deletes for certain. It also makes each mutex reentrant for its
 * thread. Here each attempt has a thread of its own, so nothing is ever entered twice.
 *
 * <p><b>What it leaves to us</b>, marked below: a mutex belongs to the thread that acquired it; nobody is told of a loss
 * (<a href="https://issues.apache.org/jira/browse/CURATOR-206">CURATOR-206</a>); a znode of the session before may be
 * taken for one's own (<a href="https://issues.apache.org/jira/browse/CURATOR-604">CURATOR-604</a>); a waiter whose
 * session ended queues again, at the end, and does not say so; an attempt ends with the client's tries, and not with its
 * patience; a create that is lost twice in a row may leave a znode in the queue; there is no token.
 *
 * <p><b>Guarantees.</b> K1 to K8. <b>Not made</b>, because the recipe can't be made to without writing it again: K9, it
 * counts every child of the path that sorts before its own (<a
 * href="https://issues.apache.org/jira/browse/CURATOR-43">CURATOR-43</a>); K10, those that would share watch the
 * <em>first</em> exclusive one in the queue, not the last before them; K11, one that gave up leaves its watch until the one
 * that it waited for goes. And K7 only as far as the server that it looks at is not behind: it looks for a znode whose
 * answer was lost without a sync before.
 */
public final class LockRecipe implements Lock {
    /** Longer than asked for only while its znode is being deleted: time for a new connection and two answers. */
    private static final Duration LEAVING = Duration.ofSeconds(3);

    private static final int PAUSE_MS = 100;
    private static final int UNSEEN = -1;

    private final Recipe.Place place;
    private final CuratorFramework client;
    private final ExecutorService listeners;

    /** Those that may have a znode: as many as there are callers, and those that are leaving. */
    private final Set<Attempt> attempts = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean connected;
    private volatile Thread listening;

    /** Counts lost connections: what was seen before the last one is not known any more. */
    private volatile int losses;

    public LockRecipe(Recipe.Place place) {
        this.place = place;
        this.client = Keeper.client(place);
        // Else a few seconds without a server end an attempt; what ends one is its caller's patience, or its session.
        client.getZookeeperClient().setRetryPolicy(new RetryForever(PAUSE_MS));
        this.listeners = Executors.newSingleThreadExecutor(work -> {
            listening = thread(work, "recipe " + place.path());
            return listening;
        });
        client.getConnectionStateListenable().addListener((unused, state) -> onState(state));
        client.start();
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private final class Attempt implements Hold {
        private final byte[] id = UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8);
        private final InterProcessMutex mutex;
        private final long deadline;
        private final CompletableFuture<Optional<Hold>> outcome = new CompletableFuture<>();
        private final CompletableFuture<Void> lost = new CompletableFuture<>();
        private final CompletableFuture<Void> gone = new CompletableFuture<>();
        private final AtomicBoolean owned = new AtomicBoolean();
        private final CuratorWatcher watcher = event -> onEvent(this, event.getType());

        /** A mutex belongs to the thread that acquired it, and only that one can release it: so it waits for others. */
        private final Thread thread = thread(this::run, "holds " + place.path());

        private final CountDownLatch over = new CountDownLatch(1);
        private volatile long session;
        private volatile String path;
        private volatile long token;
        private volatile int seen;

        Attempt(boolean shared, Duration patience) {
            var lock = new InterProcessReadWriteLock(client, place.path(), id);
            mutex = shared ? lock.readLock() : lock.writeLock();
            deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience); // toNanos() refuses long ones
        }

        private long leftMs() {
            return Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
        }

        /** Its whole life. */
        private void run() {
            try {
                ask(this);
            } catch (Exception e) {
                outcome.completeExceptionally(failure(e));
            } finally {
                attempts.remove(this);
                outcome.complete(Optional.empty());
                gone.complete(null);
            }
        }

        @Override
        public long token() {
            return token;
        }

        @Override
        public boolean isHeld() {
            return owned.get() && connected && seen == losses;
        }

        @Override
        public void onLost(Runnable action) {
            lost.thenRunAsync(action, listeners);
        }

        @Override
        public void release() {
            if (!giveBack(this)) {
                throw failure(Problem.NOT_HELD, "the hold was lost or released");
            }
        }

        @Override
        public void close() {
            giveBack(this);
        }
    }

    // Asking.

    @Override
    public Optional<Hold> acquire(Mode mode, Duration patience) {
        if (patience.isNegative()) {
            throw failure(Problem.INVALID, "patience " + patience + ", zero or more");
        }
        Attempt attempt = new Attempt(mode == Mode.SHARED, patience);
        attempts.add(attempt);
        if (closed.get()) {
            attempts.remove(attempt);
            throw failure(Problem.CLOSED, "closed");
        }
        attempt.thread.start();
        try {
            return await(attempt, patience);
        } catch (TimeoutException e) {
            throw tell(attempt, cannotConnect());
        } catch (Failure why) {
            throw tell(attempt, why);
        }
    }

    /** The caller keeps the time too: Curator looks at no clock while it repeats what was lost. */
    private Optional<Hold> await(Attempt attempt, Duration patience) throws TimeoutException {
        try {
            return Keeper.await(attempt.outcome, patience);
        } catch (TimeoutException e) {
            if (connected) {
                return Keeper.await(attempt.outcome, LEAVING);
            }
            throw e;
        }
    }

    private void ask(Attempt attempt) throws Exception {
        if (!client.blockUntilConnected((int) Math.min(attempt.leftMs(), Integer.MAX_VALUE), TimeUnit.MILLISECONDS)) {
            throw cannotConnect();
        }
        attempt.session = client.getZookeeperClient().getZooKeeper().getSessionId();
        while (!attempt.outcome.isDone() && enter(attempt)) {
            try {
                if (read(attempt)) {
                    hold(attempt);
                    return;
                }
            } finally {
                Thread.interrupted(); // whoever interrupted it wants it released
                attempt.mutex.release();
            }
        }
    }

    /**
     * Where a create is lost twice in a row, Curator does not know the name of what it made: it fails on that after its
     * next list, or leaves it when it is interrupted before.
     */
    private boolean enter(Attempt attempt) throws Exception {
        while (true) {
            try {
                return attempt.mutex.acquire(attempt.leftMs(), TimeUnit.MILLISECONDS);
            } catch (NullPointerException lostTwice) {
                try {
                    sweep(attempt);
                } catch (Exception e) {
                    throw interrupted(attempt, e);
                }
            } catch (Exception e) {
                throw interrupted(attempt, e);
            }
        }
    }

    /** K7: nobody interrupts it twice. */
    private Exception interrupted(Attempt attempt, Exception e) throws Exception {
        if (Thread.interrupted() || e instanceof InterruptedException) {
            Thread.interrupted(); // Curator sets it again
            sweep(attempt);
        }
        return e;
    }

    private void sweep(Attempt attempt) throws Exception {
        Keeper.readBarrier(client); // what was made may not be seen here yet
        try {
            for (String name : client.getChildren().forPath(place.path())) {
                if (isOf(attempt, name)) {
                    client.delete().guaranteed().forPath(path(name));
                }
            }
        } catch (KeeperException.NoNodeException e) {
            // The place is still to be made.
        }
    }

    private boolean isOf(Attempt attempt, String name) throws Exception {
        try {
            return Arrays.equals(attempt.id, client.getData().forPath(path(name)));
        } catch (KeeperException.NoNodeException | KeeperException.NoAuthException e) {
            return false; // somebody else's, who left meanwhile, or hides it
        }
    }

    /** Reads its own znode: for the token, which Curator has none of, and to be told when somebody deletes it. */
    private boolean read(Attempt attempt) throws Exception {
        Stat stat = new Stat();
        attempt.path = attempt.mutex instanceof InterProcessReadWriteLock.WriteLock exclusive
                ? exclusive.getLockPath()
                : ((InterProcessReadWriteLock.ReadLock) attempt.mutex).getLockPath();
        do { // until it is seen over the connection that there is
            attempt.seen = losses;
            try {
                client.getData()
                        .storingStatIn(stat)
                        .usingWatcher(attempt.watcher)
                        .forPath(attempt.path);
            } catch (KeeperException.NoNodeException e) {
                return false; // deleted as soon as it was first: once more
            }
        } while (!connected || attempt.seen != losses);
        if (stat.getEphemeralOwner() != attempt.session) {
            throw sessionLost(); // Curator has asked again, or goes by a znode that dies with the session before
        }
        attempt.token = stat.getCzxid();
        return true;
    }

    // Holding.

    private void hold(Attempt attempt) throws Exception {
        attempt.owned.set(true);
        if (attempt.seen != losses) {
            see(attempt); // K4: the znode or the connection was lost before it was a holder who is told so
        }
        if (attempt.outcome.complete(Optional.of(attempt))) {
            attempt.over.await();
        }
        attempt.owned.set(false);
    }

    /** Curator does not watch the znode of one that holds. */
    private void onEvent(Attempt attempt, EventType event) throws Exception {
        if (event != EventType.None) {
            attempt.seen = UNSEEN; // before it asks who holds: hold() does both the other way round
            if (attempt.owned.get() && connected) {
                see(attempt);
            }
        }
    }

    private void see(Attempt attempt) throws Exception {
        int before = losses;
        client.getData()
                .usingWatcher(attempt.watcher)
                .inBackground((unused, event) -> onSeen(attempt, before, event.getResultCode()))
                .forPath(attempt.path);
    }

    private void onSeen(Attempt attempt, int before, int rc) {
        switch (KeeperException.Code.get(rc)) {
            case OK -> attempt.seen = Math.max(attempt.seen, before); // it may have been repeated, and be late
            case NONODE -> // not before the caller has it
                attempt.outcome.thenRun(() -> tell(attempt, failure(Problem.NOT_HELD, "somebody deleted the znode")));
            default -> {} // when connected again, or lost with the session
        }
    }

    /** K4: told once, and not to one that had released it. One that does not hold yet is out of the queue. */
    private Failure tell(Attempt attempt, Failure why) {
        if (attempt.outcome.completeExceptionally(why)) {
            attempt.thread.interrupt(); // Curator deletes the znode of an interrupted one, in the background
        }
        if (attempt.owned.compareAndSet(true, false)) {
            attempt.lost.complete(null);
        }
        attempt.over.countDown();
        return why;
    }

    // Leaving.

    /** Returns false where it is not held. */
    private boolean giveBack(Attempt attempt) {
        if (!attempt.owned.compareAndSet(true, false)) {
            return false;
        }
        attempt.over.countDown();
        try {
            Keeper.await(attempt.gone, place.sessionTimeout());
        } catch (TimeoutException | Failure e) {
            // Or interrupted. Curator deletes it, or it goes with the session: one of both is certain.
        }
        return true;
    }

    // Ending.

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        for (Attempt each : attempts) {
            each.owned.set(false);
            tell(each, failure(Problem.CLOSED, "closed"));
        }
        client.close(); // and with the session all its znodes and watches
        listeners.shutdown();
        try {
            if (Thread.currentThread() != listening) {
                listeners.awaitTermination(place.sessionTimeout().toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // The session.

    private void onState(ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> connected();
            case SUSPENDED -> disconnected();
            case LOST -> expired();
            case READ_ONLY -> {}
        }
    }

    private void connected() {
        connected = true;
        for (Attempt each : attempts) {
            if (each.owned.get()) {
                try {
                    see(each);
                } catch (Exception e) {
                    tell(each, failure(e));
                }
            }
        }
    }

    private void disconnected() {
        connected = false;
        losses++; // K4: before the session can have ended
    }

    private void expired() {
        disconnected();
        for (Attempt each : attempts) {
            if (each.session != 0) {
                tell(each, sessionLost());
            }
        }
    }

    private String path(String name) {
        return place.path() + "/" + name;
    }

    private Failure cannotConnect() {
        return failure(Problem.CANNOT_CONNECT, "no server of " + place.servers() + " could be reached in time");
    }

    private Failure sessionLost() {
        return failure(Problem.SESSION_LOST, "the session ended");
    }

    private Failure failure(Exception e) {
        if (e instanceof Failure known) {
            return known;
        } else if (e instanceof KeeperException.NoChildrenForEphemeralsException) {
            return failure(Problem.FOREIGN, "an ephemeral of somebody");
        } else if (e instanceof KeeperException.NodeExistsException) {
            return failure(Problem.FULL, "no sequence numbers left");
        }
        return failure(Problem.NOT_ALLOWED, e.toString());
    }

    private Failure failure(Problem problem, String what) {
        return new Failure(problem, place.path() + ": " + what);
    }
}
