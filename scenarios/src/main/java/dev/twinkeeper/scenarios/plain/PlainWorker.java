package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.loop.NameWait;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.data.Stat;

/**
 * A plain worker. Each round it sees to its ephemeral, lists its assignments, begins what is new and completes what is
 * handled.
 */
class PlainWorker extends PlainRole implements Worker {
    private static final Duration LAST_HANDLER = Duration.ofSeconds(1);

    final WorkerId id;

    private final TaskHandler handler;
    private final ExecutorService handlers;
    final Map<TaskId, Job> jobs = new HashMap<>();

    /** The session that we told is registered, or 0. */
    long registeredIn;

    private final NameWait wait;

    /** A task that was begun. It stays until the assignment is gone, so that it is not begun again. */
    static final class Job {
        final CompletableFuture<byte[]> status;
        boolean over;

        Job(CompletableFuture<byte[]> status) {
            this.status = status;
        }
    }

    PlainWorker(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
        super("worker " + id, settings, listener);
        this.id = id;
        this.handler = handler;
        this.wait = new NameWait(id, System::nanoTime);
        this.handlers = Executors.newFixedThreadPool(settings.slots(), work -> {
            Thread thread = new Thread(work, "task handler of " + id);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    void round() throws KeeperException, InterruptedException {
        if (register()) {
            work();
        }
    }

    // Registration.

    /** Whether our own ephemeral stands there, by what the tree says just now. */
    boolean register() throws KeeperException, InterruptedException {
        Stat stat = zk.exists(layout.worker(id), false);
        if (stat == null) {
            return create();
        }
        if (owns(stat)) {
            return confirmed();
        }
        return taken(stat);
    }

    private boolean create() throws KeeperException, InterruptedException {
        registeredIn = 0;
        makeIfMissing(layout.assign(id));
        byte[] line = new WorkerLine(settings.address(), settings.slots(), zk.getSessionTimeout()).encode();
        try {
            zk.create(layout.worker(id), line, acl(), CreateMode.EPHEMERAL);
            return confirmed();
        } catch (NodeExistsException e) {
            // R1: whose it is, the next round will see.
            return false;
        }
    }

    /** R1: our own ephemeral, of this session. */
    boolean confirmed() {
        if (registeredIn != zk.getSessionId()) {
            registeredIn = zk.getSessionId();
            announcer.tell(new Event.Registered(id, registeredIn));
            becomeReady();
        }
        return true;
    }

    /** R3: our own of a dead session is waited out; another's is not. */
    boolean taken(Stat stat) throws KeeperException, InterruptedException {
        registeredIn = 0;
        if (stat.getEphemeralOwner() == 0) {
            throw new CoordinationException(Problem.IN_THE_WAY, layout.worker(id) + " is a persistent znode");
        }
        if (!wait.isFor(stat.getEphemeralOwner())) {
            announcer.tell(
                    wait.begin(stat.getEphemeralOwner(), stat.getCtime(), holdersLine(), zk.getSessionTimeout()));
        }
        wait.restOrRefusal();
        return false;
    }

    byte[] holdersLine() throws KeeperException, InterruptedException {
        return zk.getData(layout.worker(id), false, null);
    }

    // Duty.

    void work() throws KeeperException, InterruptedException {
        Set<TaskId> held = new HashSet<>();
        for (String name : children(layout.assign(id)).orElse(List.of())) {
            String path = layout.assign(id) + "/" + name;
            if (layout.place(path) instanceof Place.AssignmentNode node) {
                held.add(node.task());
            } else {
                announcer.setAside(path, "no task's name");
            }
        }
        for (TaskId task : held) {
            if (!jobs.containsKey(task)) {
                begin(task);
            }
        }
        for (TaskId task : Set.copyOf(jobs.keySet())) {
            end(task, jobs.get(task), held.contains(task));
        }
    }

    private void begin(TaskId id) throws KeeperException, InterruptedException {
        Optional<Found> command = read(layout.task(id));
        if (command.isEmpty()) {
            announcer.setAside(layout.assignment(this.id, id), "assigned, but there is no such task");
            return;
        }
        byte[] data = command.get().data() == null ? new byte[0] : command.get().data();
        announcer.tell(new Event.TaskStarted(id, this.id));
        jobs.put(id, new Job(CompletableFuture.supplyAsync(() -> handle(id, data), handlers)));
    }

    /** On a handler's thread. R5: whatever it throws is the task's failure, not the worker's. */
    byte[] handle(TaskId id, byte[] command) {
        try {
            return execute(id, command);
        } catch (Exception | Error e) {
            return StatusBytes.failed(e);
        }
    }

    byte[] execute(TaskId id, byte[] command) throws Exception {
        return StatusBytes.done(handler.handle(new Task(id, Payload.of(command))));
    }

    private void end(TaskId task, Job job, boolean held) throws KeeperException, InterruptedException {
        if (!job.status.isDone()) {
            return;
        }
        if (!held) {
            jobs.remove(task);
        }
        if (!job.over) {
            boolean completed = held && complete(task, job.status.join());
            job.over = true;
            boolean done = StatusBytes.decode(job.status.join()) instanceof Outcome.Done;
            announcer.tell(completed ? new Event.TaskCompleted(task, id, done) : new Event.ResultDiscarded(task, id));
        }
    }

    /** False where it was moved, or is gone, or a person wrote a status: our result is thrown away. */
    private boolean complete(TaskId task, byte[] status) throws KeeperException, InterruptedException {
        try {
            write(task, status);
            return true;
        } catch (NoNodeException | NodeExistsException e) {
            return false;
        }
    }

    /** S3: the status is written in the transaction that consumes our own assignment, or not at all. */
    void write(TaskId task, byte[] status) throws KeeperException, InterruptedException {
        zk.multi(List.of(delete(layout.assignment(id, task)), create(layout.status(task), status)));
    }

    @Override
    void leave(CoordinationException why) {
        handlers.shutdownNow();
        try {
            handlers.awaitTermination(LAST_HANDLER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
