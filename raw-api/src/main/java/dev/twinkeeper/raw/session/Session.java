package dev.twinkeeper.raw.session;

import dev.twinkeeper.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session that several roles and recipes may share: the current ZooKeeper handle, and a new one whenever a session is
 * over. ZooKeeper's client reconnects by itself, to any server, for as long as the session may live; it never makes a
 * new session by itself.
 *
 * <p>A server reports the expiry, on reconnecting; or ZooKeeper's client declares it by its own clock, when it has
 * heard no server for 4/3 of the session timeout. Until then a client that is cut off knows that it is
 * <em>disconnected</em> and nothing more. The servers have clocks of their own: an ephemeral of the old session may
 * outlast it. So if it may have been the client's clock, the old session is ended before any listener is told that the
 * next one is connected.
 *
 * <p><b>Threads.</b> All listeners are called on one {@link Loop}, and all replies arrive there. A listener must not
 * wait there for anything from this session. Methods that don't say otherwise are called on the loop.
 */
public final class Session implements AutoCloseable {
    /** Hears of the session, on the loop. */
    public interface Listener {
        /** Connected: for the first time, or again, with the same session or another. */
        void connected();

        /** What is under way has an unknown outcome, and the session may end unheard. */
        void disconnected();

        /** The session is over for us; a new one is being opened, {@link #connected} follows. */
        void expired(long session);

        /** There will be no session: no handle could be made; with AUTHFAILED, the servers refuse it. */
        void failed(Code code, String why);
    }

    private static final Logger log = LoggerFactory.getLogger(Session.class);

    private static final int ANY_VERSION = -1;

    /** L6: a handle that cannot be opened, or a barrier that was throttled, is asked for about once a second. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    private final Connections connections;
    private final Loop loop;
    private final Set<Listener> listeners = new LinkedHashSet<>();

    private volatile ZooKeeper zk;
    private int generation;
    private boolean up;
    private boolean told;
    private volatile boolean closed;
    private Consumer<Listener> failure;
    private boolean used;
    private long granted;
    private long downSince;
    private FormerSession former;

    /** Does nothing yet. */
    public Session(Connections connections, Loop loop) {
        this.connections = connections;
        this.loop = loop;
    }

    /**
     * Opens a session that the caller closes, with a thread of its own, in the background. From any thread.
     *
     * @param servers as ZooKeeper's clients take it, without a chroot: {@code host:2181,host:2182}
     */
    public static Session open(String servers, Duration sessionTimeout) {
        return open(new Connections(servers, sessionTimeout));
    }

    /** The same, as somebody: the credentials and the ACL count for every recipe that shares the session. */
    public static Session open(Connections connections) {
        Session session = new Session(connections, new Loop("session " + connections.servers()));
        session.loop.post(session::open);
        return session;
    }

    /** Opens the first session. */
    public void open() {
        try {
            make();
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            fail(Code.CONNECTIONLOSS, "no session with " + servers() + ": " + e.getMessage());
        }
    }

    private void make() throws IOException {
        int mine = ++generation;
        failure = null;
        used = false;
        // Events of a handle that was replaced are dropped.
        zk = connections.open(event -> loop.post(() -> onState(mine, event.getState())));
    }

    /** From now on it hears; where there is a connection already, at once. */
    public void add(Listener listener) {
        listeners.add(listener);
        if (told) {
            listener.connected();
        } else if (failure != null) {
            failure.accept(listener);
        }
    }

    public void remove(Listener listener) {
        listeners.remove(listener);
    }

    /** The current handle, null before {@link #open}. Who kept an older one would act in a dead session. From any thread. */
    public ZooKeeper zk() {
        return zk;
    }

    /** From any thread. */
    public boolean isClosed() {
        return closed;
    }

    public Loop loop() {
        return loop;
    }

    public String servers() {
        return connections.servers();
    }

    /** Who may do what to a znode that is made in it, at that path. From any thread. */
    public List<ACL> acl(String path) {
        return connections.access().acl().apply(path);
    }

    /** The timeout that was asked for. */
    public Duration timeout() {
        return connections.sessionTimeout();
    }

    public long id() {
        return zk.getSessionId();
    }

