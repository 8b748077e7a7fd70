package dev.twinkeeper.raw;

import static dev.twinkeeper.loop.RoleLife.PAUSE;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.loop.NameWait;
import dev.twinkeeper.raw.session.PhaseGuard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A worker's ephemeral under {@code /workers}: made, watched over, made again.
 *
 * <pre>
 * SUSPENDED   connected        → PREPARING    barrier, parents, watch on /workers/W
 * PREPARING   all there        → LOOKING      read /workers/W
 * LOOKING     nothing there    → CREATING
 *             our session's    → REGISTERED   (so an answer that was lost is no matter)
 *             another's        → WAITING      it may be our own of a dead session: read its line, wait by its timeout
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

    private final WorkerRole role;
    private final PhaseGuard<Phase> guard;
    private final NameWait wait;

    Registration(WorkerRole role) {
        this.role = role;
        this.guard = new PhaseGuard<>(role.who, role.loop, Phase.SUSPENDED, TRANSITIONS, role.announcer::answered);
        this.wait = new NameWait(role.id, role.loop::now);
    }

    void begin() {
        guard.enter(Phase.PREPARING);
        List<String> parents = new ArrayList<>(role.layout.parents());
        parents.add(role.layout.assign(role.id));
        role.parents(guard, parents, this::watch, (path, code) -> fail("make " + path, code))
                .ensure();
    }

    void suspend() {
        guard.enter(Phase.SUSPENDED);
        wait.end(); // It begins anew, as the clocks of all sessions may.
    }

    /** The watch stands before anything is read or made, so nothing that follows can be missed. */
    private void watch() {
        role.zk()
                .addWatch(
                        role.layout.worker(role.id),
                        role.ownWatcher,
                        AddWatchMode.PERSISTENT,
                        guard.done(this::onOwnWatched),
                        null);
    }

    private void onOwnWatched(Code code) {
        String path = role.layout.worker(role.id);
        switch (code) {
            case OK -> look();
            default -> fail("watch " + path, code);
        }
    }

    // region register
    private void look() {
        guard.enter(Phase.LOOKING);
        role.zk().exists(role.layout.worker(role.id), false, guard.stat(this::onLooked), null);
    }

    private void onLooked(Code code, Stat stat) {
        String path = role.layout.worker(role.id);
        switch (code) {
            case NONODE -> create();
            case OK -> {
                if (role.session.owns(stat.getEphemeralOwner())) {
                    registered();
                } else if (stat.getEphemeralOwner() == 0) {
                    role.refuse(CoordinationException.persistent(path));
                } else {
                    await(stat);
                }
            }
            default -> fail("read " + path, code);
        }
    }

    private void create() {
        guard.enter(Phase.CREATING);
        int granted = role.zk().getSessionTimeout();
        byte[] line = new WorkerLine(role.settings.address(), role.settings.slots(), granted).encode();
        role.zk()
                .create(
                        role.layout.worker(role.id),
                        line,
                        role.session.acl(role.layout.worker(role.id)),
                        CreateMode.EPHEMERAL,
                        guard.name(this::onCreated),
                        null);
    }

    private void onCreated(Code code, String name) {
        switch (code) {
            case OK -> registered();
            case NODEEXISTS -> look();
            case NONODE -> begin();
            default -> fail("register at " + role.layout.worker(role.id), code);
        }
    }
    // endregion

    private void registered() {
        guard.enter(Phase.REGISTERED);
        wait.end();
        role.announcer.tell(new Event.Registered(role.id, role.session.id()));
        role.onRegistered();
    }

    /** R3: the ephemeral of a dead session goes within its timeout; a live worker's does not. */
    private void await(Stat held) {
        guard.enter(Phase.WAITING);
        if (wait.isFor(held.getEphemeralOwner())) {
            awaitEnd();
        } else {
            role.zk()
                    .getData(
                            role.layout.worker(role.id),
                            false,
                            guard.data((code, line, stat) -> onHolderRead(held, code, line)),
                            null);
        }
    }

    /** @param line null where it may not be read: then only our own timeout is known */
    private void onHolderRead(Stat held, Code code, byte[] line) {
        switch (code) {
            case OK, NOAUTH, NONODE -> {
                int granted = role.zk().getSessionTimeout();
                role.announcer.tell(wait.begin(held.getEphemeralOwner(), held.getCtime(), line, granted));
                awaitEnd();
            }
            default -> fail("read " + role.layout.worker(role.id), code);
        }
    }

    private void awaitEnd() {
        role.loop.after(wait.rest(), guard.pass(() -> role.refuse(wait.inUse())));
    }

    void onChanged(EventType event) {
        if (guard.in(Phase.WAITING)) {
            look();
        } else if (guard.in(Phase.REGISTERED) && event == EventType.NodeDeleted) {
            role.onDeregistered();
            look();
        }
    }

    /** The ensemble refuses what we need: say so once, and begin again after a pause. */
    private void fail(String what, Code code) {
        guard.enter(Phase.SUSPENDED);
        role.loop.after(PAUSE, guard.pass(this::begin));
        role.setBack(role.layout.worker(role.id), what, code.name());
    }
}
