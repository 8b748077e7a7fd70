package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Being the holder of a {@link LockRecipe}'s lock. Any thread may ask and release it; its {@link LockAttempt} tells it. */
final class LockHold implements Lock.Hold {
    private final RecipeConnection connection;
    private final Runnable leave;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final AtomicBoolean owned = new AtomicBoolean();

    private volatile long token;
    private volatile boolean seen;

    /** @param leave has its znode removed; on the session's thread */
    LockHold(RecipeConnection connection, Runnable leave) {
        this.connection = connection;
        this.leave = leave;
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
        lost.thenRunAsync(action, connection::post);
    }

    @Override
    public void release() {
        if (!giveBack()) {
            throw new Failure(Problem.NOT_HELD, connection.path() + ": the hold was lost or released");
        }
    }

    @Override
    public void close() {
        giveBack();
    }

    /** Returns false where it is not held. */
    private boolean giveBack() {
        if (!owned.compareAndSet(true, false)) {
            return false;
        }
        connection.post(leave);
        if (!connection.isCurrent()) {
            try {
                RecipeConnection.await(gone, connection.sessionTimeout());
            } catch (TimeoutException | Failure e) {
                // Or interrupted. It goes when the connection is back, or with the session: one of both is certain.
            }
        }
        return true;
    }

    // On the session's thread.

    void begin(long czxid) {
        token = czxid;
        owned.set(true);
    }

    /** Its znode was there just now. */
    void see() {
        seen = true;
    }

    /** The connection is lost. */
    void doubt() {
        seen = false;
    }

    /** It is nobody's any more, and nobody is told. */
    void drop() {
        owned.set(false);
    }

    /** K4: told once, and not to one that had released it. */
    void lose() {
        if (owned.compareAndSet(true, false)) {
            lost.complete(null);
        }
    }

    void onGone() {
        gone.complete(null);
    }
}
