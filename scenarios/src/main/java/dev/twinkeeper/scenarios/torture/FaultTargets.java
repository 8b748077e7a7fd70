package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.contract.Security;
import dev.twinkeeper.scenarios.checker.LogTail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** What faults may touch, and whom they have under way. Used by the thread of the nemesis. */
final class FaultTargets {
    /** The others are sent the same transactions, and write them within this. */
    private static final long OTHERS_MS = 3_000;

    private static final long POLL_MS = 20;

    final RunClock clock;
    final Servers servers;
    final List<ManagedRole> roles;
    final EnsembleMonitor monitor;
    final LiveStats stats;
    final Path out;
    final Security security;
    final OldRelease oldRelease;

    private final LongConsumer onOperator;
    private final Set<Object> targeted = new HashSet<>();
    private boolean mastersSpared;

    FaultTargets(
            RunClock clock,
            Servers servers,
            List<ManagedRole> roles,
            EnsembleMonitor monitor,
            LiveStats stats,
            Path out,
            Security security,
            OldRelease oldRelease,
            LongConsumer onOperator) {
        this.clock = clock;
        this.servers = servers;
        this.roles = List.copyOf(roles);
        this.monitor = monitor;
        this.stats = stats;
        this.out = out;
        this.security = security;
        this.oldRelease = oldRelease;
        this.onOperator = onOperator;
    }

    List<ManagedRole> roles(ManagedRole.RoleKind kind) {
        return roles.stream().filter(role -> role.kind() == kind).toList();
    }

    TreeWriter operator() throws NotInjected {
        return new TreeWriter(servers.connectString(), security, onOperator);
    }

    ServerNode leader() throws NotInjected {
        return monitor.leader().orElseThrow(() -> new NotInjected("no server leads just now"));
    }

    /** A living server that does not lead. */
    ServerNode follower(int pick) throws NotInjected {
        ServerNode leader = leader();
        List<ServerNode> followers = servers.nodes().stream()
                .filter(node -> node != leader && node.isAlive())
                .toList();
        if (followers.isEmpty()) {
            throw new NotInjected("no server follows just now");
        }
        return followers.get(pick % followers.size());
    }

    /** The role that reigns, chosen for this fault. */
    ManagedRole targetReigning() throws NotInjected {
        ManagedRole reigning = reigning().orElseThrow(() -> new NotInjected("nobody reigns just now"));
        if (!reigning.isAlive() || !targeted.add(reigning)) {
            throw new NotInjected(reigning + ", who reigns, is under another fault");
        }
        return reigning;
    }

    Optional<ManagedRole> reigning() {
        long owner = monitor.tree().master().map(EnsembleState.Node::owner).orElse(0L);
        return roles(ManagedRole.RoleKind.MASTER).stream()
                .filter(role -> owner != 0 && role.owns(owner))
                .findFirst();
    }

    /** One of those roles that are under no other fault, chosen for this one. */
    ManagedRole target(int pick, Predicate<ManagedRole> which) throws NotInjected {
        List<ManagedRole> free = roles.stream()
                .filter(role -> role.isAlive() && !targeted.contains(role))
                .filter(role -> !mastersSpared || role.kind() != ManagedRole.RoleKind.MASTER)
                .filter(which)
                .toList();
        if (free.isEmpty()) {
            throw new NotInjected("all whom it could hit are under another fault");
        }
        ManagedRole role = free.get(pick % free.size());
        targeted.add(role);
        return role;
    }

    /** Leaves the masters, from now on, to the fault that is about who reigns. */
    void spareMasters(boolean spared) {
        mastersSpared = spared;
    }

    boolean isTargeted(Object whoOrWhat) {
        return targeted.contains(whoOrWhat);
    }

    void target(Object whoOrWhat) {
        targeted.add(whoOrWhat);
    }

    void release(Object whoOrWhat) {
        targeted.remove(whoOrWhat);
    }

    /** Words for the reign that follows another; empty while there is none. */
    Optional<String> newReign(int epochBefore) {
        EnsembleState.OfTree tree = monitor.tree();
        return reigning()
                .filter(role -> tree.epoch() > epochBefore)
                .map(role -> role + " reigns, epoch " + tree.epoch());
    }

    /** Words for a leader that not all others follow; empty where they do. */
    Optional<String> followerLess() {
        return monitor.leader()
                .filter(leads -> monitor.server(leads.id()).followers() < servers.size() - 1)
                .map(leads -> leads + " leads one follower less");
    }

    /** Returns when all other servers have that transaction in their logs: this one may lose it. */
    void awaitOthers(ServerNode node, long zxid) throws IOException, NotInjected {
        long deadline = clock.now() + RunClock.micros(OTHERS_MS);
        for (ServerNode other : servers.nodes()) {
            while (other != node && !LogTail.has(other.data(), zxid)) {
                if (clock.now() > deadline) {
                    throw new NotInjected("%s has not 0x%x, the last transaction of %s".formatted(other, zxid, node));
                }
                Pause.ms(POLL_MS);
            }
        }
    }

    /** Whether that server serves, by what it said after that moment. */
    boolean serves(ServerNode node, long since) {
        EnsembleState.OfServer said = monitor.server(node.id());
        return said.at() > since && said.mode().isPresent();
    }

    /** Words for an election since then; empty while there was none. */
    Optional<String> election(long epochBefore) {
        return monitor.leader()
                .filter(node -> monitor.server(node.id()).epoch() > epochBefore)
                .map(node -> "election: " + node + " leads, epoch "
                        + monitor.server(node.id()).epoch());
    }
}
