package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.imps.DefaultACLProvider;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.KeeperException.NoNodeException;

/**
 * Where every Curator recipe here gets its client from. Copy it with the recipe, or take the client that you have: only
 * the marked settings matter.
 */
final class Keeper {
    /** Three tries within a second or so: what fails longer is for the recipe to know. */
    private static final int FIRST_PAUSE_MS = 50;

    private static final int LONGEST_PAUSE_MS = 500;
    private static final int RETRIES = 3;

    private Keeper() {}

    /** A client with a session of its own, to be started, and closed by who asked for it. */
    static CuratorFramework client(Recipe.Place place) {
        return CuratorFrameworkFactory.builder()
                .connectString(place.servers())
                .sessionTimeoutMs((int) place.sessionTimeout().toMillis())
                .connectionTimeoutMs((int) place.sessionTimeout().toMillis())
                .retryPolicy(new BoundedExponentialBackoffRetry(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, RETRIES))
                // It would leave the servers that we were given for those in the ensemble's own configuration.
                .ensembleTracker(false)
                // Else a znode that is made without data holds this machine's address.
                .defaultData(new byte[0])
                .aclProvider(new DefaultACLProvider())
                .build();
    }

    /**
     * What is read after it is not older than anything that anybody was told before. It is a transaction that changes
     * nothing, whatever the servers answer. A {@code sync} would do where a follower answers us; the leader answers that at once,
     * and may have applied less than its followers.
     */
    static void readBarrier(CuratorFramework client) throws Exception {
        try {
            client.transaction().forOperations(barrier(client));
        } catch (NoNodeException | NoAuthException refused) {
            // In its turn, after all before it.
        }
    }

    /** For who asks in the background. */
    static CuratorOp barrier(CuratorFramework client) throws Exception {
        return client.transactionOp().check().forPath("/");
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
}
