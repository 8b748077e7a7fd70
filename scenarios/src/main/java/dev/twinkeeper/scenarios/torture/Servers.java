package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.Ports;
import dev.twinkeeper.scenarios.lab.Switchboard;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The ensemble under torture: three processes, and all ways between them under our control. */
public final class Servers implements AutoCloseable {
    public static final int SIZE = 3;

    private static final int TICK_MS = 200;

    private final Switchboard switchboard;
    private final List<ServerNode> nodes = new ArrayList<>();

    public Servers(Path directory) throws IOException {
        this(directory, TICK_MS);
    }

    /** @param tickMs ZooKeeper's unit of time: longer where nobody hurries, so that a busy machine loses no follower */
    public Servers(Path directory, int tickMs) throws IOException {
        Ports clients = Ports.reserve(SIZE);
        Ports peers = Ports.reserve(2 * SIZE);
        switchboard = new Switchboard(SIZE, peers);
        for (int id = 1; id <= SIZE; id++) {
            List<String> lines = new ArrayList<>();
            for (int to = 1; to <= SIZE; to++) {
                lines.add("server." + to + "=" + switchboard.address(id, to));
            }
            nodes.add(new ServerNode(
                    id, clients.get(id - 1), directory.toAbsolutePath().resolve(String.valueOf(id)), lines, tickMs));
        }
        clients.release();
        peers.release();
    }

    public List<ServerNode> nodes() {
        return nodes;
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
