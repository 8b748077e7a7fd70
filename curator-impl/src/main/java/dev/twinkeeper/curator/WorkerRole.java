package dev.twinkeeper.curator;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.loop.NameWait;
import dev.twinkeeper.loop.StatusWrites;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A worker: one thread registers and takes assignments, and as many as there are slots execute one task each, from the
 * command to the status. What got no answer is sent again, which is safe for all of it.
 *
 * <p>The ephemeral is made by hand, since PersistentNode would adopt another worker's of the same id (R3).
 */
final class WorkerRole extends Participant implements Worker {
    private final WorkerId id;
    private final TaskHandler handler;
    private final ExecutorService slots;
    private final Thread thread;
    private final List<PersistentWatcher> watchers = new ArrayList<>();
    private final Semaphore changed = new Semaphore(0);
    private final StatusWrites writes = new StatusWrites();
    private volatile boolean registered;
    private final NameWait wait;

    /** Assignments whose execution has begun, until a list does not have them any more. */
    private final Set<TaskId> begun = ConcurrentHashMap.newKeySet();

    WorkerRole(WorkerId id, Settings settings, TaskHandler handler, Listener listener, Connection connection) {
        super("worker " + id, settings, listener, connection);
        this.id = id;
        this.handler = handler;
        this.wait = new NameWait(id, loop::now);
        this.slots = Executors.newFixedThreadPool(settings.slots(), work -> daemon("task handler", work::run));
        this.thread = daemon(who, this::run);
        announcer.queue(RoleQueue.HANDLERS, ((ThreadPoolExecutor) slots).getQueue()::size);
    }

    @Override
    void begin() {
        hold(layout.worker(id));
        watchers.add(watch(layout.worker(id), false, this::onEvent, changed::release));
        watchers.add(watch(layout.assign(id), true, this::onEvent, changed::release));
        thread.start();
    }

    private void onEvent(WatchedEvent event) {
        if (event.getType() == EventType.NodeDeleted && layout.worker(id).equals(event.getPath())) {
            deregister();
        } else if (event.getType() == EventType.NodeCreated) {
            changed.release();
        }
    }

    private void deregister() {
        registered = false;
        changed.release();
    }

    @Override
    void connected() {
        wait.restart();
        deregister();
    }

    @Override
    void leave() throws Exception {
        thread.interrupt();
        slots.shutdownNow();
        slots.awaitTermination(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        thread.join(PAUSE.toMillis());
        watchers.forEach(PersistentWatcher::close);
        takeAway(this::unregister);
    }

    /** In a caller's session. Our own takes it away by its end, which needs no permission. */
    private void unregister() throws Exception {
        Stat own = connection.own() ? null : client.checkExists().forPath(layout.worker(id));
        if (own != null && !watchers.isEmpty() && connection.owns(own.getEphemeralOwner())) {
            client.delete().withVersion(own.getVersion()).forPath(layout.worker(id));
        }
    }

    private void run() throws Exception {
        while (!left()) {
            insist(layout.worker(id), this::work);
        }
    }

    /** As long as our ephemeral stands there, and the parent of our assignments. */
    private void work() throws Exception {
        try {
            connection.makeParents(List.of(layout.workers(), layout.tasks(), layout.epoch(), layout.assign(id)));
            register();
            while (registered) {
                takeAssignments();
                changed.acquire();
                changed.drainPermits();
            }
        } catch (NoNodeException e) {
            // An operator deleted the parent: it is made anew.
        }
    }

    // region register
    /** R1: returns when our own ephemeral stands there. R3: one of a dead session is waited out, another's is not. */
    private void register() throws Exception {
        while (true) {
            registered = true; // Unless an event or another connection says otherwise from here on.
            Stat stat = client.checkExists().forPath(layout.worker(id));
            if (stat == null) {
                create();
            } else if (connection.owns(stat.getEphemeralOwner())) {
                wait.end();
                tell(new Event.Registered(id, stat.getEphemeralOwner()));
                becomeReady();
                return;
            } else if (stat.getEphemeralOwner() == 0) {
                throw CoordinationException.persistent(layout.worker(id));
            } else if (wait.isFor(stat.getEphemeralOwner())) {
                changed.tryAcquire(wait.restOrRefusal().toNanos(), TimeUnit.NANOSECONDS);
            } else {
                tell(wait.begin(stat.getEphemeralOwner(), stat.getCtime(), readLine(), granted()));
            }
        }
    }

    private void create() throws Exception {
        byte[] line = new WorkerLine(settings.address(), settings.slots(), granted()).encode();
        try {
            client.create().withMode(CreateMode.EPHEMERAL).forPath(layout.worker(id), line);
        } catch (NodeExistsException e) {
            // Whose it is, the next look tells.
        }
    }
    // endregion

    /** Null where it may not be read. */
    private byte[] readLine() throws Exception {
        try {
            return client.getData().forPath(layout.worker(id));
        } catch (NoAuthException e) {
            return null;
        }
    }

    private int granted() {
        return client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs();
    }

    private void takeAssignments() throws Exception {
        Set<TaskId> held = new HashSet<>();
        for (String name : client.getChildren().forPath(layout.assign(id))) {
            String path = layout.assign(id) + "/" + name;
            if (layout.place(path) instanceof Place.AssignmentNode node) {
                held.add(node.task());
                if (begun.add(node.task())) {
                    slots.execute(() -> quietly(() -> insist(path, () -> execute(node.task()))));
                }
            } else {
                setAside(path, "no task's name");
            }
        }
        begun.retainAll(held);
    }

    private void execute(TaskId task) throws Exception {
        try {
            byte[] command = client.getData().forPath(layout.task(task));
            tell(new Event.TaskStarted(task, id));
            StatusWrites.Write write = writes.of(StatusBytes.handled(handler, task, command));
            insist(layout.status(task), () -> complete(task, write));
        } catch (NoNodeException e) {
            if (connection.isGone(layout.task(task))) {
                setAside(layout.assignment(id, task), "assigned, but there is no such task");
            } else {
                // L2: the server of a new session was behind the one that told of the assignment.
                begun.remove(task);
                changed.release();
            }
        }
    }

    // region complete
    /** S3: the status is written in the transaction that consumes our own assignment, or not at all. */
    private void complete(TaskId task, StatusWrites.Write write) throws Exception {
        try (StatusWrites.Turn turn = write.begin()) {
            TransactionOp op = client.transactionOp();
            List<CuratorOp> completion = List.of(
                    op.delete().forPath(layout.assignment(id, task)),
                    op.create().forPath(layout.status(task), turn.status()));
            once(connection.handle(), completion); // Curator would send a status that is too large for ever
            tell(new Event.TaskCompleted(task, id, turn.status()[0] == 'd'));
        } catch (NodeExistsException e) {
            tell(new Event.ResultDiscarded(task, id));
        } catch (NoNodeException e) {
            // Moved, or done by this very transaction when its answer was lost: then only a new assignment counts.
            tell(new Event.ResultDiscarded(task, id));
            begun.remove(task);
            changed.release();
        } catch (ConnectionLossException e) {
            write.lost();
            throw e;
        }
    }
    // endregion
}
