package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.zookeeper.AsyncCallback.ChildrenCallback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.AsyncCallback.VoidCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A {@link Lock}: whoever asks makes an ephemeral sequential znode, and holds when nobody that excludes it stands before
 * it. Else it watches the last one before it that does, and only that one, so that a release wakes those that may then
 * enter and nobody else.
 *
 * <p><b>When to use it.</b> For work that must not be done twice at a time, by few, for seconds rather than
 * milliseconds: every change of hands is two writes of a quorum. <b>When not:</b> where versioned writes (compare and
 * set) do; and never without checking the {@linkplain Lock.Hold#token token} where a second writer would do harm.
 *
 * <p><b>Znodes.</b> {@code PATH/_c_<uuid>-__WRIT__NNNNNNNNNN} for the exclusive mode and {@code
 * PATH/_c_<uuid>-__READ__NNNNNNNNNN} for the shared one, ephemeral sequential, without data: those of Curator's
 * InterProcessReadWriteLock, which may queue on the same path. By the uuid, which is the attempt's, it finds its znode when
 * the answer to the create was lost. Other names that end with ten digits count as exclusive (kazoo's {@code
 * <hex>__lock__NNNNNNNNNN}), those with {@code __rlock__} as shared; what ends otherwise is no contender. A kazoo Lock has
 * to be told to wait for ours: {@code extra_lock_patterns=["__WRIT__", "__READ__"]}.
 *
 * <p><b>Guarantees.</b> K1 to K11. <b>Not made:</b> that a paused holder notices in time. ZooKeeper says that a session has
 * ended only when the client is connected again: a holder that stays cut off knows no more than that it may have lost.
 *
 * <p>An attempt goes through these phases, all on the recipe's one thread:
 *
 * <pre>
 * NEW      connected                       → ASKING    creates its znode
 * ASKING   it is there                     → WAITING   watches the one before it, or itself where there is none
 *          time is up                      → LEAVING   after it has looked; at once where there is no connection
 * WAITING  the watch on itself is set      → HOLDING
 *          the one before it is gone       → WAITING for another or itself, or ASKING where its znode is gone
 *          time is up                      → LEAVING
 * HOLDING  released                        → LEAVING
 *          its znode is gone               → OVER      told
 * LEAVING  its znode is gone               → OVER
 * </pre>
 *
 * The session's end is the end of all but NEW. When the connection is back, each begins again by looking for its znode.
 */
public final class LockRecipe implements Lock {
    private static final String EXCLUSIVE = "__WRIT__";
    private static final String SHARED = "__READ__";
    private static final String SHARED_BY_KAZOO = "__rlock__";

    /** What ZooKeeper puts behind the name of a sequential znode. */
    private static final int DIGITS = 10;

    /** Longer than asked for only while its znode is being deleted: time for a new connection and two answers. */
    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final Recipe.Place place;
    private final Keeper keeper;

    /** Those that may have a znode: as many as there are callers, and those that are leaving. In the order of asking. */
    private final Map<String, Attempt> attempts = new LinkedHashMap<>();

    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean connected;
    private Failure trouble;

    public LockRecipe(Recipe.Place place) {
        this.place = place;
        this.keeper = new Keeper(place, new Session());
        keeper.open();
    }

    private enum Phase {
        NEW,
        ASKING,
        WAITING,
        HOLDING,
        LEAVING,
        OVER
    }

    private final class Attempt implements Hold {
        private final String id = UUID.randomUUID().toString();
        private final boolean shared;
        private final CompletableFuture<Optional<Hold>> outcome = new CompletableFuture<>();
        private final CompletableFuture<Void> lost = new CompletableFuture<>();
        private final CompletableFuture<Void> gone = new CompletableFuture<>();
        private final AtomicBoolean owned = new AtomicBoolean();

        /** In a field: ZooKeeper takes the same watcher on the same path for one, a new lambda each time for many. */
        private final Watcher watcher = event -> keeper.post(() -> onEvent(this, event.getType()));

        private Phase phase = Phase.NEW;
        private boolean asking;
        private boolean timeIsUp;
        private String name;
        private String watched;
        private volatile long token;
        private volatile boolean seen;

