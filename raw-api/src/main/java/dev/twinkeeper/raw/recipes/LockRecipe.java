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
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.WatcherType;
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
 * InterProcessReadWriteLock, which may queue on the same path. The uuid is the attempt's, by which it finds its znode when
 * the answer to the create was lost. Every other name that ends with ten digits counts as exclusive (kazoo's {@code
 * <hex>__lock__NNNNNNNNNN}), but for those with {@code __rlock__}; what ends otherwise is no contender.
 *
 * <p><b>Guarantees.</b> K1 to K11. <b>Not made:</b> that a paused holder notices in time. ZooKeeper says that a session has
 * ended only when the client is connected again: a holder that stays cut off knows no more than that it may have lost.
 *
 * <p>An attempt goes through these phases, all on the recipe's one thread:
 *
 * <pre>
 * NEW      connected                          → ASKING    create
 * ASKING   its znode is there, and is first   → HOLDING   after its own znode is watched
 *          its znode is there, and is not     → WAITING   after the one before it is watched
 *          time is up                         → LEAVING   once it has looked; at once where there is no connection
 * WAITING  the one before it is gone          → HOLDING, or WAITING for another, or ASKING where its znode is gone
 *          time is up                         → LEAVING
 * HOLDING  released                           → LEAVING
 *          znode deleted, session ended       → OVER      told
 * LEAVING  znode deleted, session ended       → OVER
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

    /** In the place of a {@link Keeper#round}: there is no create under way. */
    private static final int NOT_ASKED = -1;

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

        // In fields: ZooKeeper takes the same watcher on the same path for one, a new lambda each time for many.
        private final Watcher ofOneBefore = event -> keeper.post(() -> onOneBefore(this, event));
        private final Watcher ofOwn = event -> keeper.post(() -> onOwn(this, event));

        private Phase phase = Phase.NEW;
        private boolean timeIsUp;
        private int asked = NOT_ASKED;
        private String name;
        private String watched;
        private volatile long token;
        private volatile boolean seen;

        Attempt(boolean shared) {
            this.shared = shared;
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
            if (!owned.compareAndSet(true, false)) {
                throw new Failure(Problem.NOT_HELD, "the hold of " + place.path() + " was lost or released");
            }
            keeper.post(() -> leave(this));
            if (!closed.get() && !keeper.isCurrent()) {
                awaitGone(this);
            }
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
        if (keeper.isCurrent()) {
            throw new Failure(Problem.INVALID, "a listener must not wait for its recipe");
        }
        Attempt attempt = new Attempt(mode == Mode.SHARED);
        keeper.post(() -> begin(attempt));
        keeper.after(patience, () -> onTimeIsUp(attempt));
        if (closed.get()) {
            throw new Failure(Problem.CLOSED, "the lock is closed");
        }
        try {
            // Longer than asked for only while its znode is being deleted.
            return Keeper.await(attempt.outcome, patience.plus(place.sessionTimeout()));
        } catch (TimeoutException e) {
            throw abandon(attempt, cannotConnect());
        } catch (Failure why) {
            throw abandon(attempt, why);
        }
    }

    /** Nobody waits for it any more: whatever comes of it goes. */
    private Failure abandon(Attempt attempt, Failure why) {
        if (attempt.outcome.completeExceptionally(why)) {
            keeper.post(() -> leave(attempt));
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

    private void begin(Attempt attempt) {
        if (closed.get()) {
            return;
        }
        attempts.put(attempt.id, attempt);
        if (connected) {
            ask(attempt);
        } else if (trouble != null) {
            keeper.again(); // what was foreign may be gone
        }
    }

    /** K7: never while another create of the same attempt is under way. */
    private void ask(Attempt attempt) {
        int round = keeper.round();
        if (attempt.asked == round) {
            return;
        }
        attempt.asked = round;
        attempt.phase = Phase.ASKING;
        keeper.zk()
                .create(
                        path("_c_" + attempt.id + "-" + (attempt.shared ? SHARED : EXCLUSIVE)),
                        new byte[0],
                        Keeper.acl(),
                        CreateMode.EPHEMERAL_SEQUENTIAL,
                        (rc, path, ctx, name) -> keeper.post(round, () -> onAsked(attempt, rc, name)),
                        null);
    }

    private void onAsked(Attempt attempt, int rc, String path) {
        attempt.asked = NOT_ASKED;
        switch (Code.get(rc)) {
            case OK -> {
                attempt.name = path.substring(path.lastIndexOf('/') + 1);
                look(attempt);
            }
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // K7: connected() looks whether it is there
            case NONODE -> keeper.again();
            case NOCHILDRENFOREPHEMERALS ->
                fail(attempt, new Failure(Problem.FOREIGN, place.path() + " is an ephemeral of somebody"));
            case NODEEXISTS -> fail(attempt, new Failure(Problem.FULL, place.path() + " has no sequence numbers left"));
            default -> fail(attempt, refused(rc));
        }
    }

    private void look(Attempt attempt) {
        int round = keeper.round();
        keeper.zk()
                .getChildren(
                        place.path(),
                        false,
                        (rc, path, ctx, names) -> keeper.post(round, () -> onLooked(attempt, rc, names)),
                        null);
    }

    private void onLooked(Attempt attempt, int rc, List<String> names) {
        switch (Code.get(rc)) {
            case OK -> decide(attempt, names);
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            case NONODE -> keeper.again();
            default -> fail(attempt, refused(rc));
        }
    }

    /** What an attempt does next is decided here, by what stands in the queue. */
    private void decide(Attempt attempt, List<String> names) {
        List<String> queue = names.stream()
                .filter(LockRecipe::isContender) // K9: others may have put anything beside
                .sorted(Comparator.comparing(LockRecipe::sequence))
                .toList();
        int own = 0;
        while (own < queue.size() && !queue.get(own).contains(attempt.id)) {
            own++;
        }
        boolean there = own < queue.size();
        attempt.name = there ? queue.get(own) : null;
        switch (attempt.phase) {
            case ASKING, WAITING -> {
                if (there) {
                    enterOrWait(attempt, queue.subList(0, own));
                } else {
                    ask(attempt); // its create was lost, or an operator deleted it
                }
            }
            case LEAVING -> {
                if (there) {
                    leave(attempt);
                } else {
                    end(attempt);
                }
            }
            case NEW, HOLDING, OVER -> {} // it was decided meanwhile
        }
    }

    private void enterOrWait(Attempt attempt, List<String> before) {
        String last = null;
        for (String each : before) {
            if (!attempt.shared || !isShared(each)) {
                last = each; // K10: the last that excludes it, not the first
            }
        }
        if (last == null) {
            enter(attempt);
        } else if (attempt.timeIsUp) {
            leave(attempt);
        } else {
            await(attempt, last);
        }
    }

    private static boolean isContender(String name) {
        return name.length() >= DIGITS && sequence(name).chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isShared(String name) {
        return name.contains(SHARED) || name.contains(SHARED_BY_KAZOO);
    }

    private static String sequence(String name) {
        return name.substring(name.length() - DIGITS);
    }

    // Waiting.

    /** With getData: exists would leave a watch where the znode is gone by now. */
    private void await(Attempt attempt, String oneBefore) {
        int round = keeper.round();
        attempt.phase = Phase.WAITING;
        attempt.watched = oneBefore;
        keeper.zk()
                .getData(
                        path(oneBefore),
                        attempt.ofOneBefore,
                        (rc, path, ctx, data, stat) -> keeper.post(round, () -> onAwaited(attempt, rc)),
                        null);
    }

    private void onAwaited(Attempt attempt, int rc) {
        switch (Code.get(rc)) {
            case OK -> {} // its watch will tell
            case NONODE -> {
                attempt.watched = null;
                look(attempt);
            }
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(attempt, refused(rc));
        }
    }

    private void onOneBefore(Attempt attempt, WatchedEvent event) {
        if (event.getType() != EventType.None && connected && attempt.phase == Phase.WAITING) {
            attempt.watched = null;
            look(attempt);
        }
    }

    private void onTimeIsUp(Attempt attempt) {
        attempt.timeIsUp = true;
        boolean enters = attempt.phase == Phase.HOLDING || attempt.phase == Phase.ASKING && connected;
        if (attempt.phase == Phase.OVER || attempt.phase == Phase.LEAVING || enters) {
            return; // one that asks has its look first, then decide() sees that the time is up
        }
        if (!connected) {
            attempt.outcome.completeExceptionally(trouble == null ? cannotConnect() : trouble);
        }
        leave(attempt);
    }

    // Holding.

    /** Reads its own znode: for the token, and to be told when somebody deletes it. */
    private void enter(Attempt attempt) {
        int round = keeper.round();
        keeper.zk()
                .getData(
                        path(attempt.name),
                        attempt.ofOwn,
                        (rc, path, ctx, data, stat) -> keeper.post(round, () -> onEntered(attempt, rc, stat)),
                        null);
    }

    private void onEntered(Attempt attempt, int rc, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> {
                attempt.seen = true;
                hold(attempt, stat.getCzxid());
            }
            case NONODE -> {
                if (attempt.phase == Phase.HOLDING) {
                    lose(attempt);
                } else {
                    look(attempt);
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(attempt, refused(rc));
        }
    }

    private void hold(Attempt attempt, long token) {
        if (attempt.phase != Phase.ASKING && attempt.phase != Phase.WAITING) {
            return; // it holds and was only looked at once more, or was given up meanwhile
        }
        attempt.phase = Phase.HOLDING;
        attempt.watched = null;
        attempt.token = token;
        attempt.owned.set(true);
        if (!attempt.outcome.complete(Optional.of(attempt))) {
            attempt.owned.set(false);
            leave(attempt);
        }
    }

    /** Whatever it is, also that the watch was removed together with that of somebody before: read again. */
    private void onOwn(Attempt attempt, WatchedEvent event) {
        if (event.getType() != EventType.None && connected && attempt.phase == Phase.HOLDING) {
            enter(attempt);
        }
    }

    /** K4: told once, and not to one that had released it. */
    private void lose(Attempt attempt) {
        if (attempt.owned.compareAndSet(true, false)) {
            attempt.lost.complete(null);
        }
        end(attempt);
    }

    // Leaving.

    /** K3: once asked for, its znode goes, however often the connection is lost on the way. */
    private void leave(Attempt attempt) {
        boolean unsent = attempt.phase == Phase.NEW;
        if (attempt.phase == Phase.OVER) {
            return;
        }
        attempt.phase = Phase.LEAVING;
        if (unsent) {
            end(attempt);
        } else if (connected && attempt.name != null) {
            unwatch(attempt);
            delete(attempt);
        } else if (connected) {
            look(attempt);
        } // else when connected again
    }

    /** K11: all watches on it, because removing one's own is no more than forgetting it; others set theirs again. */
    private void unwatch(Attempt attempt) {
        if (attempt.watched != null) {
            keeper.zk().removeAllWatches(path(attempt.watched), WatcherType.Data, true, (rc, path, ctx) -> {}, null);
            attempt.watched = null;
        }
    }

    private void delete(Attempt attempt) {
        int round = keeper.round();
        keeper.zk()
                .delete(
                        path(attempt.name),
                        -1,
                        (rc, path, ctx) -> keeper.post(round, () -> onDeleted(attempt, rc)),
                        null);
    }

    private void onDeleted(Attempt attempt, int rc) {
        switch (Code.get(rc)) {
            case OK, NONODE -> end(attempt);
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // again when connected, or gone with the session
            default -> fail(attempt, refused(rc));
        }
    }

    private void awaitGone(Attempt attempt) {
        try {
            Keeper.await(attempt.gone, place.sessionTimeout());
        } catch (TimeoutException e) {
            // It goes when the connection is back, or with the session: one of both is certain.
        }
    }

    // Ending.

    private Failure refused(int rc) {
        return new Failure(Problem.NOT_ALLOWED, place.path() + ": " + Code.get(rc));
    }

    /** A server said no. What it may have in the queue goes, unless it is that which was refused. */
    private void fail(Attempt attempt, Failure why) {
        attempt.outcome.completeExceptionally(why);
        if (attempt.owned.compareAndSet(true, false)) {
            attempt.lost.complete(null);
        }
        if (attempt.phase == Phase.LEAVING) {
            attempt.gone.completeExceptionally(why);
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
            each.outcome.completeExceptionally(new Failure(Problem.CLOSED, "the lock was closed"));
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
                switch (each.phase) {
                    case NEW -> ask(each);
                    case HOLDING -> enter(each);
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
                switch (each.phase) {
                    case NEW -> {} // it has nothing to lose
                    case HOLDING -> lose(each);
                    case LEAVING -> end(each);
                    default -> {
                        each.outcome.completeExceptionally(sessionLost());
                        end(each);
                    }
                }
            }
        }

        @Override
        public void failed(Failure why) {
            disconnected();
            trouble = why;
            attempts.values().stream()
                    .filter(each -> each.phase == Phase.NEW)
                    .toList()
                    .forEach(each -> fail(each, why));
        }
    }

    private String path(String name) {
        return place.path() + "/" + name;
    }
}
