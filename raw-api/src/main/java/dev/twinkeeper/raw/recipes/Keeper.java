package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;

/**
 * What every raw recipe needs and none is about: a session, another one when that has ended, and one thread that owns the
 * recipe's state. Copy it with the recipe.
 *
 * <p>Watchers and callbacks only {@linkplain #post post}, so a recipe's fields are plain and ZooKeeper's event thread is
 * never kept. A reply that says CONNECTIONLOSS needs no answer of its own: {@link Owner#connected} follows, and there the
 * recipe begins again by reading.
 */
final class Keeper implements AutoCloseable {
    /** Hears of the session, on the thread of the recipe. */
    interface Owner {
        /** Connected, for the first time or again: the recipe's path exists; read, then act. */
        void connected();

        /** What is under way has an unknown outcome, and the session may end unheard. */
        void disconnected();

        /**
         * The session is over for us, and its ephemerals go when the servers end it, which may be later; a new one is being
         * opened, {@link #connected} follows.
         */
        void expired();

        /** There will be no session, or no path. */
        void failed(Failure why);
    }

    /** Bounds the one synchronous call there is, close: a swallowed reply would hang it for ever. */
    private static final int CLOSE_TIMEOUT_MS = 3_000;

    private static final int ANY_VERSION = -1;

    private final Recipe.Place place;
    private final Owner owner;
    private final ScheduledThreadPoolExecutor thread;

    private volatile ZooKeeper zk;
    private volatile Thread current;
    private boolean up;
    private int generation;
    private int round;

    /** Does nothing yet. */
    Keeper(Recipe.Place place, Owner owner) {
        this.place = place;
        this.owner = owner;
        this.thread = new ScheduledThreadPoolExecutor(1, work -> {
            current = new Thread(work, "recipe " + place.path());
            current.setDaemon(true);
            return current;
        });
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Opens the first session, in the background. */
    void open() {
        post(this::renew);
    }

    private void renew() {
        int mine = ++generation;
        try {
            zk = new ZooKeeper(
                    place.servers(),
                    (int) place.sessionTimeout().toMillis(),
                    event -> post(() -> onState(mine, event.getState())),
                    config());
        } catch (IOException | RuntimeException e) {
            owner.failed(
                    new Failure(Problem.CANNOT_CONNECT, "no session with " + place.servers() + ": " + e.getMessage()));
        }
    }

    /** The one place where a client's configuration comes from. */
    private static ZKClientConfig config() {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(CLOSE_TIMEOUT_MS));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        return config;
    }

    /** The one place where the permissions of a znode that we make come from. */
    static List<ACL> acl() {
        return Ids.OPEN_ACL_UNSAFE;
    }

    private void onState(int from, KeeperState state) {
        if (from != generation) {
            return; // of a session that was replaced
        }
        round++;
        switch (state) {
            case SyncConnected -> {
                if (up) {
                    owner.disconnected(); // which the client did not tell
                }
                up = true;
                prepare(round);
            }
            case Disconnected -> {
                up = false;
                owner.disconnected();
            }
            case Expired -> expire();
            case AuthFailed ->
                owner.failed(new Failure(Problem.NOT_ALLOWED, "authentication with " + place.servers() + " failed"));
            default -> {} // Closed: by us
        }
    }

    /** Ends the session, where the servers have not, and opens the next; on the recipe's thread. */
    void expire() {
        round++;
        up = false;
        shut(zk);
        renew();
        owner.expired();
    }

    /**
     * Begins again as if the connection were new: for a recipe that finds its path gone, which an operator, or the
     * servers if it is a container, may remove. What was asked before is no longer answered; on the recipe's thread.
     */
    void again() {
        round++;
        if (zk == null) {
            renew(); // there was none to be had
        } else {
            prepare(round);
        }
    }

    /** A barrier first: the server that we reached may be behind the one of before. */
    private void prepare(int from) {
        readBarrier(() ->
                zk.exists(place.path(), false, (rc, path, ctx, stat) -> post(from, () -> onLooked(from, rc)), null));
    }

    /**
     * Then, on the recipe's thread, whatever is read is not older than anything that anybody was told before. It is a
     * transaction that changes nothing, whatever the servers answer. A {@code sync} would do where a follower answers us; the
     * leader answers that at once, and may have applied less than its followers.
     */
    void readBarrier(Runnable then) {
        int asked = round;
        zk.multi(
                List.of(Op.check("/", ANY_VERSION)),
                (rc, path, ctx, results) -> post(asked, () -> onBarrier(rc, then)),
                null);
    }

    private static void onBarrier(int rc, Runnable then) {
        switch (Code.get(rc)) {
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // it begins again when the connection is back
            default -> then.run();
        }
    }

