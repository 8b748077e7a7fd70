package dev.twinkeeper.plan;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.AssignmentLine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What a reigning master knows about the tree. Observations keep it up to date; each method is named after what was
 * observed, and may be called again. Nothing is remembered beyond a reign. Whether a task is pending is derived from
 * what was seen of it.
 *
 * <p>A step that was begun is left out of further plans until it is settled. Its effect is not applied here: the watch
 * tells of it, and ZooKeeper delivers the watch event of a write before the reply to it.
 *
 * <p>An observation costs the logarithm of the number of tasks; the arrival or loss of a worker, the number of its
 * tasks. Not safe for several threads: it belongs to the loop of one role.
 */
public final class ClusterView {
    /** An assignment: this worker holds that task. */
    public record Holding(WorkerId worker, TaskId task) {}

    /** Receives the workers that can take more. */
    @FunctionalInterface
    public interface FreeWorkers {
        /** @param turn when it was given its last task; 0 for never */
        void accept(WorkerId worker, int load, int slots, long turn);
    }

    /** Refusals because somebody was faster. */
    private static final Set<String> RACES = Set.of("NONODE", "NODEEXISTS", "NOTEMPTY");

    private static final long RETRY_NANOS = 1_000_000_000;

    /** How many lines are read at a time. */
    private static final int LINES = 100;

    private final Map<TaskId, TaskEntry> tasks = new HashMap<>();
    private final Map<WorkerId, WorkerEntry> workers = new HashMap<>();

    private final NavigableSet<TaskId> pending = new TreeSet<>();
    private final NavigableSet<TaskId> stranded = new TreeSet<>();
    private final NavigableSet<TaskId> exhausted = new TreeSet<>();
    private final NavigableSet<TaskId> uncounted = new TreeSet<>();
    private final Set<Holding> unread = new LinkedHashSet<>();
    private final Set<Holding> leftovers = new LinkedHashSet<>();
    private final Deadlines<WorkerId> idleParents = new Deadlines<>();
    private final Deadlines<TaskId> retained = new Deadlines<>();
    private final ParkedSteps parked = new ParkedSteps();
    private final List<TaskId> doubts = new ArrayList<>();

    private final long graceNanos;
    private final long retentionNanos;
    private final int lostWorkers;
    private long turn;
    private long retried;

    /** What is known of the workers that were lost with the task of an assignment. */
    private static final class Losses {
        /** Whether the assignment's line is known, is asked for, or has to be. */
        enum Line {
            KNOWN,
            ASKED,
            UNREAD
        }

        Line line = Line.KNOWN;

        /** What the line says. */
        int counted;

        /** With the loss that it does not say yet. */
        int all;
    }

    private static final class TaskEntry {
        final TaskId id;
        final Map<WorkerId, Losses> holders = new LinkedHashMap<>(2);
        boolean present;
        boolean completed;
        boolean busy;
        boolean inDoubt;

        TaskEntry(TaskId id) {
            this.id = id;
        }

        boolean unfinished() {
            return present && !completed;
        }
    }

    /** Whose loss would be counted: a live holder's, or the first one's. */
    private Optional<WorkerId> decisive(TaskEntry entry) {
        Optional<WorkerId> live =
                entry.holders.keySet().stream().filter(this::live).findFirst();
        return live.isPresent() ? live : entry.holders.keySet().stream().findFirst();
    }

    private static final class WorkerEntry {
        final Set<TaskId> held = new LinkedHashSet<>();
        final Set<TaskId> unfinished = new LinkedHashSet<>();
        boolean live;
        boolean parent;
        boolean busy;
        int slots;
        int incoming;
        long registration;
        long turn;

        int load() {
            return unfinished.size() + incoming;
        }
    }

    /**
     * @param graceNanos how long an empty {@code /assign/W} without its worker is left alone: a worker makes it before
     *     it registers
     * @param retentionNanos how long a completed task is left to be collected, from when this view first saw it
     * @param lostWorkers with how many lost workers a task is given up
     */
    public ClusterView(long graceNanos, long retentionNanos, int lostWorkers) {
        this.graceNanos = graceNanos;
        this.retentionNanos = retentionNanos;
        this.lostWorkers = lostWorkers;
    }

    /** With the grace of a session timeout. */
    public ClusterView(Settings settings) {
        this(settings.sessionTimeout().toNanos(), settings.retention().toNanos(), settings.lostWorkers());
    }

    // Observations.

    /**
     * @param registration the zxid that created its znode
     * @return whether it was not there before
     */
    public boolean workerSeen(WorkerId id, int slots, long registration) {
        WorkerEntry worker = worker(id);
        boolean joined = !worker.live;
        boolean anew = joined || worker.registration != registration;
        worker.live = true;
        worker.slots = slots;
        worker.registration = registration;
        if (anew) {
            worker.held.forEach(task -> unread(id, task));
        }
        reclassifyHeld(id, worker);
        return joined;
    }

