package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.Ports;
import dev.twinkeeper.scenarios.lab.Switchboard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The ensemble under torture: three processes or five, and all ways between them under our control. */
public final class Servers implements AutoCloseable {
    /** As many as there are where nobody asks for more. */
    public static final int SIZE = 3;

    private static final int TICK_MS = 200;

    private final Switchboard switchboard;
    private final List<ServerNode> nodes = new ArrayList<>();

    /** @param secure whether they turn away who gives no credentials */
    Servers(Path directory, int size, boolean secure) throws IOException {
        this(directory, size, TICK_MS, secure);
    }

    /** @param tickMs ZooKeeper's unit of time: longer where nobody hurries, so that a busy machine loses no follower */
    public Servers(Path directory, int tickMs) throws IOException {
        this(directory, SIZE, tickMs, false);
    }

    private Servers(Path directory, int size, int tickMs, boolean secure) throws IOException {
        Ports clients = Ports.reserve(size);
        Ports peers = Ports.reserve(2 * size);
        switchboard = new Switchboard(size, peers);
        for (int id = 1; id <= size; id++) {
            List<String> lines = new ArrayList<>();
            for (int to = 1; to <= size; to++) {
                lines.add("server." + to + "=" + switchboard.address(id, to));
            }
            Path own = directory.toAbsolutePath().resolve(String.valueOf(id));
            nodes.add(new ServerNode(id, clients.get(id - 1), own, lines, tickMs, secure));
        }
        clients.release();
        peers.release();
    }

    public List<ServerNode> nodes() {
        return nodes;
    }

    public int size() {
        return nodes.size();
    }

    public ServerNode node(int id) {
        return nodes.get(id - 1);
    }

    public Switchboard switchboard() {
        return switchboard;
    }

    public void start() {
        nodes.forEach(ServerNode::start);
    }

    /** Straight to the servers, past all wires. */
    public String connectString() {
        return nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        for (ServerNode node : nodes) {
            if (node.child() != null) {
                node.kill();
            }
        }
        switchboard.close();
    }
}
