package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
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
 * <p><b>Znodes.</b> {@code PATH/_c_<uuid>-__WRIT__NNNNNNNNNN} for the exclusive mode and {@code
 * PATH/_c_<uuid>-__READ__NNNNNNNNNN} for the shared one, ephemeral sequential, without data. {@code PATH} is made as a
 * container where it is missing: the servers remove it some time after its last child. A kazoo lock queues with it only
 * under these names, in a subclass with {@code _NODE_NAME = "__WRIT__"}: kazoo's own names sort anywhere here, and both hold.
 *
 * <p><b>What Curator does.</b> It makes the znode and finds it again when the answer was lost, waits for the right one
 * before it, tries again over lost connections, and deletes for certain. It also makes each mutex reentrant: a thread
 * that holds it may acquire it again, and has to release it as often. Here each attempt has a thread of its own, so
 * nothing is ever entered twice.
 *
 * <p><b>What it leaves to us</b>, marked below: a mutex belongs to the thread that acquired it; nobody is told of a loss
 * (<a href="https://issues.apache.org/jira/browse/CURATOR-206">CURATOR-206</a>); a znode of the session before may be
 * taken for one's own (<a href="https://issues.apache.org/jira/browse/CURATOR-604">CURATOR-604</a>); a waiter whose
 * session ended queues again, at the end, and does not say so; there is no token.
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

    private static final int UNSEEN = -1;

    private final Recipe.Place place;
    private final CuratorFramework client;
    private final InterProcessReadWriteLock lock;
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
        this.lock = new InterProcessReadWriteLock(client, place.path());
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
        private final InterProcessMutex mutex;
        private final long deadline;

        // A mutex belongs to the thread that acquired it, and only that one can release it: so it waits here for
        // others.
        private final Thread thread = thread(this::run, "holds " + place.path());
        private final CountDownLatch over = new CountDownLatch(1);

        private final CompletableFuture<Optional<Hold>> outcome = new CompletableFuture<>();
        private final CompletableFuture<Void> lost = new CompletableFuture<>();
        private final CompletableFuture<Boolean> gone = new CompletableFuture<>();
        private final AtomicBoolean owned = new AtomicBoolean();
        private final CuratorWatcher ofOwn = event -> onOwn(this, event.getType());

        private volatile long session;
        private volatile String path;
        private volatile long token;
        private volatile int seen;

        Attempt(InterProcessMutex mutex, Duration patience) {
            this.mutex = mutex;
            this.deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience); // toNanos() refuses long ones
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
                gone.complete(true);
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
            if (!owned.compareAndSet(true, false)) {
                throw new Failure(Problem.NOT_HELD, "the hold of " + place.path() + " was lost or released");
            }
            over.countDown();
            awaitGone(this);
        }

        @Override
        public void close() {
            if (owned.get()) {
                try {
                    release();
                } catch (Failure lostMeanwhile) {
                    // As good as released.
                }
            }
        }
    }

    // Asking.

    @Override
    public Optional<Hold> acquire(Mode mode, Duration patience) {
        if (patience.isNegative()) {
            throw new Failure(Problem.INVALID, "patience " + patience + ": zero or more");
        }
        Attempt attempt = new Attempt(mode == Mode.SHARED ? lock.readLock() : lock.writeLock(), patience);
        attempts.add(attempt);
        if (closed.get()) {
            attempts.remove(attempt);
            throw new Failure(Problem.CLOSED, "the lock is closed");
        }
        attempt.thread.start();
        try {
            Optional<Optional<Hold>> early = await(attempt.outcome, patience);
            return early.or(() -> connected ? await(attempt.outcome, LEAVING) : Optional.empty())
                    .orElseThrow(this::cannotConnect);
        } catch (Failure why) {
            throw abandon(attempt, why);
        }
    }

    /** Nobody waits for it any more: whatever comes of it goes. */
    private Failure abandon(Attempt attempt, Failure why) {
        if (attempt.outcome.completeExceptionally(why)) {
            attempt.thread.interrupt(); // Curator deletes the znode of an interrupted one, in the background
        } else if (!attempt.outcome.isCompletedExceptionally()) {
            attempt.outcome.join().ifPresent(Hold::close);
        }
        return why;
    }

    private Failure cannotConnect() {
        return new Failure(Problem.CANNOT_CONNECT, "no server of " + place.servers() + " could be reached in time");
    }

    private Failure sessionLost() {
        return new Failure(Problem.SESSION_LOST, "the session ended, and with it the place in " + place.path());
    }

    private void ask(Attempt attempt) throws Exception {
        if (!client.blockUntilConnected((int) Math.min(attempt.leftMs(), Integer.MAX_VALUE), TimeUnit.MILLISECONDS)) {
            throw cannotConnect();
        }
        attempt.session = client.getZookeeperClient().getZooKeeper().getSessionId();
        while (!attempt.outcome.isDone() && attempt.mutex.acquire(attempt.leftMs(), TimeUnit.MILLISECONDS)) {
            try {
                if (enter(attempt)) {
                    hold(attempt);
                    return;
                }
            } finally {
                Thread.interrupted(); // whoever interrupted it wants it released
                attempt.mutex.release();
            }
        }
    }

    // Holding.

    /** Reads its own znode: for the token, which Curator has none of, and to be told when somebody deletes it. */
    private boolean enter(Attempt attempt) throws Exception {
        Stat stat = new Stat();
        attempt.path = path(attempt.mutex);
        attempt.seen = losses;
        try {
            client.getData().storingStatIn(stat).usingWatcher(attempt.ofOwn).forPath(attempt.path);
        } catch (KeeperException.NoNodeException e) {
            return false; // deleted as soon as it was first: once more
        }
        if (stat.getEphemeralOwner() != attempt.session) {
            throw sessionLost(); // Curator has asked again, or goes by a znode that dies with the session before
        }
        attempt.token = stat.getCzxid();
        return true;
    }

    private static String path(InterProcessMutex mutex) {
        return mutex instanceof InterProcessReadWriteLock.WriteLock exclusive
                ? exclusive.getLockPath()
                : ((InterProcessReadWriteLock.ReadLock) mutex).getLockPath();
    }

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
    private void onOwn(Attempt attempt, EventType event) throws Exception {
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
                .usingWatcher(attempt.ofOwn)
                .inBackground((unused, event) -> onSeen(attempt, before, event.getResultCode()))
                .forPath(attempt.path);
    }

    private void onSeen(Attempt attempt, int before, int rc) {
        switch (KeeperException.Code.get(rc)) {
            case OK -> attempt.seen = before;
            case NONODE -> lose(attempt);
            default -> {} // when connected again, or lost with the session
        }
    }

    /** K4: told once, and not to one that had released it. */
    private void lose(Attempt attempt) {
        if (attempt.owned.compareAndSet(true, false)) {
            attempt.lost.complete(null);
            attempt.over.countDown();
        }
    }

    // Leaving.

    private void awaitGone(Attempt attempt) {
        try {
            await(attempt.gone, place.sessionTimeout());
        } catch (Failure interrupted) {
            // As when the time is up: Curator deletes it, or it goes with the session, one of both is certain.
        }
    }

    // Ending.

    private Failure failure(Exception e) {
        if (e instanceof Failure known) {
            return known;
        } else if (e instanceof KeeperException.NoChildrenForEphemeralsException) {
            return new Failure(Problem.FOREIGN, place.path() + " is, or is below, an ephemeral of somebody");
        } else if (e instanceof KeeperException.NodeExistsException) {
            return new Failure(Problem.FULL, place.path() + " has no sequence numbers left");
        } else if (e instanceof KeeperException.SessionExpiredException) {
            return sessionLost();
        } else if (e instanceof KeeperException.ConnectionLossException) {
            return cannotConnect();
        }
        return new Failure(Problem.NOT_ALLOWED, place.path() + ": " + e);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        for (Attempt each : attempts) {
            each.owned.set(false);
            each.over.countDown();
            abandon(each, new Failure(Problem.CLOSED, "the lock was closed"));
        }
        client.close(); // and with the session all its znodes and watches
        listeners.shutdown();
        if (Thread.currentThread() != listening) {
            awaitListeners();
        }
    }

    private void awaitListeners() {
        try {
            listeners.awaitTermination(place.sessionTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // The session.

    private void onState(ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> onConnected();
            case SUSPENDED -> onDisconnected(); // K4: before the session can have ended
            case LOST -> onExpired();
            case READ_ONLY -> {}
        }
    }

    private void onConnected() {
        connected = true;
        for (Attempt each : attempts) {
            if (each.owned.get()) {
                try {
                    see(each);
                } catch (Exception e) {
                    lose(each);
                }
            }
        }
    }

    private void onDisconnected() {
        connected = false;
        losses++;
    }

    private void onExpired() {
        onDisconnected();
        for (Attempt each : attempts) {
            if (each.owned.get()) {
                lose(each);
            } else if (each.session != 0) {
                abandon(each, sessionLost());
            }
        }
    }

    /** Empty when the time is up. */
    private static <T> Optional<T> await(CompletableFuture<T> coming, Duration patience) {
        try {
            return Optional.of(coming.get(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            Failure why = (Failure) e.getCause();
            throw new Failure(why.problem(), why.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        }
    }
}