    /** @return how many unfinished tasks it leaves, or -1 where it was not there */
    public int workerGone(WorkerId id, long now) {
        WorkerEntry worker = worker(id);
        boolean left = worker.live;
        worker.live = false;
        worker.held.forEach(task -> unread(id, task));
        reclassifyHeld(id, worker);
        reclassify(id, now);
        return left ? worker.unfinished.size() : -1;
    }

    public void parentSeen(WorkerId id, long now) {
        worker(id).parent = true;
        reclassify(id, now);
    }

    public void parentGone(WorkerId id, long now) {
        worker(id).parent = false;
        reclassify(id, now);
    }

    public void assignmentSeen(WorkerId id, TaskId task, long now) {
        TaskEntry entry = task(task);
        if (worker(id).held.add(task)) {
            entry.holders.put(id, new Losses());
            if (!entry.busy || !live(id)) {
                unread(id, task); // not of our own making, so it may tell of losses
            }
        }
        reclassify(entry);
        reclassify(id, now);
    }

    public void assignmentGone(WorkerId id, TaskId task, long now) {
        TaskEntry entry = task(task);
        WorkerEntry worker = worker(id);
        worker.held.remove(task);
        worker.unfinished.remove(task);
        entry.holders.remove(id);
        leftovers.remove(new Holding(id, task));
        unread.remove(new Holding(id, task));
        if (entry.unfinished() && entry.holders.isEmpty() && !entry.inDoubt) {
            entry.inDoubt = true;
            doubts.add(task);
        }
        reclassify(entry);
        reclassify(id, now);
    }

    /**
     * Tasks that lost their assignment since this was last asked, and have no status yet. A worker completes a task in
     * one transaction, but its events come one by one: the deleted assignment first, the status a moment later. In
     * between the task only looks pending, and to assign it would break S2. Ask the server anything and then call {@link
     * #believe}: its reply comes after all events of that transaction.
     */
    public List<TaskId> takeDoubts() {
        List<TaskId> taken = doubts.stream()
                .filter(task -> tasks.containsKey(task) && task(task).inDoubt)
                .toList();
        doubts.clear();
        return taken;
    }

    public boolean hasDoubts() {
        return !doubts.isEmpty();
    }

    /** No status came with the end of these assignments: the tasks are pending indeed. */
    public void believe(List<TaskId> believed) {
        for (TaskId id : believed) {
            TaskEntry entry = task(id);
            entry.inDoubt = false;
            reclassify(entry);
        }
    }

    /**
     * The assignments whose line has to be read before their tasks are planned: the worker is gone, or it was gone and is
     * back. Read each, and its {@code mzxid}, and call {@link #lineRead}.
     * At most a hundred at a time, so that their answers fit into one packet.
     */
    public List<Holding> takeUnread() {
        List<Holding> taken = unread.stream().limit(LINES).toList();
        taken.forEach(unread::remove);
        taken.forEach(holding -> task(holding.task()).holders.get(holding.worker()).line = Losses.Line.ASKED);
        return taken;
    }

    /**
     * How many workers were lost with a task is in the tree, so that every master counts the same: as many as the line of
     * the assignment says, and one more where its worker is gone, or registered after the line was written.
     *
     * @param written the zxid of the line
     */
    public void lineRead(Holding holding, byte[] line, long written) {
        TaskEntry entry = task(holding.task());
        Losses losses = entry.holders.get(holding.worker());
        if (losses != null && losses.line == Losses.Line.ASKED) {
            WorkerEntry worker = worker(holding.worker());
            losses.line = Losses.Line.KNOWN;
            losses.counted = AssignmentLine.decode(line).lost();
            losses.all = losses.counted + (worker.live && worker.registration <= written ? 0 : 1);
        }
        reclassify(entry);
    }

    /** Nobody may know what the line says: it counts as one that says nothing. */
    public void lineHidden(Holding holding) {
        lineRead(holding, new byte[0], Long.MAX_VALUE);
    }

    private void unread(WorkerId id, TaskId task) {
        task(task).holders.get(id).line = Losses.Line.UNREAD;
    }

    public void taskSeen(TaskId id) {
        TaskEntry entry = task(id);
        entry.present = true;
        reclassify(entry);
    }

    public void taskGone(TaskId id) {
        TaskEntry entry = task(id);
        entry.present = false;
        retained.remove(id);
        reclassify(entry);
    }

    /** A status is never taken back: one that an operator deletes alone leaves the task completed for this view. */
    public void statusSeen(TaskId id, long now) {
        TaskEntry entry = task(id);
        entry.completed = true;
        retained.addIfAbsent(id, now + retentionNanos);
        reclassify(entry);
    }

