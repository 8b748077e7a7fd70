package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.EpochLine;
import dev.twinkeeper.layout.MasterLine;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.BadVersionException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.data.Stat;

/**
 * A candidate, on one thread from top to bottom: wait until nobody reigns and it is our {@link Turn}, claim, lead.
 * {@code /master} is the only lock, and candidates that do not know the turn may claim it too (S1). A lost connection
 * interrupts the thread: the reign is over although the session may live, and the next one has another epoch.
 */
final class MasterRole extends Participant implements Master {
    final MasterId id;
    private final Turn turn;
    private final CuratorCoordination recipes;
    private final Semaphore masterChanged = new Semaphore(0);
    private PersistentWatcher masterWatcher;
    private volatile Reign reign;
    private volatile Leadership leadership = Leadership.UNKNOWN;

    /** Tasks that wait for a free slot, as long as there is a reign. */
    volatile int pending;

    /** The change of /master that was told last: the same again is no news. */
    private final AtomicLong told = new AtomicLong();

    MasterRole(MasterId id, Settings settings, Listener listener, Connection connection, CuratorCoordination recipes) {
        super("master " + id, settings, listener, connection);
        this.id = id;
        this.recipes = recipes;
        this.turn = recipes.turn(this);
        announcer.queue(RoleQueue.PENDING, () -> reign == null ? 0 : pending);
    }

    @Override
    public Leadership leadership() {
        return left() ? Leadership.CLOSED : leadership;
    }

    /** Enters another state of leadership, and tells of it. */
    private void become(Leadership now, Event event) {
        leadership = now;
        tell(event);
        becomeReady();
    }

    @Override
    void begin() throws Exception {
        hold(layout.master());
        masterWatcher = watch(layout.master(), false, event -> onMaster(), this::onMaster);
        turn.start();
    }

    private void onMaster() {
        masterChanged.release();
        Optional.ofNullable(reign).ifPresent(now -> now.observe(now::verify));
    }

    @Override
    void disconnected() {
        leadership = Leadership.UNKNOWN;
        told.set(0);
        turn.interrupt();
    }

    /** A master that stops on purpose leaves no /master behind in a living session. */
    @Override
    void leave() throws Exception {
        if (masterWatcher != null) {
            turn.close();
            masterWatcher.close();
            takeAway(this::vacate);
        }
    }

    /** One candidacy, from the wait for /master to the end of the reign. */
    void stand() throws Exception {
        try {
            connection.makeParents(layout.top());
            vacate();
            do {
                while (look()) {
                    masterChanged.acquire();
                    masterChanged.drainPermits();
                }
                turn.await();
            } while (look());
            lead(claim());
        } catch (NodeExistsException e) {
            // Somebody was faster, and the watch is about to say so.
            masterChanged.tryAcquire(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Whether somebody reigns. */
    boolean look() throws Exception {
        try {
            Stat stat = new Stat();
            byte[] line = client.getData().storingStatIn(stat).forPath(layout.master());
            if (stat.getEphemeralOwner() == 0) {
                setAside(layout.master(), "it is persistent: nobody reigns until it is deleted");
            }
            if (told.getAndSet(stat.getMzxid()) != stat.getMzxid() || leadership != Leadership.STANDBY) {
                become(Leadership.STANDBY, new Event.Standby(id, Optional.of(MasterLine.decode(line))));
            }
            return true;
        } catch (NoNodeException e) {
            return false;
        }
    }

    // region claim
    /** S1: taking /master and raising the epoch is one step. Version 1 tells a claim from what is made by hand. */
    private Reign claim() throws Exception {
        byte[] line = MasterLine.encode(id, settings.address());
        byte[] claim = EpochLine.of(id, UUID.randomUUID().toString()).encode();
        TransactionOp op = client.transactionOp();
        List<CuratorTransactionResult> claimed = client.transaction()
                .forOperations(
                        op.create().withMode(CreateMode.EPHEMERAL).forPath(layout.master(), line),
                        op.setData().withVersion(0).forPath(layout.master(), line),
                        op.setData().forPath(layout.epoch(), claim));
        return new Reign(this, claimed.get(1).getResultStat(), claimed.get(2).getResultStat(), recipes);
    }
    // endregion

    private void lead(Reign claimed) throws Exception {
        reign = claimed;
        String why = "a request or the connection failed, or the role closes";
        become(Leadership.reigning(claimed.epoch), new Event.Elected(id, claimed.epoch));
        try {
            claimed.lead();
        } catch (Reign.Over over) {
            why = over.getMessage();
        } finally {
            reign = null;
            become(Leadership.UNKNOWN, new Event.Deposed(id, claimed.epoch, why));
            // Curator sets an interrupt once more. It would end this half way, and watches that are left would go on to
            // fill the queue of a reign that is over. Only now, since it waits for a connection.
            Thread.interrupted();
            claimed.tree.close();
        }
    }

    /**
     * Deletes a /master of our session that belongs to no reign of ours: the answer to a claim was lost, or the reign
     * is over. The epoch is read first and checked: a claim in between raises it (S1).
     */
    void vacate() throws Exception {
        Stat epoch = client.checkExists().forPath(layout.epoch());
        Stat master = client.checkExists().forPath(layout.master());
        if (epoch != null && master != null && connection.owns(master.getEphemeralOwner())) {
            TransactionOp op = client.transactionOp();
            try {
                client.transaction()
                        .forOperations(
                                op.check().withVersion(epoch.getVersion()).forPath(layout.epoch()),
                                op.delete().withVersion(master.getVersion()).forPath(layout.master()));
            } catch (NoNodeException | BadVersionException e) {
                // Not ours any more.
            }
        }
    }
}
