package dev.twinkeeper.scenarios.torture;

/** Makes faults of what the schedule planned. */
final class FaultFactory {
    /** Packets are lost for several at once: a network has more than one user. */
    private static final int LOSSY_WIRES = 3;

    private FaultFactory() {}

    static Fault make(Schedule.Planned planned, FaultTargets targets) {
        int pick = planned.pick();
        return switch (planned.kind()) {
            case KILL_LEADER -> new ServerFaults.Kill(targets, true, pick);
            case KILL_FOLLOWER -> new ServerFaults.Kill(targets, false, pick);
            case STOP_LEADER -> new ServerFaults.StopLeader(targets);
            case ROLLING_RESTART -> new ServerFaults.RollingRestart(targets, planned.lengthMs());
            case RESTART_ALL -> new ServerFaults.RestartAll(targets);
            case SLOW_FSYNC -> new SlowFsync(targets, pick);
            case KILL_MASTER -> new RoleFaults.KillMaster(targets);
            case KILL_WORKER -> new RoleFaults.KillWorker(targets, pick);
            case STOP_MASTER -> new RoleFaults.Stop(targets, true, pick);
            case STOP_WORKER -> new RoleFaults.Stop(targets, false, pick);
            case EXPIRE -> new RoleFaults.Expire(targets, pick);
            case KILL_CLIENT -> new RoleFaults.KillClient(targets, pick);
            case ISOLATE_LEADER -> new NetworkFaults.IsolateLeader(targets, pick);
            case CUT_ROLE -> new NetworkFaults.Cut(targets, pick, NetworkFaults::cut);
            case CUT_ROLE_ONE_WAY -> new NetworkFaults.Cut(targets, pick, NetworkFaults::oneWay);
            case LOSE_ANSWERS -> new NetworkFaults.LoseAnswers(targets, pick);
            case SLOW_LINK -> slowLink(targets, pick);
            case PACKET_LOSS -> new NetworkFaults.Bad(targets, pick, LOSSY_WIRES, role -> true, NetworkFaults::lossy);
            case DELETE_MASTER -> new OperatorFaults.DeleteMaster(targets);
            case TAKE_MASTER -> new OperatorFaults.TakeMaster(targets);
            case SET_MASTER -> new OperatorFaults.SetMaster(targets);
            case REMOVE_ASSIGN -> new OperatorFaults.RemoveAssign(targets, pick);
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
