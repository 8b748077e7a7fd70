package dev.twinkeeper.raw;

import static dev.twinkeeper.loop.RoleLife.PAUSE;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.loop.LostTries;
import dev.twinkeeper.raw.session.Batches;
import dev.twinkeeper.raw.session.ChildrenWatch;
import dev.twinkeeper.raw.session.PhaseGuard;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;

/**
 * What a registered worker does: takes the tasks below its own {@code /assign/W}, has each one handled, and completes
 * it in the transaction that consumes the assignment.
 *
 * <pre>
 * SUSPENDED  registered       → LISTING    watch and list /assign/W: what is ours, what is not any more
 * LISTING    listed           → WORKING    events tell, or lists: see ChildrenWatch
 * any        connection lost  → SUSPENDED  handlers go on; their results wait here
 *            deregistered     → SUSPENDED  somebody deleted the ephemeral
 * any        close            → OVER
 * </pre>
 *
 * <p>A result whose transaction got no answer is not forgotten: when the connection is back, the list tells whether the
 * assignment is still there. If so, it is completed again; if not, it was completed or moved, and in both cases nothing
 * is left to do (S3).
 */
final class Duty implements ChildrenWatch.Owner {
    private enum Phase {
        SUSPENDED,
        LISTING,
        WORKING,
        OVER
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.SUSPENDED, Set.of(Phase.LISTING, Phase.OVER),
            Phase.LISTING, Set.of(Phase.WORKING, Phase.SUSPENDED, Phase.OVER),
            Phase.WORKING, Set.of(Phase.SUSPENDED, Phase.OVER));

    /** How long closing waits for handlers that were interrupted; one that does not heed it ends with the process. */
    private static final Duration LAST_HANDLER = Duration.ofSeconds(1);

    private static final int COMPLETION_OPERATIONS = 2;

    private final WorkerRole role;
    private final Layout layout;
    private final TaskHandler handler;
    private final PhaseGuard<Phase> guard;
    private final ChildrenWatch assignments;

    /** Threads on demand, as many as tasks are handled at a time: most workers have more slots than they ever use. */
    private final ExecutorService handlers = Executors.newCachedThreadPool(Duty::handlerThread);

    /** A worker is never assigned more tasks than it has slots, unless by hand, and then they wait here. */
    private final Queue<Runnable> queued = new ConcurrentLinkedQueue<>();

    private int handling;

    /** What we hold; with its status once it is handled. */
    private final Map<TaskId, Job> jobs = new HashMap<>();

    private Batches<Job> commands;
    private Batches<Job> completions;

    private static final class Job {
        final TaskId task;
        boolean started;
        byte[] status;
        boolean done;
        boolean discarded;
        LostTries tries;

        Job(TaskId task) {
            this.task = task;
        }

        void handled(byte[] outcome, boolean good) {
            status = outcome;
            done = good;
            tries = new LostTries(outcome.length);
        }
    }

    Duty(WorkerRole role, TaskHandler handler) {
        this.role = role;
        this.layout = role.layout;
        this.handler = handler;
        this.guard =
                new PhaseGuard<>(role.who + " duty", role.loop, Phase.SUSPENDED, TRANSITIONS, role.announcer::answered);
        this.assignments = new ChildrenWatch(
                role.who, role.session, role.announcer::answered, layout.assign(role.id), role.assignWatcher, this);
    }

    /** Tasks that wait for a slot. From any thread. */
    int waiting() {
        return queued.size();
    }

    private static Thread handlerThread(Runnable work) {
        Thread thread = new Thread(work, "task handler");
        thread.setDaemon(true);
        return thread;
    }

    void begin() {
        guard.enter(Phase.LISTING);
        assignments.begin();
    }

    void suspend() {
        guard.enter(Phase.SUSPENDED);
        assignments.end();
    }

    /** The connection is lost: perhaps for the size of a status. */
    void lose() {
        if (guard.in(Phase.WORKING)) {
            List<Job> lost = completions.underWay();
            lost.forEach(job -> job.tries.lost(lost.size() == 1));
        }
        suspend();
    }

