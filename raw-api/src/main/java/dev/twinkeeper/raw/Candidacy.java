package dev.twinkeeper.raw;

import dev.twinkeeper.layout.EpochLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.MasterLine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.zookeeper.AddWatchMode;
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
 * <p>A lost answer needs no code of its own: when the connection is back, looking finds {@code /master} in the hands of
 * our session and our nonce in the epoch, or it does not (docs/protocol.md, After a lost answer).
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

    /** L6: a refusal that lasts, of an ACL say, is asked about once a second. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final MasterRole role;
    private final Session session;
    private final Layout layout;
    private final Gate<Phase> gate;

    /** One for each candidacy, kept over its retries: it tells our own claim when the answer was lost. */
    private final String nonce = UUID.randomUUID().toString();

    private Reign reign;

    Candidacy(MasterRole role) {
        this.role = role;
        this.session = role.session;
        this.layout = role.layout;
        this.gate = new Gate<>(role.who, role.loop, Phase.SUSPENDED, TRANSITIONS);
    }

    void begin() {
        gate.enter(Phase.PREPARING);
        new Parents(session, layout, gate, layout.parents(), this::watch, code -> fail("make the parents", code))
                .ensure();
    }

    void suspend() {
        gate.enter(Phase.SUSPENDED);
        endReign("the connection is lost");
    }

    /** Another candidacy takes over: whatever was asked for this one is nobody's business any more. */
    void end() {
        gate.enter(Phase.OVER);
    }

    /** Persistent, so that it is there before every look and stays; ZooKeeper sets it again on reconnecting. */
    private void watch() {
        session.zk()
                .addWatch(
                        layout.master(),
                        role.masterWatcher,
                        AddWatchMode.PERSISTENT,
                        gate.reply(this::onWatched),
                        null);
    }

    private void onWatched(int rc, String path, Object ctx) {
        switch (Gate.code(rc)) {
            case OK -> look();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("watch", Gate.code(rc));
        }
    }

    private void look() {
        gate.enter(Phase.LOOKING);
        session.zk().getData(layout.master(), false, gate.data(this::onLooked), null);
    }

    private void onLooked(int rc, String path, Object ctx, byte[] data, Stat stat) {
        switch (Gate.code(rc)) {
            case NONODE -> claim();
            case OK -> {
                if (session.owns(stat.getEphemeralOwner())) {
                    confirm(stat);
                } else {
                    standBy(MasterLine.decode(data), stat);
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master", Gate.code(rc));
        }
    }

    private void standBy(String reigning, Stat stat) {
        gate.enter(Phase.STANDBY);
        if (stat.getEphemeralOwner() == 0) {
            role.announcer.setAside(
                    layout.master(),
                    "it is persistent, so no session stands behind it: nobody reigns until it is deleted");
        }
        role.standsBy(Optional.of(reigning));
    }

    /** S1: taking /master and raising the epoch is one step; a reign without an epoch of its own cannot be. */
    private void claim() {
        gate.enter(Phase.CLAIMING);
        byte[] line = MasterLine.encode(role.id, role.settings.address());
        List<Op> ops = List.of(
                Op.create(layout.master(), line, session.acl(), CreateMode.EPHEMERAL),
                // A claim leaves version 1, so that check(/master, 1) never passes on one made by hand.
                Op.setData(layout.master(), line, 0),
                Op.setData(layout.epoch(), EpochLine.of(role.id, nonce).encode(), -1));
        session.zk().multi(ops, gate.multi(this::onClaimed), null);
    }

    private void onClaimed(int rc, String path, Object ctx, List<OpResult> results) {
        switch (Gate.code(rc)) {
            case OK -> {
                Stat master = ((OpResult.SetDataResult) results.get(1)).getStat();
                Stat epoch = ((OpResult.SetDataResult) results.get(2)).getStat();
                reign(master, epoch);
            }
            case NODEEXISTS -> look();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("claim", Gate.code(rc));
        }
    }

    private void confirm(Stat master) {
        gate.enter(Phase.CONFIRMING);
        session.zk().getData(layout.epoch(), false, gate.data(this::onConfirmed), master);
    }

    private void onConfirmed(int rc, String path, Object ctx, byte[] data, Stat epoch) {
        switch (Gate.code(rc)) {
            case OK -> {
                Stat master = (Stat) ctx;
                if (EpochLine.decode(data).nonce().equals(nonce)) {
                    reign(master, epoch);
                } else {
                    release(epoch.getVersion());
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master-epoch", Gate.code(rc));
        }
    }

    private void reign(Stat master, Stat epoch) {
        gate.enter(Phase.REIGNING);
        reign = new Reign(role, this, master.getCzxid(), master.getVersion(), epoch.getVersion());
        role.reigns(epoch.getVersion());
        reign.begin();
    }

    void onMasterChanged(EventType event) {
        if (gate.in(Phase.STANDBY) || gate.in(Phase.CONFIRMING)) {
            look();
        } else if (gate.in(Phase.REIGNING) && event == EventType.NodeDeleted) {
            // S1: deleted by an operator while the session lives.
            endReign("/master was deleted");
            role.standAgain();
        } else if (gate.in(Phase.REIGNING)) {
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
        session.zk().getData(layout.master(), false, gate.data(this::onMasterVerified), null);
    }

    private void onMasterVerified(int rc, String path, Object ctx, byte[] data, Stat master) {
        switch (Gate.code(rc)) {
            case OK -> {
                if (reign.isSame(master) && session.owns(master.getEphemeralOwner())) {
                    session.zk().getData(layout.epoch(), false, gate.data(this::onEpochVerified), master);
                } else {
                    endReign("another /master stands there");
                    role.standAgain();
                }
            }
            case NONODE -> {
                endReign("/master was deleted");
                role.standAgain();
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master", Gate.code(rc));
        }
    }

    private void onEpochVerified(int rc, String path, Object ctx, byte[] data, Stat epoch) {
        Stat master = (Stat) ctx;
        switch (Gate.code(rc)) {
            case OK -> {
                if (epoch.getVersion() == reign.epoch()) {
                    reign.resume(master.getVersion());
                } else {
                    endReign("/master-epoch was written by somebody else");
                    release(epoch.getVersion());
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master-epoch", Gate.code(rc));
        }
    }

    /**
     * Our session holds a /master that is no valid claim: nobody could reign until the session ends. It is read again
     * after the epoch that speaks against it, and deleted only while that epoch stands: if somebody deletes ours and
     * claims meanwhile, the version alone would not tell theirs from ours (S1).
     */
    private void release(int foreignEpoch) {
        gate.enter(Phase.RELEASING);
        session.zk().getData(layout.master(), false, gate.data(this::onReleaseLooked), foreignEpoch);
    }

    private void onReleaseLooked(int rc, String path, Object ctx, byte[] data, Stat master) {
        switch (Gate.code(rc)) {
            case OK -> {
                if (session.owns(master.getEphemeralOwner())) {
                    List<Op> ops = List.of(
                            Op.check(layout.epoch(), (int) ctx), Op.delete(layout.master(), master.getVersion()));
                    session.zk().multi(ops, gate.multi(this::onReleased), null);
                } else {
                    role.standAgain();
                }
            }
            case NONODE -> role.standAgain();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master", Gate.code(rc));
        }
    }

    private void onReleased(int rc, String path, Object ctx, List<OpResult> results) {
        switch (Gate.code(rc)) {
            case OK, NONODE, BADVERSION -> role.standAgain();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("release /master", Gate.code(rc));
        }
    }

    /** A master that stops on purpose never leaves /master behind in a living session. */
    void yield(Runnable done) {
        boolean reigning = gate.in(Phase.REIGNING);
        gate.enter(Phase.YIELDING);
        if (!reigning) {
            done.run();
            return;
        }
        List<Op> ops = List.of(reign.epochFence(), Op.delete(layout.master(), reign.version()));
        endReign("closed");
        session.zk().multi(ops, gate.multi((rc, path, ctx, results) -> done.run()), null);
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
        role.announcer.setAside(layout.master(), "cannot " + what + ": " + code);
        endReign("cannot " + what);
        gate.enter(Phase.SUSPENDED);
        role.loop.after(PAUSE, gate.pass(this::begin));
    }
}
