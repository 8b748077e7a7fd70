package dev.twinkeeper.scenarios.torture;

/** Makes faults of what the schedule planned. */
final class Faults {
    /** Packets are lost for several at once: a network has more than one user. */
    private static final int LOSSY_WIRES = 3;

    private Faults() {}

    static Fault make(Schedule.Planned planned, Scene scene) {
        int pick = planned.pick();
        return switch (planned.kind()) {
            case KILL_LEADER -> new ServerFaults.Kill(scene, true, pick);
            case KILL_FOLLOWER -> new ServerFaults.Kill(scene, false, pick);
            case STOP_LEADER -> new ServerFaults.StopLeader(scene);
            case ROLLING_RESTART -> new ServerFaults.RollingRestart(scene, planned.lengthMs());
            case RESTART_ALL -> new ServerFaults.RestartAll(scene);
            case SLOW_FSYNC -> new SlowFsync(scene, pick);
            case KILL_MASTER -> new RoleFaults.KillMaster(scene);
            case KILL_WORKER -> new RoleFaults.KillWorker(scene, pick);
            case STOP_MASTER -> new RoleFaults.Stop(scene, true, pick);
            case STOP_WORKER -> new RoleFaults.Stop(scene, false, pick);
            case EXPIRE -> new RoleFaults.Expire(scene, pick);
            case KILL_CLIENT -> new RoleFaults.KillClient(scene, pick);
            case ISOLATE_LEADER -> new NetworkFaults.IsolateLeader(scene, pick);
            case CUT_ROLE -> new NetworkFaults.Cut(scene, pick, NetworkFaults::cut);
            case CUT_ROLE_ONE_WAY -> new NetworkFaults.Cut(scene, pick, NetworkFaults::oneWay);
            case LOSE_ANSWERS -> new NetworkFaults.LoseAnswers(scene, pick);
            case SLOW_LINK -> slowLink(scene, pick);
            case PACKET_LOSS -> new NetworkFaults.Bad(scene, pick, LOSSY_WIRES, player -> true, NetworkFaults::lossy);
            case DELETE_MASTER -> new OperatorFaults.DeleteMaster(scene);
            case TAKE_MASTER -> new OperatorFaults.TakeMaster(scene);
            case SET_MASTER -> new OperatorFaults.SetMaster(scene);
            case REMOVE_ASSIGN -> new OperatorFaults.RemoveAssign(scene, pick);
        };
    }

    /** Half of the time the masters', both of them: a reign that ends has then something on the way. */
    private static Fault slowLink(Scene scene, int pick) {
        return pick % 2 == 0
                ? new NetworkFaults.Bad(
                        scene,
                        pick,
                        Company.MASTERS,
                        player -> player.kind() == Player.Kind.MASTER,
                        NetworkFaults::slow)
                : new NetworkFaults.Bad(
                        scene, pick, 1, player -> player.kind() != Player.Kind.MASTER, NetworkFaults::slow);
    }
}