    /** What is there is not made: that would cost a transaction, and a permission above it that we may not have. */
    private void onLooked(int from, int rc) {
        switch (Code.get(rc)) {
            case OK -> owner.connected();
            case NONODE -> create(from, levels());
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> owner.failed(new Failure(Problem.NOT_ALLOWED, place.path() + ": " + Code.get(rc)));
        }
    }

    /** The path and all above it, parents first. */
    private Deque<String> levels() {
        Deque<String> levels = new ArrayDeque<>();
        for (int slash = place.path().indexOf('/', 1);
                slash > 0;
                slash = place.path().indexOf('/', slash + 1)) {
            levels.add(place.path().substring(0, slash));
        }
        levels.add(place.path());
        return levels;
    }

    private void create(int from, Deque<String> missing) {
        zk.create(
                missing.peek(),
                new byte[0],
                acl(),
                CreateMode.PERSISTENT,
                (rc, path, ctx, name) -> post(from, () -> onCreated(from, rc, missing)),
                null);
    }

    private void onCreated(int from, int rc, Deque<String> missing) {
        Code code = Code.get(rc);
        boolean above = missing.size() > 1;
        switch (code) {
            case OK, NODEEXISTS -> createNext(from, missing);
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            case NOCHILDRENFOREPHEMERALS ->
                owner.failed(new Failure(Problem.FOREIGN, "above " + missing.peek() + " is an ephemeral of somebody"));
            default -> {
                if (code == Code.NOAUTH && above) {
                    createNext(from, missing); // permissions are looked at first: it may be there
                } else {
                    owner.failed(new Failure(Problem.NOT_ALLOWED, missing.peek() + " can't be made: " + code));
                }
            }
        }
    }

    private void createNext(int from, Deque<String> missing) {
        missing.remove();
        if (missing.isEmpty()) {
            owner.connected();
        } else {
            create(from, missing);
        }
    }

    /**
     * X4: removes all data watches of ours on that path, which are one: to remove a single watcher is to forget it here,
     * and the server goes on sending. Sent before what is asked next, so done when that is answered. Not "local": then a
     * connection lost before the answer is told to those watchers, and to nobody else (ClientCnxn.finishPacket of 3.9.5).
     */
    void unwatch(String path) {
        zk.removeAllWatches(path, WatcherType.Data, false, (rc, unwatched, ctx) -> {}, null);
    }

    /** The current handle. A recipe that kept an older one would act in a dead session. */
    ZooKeeper zk() {
        return zk;
    }

    /**
     * Counts connections won and lost. Who asks a server something notes it, and lets the reply {@linkplain #post(int,
     * Runnable) run} only while it is the same: else the reply is about a world that the recipe no longer sees.
     */
    int round() {
        return round;
    }

    /** Whether an ephemeral of that owner is ours. */
    boolean owns(long ephemeralOwner) {
        return ephemeralOwner != 0 && ephemeralOwner == zk.getSessionId();
    }

    /** Runs it on the thread of the recipe, after all that was posted before; after the end, not at all. */
    void post(Runnable work) {
        try {
            thread.execute(guarded(work));
        } catch (RejectedExecutionException closed) {
            // Nobody is there any more to whom it would matter.
        }
    }

    /** The executor would keep a mistake to itself. */
    private Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error mistake) {
                System.getLogger(getClass().getName())
                        .log(Level.ERROR, "a mistake in the recipe at " + place.path(), mistake);
            }
        };
    }

    /** Like {@link #post(Runnable)}, unless a connection was won or lost since that round. */
    void post(int asked, Runnable work) {
        post(() -> {
            if (asked == round) {
                work.run();
            }
        });
    }

    /** Runs it on the thread of the recipe after that time, unless closed by then. */
    void after(Duration delay, Runnable work) {
        try {
            thread.schedule(guarded(work), TimeUnit.MILLISECONDS.convert(delay), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // As in post.
        }
    }

    /** Whether the caller is the thread of the recipe, which must not wait for itself. */
    boolean isCurrent() {
        return Thread.currentThread() == current;
    }

    /**
     * Waits for what the recipe's thread will complete.
     *
     * @param patience may be the longest Duration there is, which toMillis() refuses
     * @throws TimeoutException when the time is up
     * @throws Failure with which it was completed
     */
    static <T> T await(CompletableFuture<T> coming, Duration patience) throws TimeoutException {
        try {
            return coming.get(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure why
                    ? new Failure(why.problem(), why.getMessage())
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        }
    }

    /** Ends the session, and with it its ephemerals and watches, then the thread. */
    @Override
    public void close() {
        post(() -> {
            generation++;
            round++;
            if (zk != null) {
                shut(zk);
            }
        });
        thread.shutdown();
        if (isCurrent()) {
            return;
        }
        try {
            thread.awaitTermination(2L * CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void shut(ZooKeeper handle) {
        try {
            handle.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
