package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.AuthInfo;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/**
 * The common ground of every Curator recipe here: a client, its caller's or its own, and {@link Calls} that end when
 * their time is up. It is copied with each recipe.
 *
 * <p><b>A client that the caller owns</b> has to be started; it is never closed here, and keeps its retry policy: where
 * that gives up before the caller's patience is up, a call fails with CANNOT_CONNECT. Where it has a namespace, the
 * path lies below that. When the caller closes it first, calls fail with CLOSED. As whom it speaks, and who may use the
 * znodes that are made, is what the client says: its {@code authorization} and its {@link ACLProvider}, which Curator's
 * recipes ask for each znode. So is the largest answer that it takes, one mebibyte unless its {@link ZKClientConfig}
 * says otherwise: a list of more children than that holds looks like a lost connection.
 */
final class Keeper extends Calls {
    private static final int PAUSE_MS = 100;

    /** As the raw recipes: about a million children. The default of one mebibyte ends at some 15,000 of the lock's. */
    private static final int LARGEST_ANSWER = 64 << 20;

    /** For a listener to end, where there never was a session. */
    private static final int SHORTEST_MS = 1_000;

    /** For a client of ours; what a call may take is for its caller to say. */
    private static CuratorFramework open(Recipe.Place place) {
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(place.servers())
                .sessionTimeoutMs((int) place.sessionTimeout().toMillis())
                .connectionTimeoutMs((int) place.sessionTimeout().toMillis())
                .retryPolicy(new RetryForever(PAUSE_MS))
                // It would leave the servers that we were given for those in the ensemble's own configuration.
                .ensembleTracker(false)
                // Else a znode that is made without data holds this machine's address.
                .defaultData(new byte[0])
                .authorization(identity(place.access()))
                .aclProvider(new SameForAll(acl(place.access())))
                .zkClientConfig(config(place.access()))
                .build();
        client.start();
        return client;
    }

    private static List<AuthInfo> identity(Recipe.Access access) {
        byte[] digest = access.digest();
        return digest.length == 0 ? List.of() : List.of(new AuthInfo("digest", digest));
    }

    /** No List.of: ZooKeeper asks it whether it holds null, which throws. */
    private static List<ACL> acl(Recipe.Access access) {
        List<ACL> acl = new ArrayList<>();
        for (String grant : access.acl()) {
            int colon = grant.indexOf(':');
            acl.add(new ACL(Perms.ALL, new Id(grant.substring(0, colon), grant.substring(colon + 1))));
        }
        return acl;
    }

