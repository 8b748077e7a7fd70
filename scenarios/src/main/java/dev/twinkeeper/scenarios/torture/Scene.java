package dev.twinkeeper.scenarios.torture;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** What faults may touch, and whom they have in their hands. Used by the thread of the campaign. */
final class Scene {
    final Clock clock;
    final Servers servers;
    final List<Player> players;
    final Lookout lookout;
    final Standing standing;
    final Path out;

    private final LongConsumer onOperator;
    private final Set<Object> struck = new HashSet<>();
    private boolean mastersSpared;

    Scene(
            Clock clock,
            Servers servers,
            List<Player> players,
            Lookout lookout,
            Standing standing,
            Path out,
            LongConsumer onOperator) {
        this.clock = clock;
        this.servers = servers;
        this.players = List.copyOf(players);
        this.lookout = lookout;
        this.standing = standing;
        this.out = out;
        this.onOperator = onOperator;
    }

    List<Player> players(Player.Kind kind) {
        return players.stream().filter(player -> player.kind() == kind).toList();
    }

    Operator operator() throws Dud {
        return new Operator(servers.connectString(), onOperator);
    }

    ServerNode leader() throws Dud {
        return lookout.leader().orElseThrow(() -> new Dud("no server leads just now"));
    }

    /** A living server that does not lead. */
    ServerNode follower(int pick) throws Dud {
        ServerNode leader = leader();
        List<ServerNode> followers = servers.nodes().stream()
                .filter(node -> node != leader && node.isAlive())
                .toList();
        if (followers.isEmpty()) {
            throw new Dud("no server follows just now");
        }
        return followers.get(pick % followers.size());
    }

    /** The player who reigns, struck for this fault. */
    Player strikeReigning() throws Dud {
        Player reigning = reigning().orElseThrow(() -> new Dud("nobody reigns just now"));
        if (!reigning.isAlive() || !struck.add(reigning)) {
            throw new Dud(reigning + ", who reigns, is under another fault");
        }
        return reigning;
    }

    Optional<Player> reigning() {
        long owner = lookout.tree().master().map(Sight.Node::owner).orElse(0L);
        return players(Player.Kind.MASTER).stream()
                .filter(player -> owner != 0 && player.owns(owner))
                .findFirst();
    }

    /** One of those players that are under no other fault, struck for this one. */
    Player strike(int pick, Predicate<Player> which) throws Dud {
        List<Player> free = players.stream()
                .filter(player -> player.isAlive() && !struck.contains(player))
                .filter(player -> !mastersSpared || player.kind() != Player.Kind.MASTER)
                .filter(which)
                .toList();
        if (free.isEmpty()) {
            throw new Dud("all whom it could strike are under another fault");
        }
        Player player = free.get(pick % free.size());
        struck.add(player);
        return player;
    }

    /** Leaves the masters, from now on, to the fault that is about who reigns. */
    void spareMasters(boolean spared) {
        mastersSpared = spared;
    }

    boolean isStruck(Object whoOrWhat) {
        return struck.contains(whoOrWhat);
    }

    void strike(Object whoOrWhat) {
        struck.add(whoOrWhat);
    }

    void release(Object whoOrWhat) {
        struck.remove(whoOrWhat);
    }

    /** Words for the reign that follows another; empty while there is none. */
    Optional<String> newReign(int epochBefore) {
        Sight.OfTree tree = lookout.tree();
        return reigning()
                .filter(player -> tree.epoch() > epochBefore)
                .map(player -> player + " reigns, epoch " + tree.epoch());
    }

    /** Words for an election since then; empty while there was none. */
    Optional<String> election(long epochBefore) {
        return lookout.leader()
                .filter(node -> lookout.server(node.id()).epoch() > epochBefore)
                .map(node -> "election: " + node + " leads, epoch "
                        + lookout.server(node.id()).epoch());
    }
}