        Attempt(boolean shared) {
            this.shared = shared;
        }

        /** It watches one znode: that of the one before it, or its own. */
        boolean waitsForAnother() {
            return watched != null && !watched.equals(name);
        }

        @Override
        public long token() {
            return token;
        }

        @Override
        public boolean isHeld() {
            return owned.get() && seen;
        }

        @Override
        public void onLost(Runnable action) {
            lost.thenRunAsync(action, keeper::post);
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
        if (patience.isNegative() || keeper.isCurrent()) {
            throw failure(Problem.INVALID, "patience " + patience + ", zero or more; and not in a listener");
        }
        Attempt attempt = new Attempt(mode == Mode.SHARED);
        keeper.post(() -> begin(attempt));
        if (closed.get()) {
            throw failure(Problem.CLOSED, "closed"); // else endAll() is still to come, and finds it
        }
        try {
            return await(attempt, patience);
        } catch (TimeoutException e) {
            throw abandon(attempt, cannotConnect());
        } catch (Failure why) {
            throw abandon(attempt, why);
        }
    }

    /** The caller keeps the time: a timer for each attempt would outlive it, and pile up. */
    private Optional<Hold> await(Attempt attempt, Duration patience) throws TimeoutException {
        try {
            return Keeper.await(attempt.outcome, patience);
        } catch (TimeoutException e) {
            keeper.post(() -> onTimeIsUp(attempt));
            return Keeper.await(attempt.outcome, LEAVING);
        }
    }

    /** Nobody waits for it any more: whatever comes of it goes. */
    private Failure abandon(Attempt attempt, Failure why) {
        keeper.post(() -> {
            tell(attempt, why);
            leave(attempt);
        });
        return why;
    }

    private void begin(Attempt attempt) {
        attempts.put(attempt.id, attempt);
        if (connected) {
            ask(attempt);
        } else if (trouble != null) {
            keeper.again(); // what was foreign may be gone
        }
    }

    /** K7: never while another create of the same attempt is under way. */
    private void ask(Attempt attempt) {
        if (attempt.asking) {
            return;
        }
        attempt.asking = true;
        attempt.phase = Phase.ASKING;
        int round = keeper.round();
        StringCallback reply = (rc, path, ctx, made) -> keeper.post(round, () -> onAsked(attempt, rc, made));
        String name = "_c_" + attempt.id + "-" + (attempt.shared ? SHARED : EXCLUSIVE);
        keeper.zk().create(path(name), new byte[0], Keeper.acl(), CreateMode.EPHEMERAL_SEQUENTIAL, reply, null);
    }

    private void onAsked(Attempt attempt, int rc, String made) {
        attempt.asking = false;
        switch (Code.get(rc)) {
            case OK -> {
                attempt.name = made.substring(made.lastIndexOf('/') + 1);
                look(attempt);
            }
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // K7: connected() looks whether it is there
            case NONODE -> keeper.again();
            case NOCHILDRENFOREPHEMERALS -> fail(attempt, failure(Problem.FOREIGN, "an ephemeral of somebody"));
            case NODEEXISTS -> fail(attempt, failure(Problem.FULL, "no sequence numbers left"));
            default -> fail(attempt, failure(Problem.NOT_ALLOWED, "create: " + Code.get(rc)));
        }
    }

    private void look(Attempt attempt) {
        int round = keeper.round();
        ChildrenCallback reply = (rc, path, ctx, names) -> keeper.post(round, () -> onLooked(attempt, rc, names));
        keeper.zk().getChildren(place.path(), false, reply, null);
    }

    private void onLooked(Attempt attempt, int rc, List<String> names) {
        switch (Code.get(rc)) {
            case OK -> decide(attempt, names);
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            case NONODE -> keeper.again();
            default -> fail(attempt, failure(Problem.NOT_ALLOWED, "list: " + Code.get(rc)));
        }
    }

