package dev.twinkeeper.curator;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.TreeAcl;
import dev.twinkeeper.loop.RoleLife;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.RetryPolicy;
import org.apache.curator.framework.AuthInfo;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * The Curator client of a role, and the requests that Curator does not offer.
 *
 * @param framework the client itself, which has the listeners
 * @param client the same without its namespace
 * @param own whether the role closes it; else it is the caller's, and others have watches in it
 * @param root the client's namespace as a path, or empty: paths here are complete
 * @param auth the credentials, those that are known; a caller's client keeps its own to itself
 */
record Connection(CuratorFramework framework, CuratorFramework client, boolean own, String root, List<AuthInfo> auth) {
    /** About 1.5 million tasks in a list. The default of one mebibyte ends at 55,000, and looks like a lost connection. */
    private static final int LARGEST_ANSWER = 64 << 20;

    private static final RetryPolicy RETRY = new RetryForever(100);

    static Connection open(Settings settings) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false"); // JAAS may be of another cluster
        settings.security().client().forEach(config::setProperty);
        CuratorFramework client = CuratorFrameworkFactory.builder()
                .connectString(settings.connect().servers())
                .sessionTimeoutMs((int) settings.sessionTimeout().toMillis())
                .retryPolicy(RETRY)
                .ensembleTracker(false) // It would leave the addresses that the user gave.
                .authorization(credentials(settings.security()))
                .aclProvider(new ByPath(acl(settings), acl(settings).at("/")))
                .zkClientConfig(config)
                .build();
        return new Connection(client, client, true, "", credentials(settings.security()));
    }

    private static List<AuthInfo> credentials(Security security) {
        return security.credentials().stream()
                .map(each -> new AuthInfo(each.scheme(), each.bytes()))
                .toList();
    }

    private static TreeAcl<ACL> acl(Settings settings) {
        Layout layout = new Layout(settings.connect().chroot());
        return new TreeAcl<>(settings.security(), layout, (perms, scheme, id) -> new ACL(perms, new Id(scheme, id)));
    }

    private record ByPath(TreeAcl<ACL> tree, List<ACL> getDefaultAcl) implements ACLProvider {
        @Override
        public List<ACL> getAclForPath(String path) {
            return tree.at(path);
        }
    }

    /** @throws CoordinationException {@code INVALID} where it is not started */
    static Connection of(CuratorFramework callers) {
        if (callers.getState() != CuratorFrameworkState.STARTED) {
            throw CoordinationException.invalid(
                    "Curator client", callers.getState().name(), "start it, close it later");
        }
        String namespace = callers.getNamespace();
        try {
            callers.getCuratorListenable();
        } catch (UnsupportedOperationException e) {
            throw CoordinationException.invalid("Curator namespace", namespace, "give the client itself, and a chroot");
        }
        return new Connection(
                callers, callers.usingNamespace(null), false, namespace.isEmpty() ? "" : "/" + namespace, List.of());
    }

    ZooKeeper handle() throws Exception {
        return client.getZookeeperClient().getZooKeeper();
    }

    /**
     * S4: Curator gives a session up by its own clock, and the servers may have it for longer. Until it is over, what was
     * sent in it may still be applied, and a barrier of the next session tells nothing about that. So it is joined and
     * closed, until a server says that it is over. Servers that enforce authentication take a close only with
     * credentials; where we have none, nobody speaks in it until it has run out.
     */
    void end(ZooKeeper former) throws Exception {
        String servers = client.getZookeeperClient().getCurrentConnectionString();
        int timeout = former.getSessionTimeout();
        // A server that says so grants a timeout of 0, which the handle's own clock does not.
        boolean over = former.getSessionId() == 0 || timeout <= 0;
        for (long closes = 0; !over; ) {
            // None at first, in the end twice as long as the session lives when nobody speaks in it.
            MILLISECONDS.sleep(closes * (closes - 1) * timeout / 6);
            CompletableFuture<KeeperState> heard = new CompletableFuture<>();
            long since = System.nanoTime();
            ZooKeeper joined = new ZooKeeper(
                    servers,
                    timeout,
                    event -> heard.complete(event.getState()),
                    former.getSessionId(),
                    former.getSessionPasswd(),
                    false,
                    new StaticHostProvider(new ConnectStringParser(servers).getServerAddresses()),
                    former.getClientConfig());
            auth.forEach(each -> joined.addAuthInfo(each.getScheme(), each.getAuth()));
            try {
                // Late, it may be the clock of this handle, which was never connected.
                over = heard.get() == KeeperState.Expired
                        && System.nanoTime() - since < MILLISECONDS.toNanos(timeout) / 2;
            } finally {
                joined.close();
            }
            closes = heard.join() == KeeperState.SyncConnected ? Math.min(closes + 1, 4) : closes;
        }
    }

    /** S4, L4: what is read after it is not older than anything that was acknowledged before. */
    void readBarrier() throws Exception {
        try {
            client.transaction().forOperations(client.transactionOp().check().forPath("/"));
        } catch (KeeperException.NoAuthException e) {
            // The root may not be read. The refusal came the way of a write, and is as good a barrier.
        } catch (KeeperException.ThrottledOpException e) {
            Thread.sleep(RoleLife.PAUSE.toMillis());
            throw new KeeperException.OperationTimeoutException(); // It was thrown away unread: as good as lost.
        }
    }

    /** S4, S6: not only the server that we reach may be behind. */
    boolean isGone(String path) throws Exception {
        readBarrier();
        return client.checkExists().forPath(path) == null;
    }

    /** Persistent znodes, where they are missing. */
    void makeParents(List<String> parents) throws Exception {
        readBarrier();
        for (String parent : parents) {
            client.checkExists().creatingParentsIfNeeded().forPath(parent + "/child");
        }
        try {
            handle().multi(List.of(
                    Op.getChildren(parents.get(0)))); // as old as persistent watches, of which nobody hears
        } catch (KeeperException.NoAuthException e) {
            // Not too old, and who needs to read it will hear.
        }
    }

    /**
     * Closing a recipe takes its watch away here and leaves it at the server, which would go on sending. In the
     * foreground: what Curator sends again later would take the next watch away.
     */
    void unwatch(String path) throws Exception {
        if (own) {
            client.watchers().removeAll().ofType(WatcherType.Any).quietly().forPath(path);
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

    /** Whether an ephemeral of that owner is ours. What is persistent has the owner 0, as has no session. */
    boolean owns(long ephemeralOwner) {
        return ephemeralOwner != 0 && ephemeralOwner == session();
    }

    /** Whether the answer was lost with its connection, and there is another now. Else it is a refusal, or the client is closed. */
    boolean regained(KeeperException failure) throws InterruptedException {
        boolean lost = RETRY.allowRetry(failure) || failure.code() == KeeperException.Code.REQUESTTIMEOUT;
        while (lost
                && client.getState() == CuratorFrameworkState.STARTED
                && !client.blockUntilConnected(1, SECONDS)) {} // a close would wake nobody
        return lost && client.getState() == CuratorFrameworkState.STARTED;
    }
}
