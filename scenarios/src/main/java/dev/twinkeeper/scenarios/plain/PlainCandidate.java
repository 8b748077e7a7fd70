package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.EpochLine;
import dev.twinkeeper.layout.MasterLine;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.BadVersionException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.Stat;

/**
 * A plain candidate for {@code /master}: each round it finds out who reigns, and where nobody does it claims. Nothing
 * that it finds is believed in the next round.
 */
abstract class PlainCandidate extends PlainRole implements Master {
    /** The reign, as the last round found it. */
    record Reign(int version, int epoch) {}

    final MasterId id;

    /** The reign that the last round found to be ours; null where it found none. */
    volatile Reign reign;

    /** One for each candidacy, kept over its retries: it tells our own claim when the answer was lost. */
    private String nonce = UUID.randomUUID().toString();

    /** The {@code /master} that we told to stand by, by its creation. */
    private long standsBy;

    private volatile Leadership leadership = Leadership.UNKNOWN;

    PlainCandidate(MasterId id, Settings settings, Listener listener) {
        super("master " + id, settings, listener);
        this.id = id;
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    void round() throws KeeperException, InterruptedException {
        if (reigns()) {
            lead();
        }
    }

    /** Does what is to be done: the reign is ours, or was a moment ago. */
    abstract void lead() throws KeeperException, InterruptedException;

    /** The reign is over, or the connection is: what was found in it is not true any more. */
    abstract void forget();

    /**
     * Whether it is us, by what stands in the tree just now. Claims where it is nobody.
     *
     * <p>The epoch is read first. Where it is not of our claim, a {@code /master} that is ours all the same is deleted
     * only while the epoch is still what was read: nobody has claimed in between, and it is not the next master's.
     */
    boolean reigns() throws KeeperException, InterruptedException {
        Found epoch = read(layout.epoch()).orElseThrow(NoNodeException::new);
        Optional<Found> master = read(layout.master());
        if (master.isEmpty()) {
            resign("/master was deleted");
            claim();
            return false;
        }
        if (!owns(master.get().stat())) {
            resign("another /master stands there");
            standBy(master.get());
            return false;
        }
        return confirm(master.get().stat(), epoch);
    }

    private void claim() throws KeeperException, InterruptedException {
        try {
            zk.multi(claimOperations());
        } catch (NodeExistsException e) {
            // Somebody was first: the next round will see who.
            return;
        }
    }

    /** S1: taking /master and raising the epoch is one step. */
    List<Op> claimOperations() {
        byte[] line = MasterLine.encode(id, settings.address());
        return List.of(
                Op.create(layout.master(), line, acl(), CreateMode.EPHEMERAL),
                Op.setData(layout.master(), line, 0),
                Op.setData(layout.epoch(), EpochLine.of(id, nonce).encode(), -1));
    }

    boolean confirm(Stat master, Found epoch) throws KeeperException, InterruptedException {
        int number = epoch.stat().getVersion();
        boolean claimed = EpochLine.decode(epoch.data()).nonce().equals(nonce);
        if (!claimed || reign != null && reign.epoch != number) {
            resign("/master-epoch was written by somebody else");
            release(master.getVersion(), number);
            return false;
        }
        elected(new Reign(master.getVersion(), number));
        return true;
    }

    void elected(Reign confirmed) {
        boolean anew = reign == null;
        reign = confirmed;
        if (anew) {
            leadership = Leadership.reigning(reign.epoch);
            announcer.tell(new Event.Elected(id, reign.epoch));
            becomeReady();
        }
    }

    /** Ours, but of no valid claim: nobody could reign until our session ends. */
    private void release(int version, int epoch) throws KeeperException, InterruptedException {
        try {
            zk.multi(List.of(Op.check(layout.epoch(), epoch), Op.delete(layout.master(), version)));
        } catch (NoNodeException | BadVersionException e) {
            // Somebody claimed, or an operator was at it again: the next round will see.
            return;
        }
    }

    private void standBy(Found master) {
        if (master.stat().getEphemeralOwner() == 0) {
            announcer.setAside(layout.master(), "it is persistent: nobody reigns until it is deleted");
        }
        if (standsBy != master.stat().getCzxid()) {
            standsBy = master.stat().getCzxid();
            leadership = Leadership.STANDBY;
            announcer.tell(new Event.Standby(id, Optional.of(MasterLine.decode(master.data()))));
            becomeReady();
        }
    }

    private void resign(String why) {
        if (reign != null) {
            nonce = UUID.randomUUID().toString();
            end(why);
        }
    }

    @Override
    void suspend() {
        end("the connection is lost");
    }

    private void end(String why) {
        if (reign != null) {
            announcer.tell(new Event.Deposed(id, reign.epoch, why));
        }
        reign = null;
        standsBy = 0;
        leadership = Leadership.UNKNOWN;
        forget();
    }

    /** A master that stops on purpose says so: the end of its session would come a moment later. */
    @Override
    void leave(CoordinationException why) {
        Reign last = reign;
        suspend();
        leadership = Leadership.CLOSED;
        try {
            if (last != null) {
                release(last.version, last.epoch);
            }
        } catch (KeeperException e) {
            // The session ends next, and takes /master with it.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
