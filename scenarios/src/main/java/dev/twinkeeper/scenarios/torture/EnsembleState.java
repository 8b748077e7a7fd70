package dev.twinkeeper.scenarios.torture;

import java.util.Map;
import java.util.Optional;

/** What was seen of the ensemble from outside. */
final class EnsembleState {
    private EnsembleState() {}

    /**
     * A server's own word.
     *
     * @param mode leader, follower, or empty where it serves nobody
     * @param epoch the ensemble's, from its newest zxid: one more with each election
     * @param followers how many of them are up to date, as the leader says; else 0
     * @param release ZooKeeper's, as it names it; empty where it says nothing
     */
    record OfServer(long at, Optional<String> mode, long epoch, int followers, String release) {
        static final OfServer NONE = silent(0);

        static OfServer silent(long at) {
            return new OfServer(at, Optional.empty(), 0, 0, "");
        }

        boolean leads() {
            return mode.filter("leader"::equals).isPresent();
        }
    }

    /** A znode that comes and goes. */
    record Node(long czxid, long owner, int version) {}

    /**
     * The tree, read after a sync.
     *
     * @param at when the reading began
     * @param epoch how often {@code /master} was claimed
     * @param assign for each worker, the creation of its {@code /assign}
     */
    record OfTree(long at, Optional<Node> master, int epoch, Map<String, Node> workers, Map<String, Node> assign) {
        static final OfTree NONE = new OfTree(-1, Optional.empty(), 0, Map.of(), Map.of());
    }
}
