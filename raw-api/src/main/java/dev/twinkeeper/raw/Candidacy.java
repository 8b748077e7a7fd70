package dev.twinkeeper.raw;

import static dev.twinkeeper.loop.RoleLife.PAUSE;

import dev.twinkeeper.layout.EpochLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.MasterLine;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Session;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * One candidate's way to one reign: looks who reigns, claims when nobody does, watches over its claim, yields.
 *
 * <pre>
 * SUSPENDED  connected            → PREPARING   barrier, parents, watch on /master
 * PREPARING  all there            → LOOKING     read /master
 * LOOKING    nobody               → CLAIMING    one multi: /master, /master-epoch
 *            somebody else        → STANDBY
 *            our session          → CONFIRMING  read /master-epoch: is it our claim, whose answer was lost?
 * CONFIRMING our nonce            → REIGNING
 *            /master changed      → LOOKING
 *            another nonce        → RELEASING   /master is ours and the epoch is not
 * CLAIMING   committed            → REIGNING
 *            somebody was first   → LOOKING
 * STANDBY    /master changed      → LOOKING
 * REIGNING   fence in doubt       → REIGNING    read both again: adopt a newer version, or
 *            epoch is another's   → RELEASING   /master is ours and the epoch is not
 *            over                 → OVER        and a new candidacy, with a nonce of its own
 * RELEASING  released             → OVER        and a new candidacy
 * any        connection lost      → SUSPENDED
 *            another code         → SUSPENDED   said once; PREPARING again after a second
 * SUSPENDED  session expired      → OVER        and a new candidacy
 * any        close                → YIELDING
 * </pre>
 *
 * <p>A lost answer needs no code of its own: when the connection is back, looking finds a {@code /master} of our
 * session and our nonce in the epoch, or it does not (docs/protocol.md, After a lost answer).
 */
