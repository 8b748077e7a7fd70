package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.scenarios.checker.JsonLines;
import dev.twinkeeper.scenarios.lab.TreeReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
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

    private final String connect;
    private final Security security;
    private final LongConsumer onSession;
    private ZooKeeper keeper;

    /**
     * @param security as whom
     * @param onSession hears of each session of its own
     */
    LiveTreeReader(String connect, Security security, LongConsumer onSession) {
        this.connect = connect;
        this.security = security;
        this.onSession = onSession;
    }

    static ZKClientConfig config() {
        return TreeReader.config(REQUEST_MS);
    }

    private ZooKeeper keeper() throws IOException {
        if (keeper == null || !keeper.getState().isAlive()) {
            ZooKeeper made = new ZooKeeper(connect, SESSION_MS, this::onEvent, config());
            security.credentials().ifPresent(own -> made.addAuthInfo(own.scheme(), own.bytes()));
            keeper = made;
        }
        return keeper;
    }

    private void onEvent(WatchedEvent event) {
        ZooKeeper current = keeper;
        if (event.getState() == Watcher.Event.KeeperState.SyncConnected && current != null) {
            onSession.accept(current.getSessionId());
        }
    }

    private interface Question<T> {
        T ask(TreeReader tree) throws InterruptedException;
    }

    /** Empty where the ensemble could not be asked. */
    private <T> Optional<T> ask(Question<T> question) {
        try {
            ZooKeeper from = keeper();
            if (!from.getState().isConnected()) {
                return Optional.empty();
            }
            from.sync("/");
            return Optional.of(question.ask(TreeReader.over(from, connect)));
        } catch (KeeperException | CoordinationException | IOException e) {
            log.debug("the tree can't be read", e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** A reading of what comes and goes; empty where the ensemble could not be asked. */
    Optional<EnsembleState.OfTree> look(long at) {
        return ask(tree -> new EnsembleState.OfTree(
                at,
                tree.node("/master").map(LiveTreeReader::node),
                tree.node("/master-epoch").map(node -> node.stat().getVersion()).orElse(0),
                children(tree, "/workers"),
                children(tree, "/assign")));
    }

    private static EnsembleState.Node node(TreeReader.Node node) {
        Stat stat = node.stat();
        return new EnsembleState.Node(stat.getCzxid(), stat.getEphemeralOwner(), stat.getVersion());
    }

    private static Map<String, EnsembleState.Node> children(TreeReader tree, String parent)
            throws InterruptedException {
        List<String> names = tree.children(parent);
        List<Optional<TreeReader.Node>> found = tree.nodes(below(parent, names));
        Map<String, EnsembleState.Node> nodes = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            found.get(i).ifPresent(node -> nodes.put(name, node(node)));
        }
        return Map.copyOf(nodes);
    }

    private static List<String> below(String parent, List<String> names) {
        String prefix = parent.equals("/") ? "/" : parent + "/";
        return names.stream().map(name -> prefix + name).toList();
    }

    /** How many tasks have no status, and how many assignments there are; empty where the ensemble could not be asked. */
    Optional<Integer> unfinished() {
        return ask(tree -> {
            List<String> statuses = below("/tasks", tree.children("/tasks")).stream()
                    .map(task -> task + "/status")
                    .toList();
            long pending =
                    tree.nodes(statuses).stream().filter(Optional::isEmpty).count();
            long assigned = tree.lists(below("/assign", tree.children("/assign"))).stream()
                    .flatMap(Optional::stream)
                    .mapToLong(List::size)
                    .sum();
            return (int) (pending + assigned);
        });
    }

    /** Writes the whole tree, one znode a line; returns how many. */
    int dump(Path file) throws IOException, KeeperException, InterruptedException {
        ZooKeeper from = keeper();
        from.sync("/");
        TreeReader tree = TreeReader.over(from, connect);
        int count = 0;
        try (Writer out = Files.newBufferedWriter(file)) {
            List<String> level = List.of("/");
            while (!level.isEmpty()) {
                List<Optional<TreeReader.Node>> nodes = tree.nodes(level);
                List<Optional<List<String>>> children = tree.lists(level);
                List<String> next = new ArrayList<>();
                for (int i = 0; i < level.size(); i++) {
                    String path = level.get(i);
                    if (nodes.get(i).isPresent()) {
                        out.write(line(path, nodes.get(i).get()));
                        count++;
                        next.addAll(below(path, children.get(i).orElse(List.of())));
                    }
                }
                next.remove("/zookeeper");
                level = next;
            }
        }
        return count;
    }

    private static String line(String path, TreeReader.Node node) {
        byte[] data = node.data() == null ? new byte[0] : node.data();
        return JsonLines.text(JsonLines.object()
                        .put("path", path)
                        .put("czxid", hex(node.stat().getCzxid()))
                        .put("mzxid", hex(node.stat().getMzxid()))
                        .put("version", node.stat().getVersion())
                        .put("owner", hex(node.stat().getEphemeralOwner()))
                        .put("data", Base64.getEncoder().encodeToString(data)))
                + "\n";
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