    // Steps under way.

    /** Leaves the step out of plans until {@link #settled} or {@link #failed}. */
    public void begin(Step step) {
        mark(step, true);
    }

    /** The step was applied, or is to be planned again if it is still wanted. */
    public void settled(Step step, long now) {
        mark(step, false);
        if (step instanceof Step.Expire expire && isRetained(expire.task())) {
            retained.add(expire.task(), now);
        } else if (step instanceof Step.CountLoss count
                && workers.containsKey(count.worker())
                && worker(count.worker()).held.contains(count.task())) {
            unread(count.worker(), count.task());
        }
        reclassify(step, now);
    }

    /** The step was refused: it waits for {@link #retryFailed}, so that a refusal that lasts makes no loop (L6). */
    public void failed(Step step, long now) {
        mark(step, false);
        if (step instanceof Step.Expire expire) {
            if (isRetained(expire.task())) {
                // Something foreign hangs below it: look again after another retention.
                retained.add(expire.task(), now + retentionNanos);
            }
            reclassify(step, now);
        } else {
            mark(step, true);
            parked.untilTheNextRound(step, now);
        }
    }

    /**
     * The transaction of these steps was refused.
     *
     * @param culprit which of them failed, and which are {@link #settled}
     */
    public void refused(List<Step> steps, Predicate<Step> culprit, long now) {
        for (Step step : steps) {
            if (culprit.test(step)) {
                failed(step, now);
            } else {
                settled(step, now);
            }
        }
    }

    /**
     * The transaction of these steps was refused for one of them. Where somebody was faster, that one rests for a while,
     * and the others are planned again. After any other refusal all of them rest, since the same may await them (L6), and
     * that one longer than its company.
     *
     * @param code the name of ZooKeeper's error code
     * @return whether somebody was faster; the rest is worth a warning
     */
    public boolean refusedFor(Step culprit, List<Step> steps, String code, long now) {
        boolean race = RACES.contains(code);
        refused(steps, step -> !race || step.equals(culprit), now);
        if (!race && !(culprit instanceof Step.Expire)) {
            parked.longer(culprit, now);
        }
        return race;
    }

    /** {@link #retryFailed} at most once a second, however often this is called. */
    public void retryNowAndThen(long now) {
        if (now - retried > RETRY_NANOS) {
            retried = now;
            retryFailed(now);
        }
    }

    /** Lets refused steps into plans again. Call it about once a second. */
    public void retryFailed(long now) {
        parked.takeDue(now).forEach(step -> settled(step, now));
    }

    /** The events of a removal come before its reply: mostly the task is gone by then, and must not come back. */
    private boolean isRetained(TaskId id) {
        TaskEntry entry = tasks.get(id);
        return entry != null && entry.present && entry.completed;
    }

    private void mark(Step step, boolean busy) {
        if (step instanceof Step.OfTask about) {
            task(about.task()).busy = busy;
        } else if (step instanceof Step.OfParent about) {
            worker(about.worker()).busy = busy;
        }
        if (step instanceof Step.Assign assign) {
            comes(assign.worker(), busy);
        } else if (step instanceof Step.Move move) {
            comes(move.to(), busy);
        } else if (step instanceof Step.Expire expire) {
            retained.remove(expire.task());
        }
        if (busy) {
            reclassify(step, 0);
        }
    }

    private void comes(WorkerId id, boolean begins) {
        worker(id).incoming += begins ? 1 : -1;
        if (begins) {
            given(id);
        }
    }

    /** It was given a task: among equal loads it is the last one's turn. */
    public void given(WorkerId id) {
        worker(id).turn = ++turn;
    }

    // What plans are made from.

    /** Whether there is a task that wants a worker. */
    public boolean hasOpenWork() {
        return !pending.isEmpty() || !stranded.isEmpty();
    }

    /** Tasks with neither assignment nor status, in order of their sequence. */
    public Collection<TaskId> pending() {
        return Collections.unmodifiableCollection(pending);
    }

    /** Unfinished tasks assigned to workers that are gone, to be moved, in order of their sequence. */
    public Collection<TaskId> stranded() {
        return Collections.unmodifiableCollection(stranded);
    }

    /** Unfinished tasks that were lost with too many workers. */
    Collection<TaskId> exhausted() {
        return Collections.unmodifiableCollection(exhausted);
    }

    /** Unfinished tasks of workers that were lost and are back, where the assignment does not say so yet. */
    Collection<TaskId> uncounted() {
        return Collections.unmodifiableCollection(uncounted);
    }

    /** The worker that a task is assigned to; a live one or the first of them, if somebody made several. */
    public WorkerId holder(TaskId task) {
        return decisive(task(task)).orElseThrow();
    }