final class Candidacy {
    private enum Phase {
        SUSPENDED,
        PREPARING,
        LOOKING,
        CLAIMING,
        CONFIRMING,
        STANDBY,
        REIGNING,
        RELEASING,
        YIELDING,
        OVER
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.SUSPENDED, Set.of(Phase.PREPARING, Phase.YIELDING, Phase.OVER),
            Phase.PREPARING, Set.of(Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.LOOKING, Set.of(Phase.CLAIMING, Phase.STANDBY, Phase.CONFIRMING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.CLAIMING, Set.of(Phase.REIGNING, Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.CONFIRMING, Set.of(Phase.REIGNING, Phase.RELEASING, Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.STANDBY, Set.of(Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.REIGNING, Set.of(Phase.RELEASING, Phase.SUSPENDED, Phase.YIELDING, Phase.OVER),
            Phase.RELEASING, Set.of(Phase.SUSPENDED, Phase.YIELDING, Phase.OVER));

    private final MasterRole role;
    private final Session session;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;

    /** One for each candidacy, kept over its retries: it tells our own claim when the answer was lost. */
    private final String nonce = UUID.randomUUID().toString();

    private Reign reign;

    Candidacy(MasterRole role) {
        this.role = role;
        this.session = role.session;
        this.layout = role.layout;
        this.guard = new PhaseGuard<>(role.who, role.loop, Phase.SUSPENDED, TRANSITIONS, role.announcer::answered);
    }

    void begin() {
        guard.enter(Phase.PREPARING);
        role.parents(guard, layout.parents(), this::watch, (path, code) -> fail("make " + path, code))
                .ensure();
    }

    void suspend() {
        guard.enter(Phase.SUSPENDED);
        endReign("the connection is lost");
    }

    /** Another candidacy takes over: replies to this one are dropped. */
    void end() {
        guard.enter(Phase.OVER);
    }

    /** Persistent, so that it is there before every look and stays; ZooKeeper sets it again on reconnecting. */
    private void watch() {
        session.zk()
                .addWatch(
                        layout.master(),
                        role.masterWatcher,
                        AddWatchMode.PERSISTENT,
                        guard.done(this::onWatched),
                        null);
    }

    private void onWatched(Code code) {
        switch (code) {
            case OK -> look();
            default -> fail("watch", code);
        }
    }

    private void look() {
        guard.enter(Phase.LOOKING);
        session.zk().getData(layout.master(), false, guard.data(this::onLooked), null);
    }

    private void onLooked(Code code, byte[] data, Stat stat) {
        switch (code) {
            case NONODE -> claim();
            case OK -> {
                if (session.owns(stat.getEphemeralOwner())) {
                    confirm(stat);
                } else {
                    standBy(MasterLine.decode(data), stat);
                }
            }
            default -> fail("read /master", code);
        }
    }

    private void standBy(String reigning, Stat stat) {
        guard.enter(Phase.STANDBY);
        if (stat.getEphemeralOwner() == 0) {
            role.announcer.setAside(
                    layout.master(),
                    "it is persistent, so no session stands behind it: nobody reigns until it is deleted");
        }
        role.standsBy(Optional.of(reigning));
    }

    // region claim
    /** S1: taking /master and raising the epoch is one step; a reign without an epoch of its own cannot be. */
    private void claim() {
        guard.enter(Phase.CLAIMING);
        byte[] line = MasterLine.encode(role.id, role.settings.address());
        List<Op> ops = List.of(
                Op.create(layout.master(), line, session.acl(layout.master()), CreateMode.EPHEMERAL),
                // A claim leaves version 1, so that check(/master, 1) never passes on one made by hand.
                Op.setData(layout.master(), line, 0),
                Op.setData(layout.epoch(), EpochLine.of(role.id, nonce).encode(), -1));
        session.zk().multi(ops, guard.multi(this::onClaimed), null);
    }

    private void onClaimed(Code code, List<OpResult> results) {
        switch (code) {
            case OK -> {
                Stat master = ((OpResult.SetDataResult) results.get(1)).getStat();
                Stat epoch = ((OpResult.SetDataResult) results.get(2)).getStat();
                reign(master, epoch);
            }
            case NODEEXISTS -> look();
            default -> fail("claim", code);
        }
    }
    // endregion

    private void confirm(Stat master) {
        guard.enter(Phase.CONFIRMING);
        DataCallback reply = guard.data((code, data, epoch) -> onConfirmed(code, master, data, epoch));
        session.zk().getData(layout.epoch(), false, reply, null);
    }

    private void onConfirmed(Code code, Stat master, byte[] data, Stat epoch) {
        switch (code) {
            case OK -> {
                if (EpochLine.decode(data).nonce().equals(nonce)) {
                    reign(master, epoch);
                } else {
                    release(epoch.getVersion());
                }
            }
            default -> fail("read /master-epoch", code);
        }
    }

    private void reign(Stat master, Stat epoch) {
        guard.enter(Phase.REIGNING);
        reign = new Reign(role, this, master.getCzxid(), master.getVersion(), epoch.getVersion());
        role.reigns(epoch.getVersion());
        reign.begin();
    }

    void onMasterChanged(EventType event) {
        if (guard.in(Phase.STANDBY) || guard.in(Phase.CONFIRMING)) {
            look();
        } else if (guard.in(Phase.REIGNING) && event == EventType.NodeDeleted) {
            // S1: deleted by an operator while the session lives.
            endReign("/master was deleted");
            role.standAgain();
        } else if (guard.in(Phase.REIGNING)) {
            verify();
        }
    }

    void onTreeChanged(WatchedEvent event) {
        if (reign != null) {
            reign.onTreeChanged(event);
        }
    }

    /** A fence failed, or somebody wrote to /master: is it still ours? Until the answer the reign writes nothing. */
    void verify() {
        reign.pause();
        session.zk().getData(layout.master(), false, guard.data(this::onMasterVerified), null);
    }

    private void onMasterVerified(Code code, byte[] data, Stat master) {
        switch (code) {
            case OK -> {
                if (reign.isSame(master) && session.owns(master.getEphemeralOwner())) {
                    verifyEpoch(master);
                } else {
                    endReign("another /master stands there");
                    role.standAgain();
                }
            }
            case NONODE -> {
                endReign("/master was deleted");
                role.standAgain();
            }
            default -> fail("read /master", code);
        }
    }

    private void verifyEpoch(Stat master) {
        DataCallback reply = guard.data((code, data, epoch) -> onEpochVerified(code, master, epoch));
        session.zk().getData(layout.epoch(), false, reply, null);
    }

    private void onEpochVerified(Code code, Stat master, Stat epoch) {
        switch (code) {
            case OK -> {
                if (epoch.getVersion() == reign.epoch()) {
                    reign.resume(master.getVersion());
                } else {
                    endReign("/master-epoch was written by somebody else");
                    release(epoch.getVersion());
                }
            }
            default -> fail("read /master-epoch", code);
        }
    }

    /**
     * Our session holds a /master that is no valid claim: nobody could reign until the session ends. It is read again
     * after the epoch that speaks against it, and deleted only while that epoch stands: if somebody deletes ours and
     * claims meanwhile, the version alone would not tell theirs from ours (S1).
     */
    private void release(int foreignEpoch) {
        guard.enter(Phase.RELEASING);
        DataCallback reply = guard.data((code, data, master) -> onReleaseLooked(code, foreignEpoch, master));
        session.zk().getData(layout.master(), false, reply, null);
    }

    private void onReleaseLooked(Code code, int foreignEpoch, Stat master) {
        switch (code) {
            case OK -> {
                if (session.owns(master.getEphemeralOwner())) {
                    List<Op> ops = List.of(
                            Op.check(layout.epoch(), foreignEpoch), Op.delete(layout.master(), master.getVersion()));
                    session.zk().multi(ops, guard.multi(this::onReleased), null);
                } else {
                    role.standAgain();
                }
            }
            case NONODE -> role.standAgain();
            default -> fail("read /master", code);
        }
    }

    private void onReleased(Code code, List<OpResult> results) {
        switch (code) {
            case OK, NONODE, BADVERSION -> role.standAgain();
            default -> fail("release /master", code);
        }
    }

    /** A master that stops on purpose never leaves /master behind in a living session. */
    void yield(Runnable done) {
        boolean reigning = guard.in(Phase.REIGNING);
        guard.enter(Phase.YIELDING);
        if (!reigning) {
            done.run();
            return;
        }
        List<Op> ops = List.of(reign.epochFence(), Op.delete(layout.master(), reign.version()));
        endReign("closed");
        // Whatever the answer is, a lost connection included.
        session.zk().multi(ops, (rc, path, ctx, results) -> role.loop.post(done), null);
    }

    private void endReign(String why) {
        if (reign != null) {
            reign.end();
            role.deposed(reign.epoch(), why);
            reign = null;
        }
    }

    /** The ensemble refuses what we need: say so once, and ask again after a pause. */
    void fail(String what, Code code) {
        endReign("cannot " + what);
        guard.enter(Phase.SUSPENDED);
        role.loop.after(PAUSE, guard.pass(this::begin));
        role.setBack(layout.master(), what, code.name());
    }
}
