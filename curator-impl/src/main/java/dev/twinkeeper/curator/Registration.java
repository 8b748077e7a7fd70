package dev.twinkeeper.curator;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.layout.WorkerLine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;

/**
 * A worker's ephemeral under {@code /workers}: made, watched over, made again.
 *
 * <pre>
 * SUSPENDED   connected        → PREPARING    barrier, parents, watches on /workers/W and /assign/W
 * PREPARING   all there        → LOOKING      read /workers/W
 * LOOKING     nothing there    → CREATING
 *             our session's    → REGISTERED   (so an answer that was lost is no matter)
 *             another's        → WAITING      it may be our own of a dead session
 *             persistent       → refused
 * CREATING    created          → REGISTERED
 *             somebody's       → LOOKING
 *             no parent        → PREPARING    an operator deleted it, all workers with it
 * WAITING     changed          → LOOKING
 *             time is up       → refused      R3: another live worker has the id
 * REGISTERED  changed          → LOOKING      an operator deleted it
 * any         connection lost  → SUSPENDED
 *             another code     → SUSPENDED    said once; PREPARING again after a second
 * </pre>
 *
 * <p>Curator's PersistentNode and GroupMember keep an ephemeral by themselves, and can't be used here: they take a znode
 * that somebody else made for their own, overwrite its data and delete it on closing. A second worker of the same id
 * would be let in, and would take the first one's registration with it when it leaves (R1, R3).
 */
final class Registration {
    private enum Phase {
        SUSPENDED,
        PREPARING,
        LOOKING,
        CREATING,
        WAITING,
        REGISTERED
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.SUSPENDED, Set.of(Phase.PREPARING),
            Phase.PREPARING, Set.of(Phase.LOOKING, Phase.SUSPENDED),
            Phase.LOOKING, Set.of(Phase.CREATING, Phase.WAITING, Phase.REGISTERED, Phase.SUSPENDED),
            Phase.CREATING, Set.of(Phase.PREPARING, Phase.LOOKING, Phase.REGISTERED, Phase.SUSPENDED),
            Phase.WAITING, Set.of(Phase.LOOKING, Phase.SUSPENDED),
            Phase.REGISTERED, Set.of(Phase.LOOKING, Phase.SUSPENDED));

    /** L6: a refusal that lasts is asked about once a second. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final WorkerRole role;
    private final Session session;
    private final Gate<Phase> gate;
    private long waitingSince;
    private long waitingFor;

    Registration(WorkerRole role) {
        this.role = role;
        this.session = role.session;
        this.gate = new Gate<>(role.who, session, Phase.SUSPENDED, TRANSITIONS);
    }

    void begin() {
        gate.enter(Phase.PREPARING);
        List<String> parents = new ArrayList<>(role.layout.top());
        parents.add(role.layout.assign(role.id));
        new Parents(session, gate, parents, this::watch, code -> fail("make the parents", code)).ensure();
    }

    void suspend() {
        gate.enter(Phase.SUSPENDED);
        // A lost connection may mean another leader, and with it the clocks of all sessions begin anew.
        waitingFor = 0;
    }

    /** Both watches stand before anything is read or made, so nothing that follows can be missed. */
    private void watch() {
        session.ask(client -> client.watchers()
                .add()
                .withMode(AddWatchMode.PERSISTENT_RECURSIVE)
                .inBackground(gate.reply(this::onAssignWatched))
                .usingWatcher(role.assignWatcher)
                .forPath(role.layout.assign(role.id)));
    }

    private void onAssignWatched(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK ->
                session.ask(client -> client.watchers()
                        .add()
                        .withMode(AddWatchMode.PERSISTENT)
                        .inBackground(gate.reply(this::onOwnWatched))
                        .usingWatcher(role.ownWatcher)
                        .forPath(role.layout.worker(role.id)));
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("watch " + event.getPath(), Gate.code(event));
        }
    }

    private void onOwnWatched(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> look();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("watch " + event.getPath(), Gate.code(event));
        }
    }

    private void look() {
        gate.enter(Phase.LOOKING);
        session.ask(client ->
                client.checkExists().inBackground(gate.reply(this::onLooked)).forPath(role.layout.worker(role.id)));
    }

    private void onLooked(CuratorEvent event) {
        switch (Gate.code(event)) {
            case NONODE -> create();
            case OK -> {
                long owner = event.getStat().getEphemeralOwner();
                if (session.owns(owner)) {
                    registered();
                } else if (owner == 0) {
                    role.impossible(new CoordinationException(
                            Problem.IN_THE_WAY,
                            event.getPath() + " is a persistent znode: no worker can register as '" + role.id
                                    + "' until it is deleted"));
                } else {
                    await(owner);
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read " + event.getPath(), Gate.code(event));
        }
    }

    private void create() {
        gate.enter(Phase.CREATING);
        byte[] line = new WorkerLine(role.settings.address(), role.settings.slots()).encode();
        session.ask(client -> client.create()
                .withMode(CreateMode.EPHEMERAL)
                .inBackground(gate.reply(this::onCreated))
                .forPath(role.layout.worker(role.id), line));
    }

    private void onCreated(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> registered();
            case NODEEXISTS -> look();
            case NONODE -> begin();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("register at " + event.getPath(), Gate.code(event));
        }
    }

    private void registered() {
        gate.enter(Phase.REGISTERED);
        waitingFor = 0;
        role.announcer.tell(new Event.Registered(role.id, session.id()));
        role.onRegistered();
    }

    /** R3: the ephemeral of a dead session goes within its timeout; a live worker's does not. */
    private void await(long holder) {
        gate.enter(Phase.WAITING);
        if (waitingFor != holder) {
            waitingFor = holder;
            waitingSince = System.nanoTime();
            role.announcer.tell(new Event.WaitingForId(role.id, holder));
        }
        Duration waited = Duration.ofNanos(System.nanoTime() - waitingSince);
        role.loop.after(patience().minus(waited), gate.pass(this::refuse));
    }

    /**
     * A session timeout, and half of it again and a second, because the clocks of sessions begin anew when the ensemble
     * elects a leader. It is our own timeout, the other's cannot be read.
     */
    private Duration patience() {
        return session.timeout().multipliedBy(3).dividedBy(2).plusSeconds(1);
    }

    private void refuse() {
        role.impossible(new CoordinationException(
                Problem.ID_IN_USE,
                "worker id '" + role.id + "' is in use by session 0x" + Long.toHexString(waitingFor) + ", alive for "
                        + Durations.format(patience()) + " and more: choose another id, or stop that worker"));
    }

    void onChanged(EventType event) {
        if (gate.in(Phase.WAITING)) {
            look();
        } else if (gate.in(Phase.REGISTERED) && event == EventType.NodeDeleted) {
            role.onDeregistered();
            look();
        }
    }

    /** The ensemble refuses what we need: say so once, and begin again after a pause. */
    private void fail(String what, Code code) {
        role.announcer.setAside(role.layout.worker(role.id), "cannot " + what + ": " + code);
        gate.enter(Phase.SUSPENDED);
        role.loop.after(PAUSE, gate.pass(this::begin));
    }
}
