package dev.twinkeeper.curator;

import dev.twinkeeper.layout.EpochLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.MasterLine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * One candidate's way to one reign: queues, looks who reigns, claims when nobody does, watches over its claim, yields.
 *
 * <pre>
 * SUSPENDED  connected            → PREPARING   barrier, parents, watch on /master, a place in the queue
 * PREPARING  all there            → LOOKING     read /master
 * LOOKING    nobody, our turn     → CLAIMING    one multi: /master, /master-epoch
 *            nobody               → QUEUED
 *            somebody else        → STANDBY
 *            our session          → CONFIRMING  read /master-epoch: is it our claim, whose answer was lost?
 * QUEUED     our turn             → CLAIMING    or whoever's turn it is does not use it
 *            /master changed      → LOOKING
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
 *
 * <p>The {@link Queue} is Curator's; this class would do without it, as its twin does.
 */
final class Candidacy {
    private enum Phase {
        SUSPENDED,
        PREPARING,
        LOOKING,
        QUEUED,
        CLAIMING,
        CONFIRMING,
        STANDBY,
        REIGNING,
        RELEASING,
        YIELDING,
        OVER
    }

    private static final Set<Phase> LOOKING_FINDS =
            Set.of(Phase.QUEUED, Phase.CLAIMING, Phase.STANDBY, Phase.CONFIRMING, Phase.SUSPENDED, Phase.YIELDING);

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.SUSPENDED, Set.of(Phase.PREPARING, Phase.YIELDING, Phase.OVER),
            Phase.PREPARING, Set.of(Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.LOOKING, LOOKING_FINDS,
            Phase.QUEUED, Set.of(Phase.CLAIMING, Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.CLAIMING, Set.of(Phase.REIGNING, Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.CONFIRMING, Set.of(Phase.REIGNING, Phase.RELEASING, Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.STANDBY, Set.of(Phase.LOOKING, Phase.SUSPENDED, Phase.YIELDING),
            Phase.REIGNING, Set.of(Phase.RELEASING, Phase.SUSPENDED, Phase.YIELDING, Phase.OVER),
            Phase.RELEASING, Set.of(Phase.SUSPENDED, Phase.YIELDING, Phase.OVER));

    /** L6: a refusal that lasts, of an ACL say, is asked about once a second. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** L1: how long a turn may go unused before everybody claims: half of what the rule grants beside the session. */
    private static final Duration TURN = Duration.ofSeconds(1);

    private final MasterRole role;
    private final Session session;
    private final Layout layout;
    private final Gate<Phase> gate;
    private final Queue queue;

    /** One for each candidacy, kept over its retries: it tells our own claim when the answer was lost. */
    private final String nonce = UUID.randomUUID().toString();

    private Reign reign;

    Candidacy(MasterRole role) {
        this.role = role;
        this.session = role.session;
        this.layout = role.layout;
        this.gate = new Gate<>(role.who, session, Phase.SUSPENDED, TRANSITIONS);
        this.queue = new Queue(role, this::onOurTurn);
    }

    void begin() {
        gate.enter(Phase.PREPARING);
        new Parents(session, gate, layout.top(), this::watch, code -> fail("make the parents", code)).ensure();
    }

    void suspend() {
        gate.enter(Phase.SUSPENDED);
        endReign("the connection is lost");
    }

    /** Another candidacy takes over: whatever was asked for this one is nobody's business any more. */
    void end() {
        gate.enter(Phase.OVER);
        queue.leave();
    }

    /** Persistent, so that it is there before every look and stays; ZooKeeper sets it again on reconnecting. */
    private void watch() {
        session.ask(client -> client.watchers()
                .add()
                .withMode(AddWatchMode.PERSISTENT)
                .inBackground(gate.reply(this::onWatched))
                .usingWatcher(role.masterWatcher)
                .forPath(layout.master()));
    }

    private void onWatched(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> {
                queue.enter();
                look();
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("watch", Gate.code(event));
        }
    }

    private void look() {
        gate.enter(Phase.LOOKING);
        session.ask(client ->
                client.getData().inBackground(gate.reply(this::onLooked)).forPath(layout.master()));
    }

    private void onLooked(CuratorEvent event) {
        switch (Gate.code(event)) {
            case NONODE -> {
                if (queue.isOurTurn()) {
                    claim();
                } else {
                    awaitTurn();
                }
            }
            case OK -> {
                if (session.owns(event.getStat().getEphemeralOwner())) {
                    confirm(event.getStat());
                } else {
                    standBy(MasterLine.decode(event.getData()), event.getStat());
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master", Gate.code(event));
        }
    }

    private void awaitTurn() {
        gate.enter(Phase.QUEUED);
        role.loop.after(TURN, gate.pass(this::claim));
    }

    private void onOurTurn() {
        if (gate.in(Phase.QUEUED)) {
            claim();
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
        session.ask(client ->
                client.transaction().inBackground(gate.reply(this::onClaimed)).forOperations(claimOf(client)));
    }

    private List<CuratorOp> claimOf(CuratorFramework client) throws Exception {
        byte[] line = MasterLine.encode(role.id, role.settings.address());
        byte[] epochLine = EpochLine.of(role.id, nonce).encode();
        return List.of(
                client.transactionOp().create().withMode(CreateMode.EPHEMERAL).forPath(layout.master(), line),
                // A claim leaves version 1, so that check(/master, 1) never passes on one made by hand.
                client.transactionOp().setData().withVersion(0).forPath(layout.master(), line),
                client.transactionOp().setData().forPath(layout.epoch(), epochLine));
    }

    private void onClaimed(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> {
                Stat master = event.getOpResults().get(1).getResultStat();
                Stat epoch = event.getOpResults().get(2).getResultStat();
                reign(master, epoch);
            }
            case NODEEXISTS -> look();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("claim", Gate.code(event));
        }
    }

    private void confirm(Stat master) {
        gate.enter(Phase.CONFIRMING);
        session.ask(client -> client.getData()
                .inBackground(gate.reply(this::onConfirmed), master)
                .forPath(layout.epoch()));
    }

    private void onConfirmed(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> {
                Stat master = (Stat) event.getContext();
                if (EpochLine.decode(event.getData()).nonce().equals(nonce)) {
                    reign(master, event.getStat());
                } else {
                    release(event.getStat().getVersion());
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master-epoch", Gate.code(event));
        }
    }

    private void reign(Stat master, Stat epoch) {
        gate.enter(Phase.REIGNING);
        reign = new Reign(role, this, master.getCzxid(), master.getVersion(), epoch.getVersion());
        role.reigns(epoch.getVersion());
        reign.begin();
    }

    void onMasterChanged(EventType event) {
        if (gate.in(Phase.STANDBY) || gate.in(Phase.QUEUED) || gate.in(Phase.CONFIRMING)) {
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
        session.ask(client -> client.getData()
                .inBackground(gate.reply(this::onMasterVerified))
                .forPath(layout.master()));
    }

    private void onMasterVerified(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> {
                Stat master = event.getStat();
                if (reign.isSame(master) && session.owns(master.getEphemeralOwner())) {
                    session.ask(client -> client.getData()
                            .inBackground(gate.reply(this::onEpochVerified), master)
                            .forPath(layout.epoch()));
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
            default -> fail("read /master", Gate.code(event));
        }
    }

    private void onEpochVerified(CuratorEvent event) {
        Stat master = (Stat) event.getContext();
        switch (Gate.code(event)) {
            case OK -> {
                if (event.getStat().getVersion() == reign.epoch()) {
                    reign.resume(master.getVersion());
                } else {
                    endReign("/master-epoch was written by somebody else");
                    release(event.getStat().getVersion());
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master-epoch", Gate.code(event));
        }
    }

    /**
     * Our session holds a /master that is no valid claim: nobody could reign until the session ends. It is read again
     * after the epoch that speaks against it, and deleted only while that epoch stands: if somebody deletes ours and
     * claims meanwhile, the version alone would not tell theirs from ours (S1).
     */
    private void release(int foreignEpoch) {
        gate.enter(Phase.RELEASING);
        session.ask(client -> client.getData()
                .inBackground(gate.reply(this::onReleaseLooked), foreignEpoch)
                .forPath(layout.master()));
    }

    private void onReleaseLooked(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> {
                if (session.owns(event.getStat().getEphemeralOwner())) {
                    session.ask(client -> client.transaction()
                            .inBackground(gate.reply(this::onReleased))
                            .forOperations(deletionOf(
                                    client,
                                    (int) event.getContext(),
                                    event.getStat().getVersion())));
                } else {
                    role.standAgain();
                }
            }
            case NONODE -> role.standAgain();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("read /master", Gate.code(event));
        }
    }

    private void onReleased(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK, NONODE, BADVERSION -> role.standAgain();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> fail("release /master", Gate.code(event));
        }
    }

    private List<CuratorOp> deletionOf(CuratorFramework client, int epoch, int version) throws Exception {
        return List.of(
                client.transactionOp().check().withVersion(epoch).forPath(layout.epoch()),
                client.transactionOp().delete().withVersion(version).forPath(layout.master()));
    }

    /** A master that stops on purpose never leaves /master behind in a living session. */
    void yield(Runnable done) {
        boolean reigning = gate.in(Phase.REIGNING);
        gate.enter(Phase.YIELDING);
        // First: when /master goes, the turn shall be the next one's already.
        queue.leave();
        if (!reigning) {
            done.run();
            return;
        }
        Reign last = reign;
        endReign("closed");
        BackgroundCallback yielded = gate.reply(event -> done.run());
        session.ask(client -> client.transaction()
                .inBackground(yielded)
                .forOperations(deletionOf(client, last.epoch(), last.version())));
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
