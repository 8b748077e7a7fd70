package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.checker.JsonLines;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the tree over a session of its own, which it opens again whenever it expired. Used by one thread at a time. */
final class LiveTreeReader implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveTreeReader.class);

    /** Longer than any fault, so that it seldom expires. */
    private static final int SESSION_MS = 20_000;

    /** A call that is not answered by then is given up. */
    private static final int REQUEST_MS = 2_000;

    /** A list of a million tasks. */
    private static final int LARGEST_ANSWER = 64 << 20;

    private final String connect;
    private final LongConsumer onSession;
    private ZooKeeper keeper;

    /** @param onSession hears of each session of its own */
    LiveTreeReader(String connect, LongConsumer onSession) {
        this.connect = connect;
        this.onSession = onSession;
    }

    static ZKClientConfig config() {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(REQUEST_MS));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        return config;
    }

    private ZooKeeper keeper() throws IOException {
        if (keeper == null || !keeper.getState().isAlive()) {
            keeper = new ZooKeeper(connect, SESSION_MS, this::onEvent, config());
        }
        return keeper;
    }

    private void onEvent(WatchedEvent event) {
        ZooKeeper current = keeper;
        if (event.getState() == Watcher.Event.KeeperState.SyncConnected && current != null) {
            onSession.accept(current.getSessionId());
        }
    }

    /** A reading of what comes and goes; empty where the ensemble could not be asked. */
    Optional<EnsembleState.OfTree> look(long at) {
        try {
            ZooKeeper from = keeper();
            if (!from.getState().isConnected()) {
                return Optional.empty();
            }
            from.sync("/");
            Stat epoch = from.exists("/master-epoch", false);
            return Optional.of(new EnsembleState.OfTree(
                    at,
                    node(from, "/master"),
                    epoch == null ? 0 : epoch.getVersion(),
                    children(from, "/workers"),
                    children(from, "/assign")));
        } catch (KeeperException | IOException e) {
            log.debug("the tree can't be read", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<EnsembleState.Node> node(ZooKeeper from, String path)
            throws KeeperException, InterruptedException {
        Stat stat = from.exists(path, false);
        return stat == null
                ? Optional.empty()
                : Optional.of(new EnsembleState.Node(stat.getCzxid(), stat.getEphemeralOwner(), stat.getVersion()));
    }

    private static Map<String, EnsembleState.Node> children(ZooKeeper from, String parent)
            throws KeeperException, InterruptedException {
        Map<String, EnsembleState.Node> nodes = new LinkedHashMap<>();
        if (from.exists(parent, false) != null) {
            for (String name : from.getChildren(parent, false)) {
                node(from, parent + "/" + name).ifPresent(node -> nodes.put(name, node));
            }
        }
        return Map.copyOf(nodes);
    }

    /** How many tasks have no status, and how many assignments there are; empty where the ensemble could not be asked. */
    Optional<Integer> unfinished() {
        try {
            ZooKeeper from = keeper();
            if (!from.getState().isConnected()) {
                return Optional.empty();
            }
            from.sync("/");
            int count = 0;
            for (String task : from.getChildren("/tasks", false)) {
                count += from.exists("/tasks/" + task + "/status", false) == null ? 1 : 0;
            }
            for (String worker : from.getChildren("/assign", false)) {
                count += from.getChildren("/assign/" + worker, false).size();
            }
            return Optional.of(count);
        } catch (KeeperException | IOException e) {
            log.debug("the tree can't be read", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Writes the whole tree, one znode a line; returns how many. */
    int dump(Path file) throws IOException, KeeperException, InterruptedException {
        ZooKeeper from = keeper();
        from.sync("/");
        int count = 0;
        Deque<String> paths = new ArrayDeque<>();
        paths.add("/");
        try (Writer out = Files.newBufferedWriter(file)) {
            while (!paths.isEmpty()) {
                String path = paths.remove();
                Stat stat = new Stat();
                byte[] data = from.getData(path, false, stat);
                out.write(JsonLines.text(JsonLines.object()
                                .put("path", path)
                                .put("czxid", hex(stat.getCzxid()))
                                .put("mzxid", hex(stat.getMzxid()))
                                .put("version", stat.getVersion())
                                .put("owner", hex(stat.getEphemeralOwner()))
                                .put("data", Base64.getEncoder().encodeToString(data == null ? new byte[0] : data)))
                        + "\n");
                count++;
                for (String name : from.getChildren(path, false)) {
                    String child = path.equals("/") ? "/" + name : path + "/" + name;
                    if (!child.equals("/zookeeper")) {
                        paths.add(child);
                    }
                }
            }
        }
        return count;
    }

    private static String hex(long number) {
        return "0x" + Long.toHexString(number);
    }

    @Override
    public void close() {
        if (keeper != null) {
            try {
                keeper.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
