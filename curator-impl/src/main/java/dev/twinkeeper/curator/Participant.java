package dev.twinkeeper.curator;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.loop.RoleLife;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.curator.CuratorZookeeperClient;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.curator.framework.api.CuratorListener;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.curator.utils.DefaultTracerDriver;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

/**
 * What Master, Worker and Client have in common: a Curator client, and threads that block. The loop calls the listener
 * and completes futures; nothing blocks on it.
 */
abstract class Participant extends RoleLife {
    /** The paths that a session may own only once: to ZooKeeper, two roles of one client are the same. */
    private static final Map<Map.Entry<CuratorZookeeperClient, String>, Participant> HELD = new ConcurrentHashMap<>();

    final Connection connection;
    final CuratorFramework client;
    final Layout layout;

    private final ConnectionStateListener stateListener = (unused, state) -> onState(state);
    private final CuratorListener eventListener = (unused, event) -> onEvent(event);

    Participant(String who, Settings settings, Listener listener, Connection connection) {
        super(who, settings, listener, new Loop(who));
        this.connection = connection;
        this.client = connection.client();
        this.layout = new Layout(connection.root() + settings.connect().chroot());
        if (connection.own()) { // a caller's client keeps the caller's
            client.getZookeeperClient().setTracerDriver(new DefaultTracerDriver() {
                @Override
                public void addTrace(String operation, long time, TimeUnit unit) {
                    if (operation.endsWith("-Foreground")) { // else it may be a lost answer, or no request at all
                        answered(unit.toNanos(time));
                    }
                }
            });
        }
    }

    /** @param onSet runs when the watch is set, at first and after each reconnect: what happened before is to be read */
    final PersistentWatcher watch(String path, boolean recursive, Watcher onEvent, Runnable onSet) {
        PersistentWatcher watcher = new PersistentWatcher(client, path, recursive);
        watcher.getListenable().addListener(event -> watchFired());
        watcher.getListenable().addListener(onEvent);
        watcher.getResetListenable().addListener(onSet);
        watcher.start();
        return watcher;
    }

    /**
     * A transaction that is sent once. When the answer to any other request is lost, Curator sends it again, by the
     * client's retry policy. Here a second time would be a second task (S4), or an assignment after the status (S2). So
     * Curator makes the operations, with its ACLs, and ZooKeeper's own handle sends them: the caller keeps it where it has
     * to know in which session they were sent.
     */
    final List<OpResult> once(ZooKeeper handle, List<CuratorOp> operations) throws Exception {
        long sent = System.nanoTime();
        List<OpResult> results =
                handle.multi(operations.stream().map(CuratorOp::get).toList());
        answered(System.nanoTime() - sent);
        return results;
    }

    /** Starts what the role consists of; the client is started. */
    abstract void begin() throws Exception;

    /** Connected, at first or again; perhaps in another session. */
    void connected() {}

    /** The role must not act on what it believed. */
    void disconnected() {}

    /** Gives up what it holds, because the session may live on. */
    abstract void leave() throws Exception;

    @Override
    protected final void connect() {
        connection.framework().getConnectionStateListenable().addListener(stateListener);
        connection.framework().getCuratorListenable().addListener(eventListener);
        if (connection.own()) {
            client.start();
        } else if (client.getZookeeperClient().isConnected()) {
            onState(ConnectionState.CONNECTED);
        }
        quietly(this::begin);
    }

    @Override
    protected final void leave(Runnable done) {
        connection.framework().getConnectionStateListenable().removeListener(stateListener);
        connection.framework().getCuratorListenable().removeListener(eventListener);
        inBackground(this::leave, done);
    }

    @Override
    protected final void hangUp(Runnable done) {
        HELD.values().remove(this);
        inBackground(connection.own() ? client::close : () -> {}, done);
    }

    private void inBackground(Blocking last, Runnable done) {
        Executor thread = work -> daemon(who + " leaves", work::run).start();
        CompletableFuture.runAsync(() -> quietly(last), thread).thenRun(() -> loop.post(done));
    }

    @Override
    protected final String servers() {
        return client.getZookeeperClient().getCurrentConnectionString();
    }

    private void onState(ConnectionState state) {
        switch (state) {
            case CONNECTED, RECONNECTED -> {
                tellConnected(connection.session());
                connected();
            }
            case SUSPENDED -> tell(new Event.Disconnected());
            case LOST -> tellExpired();
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

    /** For a path that belongs to a session: another role of this client would take ours for its own. */
    final void hold(String path) {
        if (HELD.putIfAbsent(Map.entry(client.getZookeeperClient(), path), this) != null) {
            throw new CoordinationException(
                    Problem.ID_IN_USE, "another role of the same Curator client has " + path + ": give it its own");
        }
    }

    /**
     * Repeats the work until the ensemble has answered: a caller's client may have less patience than a role needs
     * (L5). L6: a refusal is told once, and tried again after a pause.
     */
    final void insist(String path, Blocking work) throws Exception {
        insist(path, this::left, work);
    }

    /** For what is ours in a session that lives on: until it is gone, or the client is closed. */
    final void takeAway(Blocking work) throws Exception {
        insist(layout.root(), () -> false, () -> {
            connection.readBarrier(); // what is under way may still be applied
            work.run();
        });
    }

    private void insist(String path, BooleanSupplier end, Blocking work) throws Exception {
        while (!end.getAsBoolean()) {
            try {
                work.run();
                return;
            } catch (KeeperException e) {
                if (!end.getAsBoolean() && !connection.regained(e)) {
                    String refused = e.getPath() == null ? path : e.getPath();
                    setBack(path, "use " + refused, e.code().name());
                    Thread.sleep(PAUSE.toMillis());
                }
            }
        }
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
