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
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;

/**
 * A {@link Lock} that belongs to no thread: Curator's {@link InterProcessSemaphoreV2} with one lease. {@link
 * InterProcessSemaphoreMutex} is the same, but hides the lease, and with it the name of the znode: there would be no
 * token, and nothing to watch.
 *
 * <p><b>Not kept: K6, K7, K8; take {@link LockRecipe}, or the raw one, where that matters.</b> A hold costs twice as
 * many requests, and a change of hands two notifications beside the holder's own (K6); a create that is lost twice in a
 * row may leave a znode in the way until the session ends (K7); nobody shares (K8).
 *
 * <p><b>When to use it.</b> Where another thread than the one that asked releases, and nobody shares. <b>When not:</b>
 * beside other lock recipes on one path. <b>Znodes:</b> {@code PATH/locks/_c_<uuid>-lock-NNNNNNNNNN}, the queue, and
 * {@code PATH/leases/_c_<uuid>-lease-NNNNNNNNNN}, the holder and the one that waits for it: neither the raw recipe nor
 * Curator's other locks queue there. Every child of {@code leases} counts as a lease, whoever made it.
 */
public final class SemaphoreLock implements Lock {
    /** Longer than asked for only while its znodes are being deleted: time for a new connection and two answers. */
    private static final Duration LEAVING = Duration.ofSeconds(3);

    private final Keeper keeper;
    private final InterProcessSemaphoreV2 semaphore;
    private final Set<LeaseHold> holds = ConcurrentHashMap.newKeySet();

    /** With a session of its own. */
    public SemaphoreLock(Recipe.Place place) {
        this(new Keeper(place));
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public SemaphoreLock(CuratorFramework client, String path) {
        this(new Keeper(client, path));
    }

    private SemaphoreLock(Keeper keeper) {
        this.keeper = keeper;
        this.semaphore = new InterProcessSemaphoreV2(keeper.client, keeper.path, 1);
    }

    /** @throws Failure {@link Problem#INVALID} for the shared mode, too */
    @Override
    public Optional<Hold> acquire(Mode mode, Duration patience) {
        if (mode != Mode.EXCLUSIVE) {
            throw new Failure(Problem.INVALID, "mode " + mode + ": a semaphore with one lease is exclusive only");
        }
        long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience); // toNanos() refuses long ones
        return keeper.callInSession(patience, LEAVING, () -> ask(deadline), late -> late.ifPresent(Hold::close));
    }

    private Optional<Hold> ask(long deadline) throws Exception {
        keeper.client.blockUntilConnected();
        try {
            Lease lease = semaphore.acquire(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            return lease == null ? Optional.empty() : Optional.of(hold(lease));
        } catch (NullPointerException e) {
            // Curator fails on the name that it has not where a create is lost twice in a row.
            throw new Failure(Problem.CANNOT_CONNECT, keeper.path + ": the create was lost twice");
        }
    }

    /** K4, K5: the token, and the watch that tells of an operator's delete: Curator has neither. */
    private Hold hold(Lease lease) throws Exception {
        CompletableFuture<Void> lost = new CompletableFuture<>();
        String znode = keeper.path + "/leases/" + lease.getNodeName();
        LeaseHold hold = new LeaseHold(keeper.own(znode, () -> lost.complete(null)), lost);
        holds.add(hold);
        try {
            hold.own.token.get();
            return hold;
        } catch (ExecutionException | InterruptedException e) {
            hold.close();
            throw e;
        }
    }

    @Override
    public void close() {
        keeper.close(() -> {}, () -> holds.forEach(Hold::close));
    }

    private final class LeaseHold implements Hold {
        private final Keeper.Own own;
        private final CompletableFuture<Void> lost;

        LeaseHold(Keeper.Own own, CompletableFuture<Void> lost) {
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

        /** As the lease's own close, which does no more. */
        private boolean giveBack() {
            holds.remove(this);
            return own.giveUp() && keeper.deleteForCertain(own.znode);
        }
    }
}
