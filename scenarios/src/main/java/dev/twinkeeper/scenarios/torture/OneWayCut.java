package dev.twinkeeper.scenarios.torture;

import java.util.Optional;

/** What the leader sends to one follower is lost, or what that one sends to the leader; the other way is good. */
final class OneWayCut implements Fault {
    private final FaultTargets targets;
    private final int pick;
    private ServerNode from;
    private ServerNode to;
    private long epoch;
    private boolean healed;

    OneWayCut(FaultTargets targets, int pick) {
        this.targets = targets;
        this.pick = pick;
    }

    @Override
    public String target() {
        return from == null ? "null" : from + " to " + to;
    }

    @Override
    public void begin() throws NotInjected {
        epoch = targets.monitor.epoch();
        ServerNode leader = targets.leader();
        ServerNode follower = targets.follower(pick / 2);
        boolean fromLeader = pick % 2 == 0;
        from = fromLeader ? leader : follower;
        to = fromLeader ? follower : leader;
        targets.servers.switchboard().cutOneWay(from.id(), to.id());
    }

    @Override
    public void heal() {
        healed = true;
        targets.servers.switchboard().mend();
    }

    @Override
    public Optional<String> effect() {
        Optional<String> election = targets.election(epoch);
        return election.isPresent() || healed ? election : targets.followerLess();
    }
}
