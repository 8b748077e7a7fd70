package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A {@link Lock} that belongs to no thread: Curator's {@link InterProcessSemaphoreV2} with one lease. That is what {@link
 * InterProcessSemaphoreMutex} is, which keeps the lease to itself, and with it the name of the znode: so there would be
 * no token, and nothing to watch.
 *
 * <p><b>When to use it.</b> Where the one who releases is not the thread that asked, and nobody shares. <b>When not:</b>
 * beside others than itself. <b>Znodes:</b> {@code PATH/locks/_c_<uuid>-lock-NNNNNNNNNN}, the queue, and {@code
 * PATH/leases/_c_<uuid>-lease-NNNNNNNNNN}, the holder and the one that waits for it: neither the raw recipe nor Curator's
 * other locks queue there. Every child of {@code leases} counts as a lease, whoever made it.
 *
 * <p><b>What separates it from {@link LockRecipe}.</b> No thread for a hold, not reentrant, half as much code; but twice as
 * many requests, two notifications for each change of hands beside the holder's own, and no shared mode. A waiter whose
 * session ended queues again, at the end, and does not say so; one whose time is up leaves its watch, as there. Whoever
 * is cut off for seconds in the middle of a request loses its place before its time is up, and is told so; and a create
 * that is lost twice in a row may leave a znode in the way until the session ends.
 */
public final class SemaphoreLock implements Lock {
    /** Longer than asked for only while its znodes are being deleted: time for a new connection and two answers. */
    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final Recipe.Place place;
    private final CuratorFramework client;
    private final InterProcessSemaphoreV2 semaphore;
    private final Set<LeaseHold> holds = ConcurrentHashMap.newKeySet();
    private final ExecutorService callers = Executors.newCachedThreadPool(work -> thread(work, "asks"));
    private final ExecutorService listeners = Executors.newSingleThreadExecutor(work -> thread(work, "recipe"));
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean connected;

    /** Counts lost connections: what was seen before the last one is not known any more. */
    private volatile int losses;

    public SemaphoreLock(Recipe.Place place) {
        this.place = place;
        this.client = Keeper.client(place);
        this.semaphore = new InterProcessSemaphoreV2(client, place.path(), 1);
        client.getConnectionStateListenable().addListener((unused, state) -> onState(state));
        client.start();
    }

    private static Thread thread(Runnable work, String name) {
        Thread thread = new Thread(work, name + " a semaphore lock");
        thread.setDaemon(true);
        return thread;
    }

    private final class LeaseHold implements Hold {
        private final Lease lease;
        private final String path;
        private final CompletableFuture<Void> lost = new CompletableFuture<>();
        private final AtomicBoolean owned = new AtomicBoolean(true);
        private final CuratorWatcher watcher = event -> onEvent(this, event.getType());
        private volatile long token;
        private volatile int seen;

        LeaseHold(Lease lease) {
            this.lease = lease;
            this.path = place.path() + "/leases/" + lease.getNodeName();
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
                throw new Failure(Problem.NOT_HELD, "the hold of " + place.path() + " was lost or released");
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
        if (patience.isNegative() || mode != Mode.EXCLUSIVE) {
            throw new Failure(Problem.INVALID, "patience " + patience + ", mode " + mode + ": exclusive only");
        }
        if (closed.get()) {
            throw new Failure(Problem.CLOSED, "the lock is closed");
        }
        CompletableFuture<Optional<Hold>> outcome = new CompletableFuture<>();
        try {
            Future<?> task = callers.submit(() -> run(outcome, patience));
            return await(outcome, task, patience);
        } catch (RejectedExecutionException e) {
            throw new Failure(Problem.CLOSED, "the lock was closed");
        }
    }