    private static ZKClientConfig config(Recipe.Access access) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false"); // JAAS may be of another cluster
        access.client().forEach(config::setProperty);
        return config;
    }

    private record SameForAll(List<ACL> getDefaultAcl) implements ACLProvider {
        @Override
        public List<ACL> getAclForPath(String path) {
            return getDefaultAcl;
        }
    }

    private final boolean ours;
    private final ConnectionStateListener listener = (unused, state) -> onState(state);
    private final Set<Own> owned = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Runnable onLost = () -> {};
    private volatile Runnable onReconnected = () -> {};

    /** With a session of its own, which ends with it. */
    Keeper(Recipe.Place place) {
        this(open(place), place.path(), true);
    }

    /**
     * With a client that somebody else started, and closes.
     *
     * @throws Failure {@link Problem#INVALID} for a path that can't be, or a client that was not started; {@link
     *     Problem#CLOSED} for one that was closed
     */
    Keeper(CuratorFramework client, String path) {
        this(started(client), new Recipe.Place("caller:0", Duration.ofSeconds(1), path).path(), false);
    }

    private Keeper(CuratorFramework client, String path, boolean ours) {
        super(client, path);
        this.ours = ours;
        client.getConnectionStateListenable().addListener(listener);
    }

    private static CuratorFramework started(CuratorFramework client) {
        if (client == null || client.getState() == CuratorFrameworkState.LATENT) {
            throw new Failure(Problem.INVALID, "the client is not started: call start() first");
        }
        if (client.getState() == CuratorFrameworkState.STOPPED) {
            throw new Failure(Problem.CLOSED, "the client is closed");
        }
        return client;
    }

    // The place, the connection, the session.

    /** Makes the path where it is missing, as a plain znode: most of Curator's recipes would make a container. */
    void makePlace() throws Exception {
        Stat there = client.checkExists().forPath(path);
        while (there == null) {
            try {
                client.create().creatingParentsIfNeeded().forPath(path, new byte[0]);
            } catch (KeeperException.NodeExistsException e) {
                // By somebody else.
            }
            there = client.checkExists().forPath(path);
        }
        if (there.getEphemeralOwner() != 0) {
            throw new Failure(Problem.FOREIGN, path + " is an ephemeral of somebody");
        }
    }

    /**
     * What is read after it is not older than anything that anybody was told before. It is a transaction that changes
     * nothing, whatever the servers answer.
     */
    void readBarrier() throws Exception {
        try {
            client.transaction().forOperations(client.transactionOp().check().forPath("/"));
        } catch (KeeperException.NoNodeException | KeeperException.NoAuthException refused) {
            // In its turn, after all before it.
        }
    }

    boolean isConnected() {
        return client.getZookeeperClient().isConnected();
    }

    /** Of the connection that there is; 0 where there is none for certain. */
    private long session() {
        try {
            return isConnected() ? client.getZookeeperClient().getZooKeeper().getSessionId() : 0;
        } catch (Exception e) {
            return 0;
        }
    }

    /** Has this done whenever the session was lost. */
    void onLost(Runnable action) {
        onLost = action;
    }

    /** Has this done whenever a connection is back, in the same session or another. */
    void onReconnected(Runnable action) {
        onReconnected = action;
    }

    private void onState(ConnectionState state) {
        if (state == ConnectionState.RECONNECTED) {
            reconnected();
            onReconnected.run();
        } else if (state == ConnectionState.LOST) {
            sessionLost();
            owned.forEach(Own::lose);
            onLost.run();
        }
    }

    /** An ephemeral that one of Curator's recipes made for us: its token, and whether it is there still. */
    final class Own {
        final String znode;

        /** The zxid that made it, when it was read. */
        final CompletableFuture<Long> token = new CompletableFuture<>();

        private final Runnable onGone;
        private final AtomicBoolean gone = new AtomicBoolean();
        private volatile long session = -1;

        /** In a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
        private final CuratorWatcher watcher = event -> {
            if (event.getType() != EventType.None) {
                look(); // deleted, or its data was set: then the watch is used up
            }
        };

        private Own(String znode, Runnable onGone) {
            this.znode = znode;
            this.onGone = onGone;
        }

        private void look() throws Exception {
            if (!gone.get()) {
                client.getData()
                        .usingWatcher(watcher)
                        .inBackground((unused, reply) -> onLooked(reply))
                        .forPath(znode);
            }
        }

        private void onLooked(CuratorEvent reply) {
            switch (Code.get(reply.getResultCode())) {
                case OK -> {
                    session = reply.getStat().getEphemeralOwner();
                    token.complete(reply.getStat().getCzxid());
                }
                case NONODE -> lose();
                default -> token.completeExceptionally(KeeperException.create(Code.get(reply.getResultCode()), znode));
            }
        }

        /** By what is known here: false from when the connection is lost, and in the next session. */
        boolean isOurs() {
            return !gone.get() && session == session();
        }

        /** Whether it was ours to give up, as far as is known; from now on nothing is told of it. */
        boolean giveUp() {
            owned.remove(this);
            return gone.compareAndSet(false, true);
        }

        private void lose() {
            if (giveUp()) {
                token.completeExceptionally(new KeeperException.NoNodeException(znode));
                onGone.run();
            }
        }
    }

    /**
     * Watches a znode of ours, which none of Curator's recipes does (CURATOR-171, CURATOR-206).
     *
     * @param onGone run once when it was deleted or its session is lost; on a thread of Curator's
     */
    Own own(String znode, Runnable onGone) throws Exception {
        Own own = new Own(znode, onGone);
        owned.add(own);
        own.look();
        return own;
    }

    /**
     * Returns when it is gone, or certain to go: with its session, or by Curator in the background, which goes on with
     * what was lost or interrupted.
     *
     * @return true
     */
    boolean deleteForCertain(String znode) {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        try {
            client.delete()
                    .guaranteed()
                    .inBackground((unused, reply) -> gone.complete(null))
                    .forPath(znode);
            if (isOpen() && !isTelling()) {
                gone.get(client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            // On its way; or the client is closed, and it goes with the session.
        }
        return true;
    }

    // The end.

    /**
     * Ends what waits, then tells, then leaves; all in a session timeout.
     *
     * @param lastWord what is still to be told
     * @param leave what is to be given back to a client that is not ours, whose session lives on
     */
    void close(Runnable lastWord, Work leave) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        endCalls();
        boolean interrupted = Thread.interrupted(); // X4: closing a session would not wait for it
        int sessionMs = client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(SHORTEST_MS, sessionMs));
        try {
            endTelling(lastWord, deadline - System.nanoTime());
            leave(leave, deadline);
            if (ours && sessionMs > 0) {
                // X4: of a session that it can't reach the client ends nothing.
                client.blockUntilConnected((int) millisUntil(deadline), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        owned.clear();
        client.getConnectionStateListenable().removeListener(listener);
        if (ours) {
            client.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static long millisUntil(long deadline) {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()));
    }

    private static void leave(Work leave, long deadline) throws InterruptedException {
        Thread leaving = thread(() -> quietly(leave), "leaves");
        leaving.start();
        leaving.join(millisUntil(deadline));
        leaving.interrupt();
    }
}
