package dev.twinkeeper.scenarios.torture;

import java.time.Duration;

/** Makes faults of what the schedule planned. */
final class FaultFactory {
    /** Packets are lost for several at once: a network has more than one user. */
    private static final int LOSSY_WIRES = 3;

    /** More than any timeout, retention or pause of a run. */
    private static final Duration CLOCK_JUMP = Duration.ofHours(1);

    private FaultFactory() {}

    static Fault make(Schedule.Planned planned, FaultTargets targets) {
        int pick = planned.pick();
        return switch (planned.kind()) {
            case KILL_LEADER -> new ServerFaults.Kill(targets, true, pick);
            case KILL_FOLLOWER -> new ServerFaults.Kill(targets, false, pick);
            case STOP_LEADER -> new ServerFaults.Stop(targets, true, pick);
            case STOP_FOLLOWER -> new ServerFaults.Stop(targets, false, pick);
            case ROLLING_RESTART -> new ServerFaults.RollingRestart(targets, planned.lengthMs());
            case RESTART_ALL -> new ServerFaults.RestartAll(targets);
            case SLOW_FSYNC -> new SlowFsync(targets, pick);
            case DISK_FULL -> new DiskFull(targets, pick);
            case TORN_LOG -> new TornLog(targets, pick);
            case LOST_SNAPSHOTS -> new LostSnapshots(targets, pick);
            case REPLACED_SERVER -> new ReplacedServer(targets, pick);
            case KILL_MASTER -> new RoleFaults.KillMaster(targets);
            case KILL_WORKER -> new RoleFaults.KillWorker(targets, pick);
            case STOP_MASTER -> new RoleFaults.Stop(targets, ManagedRole.RoleKind.MASTER, pick);
            case STOP_WORKER -> new RoleFaults.Stop(targets, ManagedRole.RoleKind.WORKER, pick);
            case EXPIRE -> new RoleFaults.Expire(targets, pick);
            case KILL_CLIENT -> new RoleFaults.KillClient(targets, pick);
            case STOP_CLIENT -> new RoleFaults.Stop(targets, ManagedRole.RoleKind.CLIENT, pick);
            case CLOCK_FORWARDS -> new ClockJump(targets, pick, CLOCK_JUMP);
            case CLOCK_BACKWARDS -> new ClockJump(targets, pick, CLOCK_JUMP.negated());
            case ISOLATE_LEADER -> new NetworkFaults.IsolateLeader(targets, pick);
            case CUT_SERVERS_ONE_WAY -> new OneWayCut(targets, pick);
            case CUT_ROLE -> new NetworkFaults.Cut(targets, pick, NetworkFaults::cut);
            case CUT_ROLE_ONE_WAY -> new NetworkFaults.Cut(targets, pick, NetworkFaults::oneWay);
            case LOSE_ANSWERS -> new NetworkFaults.LoseAnswers(targets, pick);
            case SLOW_LINK -> slowLink(targets, pick);
            case PACKET_LOSS -> new NetworkFaults.Bad(targets, pick, LOSSY_WIRES, role -> true, NetworkFaults::lossy);
            case NAME_OUTAGE -> new NameOutage(targets, pick);
            case DELETE_MASTER -> new OperatorFaults.DeleteMaster(targets);
            case TAKE_MASTER -> new OperatorFaults.TakeMaster(targets);
            case SET_MASTER -> new OperatorFaults.SetMaster(targets);
            case REMOVE_ASSIGN -> new OperatorFaults.RemoveAssign(targets, pick);
            case TAKE_ACL -> new TakenAcl(targets);
        };
    }

    /** Half of the time the masters', both of them: a reign that ends has then something on the way. */
    private static Fault slowLink(FaultTargets targets, int pick) {
        return pick % 2 == 0
                ? new NetworkFaults.Bad(
                        targets,
                        pick,
                        RoleFleet.MASTERS,
                        role -> role.kind() == ManagedRole.RoleKind.MASTER,
                        NetworkFaults::slow)
                : new NetworkFaults.Bad(
                        targets, pick, 1, role -> role.kind() != ManagedRole.RoleKind.MASTER, NetworkFaults::slow);
    }
}