    /** Whether an ephemeral of that owner is ours. */
    public boolean owns(long ephemeralOwner) {
        return ephemeralOwner != 0 && ephemeralOwner == zk.getSessionId();
    }

    /**
     * S4, L4: what this session reads after the reply is not older than anything that anybody was told before. It is a
     * transaction that changes nothing, whatever it answers; a {@code sync} would not do where our server leads the
     * ensemble: it answers that at once, and may have applied less than its followers.
     */
    public void readBarrier(PhaseGuard<?> guard, Runnable then) {
        zk.multi(
                List.of(Op.check("/", ANY_VERSION)),
                guard.multi((code, results) -> {
                    switch (code) {
                        // It was thrown away unread, and so was no barrier.
                        case THROTTLEDOP -> loop.after(PAUSE, guard.pass(() -> readBarrier(guard, then)));
                        // The connection is closed with it, and so would the next one be.
                        case SESSIONCLOSEDREQUIRESASLAUTH ->
                            fail(
                                    Code.AUTHFAILED,
                                    "the servers demand authentication; give credentials that they accept");
                        default -> then.run();
                    }
                }),
                null);
    }

    /**
     * Removes what is ours of a participant that is gone, and goes on with that until it is gone, whatever happens to
     * the connection. Where the servers refuse it, ends the session: what may not be taken back goes with that.
     *
     * @param ours the names of the children of {@code parent}; those of another session are left alone
     */
    public void giveBack(String parent, Predicate<String> ours, Runnable done) {
        new Leftover(this, parent, ours, done).begin();
    }

    private void onState(int from, KeeperState state) {
        if (from != generation) {
            return;
        }
        switch (state) {
            case SyncConnected -> {
                disconnect(); // which the client does not always tell
                up = true;
                granted = zk.getSessionTimeout();
                tellConnected();
            }
            case Disconnected -> disconnect();
            case Expired -> onExpired();
            case AuthFailed -> fail(Code.AUTHFAILED, "authentication with " + servers() + " failed");
            default -> log.debug("session state {}", state);
        }
    }

    private void tellConnected() {
        if (up && former == null) {
            told = true;
            used = true;
            tell(Listener::connected);
        }
    }

    private void disconnect() {
        if (up) {
            up = false;
            downSince = loop.now();
        }
        if (told) {
            told = false;
            tell(Listener::disconnected);
        }
    }

    private void fail(Code code, String why) {
        failure = listener -> listener.failed(code, why);
        tell(failure);
    }

    private void tell(Consumer<Listener> news) {
        List.copyOf(listeners).stream().filter(listeners::contains).forEach(news);
    }

    /** The servers say so, or the client's own clock. A server is heard on reconnecting, and mostly at once. */
    private void onExpired() {
        long down = loop.now() - downSince;
        replace(up || down >= Duration.ofMillis(granted).toNanos() / 2);
    }

    /**
     * Ends the session, where it is not over, and opens the next. The connection may be lost before the end arrives, and
     * nobody tells: so it is ended once more, which costs a connection.
     */
    public void renew() {
        replace(true);
    }

    /** @param mayLive whether the servers may still take what was sent in it before (S4) */
    private void replace(boolean mayLive) {
        ZooKeeper dead = zk;
        generation++;
        up = false;
        told = false;
        shut(dead);
        if (mayLive && used) {
            former = new FormerSession(connections, loop, dead.getSessionId(), dead.getSessionPasswd(), () -> {
                former = null;
                tellConnected();
            });
            former.begin();
        }
        tell(listener -> listener.expired(dead.getSessionId()));
        openAgain();
    }

    /** L5: a lost session ends nobody, also where there is no handle to be had: that passes, and is waited out. */
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

    /** Ends the session; its ephemerals go at once where a server can be reached, else when it expires. */
    public void end() {
        if (closed) {
            return;
        }
        closed = true;
        generation++;
        told = false;
        fail(Code.SESSIONEXPIRED, "the session is closed");
        listeners.clear();
        if (former != null) {
            former.close();
        }
        if (zk != null) {
            shut(zk);
        }
    }

    /** Ends the session and its thread; from any thread. */
    @Override
    public void close() {
        loop.post(this::end);
        loop.close();
    }

    static void shut(ZooKeeper handle) {
        try {
            handle.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
