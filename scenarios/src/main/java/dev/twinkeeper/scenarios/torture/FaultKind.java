package dev.twinkeeper.scenarios.torture;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The kinds of fault that a run can inject. */
public enum FaultKind {
    // Servers.
    KILL_LEADER(Layer.SERVERS, 0.5, 3, Trait.PEERS, Trait.KILLS),
    KILL_FOLLOWER(Layer.SERVERS, 0.5, 3, Trait.PEERS, Trait.KILLS),
    /** Long enough for its followers to give it up. */
    STOP_LEADER(Layer.SERVERS, 1.5, 3, Trait.PEERS, Trait.TAKEN_OVER),
    /** Long enough for the leader to give it up. */
    STOP_FOLLOWER(Layer.SERVERS, 1.5, 3, Trait.PEERS, Trait.TAKEN_OVER),
    ROLLING_RESTART(Layer.SERVERS, 0.5, 1, Trait.PEERS),
    RESTART_ALL(Layer.SERVERS, 0.5, 1.5, Trait.PEERS),
    SLOW_FSYNC(Layer.SERVERS, 1, 3, Trait.PEERS),
    DISK_FULL(Layer.SERVERS, 1, 3, Trait.PEERS),
    TORN_LOG(Layer.SERVERS, 0.5, 1, Trait.PEERS),
    LOST_SNAPSHOTS(Layer.SERVERS, 0.5, 1, Trait.PEERS),
    REPLACED_SERVER(Layer.SERVERS, 1.5, 3, Trait.PEERS),

    // Roles.
    KILL_MASTER(Layer.ROLES, 0.5, 3, Trait.KILLS, Trait.MASTER),
    KILL_WORKER(Layer.ROLES, 0.5, 3, Trait.KILLS),
    /** Past its session: the servers end it one tick after the timeout at the latest. */
    STOP_MASTER(Layer.ROLES, 1.5, 3, Trait.MASTER, Trait.TAKEN_OVER),
    STOP_WORKER(Layer.ROLES, 1.5, 3, Trait.TAKEN_OVER),
    EXPIRE(Layer.ROLES, 0.5, 1, Trait.NEEDS_QUORUM, Trait.TAKEN_OVER),
    KILL_CLIENT(Layer.ROLES, 0.5, 1.5, Trait.KILLS),
    STOP_CLIENT(Layer.ROLES, 1.5, 3, Trait.TAKEN_OVER),
    /** Long enough for the process to look at its clock, and to be asked. */
    CLOCK_FORWARDS(Layer.ROLES, 1.5, 3),
    CLOCK_BACKWARDS(Layer.ROLES, 1.5, 3),

    // Network.
    /** Long enough for the others to elect another. */
    ISOLATE_LEADER(Layer.NETWORK, 1.5, 3, Trait.PEERS, Trait.TAKEN_OVER),
    /** Long enough for one of the two to give the other up. */
    CUT_SERVERS_ONE_WAY(Layer.NETWORK, 1.5, 3, Trait.PEERS, Trait.TAKEN_OVER),
    CUT_ROLE(Layer.NETWORK, 0.5, 3, Trait.TAKEN_OVER),
    /** A client gives up a silent server after two thirds of the session timeout. */
    CUT_ROLE_ONE_WAY(Layer.NETWORK, 1, 3),
    LOSE_ANSWERS(Layer.NETWORK, 0.5, 3),
    SLOW_LINK(Layer.NETWORK, 0.5, 3),
    PACKET_LOSS(Layer.NETWORK, 0.5, 3),
    /** Longer than it takes until the role has connected anew. */
    NAME_OUTAGE(Layer.NETWORK, 1, 2, Trait.NEEDS_QUORUM),

    // Operator.
    DELETE_MASTER(Layer.OPERATOR, 0.5, 1, Trait.NEEDS_QUORUM, Trait.MASTER, Trait.TAKEN_OVER),
    TAKE_MASTER(Layer.OPERATOR, 0.5, 2, Trait.NEEDS_QUORUM, Trait.MASTER),
    SET_MASTER(Layer.OPERATOR, 0.5, 1, Trait.NEEDS_QUORUM, Trait.MASTER, Trait.TAKEN_OVER),
    REMOVE_ASSIGN(Layer.OPERATOR, 0.5, 1, Trait.NEEDS_QUORUM, Trait.TAKEN_OVER),
    /** Refused steps wait longer each time; after three seconds the next try is less than a recovery away. */
    TAKE_ACL(Layer.OPERATOR, 0.5, 1.5, Trait.NEEDS_QUORUM, Trait.MASTER);

    /** Where it hits. */
    private enum Layer {
        SERVERS,
        ROLES,
        NETWORK,
        OPERATOR
    }

    private enum Trait {
        /** Touches a server or its way to its peers: a second one might break the quorum. */
        PEERS,
        /** Is done over a session, so there has to be a quorum. */
        NEEDS_QUORUM,
        /** Is about who reigns. */
        MASTER,
        /** Others are to take over at once, while the killed one is still away: its connections broke. */
        KILLS,
        /** Others are to take over while it lasts, once they have given up whom it struck. */
        TAKEN_OVER
    }

    /** An election, connections, a claim, and a task from end to end. */
    private static final Duration RECOVERY = Duration.ofSeconds(5);

    private final Layer layer;
    private final double shortest;
    private final double longest;
    private final List<Trait> traits;

    FaultKind(Layer layer, double shortest, double longest, Trait... traits) {
        this.layer = layer;
        this.shortest = shortest;
        this.longest = longest;
        this.traits = List.of(traits);
    }

    /** The shortest that it lasts, in session timeouts; never less than half of one. */
    public double shortest() {
        return shortest;
    }

    /** The longest that it lasts, in session timeouts; never more than three. */
    public double longest() {
        return longest;
    }

    /** Whether recovery counts from its begin; else service may have to wait for its end. */
    boolean countsFromBegin() {
        return has(Trait.KILLS) || has(Trait.TAKEN_OVER);
    }

    /** Within what service is to be there again. */
    Duration bound(Duration sessionTimeout) {
        return has(Trait.KILLS) ? RECOVERY : sessionTimeout.plus(RECOVERY);
    }

    /** Whether it hits the process of whoever reigns. */
    boolean hitsReigning() {
        return this == KILL_MASTER || this == STOP_MASTER;
    }

    /** Whether it needs roles whose clocks can be set. */
    boolean setsClock() {
        return this == CLOCK_FORWARDS || this == CLOCK_BACKWARDS;
    }

    /** Whether the two may be on at once, and the effect of each be seen. */
    boolean goesWith(FaultKind other) {
        boolean clash = (has(Trait.PEERS) && (other.has(Trait.PEERS) || other.has(Trait.NEEDS_QUORUM)))
                || (has(Trait.NEEDS_QUORUM) && other.has(Trait.PEERS))
                || (has(Trait.MASTER) && other.has(Trait.MASTER))
                || (this == RESTART_ALL && other.layer == Layer.NETWORK)
                || (layer == Layer.NETWORK && other == RESTART_ALL);
        return layer != other.layer && !clash;
    }

    private boolean has(Trait trait) {
        return traits.contains(trait);
    }

    /** As people write it: {@code kill-leader}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException naming those that there are */
    public static FaultKind parse(String text) {
        return Stream.of(values())
                .filter(kind -> kind.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("fault '" + text + "': use some of "
                        + String.join(
                                ",", Stream.of(values()).map(FaultKind::text).toList())));
    }

    @Override
    public String toString() {
        return text();
    }
}
