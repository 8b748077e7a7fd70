package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.FourLetterWord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the servers and at the tree, several times a second, past all wires. */
final class EnsembleMonitor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EnsembleMonitor.class);

    private static final long SERVERS_EVERY_MS = 150;
    private static final long TREE_EVERY_MS = 100;

    private final RunClock clock;
    private final Servers servers;
    private final LiveTreeReader tree;
    private final AtomicReferenceArray<EnsembleState.OfServer> ofServers;
    private final List<Thread> threads = new ArrayList<>();
    private volatile EnsembleState.OfTree ofTree = EnsembleState.OfTree.NONE;
    private volatile boolean closed;

    EnsembleMonitor(RunClock clock, Servers servers, LiveTreeReader tree) {
        this.clock = clock;
        this.servers = servers;
        this.tree = tree;
        this.ofServers = new AtomicReferenceArray<>(servers.size());
        for (ServerNode node : servers.nodes()) {
            ofServers.set(node.id() - 1, EnsembleState.OfServer.NONE);
            repeat("monitor-" + node, SERVERS_EVERY_MS, () -> look(node));
        }
        repeat("monitor-tree", TREE_EVERY_MS, this::lookAtTree);
    }

    private void repeat(String name, long everyMs, Runnable look) {
        Thread thread = new Thread(
                () -> {
                    while (!closed) {
                        look.run();
                        Pause.ms(everyMs);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((which, problem) -> log.debug("{} ended", which, problem));
        threads.add(thread);
        thread.start();
    }

    private void look(ServerNode node) {
        EnsembleState.OfServer seen;
        long at = clock.now();
        try {
            String words = FourLetterWord.ask(node.port(), "srvr");
            Optional<String> mode = FourLetterWord.field(words, "Mode: ");
            long epoch = FourLetterWord.field(words, "Zxid: 0x")
                    .map(zxid -> Long.parseUnsignedLong(zxid, 16) >>> 32)
                    .orElse(0L);
            int followers = mode.filter("leader"::equals).isPresent() ? followers(node) : 0;
            String release = FourLetterWord.field(words, "Zookeeper version: ").orElse("");
            seen = new EnsembleState.OfServer(at, mode, epoch, followers, release);
        } catch (IOException e) {
            seen = EnsembleState.OfServer.silent(at);
        }
        ofServers.set(node.id() - 1, seen);
    }

    private static int followers(ServerNode node) throws IOException {
        return FourLetterWord.field(FourLetterWord.ask(node.port(), "mntr"), "zk_synced_followers\t")
                .map(count -> (int) Double.parseDouble(count))
                .orElse(0);
    }

    private void lookAtTree() {
        tree.look(clock.now()).ifPresent(seen -> ofTree = seen);
    }

    EnsembleState.OfServer server(int id) {
        return ofServers.get(id - 1);
    }

    /** The newest whole reading. */
    EnsembleState.OfTree tree() {
        return ofTree;
    }

    /** The server that leads: the one of the newest epoch, where a deposed one does not know yet. */
    Optional<ServerNode> leader() {
        return servers.nodes().stream()
                .filter(node -> node.isAlive() && server(node.id()).leads())
                .max((a, b) ->
                        Long.compare(server(a.id()).epoch(), server(b.id()).epoch()));
    }

    /** The newest epoch of any server. */
    long epoch() {
        return servers.nodes().stream()
                .mapToLong(node -> server(node.id()).epoch())
                .max()
                .orElse(0);
    }

    /** Whether all serve, one of them leading all others. */
    boolean allServe() {
        return servers.nodes().stream()
                        .allMatch(node -> server(node.id()).mode().isPresent())
                && leader().filter(node -> server(node.id()).followers() == servers.size() - 1)
                        .isPresent();
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(Thread::interrupt);
        tree.close();
    }
}
