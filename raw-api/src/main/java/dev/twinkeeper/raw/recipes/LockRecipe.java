package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A {@link Lock}: each attempt makes an ephemeral sequential znode, and holds the lock when no znode before it excludes
 * it. Otherwise it watches the last one that does, and only that one, so that a release wakes only those that may then
 * enter.
 *
 * <p><b>When to use it.</b> For work that must not be done twice at a time, by few, for seconds rather than
 * milliseconds: every change of holder is two writes of a quorum. <b>When not:</b> where versioned writes (compare and
 * set) are enough; and never without checking the {@linkplain Lock.Hold#token token} where a second writer would do
 * harm.
 *
 * <p><b>Znodes.</b> {@code PATH/_c_<uuid>-__WRIT__NNNNNNNNNN} for the exclusive mode and {@code
 * PATH/_c_<uuid>-__READ__NNNNNNNNNN} for the shared one, ephemeral sequential, without data: those of Curator's
 * InterProcessReadWriteLock, which may queue on the same path. By the uuid, which is the attempt's, it finds its znode
 * when the answer to the create was lost. Other names that end with ten digits count as exclusive (kazoo's {@code
 * <hex>__lock__NNNNNNNNNN}), those with {@code __rlock__} as shared; what ends otherwise is no contender. A kazoo Lock
 * has to be told to wait for ours: {@code extra_lock_patterns=["__WRIT__", "__READ__"]}.
 *
 * <p><b>Guarantees.</b> K1 to K11. <b>Not made:</b> that a paused holder notices in time. ZooKeeper says that a session
 * has ended only when the client is connected again: a holder that stays cut off knows no more than that it may have
 * lost.
 */
public final class LockRecipe implements Lock {
    /** Longer than asked for only while its znode is being deleted: time for a new connection and two answers. */
    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final RecipeConnection connection;

    /** Those that may have a znode: as many as there are callers, and those that are leaving. In the order of asking. */
    private final Map<String, LockAttempt> attempts = new LinkedHashMap<>();

    private final AtomicBoolean closed = new AtomicBoolean();
    private Failure trouble;

    /** Opens a session of its own, in the background. */
    public LockRecipe(Recipe.Place place) {
        this.connection = new RecipeConnection(place, new Connection());
        connection.open();
    }

    /**
     * On a session that the caller goes on to own, with its credentials and its ACL. Where a release is refused, it ends
     * that session, and so all that is in it.
     */
    public LockRecipe(Session session, String path) {
        this.connection = new RecipeConnection(session, path, new Connection());
        connection.open();
    }

    @Override
    public Optional<Hold> acquire(Mode mode, Duration patience) {
        if (patience.isNegative() || connection.isCurrent()) {
            throw failure(Problem.INVALID, "patience " + patience + ", zero or more; and not in a listener");
        }
        LockAttempt attempt = new LockAttempt(connection, mode == Mode.SHARED, attempts::remove);
        connection.post(() -> begin(attempt));
        if (closed.get()) {
            throw failure(Problem.CLOSED, "closed"); // else endAll() is still to come, and finds it
        }
        try {
            return await(attempt, patience);
        } catch (TimeoutException e) {
            throw abandon(attempt, connection.cannotConnect());
        } catch (Failure why) {
            throw abandon(attempt, why);
        }
    }

    /** The caller keeps the time: a timer for each attempt would outlive it, and pile up. */
    private Optional<Hold> await(LockAttempt attempt, Duration patience) throws TimeoutException {
        try {
            return RecipeConnection.await(attempt.outcome(), patience);
        } catch (TimeoutException e) {
            connection.post(() -> attempt.onTimeIsUp(trouble));
            return RecipeConnection.await(attempt.outcome(), LEAVING);
        }
    }

    /** Nobody waits for it any more: whatever comes of it goes. */
    private Failure abandon(LockAttempt attempt, Failure why) {
        connection.post(() -> attempt.fail(why));
        return why;
    }

    private void begin(LockAttempt attempt) {
        attempts.put(attempt.id(), attempt);
        if (connection.isConnected()) {
            attempt.begin();
        } else if (trouble != null) {
            connection.again(); // what was foreign may be gone
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Set<String> ids = new HashSet<>();
            connection.post(() -> {
                ids.addAll(attempts.keySet());
                forEach(attempt -> attempt.close(failure(Problem.CLOSED, "closed")));
            });
            connection.close(connection.path(), name -> ids.stream().anyMatch(name::contains), null);
        }
    }

    private void forEach(Consumer<LockAttempt> what) {
        List.copyOf(attempts.values()).forEach(what);
    }

    private final class Connection implements RecipeConnection.Owner {
        @Override
        public void connected() {
            trouble = null;
            forEach(LockAttempt::begin);
        }

        @Override
        public void disconnected() {
            forEach(attempt -> attempt.hold().doubt()); // K4: before the session can have ended
        }

        @Override
        public void expired() {
            forEach(attempt -> attempt.expire(failure(Problem.SESSION_LOST, "the session ended")));
        }

        @Override
        public void failed(Failure why) {
            trouble = why;
            forEach(attempt -> attempt.giveUp(why));
        }
    }

    private Failure failure(Problem problem, String what) {
        return new Failure(problem, connection.path() + ": " + what);
    }
}
