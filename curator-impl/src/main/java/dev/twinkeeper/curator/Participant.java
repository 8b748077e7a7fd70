package dev.twinkeeper.curator;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.Announcer;
import dev.twinkeeper.loop.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.curator.CuratorZookeeperClient;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.api.CuratorListener;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Master, Worker and Client have in common: a Curator client, a life from {@code start} to {@code close}, and a
 * loop, which calls the listener and completes futures; nothing blocks on it.
 */
abstract class Participant implements Role {
    /** L6: the pause before a refused request is sent again. */
    static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(Participant.class);

    /** The paths that a session may own only once: to ZooKeeper, two roles of one client are the same. */
    private static final Map<Map.Entry<CuratorZookeeperClient, String>, Participant> HELD = new ConcurrentHashMap<>();

    final String who;
    final Settings settings;
    final Connection connection;
    final CuratorFramework client;
    final Layout layout;
    final Loop loop;
    final Announcer announcer;
    volatile boolean left;

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ConnectionStateListener stateListener = (unused, state) -> onState(state);
    private final CuratorListener eventListener = (unused, event) -> onEvent(event);
    private volatile long session;

    Participant(String who, Settings settings, Listener listener, Connection connection) {
        this.who = who;
        this.settings = settings;
        this.connection = connection;
        this.client = connection.client();
        this.layout = new Layout(connection.root() + settings.connect().chroot());
        this.loop = new Loop(who);
        this.announcer = new Announcer(who, listener);
    }

    /** Starts what the role consists of; the client is started. */
    abstract void begin() throws Exception;

    /** Connected, at first or again; perhaps in another session. */
    void connected() {}

    /** The role must not act on what it believed. */
    void disconnected() {}

    /** Gives up what it holds, because the session may live on. */
    abstract void leave() throws Exception;

    /** Completes every open request with this. */
    void abandon(CoordinationException why) {}

    final void start() {
        connection.framework().getConnectionStateListenable().addListener(stateListener);
        connection.framework().getCuratorListenable().addListener(eventListener);
        if (connection.own()) {
            client.start();
        } else if (client.getZookeeperClient().isConnected()) {
            onState(ConnectionState.CONNECTED);
        }
        loop.post(() -> quietly(this::beginUnlessLeft));
        loop.after(settings.connectTimeout(), this::checkConnected);
    }

    /** R4: a role that is closed at once leaves all that it began, or did not begin. */
    private synchronized void beginUnlessLeft() throws Exception {
        if (!left) {
            begin();
        }
    }

    private void onState(ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> {
                session = connection.session();
                tell(new Event.Connected(session));
                connected();
            }
            case SUSPENDED -> tell(new Event.Disconnected());
            case LOST -> tell(new Event.SessionExpired(session));
            default -> log.debug("{}: {}", who, state);
        }
    }

    /** In the order of the wire. SUSPENDED comes on another thread, perhaps after replies of the next connection. */
    private void onEvent(CuratorEvent event) {
        if (event.getType() == CuratorEventType.CLOSING) {
            refuse(new CoordinationException(Problem.CLOSED, "the Curator client of " + who + " was closed"));
        } else if (event.getType() == CuratorEventType.WATCHED
                && event.getWatchedEvent().getState() == KeeperState.Disconnected) {
            disconnected();
        }
    }

    private void checkConnected() {
        if (session == 0) {
            String servers = client.getZookeeperClient().getCurrentConnectionString();
            String patience = Durations.format(settings.connectTimeout());
            refuse(new CoordinationException(
                    Problem.CANNOT_CONNECT, "no server of " + servers + " answered within " + patience));
        }
    }

    /** For a path that belongs to a session: another role of this client would take ours for its own. */
    final void hold(String path) {
        if (HELD.putIfAbsent(Map.entry(client.getZookeeperClient(), path), this) != null) {
            throw new CoordinationException(
                    Problem.ID_IN_USE, "another role of the same Curator client has " + path + ": give it its own");
        }
    }

    // What is told.

    final void tell(Event event) {
        loop.post(() -> announcer.tell(event));
    }

    final void setAside(String path, String why) {
        loop.post(() -> announcer.setAside(path, why));
    }

    /**
     * Repeats the work until the ensemble has answered: a caller's client may have less patience than a role needs
     * (L5). L6: a refusal is told once, and tried again after a pause.
     */
    final void insist(String path, Blocking work) throws Exception {
        while (!left) {
            try {
                work.run();
                return;
            } catch (KeeperException e) {
                if (!connection.regained(e)) {
                    setAside(path, "the ensemble answered " + e.code());
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        }
    }

    final void becomeReady() {
        loop.post(() -> ready.complete(null));
    }

    @Override
    public final CompletionStage<Void> ready() {
        return ready.minimalCompletionStage();
    }

    // The end.

    @Override
    public final void close() {
        end(CoordinationException.closed(who));
        if (!loop.isCurrent()) {
            ended.copy().completeOnTimeout(null, 10, SECONDS).join();
        }
    }

    /** Refused for good: the role ends. */
    final synchronized void refuse(CoordinationException why) {
        if (!left) {
            tell(new Event.Refused(why.problem(), why.getMessage()));
            end(why);
        }
    }

    private synchronized void end(CoordinationException why) {
        if (!left) {
            left = true;
            daemon(who + " ends", () -> shutDown(why)).start();
        }
    }

    private void shutDown(CoordinationException why) throws InterruptedException {
        connection.framework().getConnectionStateListenable().removeListener(stateListener);
        connection.framework().getCuratorListenable().removeListener(eventListener);
        // Without a server, neither a yield nor the end of a session comes to an end by itself.
        for (Blocking last : List.<Blocking>of(this::leave, connection::close)) {
            Thread thread = daemon(who + " leaves", last);
            thread.start();
            thread.join(2_000);
        }
        HELD.values().remove(this);
        loop.post(() -> {
            ready.completeExceptionally(why);
            abandon(why);
            announcer.mute();
        });
        loop.close();
        ended.complete(null);
    }

    /** Something that blocks. */
    @FunctionalInterface
    interface Blocking {
        void run() throws Exception;
    }

    final Thread daemon(String name, Blocking work) {
        Thread thread = new Thread(() -> quietly(work), name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * For the whole work of a thread. An unexpected failure ends the role: half a role would hold its ephemeral for
     * nothing.
     */
    final void quietly(Blocking work) {
        try {
            work.run();
        } catch (CoordinationException e) {
            refuse(e);
        } catch (InterruptedException e) {
            // Its thread is not needed any more.
        } catch (Exception | Error e) {
            log.debug("{} gives up", who, e);
            Problem problem = client.getState() == CuratorFrameworkState.STARTED ? Problem.UNKNOWN : Problem.CLOSED;
            refuse(new CoordinationException(problem, who + " gives up: " + e));
        }
    }
}