    /** What an attempt does next is decided here, by what stands in the queue. */
    private void decide(Attempt attempt, List<String> names) {
        boolean asks = attempt.phase == Phase.ASKING || attempt.phase == Phase.WAITING;
        boolean leaves = attempt.phase == Phase.LEAVING;
        attempt.name = names.stream()
                .filter(name -> name.contains(attempt.id))
                .findFirst()
                .orElse(null);
        if (asks && attempt.name == null) {
            unwatch(attempt);
            ask(attempt); // its create was lost, or an operator deleted it
        } else if (asks) {
            enterOrWait(attempt, lastBefore(attempt, names));
        } else if (leaves && attempt.name == null) {
            unwatch(attempt);
            end(attempt);
        } else if (leaves) {
            delete(attempt);
        } // else it holds, or is over, meanwhile
    }

    /** K10: the last one before it that excludes it, not the first. K9: others may have put anything beside. */
    private static Optional<String> lastBefore(Attempt attempt, List<String> names) {
        return names.stream()
                .filter(name -> name.matches(".*\\d{10}"))
                .filter(name -> sequence(name).compareTo(sequence(attempt.name)) < 0)
                .filter(name -> !attempt.shared || !name.contains(SHARED) && !name.contains(SHARED_BY_KAZOO))
                .max(Comparator.comparing(LockRecipe::sequence));
    }

    private static String sequence(String name) {
        return name.substring(name.length() - DIGITS);
    }

    /** It watches its own znode too, where it is the first: to be told when somebody deletes it. */
    private void enterOrWait(Attempt attempt, Optional<String> oneBefore) {
        if (oneBefore.isPresent() && attempt.timeIsUp) {
            leave(attempt);
        } else {
            attempt.phase = Phase.WAITING;
            attempt.watched = oneBefore.orElse(attempt.name);
            read(attempt);
        }
    }

    /** With getData: exists would leave a watch where the znode is gone by now. */
    private void read(Attempt attempt) {
        int round = keeper.round();
        String name = attempt.watched;
        DataCallback reply = (rc, path, ctx, data, stat) -> keeper.post(round, () -> onRead(attempt, name, rc, stat));
        keeper.zk().getData(path(name), attempt.watcher, reply, null);
    }

