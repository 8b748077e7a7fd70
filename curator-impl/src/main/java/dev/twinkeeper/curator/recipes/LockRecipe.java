package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;

/**
 * A {@link Lock}: Curator's {@link InterProcessReadWriteLock}, which is two {@link InterProcessMutex}es on one queue.
 *
 * <p><b>Not kept: K7, K9, K10, K11; take the raw one where that matters.</b> If the answer to a create is lost twice in
 * a row, Curator does not know the name of its znode: the attempt fails, and the znode is in the way until its session
 * ends (K7). It counts every child of the path that sorts before its own (K9, <a
 * href="https://issues.apache.org/jira/browse/CURATOR-43">CURATOR-43</a>); those that would share watch the
 * <em>first</em> exclusive one in the queue, not the last before them (K10); an attempt that gave up leaves its watch
 * until the znode that it watched goes (K11).
 *
 * <p><b>When to use it</b> and <b>when not</b>: as the raw recipe. If each thread releases what it acquired, and nobody
 * needs to be told of a loss, take {@link InterProcessMutex} as it is.
 *
 * <p><b>Znodes.</b> The same as the raw recipe; a missing {@code PATH} is made as a container: the servers remove it
 * some time after its last child. A kazoo lock queues with it only under these names, in a subclass with {@code
 * _NODE_NAME = "__WRIT__"}: kazoo's own names sort anywhere here, and both hold.
 *
 * <p><b>What Curator does.</b> It makes the znode and finds it again when the answer was lost, waits for the right
 * predecessor, retries over lost connections, and makes sure of the delete.
 *
 * <p><b>What is added,</b> marked below: a mutex belongs to the thread that acquired it, so each attempt has a mutex of
 * its own, and a release deletes the hold's znode; there is no token, and nobody is told of a loss (<a
 * href="https://issues.apache.org/jira/browse/CURATOR-206">CURATOR-206</a>); a waiter whose session ended queues again,
 * at the end, and does not say so.
 */
public final class LockRecipe implements Lock {
    /** Longer than asked for only while its znode is being deleted: time for a new connection and two answers. */
    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final Keeper keeper;
    private final Set<LockHold> holds = ConcurrentHashMap.newKeySet();

    /** With a session of its own. */
    public LockRecipe(Recipe.Place place) {
        this(new Keeper(place));
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public LockRecipe(CuratorFramework client, String path) {
        this(new Keeper(client, path));
    }

    private LockRecipe(Keeper keeper) {
        this.keeper = keeper;
    }

    @Override
    public Optional<Hold> acquire(Mode mode, Duration patience) {
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience); // toNanos() refuses long ones
        return keeper.callInSession(patience, LEAVING, () -> ask(mode, deadline), late -> late.ifPresent(Hold::close));
    }

    private Optional<Hold> ask(Mode mode, long deadline) throws Exception {
        keeper.client.blockUntilConnected();
        while (true) {
            var lock = new InterProcessReadWriteLock(keeper.client, keeper.path);
            InterProcessMutex mutex = mode == Mode.SHARED ? lock.readLock() : lock.writeLock();
            try {
                if (!mutex.acquire(millisUntil(deadline), TimeUnit.MILLISECONDS)) {
                    return Optional.empty();
                }
                return Optional.of(hold(pathOf(mutex)));
            } catch (NoNodeException e) {
                // Deleted as soon as it was first, or as often as Curator tries: once more, at the end.
            } catch (NodeExistsException e) {
                throw new Failure(Problem.FULL, keeper.path + ": no sequence numbers left");
            } catch (NullPointerException e) {
                throw new Failure(Problem.CANNOT_CONNECT, keeper.path + ": the create was lost twice");
            }
        }
    }

    private static long millisUntil(long deadline) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
    }

    private static String pathOf(InterProcessMutex mutex) {
        return mutex instanceof InterProcessReadWriteLock.WriteLock exclusive
                ? exclusive.getLockPath()
                : ((InterProcessReadWriteLock.ReadLock) mutex).getLockPath();
    }

    /** K4, K5: reads its own znode, for the token, and to be told when somebody deletes it. */
    private Hold hold(String znode) throws Exception {
        CompletableFuture<Void> lost = new CompletableFuture<>();
        LockHold hold = new LockHold(keeper.own(znode, () -> lost.complete(null)), lost);
        holds.add(hold);
        try {
            hold.own.token.get();
            return hold;
        } catch (ExecutionException e) {
            hold.close();
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (InterruptedException e) {
            hold.close();
            throw e;
        }
    }

    @Override
    public void close() {
        keeper.close(() -> {}, () -> holds.forEach(Hold::close));
    }

    /** Belongs to no thread. */
    private final class LockHold implements Hold {
        private final Keeper.Own own;
        private final CompletableFuture<Void> lost;

        LockHold(Keeper.Own own, CompletableFuture<Void> lost) {
            this.own = own;
            this.lost = lost;
        }

        @Override
        public long token() {
            return own.token.join();
        }

        @Override
        public boolean isHeld() {
            return own.isOurs();
        }

        @Override
        public void onLost(Runnable action) {
            lost.thenRun(() -> keeper.post(action));
        }

        @Override
        public void release() {
            if (!giveBack()) {
                throw new Failure(Problem.NOT_HELD, "the hold of " + keeper.path + " was lost or released");
            }
        }

        @Override
        public void close() {
            giveBack();
        }

        /** Guaranteed: where the answer is lost, Curator deletes it in the background, or it goes with its session. */
        private boolean giveBack() {
            holds.remove(this);
            return own.giveUp() && keeper.deleteForCertain(own.znode);
        }
    }
}
