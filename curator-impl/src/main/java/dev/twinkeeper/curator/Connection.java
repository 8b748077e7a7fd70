package dev.twinkeeper.curator;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Settings;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;

/**
 * The Curator client that a role speaks through, and the requests that Curator has no word for.
 *
 * @param own whether the role closes it; else it is the caller's, and others have watches in it
 * @param root the client's namespace as a path, or empty: paths here are complete
 */
record Connection(CuratorFramework client, boolean own, String root) {
    static final byte[] NO_DATA = {};

    /** About 1.5 million tasks in a list. The default of one mebibyte ends at 55,000, and looks like a lost connection. */
    private static final int LARGEST_ANSWER = 64 << 20;

    private static final int RETRY_MS = 100;
    private static final int SHUTDOWN_MS = 1_000;

    static Connection open(Settings settings) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(settings.connect().servers())
                .sessionTimeoutMs((int) settings.sessionTimeout().toMillis())
                .retryPolicy(new RetryForever(RETRY_MS))
                .ensembleTracker(false) // It would leave the addresses that the user gave.
                .waitForShutdownTimeoutMs(SHUTDOWN_MS)
                .zkClientConfig(config)
                .build();
        return new Connection(client, true, "");
    }

    /** @throws CoordinationException {@code INVALID} where it is not started */
    static Connection of(CuratorFramework callers) {
        CuratorFrameworkState state = callers.getState();
        if (state != CuratorFrameworkState.STARTED) {
            throw CoordinationException.invalid("Curator client", state.name(), "must be started, and not yet closed");
        }
        String namespace = callers.getNamespace();
        return new Connection(callers.usingNamespace(null), false, namespace.isEmpty() ? "" : "/" + namespace);
    }

    ZooKeeper handle() throws Exception {
        return client.getZookeeperClient().getZooKeeper();
    }

    /**
     * A transaction that is sent once. Whatever else loses its answer Curator sends again, by the client's retry policy;
     * but there a second time would be a second task (S4), or an assignment that comes after the status (S2). So Curator
     * makes the operations, with its ACLs, and ZooKeeper's own handle sends them.
     */
    List<OpResult> once(List<CuratorOp> operations) throws Exception {
        return handle().multi(operations.stream().map(CuratorOp::get).toList());
    }

    /** S4, L4: what is read after it is not older than anything that anybody was told before. */
    void readBarrier() throws Exception {
        client.transaction().forOperations(client.transactionOp().check().forPath("/"));
    }

    /** The persistent parents, where they are missing. */
    void makeParents(List<String> parents) throws Exception {
        readBarrier();
        for (String parent : parents) {
            if (client.checkExists().forPath(parent) == null) {
                try {
                    client.create().creatingParentsIfNeeded().forPath(parent, NO_DATA);
                } catch (NodeExistsException e) {
                    // As it should be.
                }
            }
        }
    }

    /** @param onSet runs when the watch is set, at first and after each reconnect: what happened before is to be read */
    PersistentWatcher watch(String path, boolean recursive, Watcher onEvent, Runnable onSet) {
        PersistentWatcher watcher = new PersistentWatcher(client, path, recursive);
        watcher.getListenable().addListener(onEvent);
        watcher.getResetListenable().addListener(onSet);
        watcher.start();
        return watcher;
    }

    /** Closing a recipe takes its watch away here and leaves it at the server, which would go on sending. */
    void unwatch(String path) throws Exception {
        if (own) {
            client.watchers().removeAll().ofType(WatcherType.Any).inBackground().forPath(path);
        }
    }

    /** The session that this thread would speak in now; 0 where there is none. */
    long session() {
        try {
            return handle().getSessionId();
        } catch (Exception e) {
            return 0;
        }
    }

    /** Whether what was asked may have been applied or not. */
    static boolean isLost(KeeperException failure) {
        return switch (failure.code()) {
            case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT, SESSIONMOVED, SESSIONEXPIRED -> true;
            default -> false;
        };
    }
}
