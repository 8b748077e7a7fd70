package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.events.Observation;
import dev.twinkeeper.scenarios.lab.FourLetterWord;
import dev.twinkeeper.scenarios.torture.ServerNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Asks each server for its own word, twice a second, and tells the stream when it changes. */
final class ServerObserver {
    static final long EVERY_MS = 500;

    private static final Observation.ServerState DOWN = new Observation.ServerState("down", 0);

    private final List<ServerNode> nodes;
    private final EventStream stream;
    private final Map<Integer, Observation.ServerState> states = new ConcurrentHashMap<>();
    private final Set<Integer> stopped = ConcurrentHashMap.newKeySet();
    private volatile int cutOff;
    private volatile boolean changed;

    ServerObserver(List<ServerNode> nodes, EventStream stream) {
        this.nodes = nodes;
        this.stream = stream;
    }

    void look() {
        for (ServerNode node : nodes) {
            Observation.ServerState now = ask(node);
            Observation.ServerState before = states.put(node.id(), now);
            changed |= !now.equals(before);
            if (before == null || !before.mode().equals(now.mode())) {
                stream.emit(node.toString(), now);
            }
        }
    }

    private static Observation.ServerState ask(ServerNode node) {
        if (!node.isAlive()) {
            return DOWN;
        }
        try {
            String words = FourLetterWord.ask(node.port(), "srvr");
            long zxid = FourLetterWord.field(words, "Zxid: 0x")
                    .map(text -> Long.parseUnsignedLong(text, 16))
                    .orElse(0L);
            return new Observation.ServerState(
                    FourLetterWord.field(words, "Mode: ").orElse("electing"), zxid);
        } catch (IOException | NumberFormatException e) {
            return new Observation.ServerState("electing", 0);
        }
    }

    /** The one that leads by its own word; one that is cut off may not know yet that it does no more. */
    Optional<ServerNode> leader() {
        return nodes.stream()
                .filter(node -> node.isAlive() && node.id() != cutOff)
                .filter(node -> states.getOrDefault(node.id(), DOWN).mode().equals("leader"))
                .findFirst();
    }

    boolean serves() {
        return leader().isPresent();
    }

    /** It is about to be stopped on purpose. */
    void expect(ServerNode node) {
        stopped.add(node.id());
    }

    void started(ServerNode node) {
        stopped.remove(node.id());
    }

    /** Whether its end is no news. */
    boolean expects(ServerNode node) {
        return stopped.contains(node.id());
    }

    /** Zero where none is cut off from its peers. */
    void cutOff(int server) {
        cutOff = server;
        changed = true;
    }

    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    ArrayNode toJson() {
        ArrayNode all = PlaygroundJson.MAPPER.createArrayNode();
        for (ServerNode node : nodes) {
            Observation.ServerState state = states.getOrDefault(node.id(), DOWN);
            all.addObject()
                    .put("id", node.id())
                    .put("name", node.toString())
                    .put("mode", state.mode())
                    .put("zxid", "0x" + Long.toHexString(state.zxid()))
                    .put("port", node.port())
                    .put("pid", node.isAlive() ? node.child().pid() : 0)
                    .put("cut", node.id() == cutOff);
        }
        return all;
    }
}