    /** The caller keeps the time too: Curator looks at no clock while it repeats what was lost. */
    private Optional<Hold> await(CompletableFuture<Optional<Hold>> outcome, Future<?> task, Duration patience) {
        try {
            long ms = TimeUnit.MILLISECONDS.convert(patience);
            return outcome.get(ms + Math.min(LEAVING.toMillis(), Long.MAX_VALUE - ms), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Failure why = (Failure) e.getCause();
            throw new Failure(why.problem(), why.getMessage());
        } catch (TimeoutException e) {
            throw abandon(outcome, task, cannotConnect());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw abandon(outcome, task, new Failure(Problem.CLOSED, "interrupted while waiting"));
        }
    }

    /** Nobody waits for it any more: whatever comes of it goes. */
    private static Failure abandon(CompletableFuture<Optional<Hold>> outcome, Future<?> task, Failure why) {
        outcome.completeExceptionally(why);
        outcome.thenAccept(late -> late.ifPresent(Hold::close));
        task.cancel(true); // Curator deletes the znodes of an interrupted one, in the background
        return why;
    }

    private void run(CompletableFuture<Optional<Hold>> outcome, Duration patience) {
        try {
            Optional<Hold> asked = ask(patience);
            if (!outcome.complete(asked)) {
                asked.ifPresent(Hold::close);
            }
        } catch (Exception e) {
            outcome.completeExceptionally(failure(e));
        }
    }

    private Optional<Hold> ask(Duration patience) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience); // toNanos() refuses long ones
        if (!client.blockUntilConnected(
                (int) Math.min(TimeUnit.MILLISECONDS.convert(patience), Integer.MAX_VALUE), TimeUnit.MILLISECONDS)) {
            throw cannotConnect();
        }
        Lease lease = semaphore.acquire(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        Optional<Hold> hold = lease == null ? Optional.empty() : Optional.of(enter(new LeaseHold(lease)));
        if (closed.get()) {
            throw new Failure(Problem.CLOSED, "the lock was closed"); // of which Curator says that the time was up
        }
        return hold;
    }

    /** The token, and the watch that tells of an operator's delete: Curator has neither. */
    private Hold enter(LeaseHold hold) throws Exception {
        Stat stat = new Stat();
        holds.add(hold); // before it reads: whatever is lost from then on is told
        try {
            do { // until it is seen over the connection that there is
                hold.seen = losses;
                client.getData().storingStatIn(stat).usingWatcher(hold.watcher).forPath(hold.path);
            } while (!connected || hold.seen != losses);
        } catch (Exception e) {
            giveBack(hold);
            throw e;
        }
        hold.token = stat.getCzxid();
        return hold;
    }

    private Failure cannotConnect() {
        return new Failure(Problem.CANNOT_CONNECT, "no server of " + place.servers() + " could be reached in time");
    }

    private Failure failure(Exception e) {
        if (e instanceof Failure known) {
            return known;
        } else if (closed.get()) {
            return new Failure(Problem.CLOSED, "the lock was closed");
        } else if (e instanceof KeeperException.NoChildrenForEphemeralsException) {
            return new Failure(Problem.FOREIGN, place.path() + " is, or is below, an ephemeral of somebody");
        } else if (e instanceof KeeperException.ConnectionLossException || e instanceof NullPointerException) {
            return cannotConnect(); // Curator fails on the name that it has not where a create is lost twice in a row
        } else if (e instanceof KeeperException.NoNodeException
                || e instanceof KeeperException.SessionExpiredException) {
            return new Failure(Problem.SESSION_LOST, "its place in " + place.path() + " was lost");
        }
        return new Failure(Problem.NOT_ALLOWED, place.path() + ": " + e);
    }

    // Holding.

    private void onEvent(LeaseHold hold, EventType event) throws Exception {
        if (event != EventType.None && hold.owned.get() && connected) {
            see(hold);
        }
    }

    private void see(LeaseHold hold) throws Exception {
        int before = losses;
        client.getData()
                .usingWatcher(hold.watcher)
                .inBackground((unused, event) -> onSeen(hold, before, event.getResultCode()))
                .forPath(hold.path);
    }

    private void onSeen(LeaseHold hold, int before, int rc) {
        switch (KeeperException.Code.get(rc)) {
            case OK -> hold.seen = Math.max(hold.seen, before); // it may have been repeated, and be late
            case NONODE -> lose(hold);
            default -> {} // when connected again, or lost with the session
        }
    }

    private void lose(LeaseHold hold) {
        if (hold.owned.compareAndSet(true, false)) {
            holds.remove(hold);
            hold.lost.complete(null);
        }
    }

    // Leaving.

    /** Returns false where it is not held. */
    private boolean giveBack(LeaseHold hold) {
        if (!hold.owned.compareAndSet(true, false)) {
            return false;
        }
        holds.remove(hold);
        try {
            hold.lease.close();
        } catch (IOException e) {
            // Curator deletes it in the background, or it goes with the session: one of both is certain.
        }
        return true;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            holds.forEach(each -> each.owned.set(false));
            callers.shutdownNow();
            client.close(); // and with the session all its znodes and watches
            listeners.shutdownNow();
        }
    }

    // The session.

    private void onState(ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> onConnected();
            case SUSPENDED -> onDisconnected();
            case LOST -> {
                onDisconnected();
                holds.forEach(this::lose);
            }
            case READ_ONLY -> {}
        }
    }

    private void onConnected() {
        connected = true;
        for (LeaseHold each : holds) {
            try {
                see(each);
            } catch (Exception e) {
                lose(each);
            }
        }
    }

    private void onDisconnected() {
        connected = false;
        losses++;
    }
}