    /** R4: no handler is called any more; one that heeds its interrupt has ended. */
    void end() {
        guard.enter(Phase.OVER);
        assignments.end();
        queued.clear();
        handlers.shutdownNow();
        try {
            handlers.awaitTermination(LAST_HANDLER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void onChanged(WatchedEvent event) {
        assignments.on(event);
    }

    @Override
    public void listed(List<String> names) {
        Set<TaskId> held = new LinkedHashSet<>();
        for (String name : names) {
            String path = layout.assign(role.id) + "/" + name;
            if (layout.place(path) instanceof Place.AssignmentNode node) {
                held.add(node.task());
            } else {
                role.announcer.setAside(path, "no task's name");
            }
        }
        if (guard.in(Phase.LISTING)) {
            work(held);
        } else {
            compare(held);
        }
    }

    /** Somebody removed it; the watch tells when the master has made it anew. */
    @Override
    public void missing() {
        listed(List.of());
    }

    @Override
    public void refused(Code code) {
        role.announcer.setAside(layout.assign(role.id), "cannot be listed: " + code);
    }

    /** A slot may be free: then the list brings a task for it. */
    @Override
    public Duration patience(int children) {
        return Duration.ZERO;
    }

    /** The first list after a registration, or a lost connection: nothing is under way. */
    private void work(Set<TaskId> held) {
        guard.enter(Phase.WORKING);
        commands = Batches.ofReads(
                role.session, guard, commands, job -> Op.getData(layout.task(job.task)), this::onCommand);
        completions = Batches.ofWrites(
                role.session,
                guard,
                role.settings.batch() / COMPLETION_OPERATIONS,
                job -> job.tries,
                this::completion,
                code -> false,
                this::onCompleted);
        Set.copyOf(jobs.keySet()).stream().filter(task -> !held.contains(task)).forEach(this::drop);
        held.forEach(this::take);
    }

    /** A later list, which tells what events would have told. */
    private void compare(Set<TaskId> held) {
        Set.copyOf(jobs.keySet()).stream().filter(task -> !held.contains(task)).forEach(this::moved);
        held.stream().filter(task -> !jobs.containsKey(task)).forEach(this::take);
    }

    /** By the recursive watch. */
    @Override
    public void changed(WatchedEvent event) {
        if (!guard.in(Phase.WORKING) || !(layout.place(event.getPath()) instanceof Place.AssignmentNode node)) {
            return;
        }
        if (event.getType() == EventType.NodeDeleted) {
            moved(node.task());
        } else if (event.getType() == EventType.NodeCreated) {
            take(node.task());
        }
    }

    /** The ensemble refused what we asked for this task: ask again, unless it was taken away meanwhile. */
    private void takeAgain(Job job) {
        if (jobs.get(job.task) == job) {
            take(job.task);
        }
    }

    /** The assignment stands: read the command, or take up where the connection was lost. */
    private void take(TaskId task) {
        Job job = jobs.computeIfAbsent(task, Job::new);
        if (job.status != null) {
            complete(job);
        } else if (!job.started) {
            commands.add(job);
        }
    }

    private void onCommand(Job job, Code code, OpResult result) {
        switch (code) {
            case OK -> {
                byte[] command = ((OpResult.GetDataResult) result).getData();
                start(job, command == null ? new byte[0] : command);
            }
            // Known on, while the assignment stands: else each list would have it read again.
            case NONODE ->
                role.announcer.setAside(layout.assignment(role.id, job.task), "assigned, but there is no such task");
            default -> {
                role.announcer.setAside(layout.task(job.task), "cannot be read: " + code);
                role.loop.after(PAUSE, guard.pass(() -> takeAgain(job)));
            }
        }
    }

    private void start(Job job, byte[] command) {
        if (jobs.get(job.task) != job || job.started) {
            return;
        }
        job.started = true;
        if (command.length > Payload.LIMIT) {
            handled(
                    job,
                    StatusBytes.failed("the command has " + command.length + " bytes, the limit is " + Payload.LIMIT),
                    false);
            return;
        }
        role.announcer.tell(new Event.TaskStarted(job.task, role.id));
        Task task = new Task(job.task, Payload.of(command));
        queued.add(() -> handle(job, task));
        handleNext();
    }

    private void handleNext() {
        if (handling < role.settings.slots() && !queued.isEmpty() && !guard.in(Phase.OVER)) {
            try {
                handlers.execute(queued.element());
            } catch (OutOfMemoryError noThread) { // The task waits for one, as for a slot.
                role.loop.after(PAUSE, this::handleNext);
                return;
            }
            queued.remove();
            handling++;
        }
    }

    /** On a handler thread. R5: whatever it throws is the task's failure, not the worker's. */
    private void handle(Job job, Task task) {
        byte[] status;
        boolean done = false;
        try {
            status = StatusBytes.done(handler.handle(task));
            done = true;
        } catch (Throwable e) {
            status = StatusBytes.failed(e);
        }
        byte[] outcome = status;
        boolean good = done;
        role.loop.post(() -> {
            handling--;
            handleNext();
            handled(job, outcome, good);
        });
    }

    private void handled(Job job, byte[] status, boolean done) {
        job.handled(status, done);
        if (jobs.get(job.task) != job) {
            role.announcer.tell(new Event.ResultDiscarded(job.task, role.id));
        } else if (guard.in(Phase.WORKING)) {
            complete(job);
        }
    }

    /** A status that seems to be more than the servers take is told as that. */
    private void complete(Job job) {
        if (job.tries.isTooLarge()) {
            job.handled(StatusBytes.tooLarge(job.status.length), false);
        }
        completions.add(job);
    }

    // region complete
    /** S3: the status is written in the transaction that consumes our own assignment, or not at all. */
    private List<Op> completion(Job job) {
        String status = layout.status(job.task);
        return List.of(
                Op.delete(layout.assignment(role.id, job.task), -1),
                Op.create(status, job.status, role.session.acl(status), CreateMode.PERSISTENT));
    }

    private void onCompleted(Job job, Code code, OpResult result) {
        switch (code) {
            case OK -> {
                jobs.remove(job.task, job);
                role.announcer.tell(new Event.TaskCompleted(job.task, role.id, job.done));
            }
            // It was moved, or the task is gone.
            case NONODE -> drop(job.task);
            // A person wrote a status. The assignment stands until the master tidies up: to handle it again is no use.
            case NODEEXISTS -> discard(job);
            default -> {
                role.announcer.setAside(layout.status(job.task), "cannot be written: " + code);
                role.loop.after(PAUSE, guard.pass(() -> takeAgain(job)));
            }
        }
    }
    // endregion

    /** Our own completion deletes the assignment too; what tells of that comes about with the reply, which says so. */
    private void moved(TaskId task) {
        Job job = jobs.get(task);
        if (job != null && (job.status == null || job.discarded)) {
            drop(task);
        }
    }

    private void drop(TaskId task) {
        Job job = jobs.remove(task);
        if (job != null && job.status != null) {
            discard(job);
        }
    }

    /** Told once, however often it is tried: after a lost connection it is completed once more, if it still is ours. */
    private void discard(Job job) {
        if (!job.discarded) {
            job.discarded = true;
            role.announcer.tell(new Event.ResultDiscarded(job.task, role.id));
        }
    }
}
