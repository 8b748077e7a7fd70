package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.raw.session.Session;
import java.util.Optional;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;

/**
 * A master: one {@link Candidacy} after another. A candidacy ends with its session or with its reign; what only a
 * leader may know is in a {@link Reign} and ends with it.
 */
final class MasterRole extends Participant implements Master {
    final MasterId id;

    /** Final, since ZooKeeper tells watchers apart by equality: a fresh one each time would pile up. */
    final Watcher masterWatcher = event -> loop.post(() -> onMasterChanged(event));

    final Watcher treeWatcher = event -> loop.post(() -> onTreeChanged(event));

    private Candidacy candidacy;
    private volatile Leadership leadership = Leadership.UNKNOWN;

    /** What the reign has not assigned. */
    volatile int pending;

    MasterRole(MasterId id, Settings settings, Listener listener, Session session) {
        super("master " + id, settings, listener, session);
        this.id = id;
        this.candidacy = new Candidacy(this);
        announcer.queue(RoleQueue.PENDING, () -> pending);
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    void begin() {
        candidacy.begin();
    }

    @Override
    void suspend() {
        candidacy.suspend();
        leadership = Leadership.UNKNOWN;
    }

    @Override
    void renew() {
        candidacy.end();
        candidacy = new Candidacy(this);
    }

    @Override
    protected void leave(Runnable done) {
        candidacy.yield(done);
    }

    @Override
    protected void abandon(CoordinationException why) {
        leadership = Leadership.CLOSED;
    }

    /** The reign of this candidacy is over and the session lives on: stand again, with a nonce of its own. */
    void standAgain() {
        candidacy.end();
        candidacy = new Candidacy(this);
        candidacy.begin();
    }

    void standsBy(Optional<String> reigning) {
        leadership = Leadership.STANDBY;
        announcer.tell(new Event.Standby(id, reigning));
        becomeReady();
    }

    void reigns(long epoch) {
        leadership = Leadership.reigning(epoch);
        announcer.tell(new Event.Elected(id, epoch));
        becomeReady();
    }

    void deposed(long epoch, String why) {
        leadership = Leadership.UNKNOWN;
        announcer.tell(new Event.Deposed(id, epoch, why));
    }

    private void onMasterChanged(WatchedEvent event) {
        onWatched(event, () -> candidacy.onMasterChanged(event.getType()));
    }

    private void onTreeChanged(WatchedEvent event) {
        onWatched(event, () -> candidacy.onTreeChanged(event));
    }
}
