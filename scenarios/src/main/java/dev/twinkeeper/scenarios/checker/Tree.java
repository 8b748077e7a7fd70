package dev.twinkeeper.scenarios.checker;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The tree as it stood between two changes: a replay of commits. */
public final class Tree {
    /**
     * A znode.
     *
     * @param owner the session of an ephemeral, else 0
     * @param created the zxid that created it, which tells one incarnation from the next
     */
    public record Node(Data data, int version, long owner, long created) {}

    private final Map<String, Node> nodes = new HashMap<>();

    public Optional<Node> node(String path) {
        return Optional.ofNullable(nodes.get(path));
    }

    public boolean exists(String path) {
        return nodes.containsKey(path);
    }

    /** All znodes by path, in no order. */
    public Map<String, Node> nodes() {
        return Map.copyOf(nodes);
    }

    void apply(Commit commit, Change change) {
        if (change instanceof Change.Create create) {
            long owner = create.ephemeral() ? commit.session() : 0;
            nodes.put(create.path(), new Node(create.data(), 0, owner, commit.zxid()));
        } else if (change instanceof Change.Delete delete) {
            nodes.remove(delete.path());
        } else if (change instanceof Change.SetData set) {
            // A znode from before the replay began is first seen here.
            Node before = nodes.getOrDefault(set.path(), new Node(Data.NONE, 0, 0, 0));
            nodes.put(set.path(), new Node(set.data(), set.version(), before.owner(), before.created()));
        } else if (change instanceof Change.SessionClosed closed) {
            closed.paths().forEach(nodes::remove);
        }
    }
}
