package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.contract.TreeRole;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.ZnodeKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * A client with the credentials of one role, or with none, that tries what it may do in a tree of several identities. No
 * try changes anything: a write has a wrong version, or stands in a transaction that fails, and both are found out after
 * the permissions.
 */
final class Insider {
    private static final int SESSION_MS = 30_000;
    private static final int ANY_VERSION = -1;
    private static final int WRONG_VERSION = 1_000_000;
    private static final String MISSING = "/missing";
    private static final byte[] THEIRS = {'x'};

    private final Optional<TreeRole> role;
    private final ZooKeeper zk;
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    /** Something that a client can do to a znode, and the permissions that it takes. */
    enum Operation {
        CREATE("create", Perms.CREATE, 0),
        READ("read", Perms.READ, 0),
        LIST("list", Perms.READ, 0),
        EXISTS("exists", Perms.READ, 0),
        GET_ACL("getACL", Perms.READ, 0),
        SET("set", Perms.WRITE, 0),
        SET_ACL("setACL", Perms.ADMIN, 0),
        CHECK("check", Perms.READ, 0),
        MULTI("multi", Perms.READ | Perms.WRITE, 0),
        DELETE("delete", 0, Perms.DELETE);

        private final String text;
        private final int onPath;
        private final int onParent;

        Operation(String text, int onPath, int onParent) {
            this.text = text;
            this.onPath = onPath;
            this.onParent = onParent;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private Insider(Optional<TreeRole> role, String servers) throws IOException {
        this.role = role;
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(SESSION_MS));
        zk = new ZooKeeper(servers, SESSION_MS, this::hear, config);
        role.map(RoleIdentities::of).ifPresent(own -> zk.addAuthInfo(own.scheme(), own.bytes()));
    }

    /** One of each role, and nobody in particular. */
    static List<Insider> all(String servers) throws IOException {
        List<Insider> all = new ArrayList<>();
        for (TreeRole role : TreeRole.values()) {
            all.add(new Insider(Optional.of(role), servers));
        }
        all.add(new Insider(Optional.empty(), servers));
        return all;
    }

    private void hear(WatchedEvent event) {
        if (event.getType() != EventType.None) {
            heard.add(event.getPath());
        }
    }

    /** What {@link ZnodeKind} grants it. */
    boolean isGranted(Operation operation, Layout layout, String path) {
        String parent = path.substring(0, Math.max(1, path.lastIndexOf('/')));
        return has(operation.onPath, layout, path) && has(operation.onParent, layout, parent);
    }

    boolean mayHear(Layout layout, String path) {
        return has(Perms.READ, layout, path);
    }

    private boolean has(int permissions, Layout layout, String path) {
        int granted = role.map(ZnodeKind.of(layout, path)::permissions).orElse(0);
        return (granted & permissions) == permissions;
    }

    /** Watches that znode and all below it. Setting a watch takes no permission; hearing of anything does. */
    void watch(String path) throws KeeperException, InterruptedException {
        zk.addWatch(path, this::hear, AddWatchMode.PERSISTENT_RECURSIVE);
    }

    /** Returns when it has heard all that it was to hear. A blocking answer would overtake events on the client's side. */
    void flush() throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        zk.exists("/", false, (code, path, context, stat) -> answered.complete(null), null);
        answered.get(SESSION_MS, TimeUnit.MILLISECONDS);
    }

    boolean heardOf(String path) {
        return heard.contains(path);
    }

    /**
     * Whether the servers would have done it for who it is.
     *
     * @throws IllegalStateException where their answer says neither
     */
    boolean passes(Operation operation, String path) throws InterruptedException {
        try {
            tryOn(operation, path);
            return true;
        } catch (KeeperException e) {
            if (e.code() == Code.NOAUTH) {
                return false;
            }
            boolean behindPermissions =
                    switch (operation) {
                        case CREATE -> e.code() == Code.NONODE || e.code() == Code.NOCHILDRENFOREPHEMERALS;
                        case SET, SET_ACL, MULTI, DELETE -> e.code() == Code.BADVERSION;
                        default -> false;
                    };
            if (!behindPermissions) {
                throw new IllegalStateException(operation + " " + path + " by " + this + ": " + e.code(), e);
            }
            return true;
        }
    }

    private void tryOn(Operation operation, String path) throws KeeperException, InterruptedException {
        switch (operation) {
            case CREATE ->
                zk.multi(List.of(
                        Op.create(path + "/x", THEIRS, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT),
                        Op.check(MISSING, ANY_VERSION)));
            case READ -> zk.getData(path, false, null);
            case LIST -> zk.getChildren(path, false);
            case EXISTS -> zk.exists(path, false);
            case GET_ACL -> zk.getACL(path, null);
            case SET -> zk.setData(path, THEIRS, WRONG_VERSION);
            case SET_ACL -> zk.setACL(path, Ids.OPEN_ACL_UNSAFE, WRONG_VERSION);
            case CHECK -> zk.multi(List.of(Op.check(path, ANY_VERSION)));
            case MULTI -> zk.multi(List.of(Op.check(path, ANY_VERSION), Op.setData(path, THEIRS, WRONG_VERSION)));
            case DELETE -> zk.delete(path, WRONG_VERSION);
        }
    }

    @Override
    public String toString() {
        return role.map(TreeRole::toString).orElse("nobody");
    }

    void close() throws InterruptedException {
        zk.close();
    }
}
