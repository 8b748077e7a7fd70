package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session of a role: the current ZooKeeper handle, and a new one whenever a session is over.
 * ZooKeeper's client reconnects by itself, to any server, for as long as the session may live; it never makes a new
 * session by itself.
 *
 * <p>Expiry is heard from a server, on reconnecting; or ZooKeeper's client declares it by its own clock, when it has heard
 * no server for 4/3 of the session timeout. Until then a cut-off role knows <em>disconnected</em> and nothing more. The
 * servers have clocks of their own: an ephemeral of the old session may outlast it.
 */
final class Session {
    private static final Logger log = LoggerFactory.getLogger(Session.class);

    /** Hears of the session, on the loop. */
    interface Owner {
        /** Connected: for the first time, or again with the same session. */
        void connected();

        void disconnected();

        /**
         * The session is over for us, and its ephemerals go when the servers end it, which may be later; a new one is being
         * opened.
         */
        void expired(long session);

        /** There will be no session. */
        void impossible(CoordinationException why);
    }

    private static final int ANY_VERSION = -1;

    /** L6: a handle that cannot be opened is asked for about once a second. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Settings settings;
    private final Loop loop;
    private final Owner owner;

    private ZooKeeper zk;
    private int generation;
    private boolean up;
    private boolean closed;

    Session(Settings settings, Loop loop, Owner owner) {
        this.settings = settings;
        this.loop = loop;
        this.owner = owner;
    }

    /** Opens a session with a handle of its own; nothing is reset in place. */
    void open() {
        try {
            make();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            owner.impossible(new CoordinationException(
                    Problem.CANNOT_CONNECT, "no session with " + settings.connect() + ": " + e.getMessage()));
        }
    }

    private void make() throws IOException {
        generation++;
        zk = Connections.open(settings, new Ear(generation));
    }

    /** Who may do what to a znode that we make. */
    List<ACL> acl() {
        return Connections.acl(settings);
    }

    ZooKeeper zk() {
        return zk;
    }

    long id() {
        return zk.getSessionId();
    }

    /** Whether an ephemeral of that owner is ours. */
    boolean owns(long ephemeralOwner) {
        return ephemeralOwner != 0 && ephemeralOwner == zk.getSessionId();
    }

    /**
     * S4, L4: what this session reads after the reply is not older than anything that anybody was told before. It is a
     * transaction that changes nothing, whatever it answers; a {@code sync} would not do where our server leads the
     * ensemble: it answers that at once, and may have applied less than its followers.
     */
    void readBarrier(MultiCallback reply, Object ctx) {
        zk.multi(List.of(Op.check("/", ANY_VERSION)), reply, ctx);
    }

    /** Ends the session; its ephemerals go at once where a server can be reached, else when it expires. */
    void close() {
        closed = true;
        generation++;
        if (zk != null) {
            shut(zk);
        }
    }

    /** Listens to one handle; what a handle says after it was replaced is nobody's business any more. */
    private final class Ear implements Watcher {
        private final int mine;

        Ear(int mine) {
            this.mine = mine;
        }

        @Override
        public void process(WatchedEvent event) {
            loop.post(() -> onState(mine, event.getState()));
        }
    }

    private void onState(int from, KeeperState state) {
        if (from != generation) {
            return;
        }
        switch (state) {
            case SyncConnected -> {
                if (up) {
                    owner.disconnected(); // which the client did not tell
                }
                up = true;
                owner.connected();
            }
            case Disconnected -> {
                up = false;
                owner.disconnected();
            }
            case Expired -> renew();
            case AuthFailed ->
                owner.impossible(new CoordinationException(
                        Problem.NOT_ALLOWED, "authentication with " + settings.connect() + " failed"));
            default -> log.debug("session state {}", state);
        }
    }

    private void renew() {
        ZooKeeper dead = zk;
        generation++;
        up = false;
        shut(dead);
        owner.expired(dead.getSessionId());
        openAgain();
    }

    /** L5: a lost session ends no role, also where there is no handle to be had: that passes, and is waited out. */
    private void openAgain() {
        if (closed) {
            return;
        }
        try {
            make();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // No descriptors left, say, or no threads: that is an OutOfMemoryError.
            loop.after(PAUSE, this::openAgain);
            log.warn("no new handle yet", e);
        }
    }

    private static void shut(ZooKeeper handle) {
        try {
            handle.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