    private void onRead(Attempt attempt, String name, int rc, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> {
                if (name.equals(attempt.name)) {
                    hold(attempt, stat.getCzxid());
                } // else its watch will tell
            }
            case NONODE -> {
                if (attempt.phase == Phase.HOLDING) {
                    tell(attempt, failure(Problem.NOT_HELD, "somebody deleted the znode"));
                    end(attempt);
                } else {
                    look(attempt);
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(attempt, failure(Problem.NOT_ALLOWED, "read: " + Code.get(rc)));
        }
    }

    /** Whatever it is, also that the watch was removed together with another one: look again. */
    private void onEvent(Attempt attempt, EventType event) {
        if (event == EventType.None || !connected) {
            return;
        }
        if (attempt.phase == Phase.WAITING) {
            look(attempt);
        } else if (attempt.phase == Phase.HOLDING) {
            read(attempt);
        }
    }

    private void onTimeIsUp(Attempt attempt) {
        attempt.timeIsUp = true;
        if (!connected && attempt.phase.compareTo(Phase.HOLDING) < 0) {
            fail(attempt, trouble == null ? cannotConnect() : trouble);
        } else if (attempt.phase == Phase.WAITING && attempt.waitsForAnother()) {
            leave(attempt);
        } // else it has its one look, and then decides
    }

    // Holding.

    private void hold(Attempt attempt, long token) {
        attempt.seen = true;
        if (attempt.phase != Phase.ASKING && attempt.phase != Phase.WAITING) {
            return; // it holds and has only looked once more, or was given up meanwhile
        }
        attempt.phase = Phase.HOLDING;
        attempt.token = token;
        attempt.owned.set(true);
        if (!attempt.outcome.complete(Optional.of(attempt))) {
            attempt.owned.set(false);
            leave(attempt);
        }
    }

    /** K4: told once, and not to one that had released it. */
    private void tell(Attempt attempt, Failure why) {
        attempt.outcome.completeExceptionally(why);
        if (attempt.owned.compareAndSet(true, false)) {
            attempt.lost.complete(null);
        }
    }

    // Leaving.

    /** Returns false where it is not held. */
    private boolean giveBack(Attempt attempt) {
        if (!attempt.owned.compareAndSet(true, false)) {
            return false;
        }
        keeper.post(() -> leave(attempt));
        if (!closed.get() && !keeper.isCurrent()) {
            try {
                Keeper.await(attempt.gone, place.sessionTimeout());
            } catch (TimeoutException | Failure e) {
                // Or interrupted. It goes when the connection is back, or with the session: one of both is certain.
            }
        }
        return true;
    }

    /** K3: once it is to go its znode goes, however often the connection is lost on the way. */
    private void leave(Attempt attempt) {
        if (attempt.phase == Phase.NEW || attempt.phase == Phase.OVER) {
            end(attempt);
            return;
        }
        attempt.phase = Phase.LEAVING;
        if (connected && attempt.name == null) {
            look(attempt);
        } else if (connected) {
            delete(attempt);
        } // else when connected again
    }

    private void delete(Attempt attempt) {
        unwatch(attempt);
        int round = keeper.round();
        VoidCallback reply = (rc, path, ctx) -> keeper.post(round, () -> onDeleted(attempt, rc));
        keeper.zk().delete(path(attempt.name), -1, reply, null);
    }

    /** K11: the one before it may stay. */
    private void unwatch(Attempt attempt) {
        if (attempt.waitsForAnother()) {
            keeper.unwatch(path(attempt.watched));
        }
    }

    private void onDeleted(Attempt attempt, int rc) {
        switch (Code.get(rc)) {
            case OK, NONODE -> end(attempt);
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // again when connected, or gone with the session
            default -> fail(attempt, failure(Problem.NOT_ALLOWED, "delete: " + Code.get(rc)));
        }
    }

    // Ending.

    /** A server said no. What it may have in the queue goes, unless it is that which was refused. */
    private void fail(Attempt attempt, Failure why) {
        tell(attempt, why);
        if (attempt.phase == Phase.LEAVING) {
            end(attempt);
        } else {
            leave(attempt);
        }
    }

    private void end(Attempt attempt) {
        attempt.phase = Phase.OVER;
        attempts.remove(attempt.id);
        attempt.outcome.complete(Optional.empty());
        attempt.gone.complete(null);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            keeper.post(this::endAll);
            keeper.close(); // and with the session all its znodes and watches
        }
    }

    private void endAll() {
        for (Attempt each : List.copyOf(attempts.values())) {
            each.owned.set(false);
            each.outcome.completeExceptionally(failure(Problem.CLOSED, "closed"));
            end(each);
        }
    }

    // The session.

    private final class Session implements Keeper.Owner {
        @Override
        public void connected() {
            connected = true;
            trouble = null;
            for (Attempt each : List.copyOf(attempts.values())) {
                each.asking = false;
                switch (each.phase) {
                    case NEW -> ask(each);
                    case HOLDING -> read(each);
                    default -> look(each);
                }
            }
        }

        @Override
        public void disconnected() {
            connected = false;
            attempts.values().forEach(each -> each.seen = false); // K4: before the session can have ended
        }

        @Override
        public void expired() {
            disconnected();
            for (Attempt each : List.copyOf(attempts.values())) {
                if (each.phase != Phase.NEW && each.phase != Phase.LEAVING) {
                    tell(each, failure(Problem.SESSION_LOST, "the session ended"));
                }
                if (each.phase != Phase.NEW) {
                    end(each);
                }
            }
        }

        @Override
        public void failed(Failure why) {
            disconnected();
            trouble = why;
            for (Attempt each : List.copyOf(attempts.values())) {
                if (each.phase.compareTo(Phase.HOLDING) < 0) {
                    fail(each, why);
                }
            }
        }
    }

    private String path(String name) {
        return place.path() + "/" + name;
    }

    private Failure cannotConnect() {
        return failure(Problem.CANNOT_CONNECT, "no server of " + place.servers() + " could be reached in time");
    }

    private Failure failure(Problem problem, String what) {
        return new Failure(problem, place.path() + ": " + what);
    }
}
