package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.Stat;

/**
 * Mirrors the tree: one persistent recursive watch on the root, and a read of whatever it names. What a lost connection
 * hid is listed again. Its session is also the operator's.
 */
final class TreeWatcher implements AutoCloseable {
    /** Longer than a person leaves the quorum lost. */
    private static final int SESSION_MS = 60_000;

    private static final int REQUEST_MS = 4_000;

    /** The page shows fewer; this bounds the memory. */
    private static final int MOST_ZNODES = 20_000;

    private static final int SHOWN_DATA = 160;

    private final Map<String, ObjectNode> znodes = new ConcurrentSkipListMap<>();
    private final Set<String> pending = ConcurrentHashMap.newKeySet();
    private final Set<String> changed = new HashSet<>();
    private final LongFunction<String> owners;
    private final CountDownLatch first = new CountDownLatch(1);
    private final ZooKeeper keeper;
    private volatile boolean connected;

    /** @param owners whose a session is, for the page; empty text where nobody knows */
    TreeWatcher(String connect, LongFunction<String> owners) throws IOException {
        this.owners = owners;
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(REQUEST_MS));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        keeper = new ZooKeeper(connect, SESSION_MS, this::on, config);
    }

    ZooKeeper keeper() {
        return keeper;
    }

    boolean isConnected() {
        return connected;
    }

    boolean awaitConnected(long ms) throws InterruptedException {
        return first.await(ms, TimeUnit.MILLISECONDS);
    }

    private void on(WatchedEvent event) {
        if (event.getType() != Watcher.Event.EventType.None) {
            if (event.getPath() != null) {
                look(event.getPath());
            }
            return;
        }
        connected = event.getState() == Watcher.Event.KeeperState.SyncConnected;
        if (connected) {
            first.countDown();
            begin();
        }
    }

    /** Watch first, then list: nothing is missed between the two. */
    private void begin() {
        pending.clear();
        keeper.addWatch("/", AddWatchMode.PERSISTENT_RECURSIVE, (rc, path, context) -> {}, null);
        List.copyOf(znodes.keySet()).forEach(this::look);
        list("/");
    }

    private void list(String parent) {
        keeper.getChildren(
                parent,
                false,
                (rc, path, context, children) -> {
                    if (rc == Code.OK.intValue() && children != null) {
                        for (String child : children) {
                            String whole = path.equals("/") ? "/" + child : path + "/" + child;
                            if (!whole.equals("/zookeeper")) {
                                look(whole);
                                list(whole);
                            }
                        }
                    }
                },
                null);
    }

    private void look(String path) {
        // An event overtakes no reply: a read that is still out will see what this event is about.
        if (!path.startsWith("/zookeeper") && pending.add(path)) {
            keeper.getData(path, false, (rc, of, context, data, stat) -> onRead(rc, of, data, stat), null);
        }
    }

    private void onRead(int rc, String path, byte[] data, Stat stat) {
        pending.remove(path);
        if (rc == Code.OK.intValue() && (znodes.size() < MOST_ZNODES || znodes.containsKey(path))) {
            znodes.put(path, znode(data, stat));
        } else if (rc == Code.NONODE.intValue()) {
            znodes.remove(path);
        } else {
            return;
        }
        synchronized (changed) {
            changed.add(path);
        }
    }

    private ObjectNode znode(byte[] data, Stat stat) {
        String text = data == null ? "" : new String(data, StandardCharsets.UTF_8);
        ObjectNode znode = PlaygroundJson.object()
                .put("d", text.length() <= SHOWN_DATA ? text : text.substring(0, SHOWN_DATA) + "…")
                .put("v", stat.getVersion());
        if (stat.getEphemeralOwner() != 0) {
            znode.put("o", "0x" + Long.toHexString(stat.getEphemeralOwner()))
                    .put("r", owners.apply(stat.getEphemeralOwner()));
        }
        return znode;
    }

    /** What changed since the last call: the znode, or null where it is gone. Null where nothing did. */
    ObjectNode takeChanges() {
        Set<String> paths;
        synchronized (changed) {
            if (changed.isEmpty()) {
                return null;
            }
            paths = Set.copyOf(changed);
            changed.clear();
        }
        ObjectNode changes = PlaygroundJson.object();
        paths.forEach(path -> changes.set(path, znodes.get(path)));
        return changes;
    }

    ObjectNode all() {
        ObjectNode all = PlaygroundJson.object();
        znodes.forEach(all::set);
        return all;
    }

    /** The names below a path, as last seen. */
    List<String> children(String path) {
        return znodes.keySet().stream()
                .filter(each -> each.startsWith(path + "/") && each.indexOf('/', path.length() + 1) < 0)
                .map(each -> each.substring(path.length() + 1))
                .toList();
    }

    @Override
    public void close() {
        try {
            // Bounded: without a quorum nobody answers.
            keeper.close(500);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