    /** How many workers were lost with the task that {@link #holder} holds, itself included. */
    int lost(TaskId task) {
        return task(task).holders.get(holder(task)).all;
    }

    /** The latest turn; see {@link FreeWorkers}. */
    long turn() {
        return turn;
    }

    /** Assignments of tasks that are completed, gone, or taken by a live worker besides. */
    public Collection<Holding> leftovers() {
        return Collections.unmodifiableCollection(leftovers);
    }

    void freeWorkers(FreeWorkers sink) {
        workers.forEach((id, worker) -> {
            if (worker.live && worker.parent && worker.load() < worker.slots) {
                sink.accept(id, worker.load(), worker.slots, worker.turn);
            }
        });
    }

    List<WorkerId> withoutParent() {
        List<WorkerId> ids = new ArrayList<>();
        workers.forEach((id, worker) -> {
            if (worker.live && !worker.parent && !worker.busy) {
                ids.add(id);
            }
        });
        return ids;
    }

    List<WorkerId> overdueParents(long now, int most) {
        return idleParents.due(now, most);
    }

    List<TaskId> overdueTasks(long now, int most) {
        return retained.due(now, most);
    }

    // Counts, for a report.

    /** The event of a reign that has listed the tree. */
    public Event tookOver(long epoch) {
        return new Event.TookOver(epoch, liveWorkers(), pending.size(), assigned(), completed());
    }

    public int liveWorkers() {
        return (int) workers.values().stream().filter(worker -> worker.live).count();
    }

    public int completed() {
        return retained.size();
    }

    /** Tasks with an assignment and no status. */
    public int assigned() {
        return workers.values().stream()
                .mapToInt(worker -> worker.unfinished.size())
                .sum();
    }

    // Keeping the queues.

    private TaskEntry task(TaskId id) {
        return tasks.computeIfAbsent(id, TaskEntry::new);
    }

    private WorkerEntry worker(WorkerId id) {
        return workers.computeIfAbsent(id, unused -> new WorkerEntry());
    }

    private boolean live(WorkerId id) {
        return worker(id).live;
    }

    private void reclassifyHeld(WorkerId id, WorkerEntry worker) {
        List.copyOf(worker.held).forEach(task -> reclassify(task(task)));
        if (worker.live) {
            idleParents.remove(id);
        }
    }

    private void reclassify(Step step, long now) {
        if (step instanceof Step.OfTask about) {
            reclassify(task(about.task()));
        } else if (step instanceof Step.OfParent about) {
            reclassify(about.worker(), now);
        }
        if (step instanceof Step.Assign assign) {
            reclassify(assign.worker(), now);
        } else if (step instanceof Step.Move move) {
            reclassify(move.to(), now);
        }
    }

    private void reclassify(TaskEntry entry) {
        entry.inDoubt &= entry.unfinished() && entry.holders.isEmpty();
        boolean open = entry.unfinished() && !entry.busy && !entry.inDoubt;
        Optional<WorkerId> decisive = decisive(entry);
        boolean liveHolder = decisive.filter(this::live).isPresent();
        put(pending, entry.id, open && decisive.isEmpty());
        Losses losses = decisive.map(entry.holders::get).orElse(null);
        boolean lost = open && losses != null && losses.line == Losses.Line.KNOWN && losses.all > losses.counted;
        boolean tooOften = lost && losses.all >= lostWorkers;
        put(exhausted, entry.id, tooOften);
        put(stranded, entry.id, lost && !tooOften && !liveHolder);
        put(uncounted, entry.id, lost && !tooOften && liveHolder);
        for (WorkerId holder : entry.holders.keySet()) {
            boolean superseded = liveHolder && !live(holder);
            Losses own = entry.holders.get(holder);
            put(leftovers, new Holding(holder, entry.id), !entry.busy && (!entry.unfinished() || superseded));
            put(unread, new Holding(holder, entry.id), entry.unfinished() && own.line == Losses.Line.UNREAD);
            put(worker(holder).unfinished, entry.id, entry.unfinished());
        }
        if (!entry.present && entry.holders.isEmpty() && !entry.busy) {
            tasks.remove(entry.id);
        }
    }

    private void reclassify(WorkerId id, long now) {
        WorkerEntry worker = worker(id);
        if (worker.live || !worker.parent || !worker.held.isEmpty() || worker.busy) {
            idleParents.remove(id);
        } else {
            idleParents.addIfAbsent(id, now + graceNanos);
        }
        if (!worker.live && !worker.parent && worker.held.isEmpty() && worker.incoming == 0 && !worker.busy) {
            workers.remove(id);
        }
    }

    private static <T> void put(Set<T> set, T element, boolean in) {
        if (in) {
            set.add(element);
        } else {
            set.remove(element);
        }
    }
}
