package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.loop.Loop;
import java.time.Duration;
import java.util.OptionalLong;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session of a role. Curator keeps the handle, and opens a new one whenever a session is over; what is left for us
 * is to know which session a state is about, since Curator does not say.
 *
 * <p>Three gaps are closed here. Curator tells of the connection on a thread of its own, so LOST may be heard when the
 * next session is there already, and once more after that: only a changed session id tells. For the same reason SUSPENDED
 * may come after replies of the next connection, so the loss is heard from ZooKeeper's own event besides. And what was asked in the
 * moment when the connection went waits inside Curator, is sent when it is back, and may overtake the barrier that
 * the next phase begins with: so that phase does not begin before all of it is answered.
 *
 * <p>Expiry is heard from a server, on reconnecting; or ZooKeeper's client declares it by its own clock, when it has heard
 * no server for 4/3 of the session timeout. Until then a cut-off role knows SUSPENDED and nothing more. The servers have
 * clocks of their own: an ephemeral of the old session may outlast it.
 */
final class Session {
    private static final Logger log = LoggerFactory.getLogger(Session.class);

    /** Hears of the session, on the loop. */
    interface Owner {
        /** Connected: for the first time, or again with the same session, or with a new one. */
        void connected();

        void disconnected();

        /**
         * The session is over for us, and its ephemerals go when the servers end it, which may be later; a new one is being
         * opened.
         */
        void expired(long session);
    }

    /** One call of Curator's fluent interface. */
    @FunctionalInterface
    interface Request {
        /** @throws Exception as Curator's methods declare it; in the background, only where the client is closed */
        void send(CuratorFramework client) throws Exception;
    }

    /** L6: a handle that cannot be opened is asked for about once a second. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Loop loop;
    private final Owner owner;
    private final CuratorFramework client;

    private long id;
    private boolean told;
    private boolean reconnected;
    private int unanswered;
    private boolean closed;

    Session(Settings settings, Loop loop, Owner owner) {
        this.loop = loop;
        this.owner = owner;
        this.client = Connections.make(settings);
    }

    /** Opens a session; the next one Curator opens by itself. */
    void open() {
        client.getCuratorListenable().addListener((unused, event) -> onEvent(event));
        client.getConnectionStateListenable().addListener((unused, state) -> loop.post(() -> onState(state)));
        client.start();
    }

    CuratorFramework client() {
        return client;
    }

    /** Asks in the background; the answer comes through a {@link Gate}. */
    void ask(Request request) {
        try {
            request.send(client);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("Curator declares this for its foreground only", e);
        }
    }

    /**
     * S4, L4: what this session reads after the reply is not older than anything that anybody was told before. It is a
     * transaction that changes nothing, whatever it answers; a {@code sync} would not do where our server leads the
     * ensemble: it answers that at once, and may have applied less than its followers.
     */
    static void readBarrier(CuratorFramework client, BackgroundCallback reply, Object ctx) throws Exception {
        client.transaction()
                .inBackground(reply, ctx)
                .forOperations(client.transactionOp().check().forPath("/"));
    }

    long id() {
        return id;
    }

    /** Whether an ephemeral of that owner is ours. */
    boolean owns(long ephemeralOwner) {
        return ephemeralOwner != 0 && ephemeralOwner == id;
    }

    /** What the servers granted. */
    Duration timeout() {
        return Connections.grantedTimeout(handle());
    }

    /** Ends the session; its ephemerals go at once where a server can be reached, else when it expires. */
    void close() {
        closed = true;
        client.close();
    }

    /** A request is about to be sent, and will be followed by one {@link #answered}. */
    void expect() {
        unanswered++;
    }

    /** From whatever thread Curator calls back on: ZooKeeper's event thread, mostly. */
    void answered(Runnable reply) {
        loop.post(() -> onAnswered(reply));
    }

    private void onAnswered(Runnable reply) {
        unanswered--;
        try {
            reply.run();
        } finally {
            beginWhenQuiet();
        }
    }

    private void onState(ConnectionState state) {
        if (closed) {
            return;
        }
        switch (state) {
            case CONNECTED, RECONNECTED -> current().ifPresent(this::onConnected);
            case SUSPENDED -> onDisconnected();
            case LOST -> current().ifPresent(this::onLost);
            default -> log.debug("connection state {}", state);
        }
    }

    /** The id of the handle's session, zero as long as that is new. Empty where there is no handle to be had yet. */
    private OptionalLong current() {
        try {
            return OptionalLong.of(handle().getSessionId());
        } catch (IllegalStateException e) {
            // Asking for the handle is what makes Curator try again to open it: a lost session ends no role (L5).
            onDisconnected();
            loop.after(PAUSE, this::askAgain);
            log.warn("no new handle yet", e);
            return OptionalLong.empty();
        }
    }

    /** Unless something else has asked, and has its answer. */
    private void askAgain() {
        if (!told && !reconnected) {
            onState(ConnectionState.LOST);
        }
    }

    /** From ZooKeeper's event thread, in the order of the wire: before any reply of the next connection (S2). */
    private void onEvent(CuratorEvent event) {
        if (event.getType() == CuratorEventType.WATCHED
                && event.getWatchedEvent().getState() == KeeperState.Disconnected) {
            loop.post(this::onDisconnected);
        }
    }

    private void onConnected(long now) {
        onLost(now);
        if (now != 0) {
            id = now;
            reconnected = true;
            beginWhenQuiet();
        }
    }

    private void onDisconnected() {
        reconnected = false;
        if (told) {
            told = false;
            owner.disconnected();
        }
    }

    /** Curator may say it late, of the session before this one. */
    private void onLost(long now) {
        onDisconnected();
        if (id != 0 && id != now) {
            long dead = id;
            id = 0;
            owner.expired(dead);
        }
    }

    private void beginWhenQuiet() {
        if (reconnected && unanswered == 0) {
            reconnected = false;
            told = true;
            owner.connected();
        }
    }

    /** ZooKeeper's own, for what Curator does not offer. Its session id is zero as long as it is new. */
    private ZooKeeper handle() {
        try {
            return client.getZookeeperClient().getZooKeeper();
        } catch (Exception e) {
            throw new IllegalStateException("the handle could not be made anew", e);
        }
    }
}
