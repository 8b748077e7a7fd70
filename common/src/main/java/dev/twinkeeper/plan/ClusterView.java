package dev.twinkeeper.plan;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a reigning master knows about the tree. Observations keep it up to date; each method is named after what was
 * observed, and may be called again. Nothing is remembered beyond a reign. Whether a task is pending is derived from
 * what was seen of it.
 *
 * <p>A step that was begun is left out of further plans until it is settled. Its effect is not applied here: {@link
 * TreeObserver#applied} does that, with the reply, unless an event told of it before.
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

    /** How many lines, or pending tasks, are read at a time. */
    private static final int LINES = 100;

    private final KnownTree known;
    private final Deadlines<TaskId> retained = new Deadlines<>();
    private final ParkedSteps parked = new ParkedSteps();
    private final List<TaskId> doubts = new ArrayList<>();
    private final long retentionNanos;
    private long retried;

    /**
     * @param graceNanos how long an empty {@code /assign/W} without its worker is left alone: a worker makes it before
     *     it registers
     * @param retentionNanos how long a completed task is left to be collected, from when this view first saw it
     * @param lostWorkers with how many lost workers a task is given up
     */
    public ClusterView(long graceNanos, long retentionNanos, int lostWorkers) {
        this.known = new KnownTree(graceNanos, lostWorkers);
        this.retentionNanos = retentionNanos;
    }

    /** With the grace of a session timeout. */
    public ClusterView(Settings settings) {
        this(settings.sessionTimeout().toNanos(), settings.retention().toNanos(), settings.lostWorkers());
    }

    KnownTree known() {
        return known;
    }

    // Observations.

    /**
     * @param registration the zxid that created its znode
     * @return whether it was not there before
     */
    public boolean workerSeen(WorkerId id, int slots, long registration) {
        KnownTree.Worker worker = known.worker(id);
        boolean joined = !worker.live;
        boolean anew = joined || worker.registration != registration;
        worker.live = true;
        worker.slots = slots;
        worker.registration = registration;
        if (anew) {
            worker.held.forEach(task -> known.unread(id, task));
        }
        known.reclassifyHeld(id);
        return joined;
    }

    /** @return how many unfinished tasks it leaves, or -1 where it was not there */
    public int workerGone(WorkerId id, long now) {
        KnownTree.Worker worker = known.worker(id);
        boolean left = worker.live;
        worker.live = false;
        worker.held.forEach(task -> known.unread(id, task));
        known.reclassifyHeld(id);
        known.reclassify(id, now);
        return left ? worker.unfinished.size() : -1;
    }

    public void parentSeen(WorkerId id, long now) {
        known.worker(id).parent = true;
        known.reclassify(id, now);
    }

    public void parentGone(WorkerId id, long now) {
        known.worker(id).parent = false;
        known.reclassify(id, now);
    }

    public void assignmentSeen(WorkerId id, TaskId task, long now) {
        KnownTree.Task entry = known.task(task);
        if (known.worker(id).held.add(task)) {
            entry.holders.put(id, new Losses());
            if (!entry.busy || !known.live(id)) {
                known.unread(id, task); // not of our own making, so it may tell of losses
            }
        }
        known.reclassify(entry);
        known.reclassify(id, now);
    }

    public void assignmentGone(WorkerId id, TaskId task, long now) {
        KnownTree.Task entry = known.task(task);
        KnownTree.Worker worker = known.worker(id);
        worker.held.remove(task);
        worker.unfinished.remove(task);
        entry.holders.remove(id);
        known.leftovers.remove(new Holding(id, task));
        known.unread.remove(new Holding(id, task));
        if (entry.unfinished() && entry.holders.isEmpty() && !entry.inDoubt) {
            entry.inDoubt = true;
            doubts.add(task);
        }
        known.reclassify(entry);
        known.reclassify(id, now);
    }

    /**
     * Tasks that lost their assignment since this was last asked, and have no status yet. A worker completes a task in
     * one transaction, but its events come one by one: the deleted assignment first, the status a moment later. In
     * between the task only looks pending, and to assign it would break S2. And now and then some pending ones, since no
     * event tells of a status that may not be read. Ask for their statuses and then call {@link #believe}.
     */
    public List<TaskId> takeDoubts() {
        List<TaskId> taken = doubts.stream()
                .filter(task ->
                        known.pending.contains(task) || known.tasks.containsKey(task) && known.task(task).inDoubt)
                .toList();
        doubts.clear();
        return taken;
    }

    /** No status came with the end of these assignments: the tasks are pending indeed. */
    public void believe(List<TaskId> believed) {
        for (TaskId id : believed) {
            KnownTree.Task entry = known.task(id);
            entry.inDoubt = false;
            known.reclassify(entry);
        }
    }

    /**
     * The assignments whose line has to be read before their tasks are planned: the worker is gone, or it was gone and is
     * back. Read each, and its {@code mzxid}, and call {@link #lineRead}.
     * At most a hundred at a time, so that their answers fit into one packet.
     */
    public List<Holding> takeUnread() {
        return known.takeUnread(LINES);
    }

    /**
     * How many workers were lost with a task is in the tree, so that every master counts the same: as many as the line of
     * the assignment says, and one more where its worker is gone, or registered after the line was written.
     *
     * @param written the zxid of the line
     */
    public void lineRead(Holding holding, byte[] line, long written) {
        known.lineRead(holding, line, written);
    }

    /** Nobody may know what the line says: it counts as one that says nothing. */
    public void lineHidden(Holding holding) {
        lineRead(holding, new byte[0], Long.MAX_VALUE);
    }

    public void taskSeen(TaskId id) {
        KnownTree.Task entry = known.task(id);
        entry.present = true;
        known.reclassify(entry);
    }

    public void taskGone(TaskId id) {
        KnownTree.Task entry = known.task(id);
        entry.present = false;
        retained.remove(id);
        known.reclassify(entry);
    }

    /** A status is never taken back: one that an operator deletes alone leaves the task completed for this view. */
    public void statusSeen(TaskId id, long now) {
        KnownTree.Task entry = known.task(id);
        entry.completed = true;
        retained.addIfAbsent(id, now + retentionNanos);
        known.reclassify(entry);
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
                && known.workers.containsKey(count.worker())
                && known.worker(count.worker()).held.contains(count.task())) {
            known.unread(count.worker(), count.task());
        }
        known.reclassify(step, now);
    }

    /** The step was refused: it waits for {@link #retryFailed}, so that a refusal that lasts makes no loop (L6). */
    public void failed(Step step, long now) {
        mark(step, false);
        if (step instanceof Step.Expire expire) {
            if (isRetained(expire.task())) {
                // Something foreign hangs below it: look again after another retention.
                retained.add(expire.task(), now + retentionNanos);
            }
            known.reclassify(step, now);
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

    /** Lets refused steps into plans again, and doubts some pending tasks. Call it about once a second. */
    public void retryFailed(long now) {
        parked.takeDue(now).forEach(step -> settled(step, now));
        doubts.addAll(doubts.isEmpty() ? known.nextPending(LINES) : List.of());
    }

    /** The events of a removal come before its reply: mostly the task is gone by then, and must not come back. */
    private boolean isRetained(TaskId id) {
        KnownTree.Task entry = known.tasks.get(id);
        return entry != null && entry.present && entry.completed;
    }

    private void mark(Step step, boolean busy) {
        known.mark(step, busy);
        if (step instanceof Step.Expire expire) {
            retained.remove(expire.task());
        }
        if (busy) {
            known.reclassify(step, 0);
        }
    }

    /** It was given a task: among equal loads it is the last one's turn. */
    public void given(WorkerId id) {
        known.given(id);
    }

    // What plans are made from.

    /** Whether there is a task that wants a worker. */
    public boolean hasOpenWork() {
        return !known.pending.isEmpty() || !known.stranded.isEmpty();
    }

    /** Tasks with neither assignment nor status, in order of their sequence. */
    public Collection<TaskId> pending() {
        return Collections.unmodifiableCollection(known.pending);
    }

    /** Unfinished tasks assigned to workers that are gone, to be moved, in order of their sequence. */
    public Collection<TaskId> stranded() {
        return Collections.unmodifiableCollection(known.stranded);
    }

    /** Unfinished tasks that were lost with too many workers. */
    Collection<TaskId> exhausted() {
        return Collections.unmodifiableCollection(known.exhausted);
    }

    /** Unfinished tasks of workers that were lost and are back, where the assignment does not say so yet. */
    Collection<TaskId> uncounted() {
        return Collections.unmodifiableCollection(known.uncounted);
    }

    /** The worker that a task is assigned to; a live one or the first of them, if somebody made several. */
    public WorkerId holder(TaskId task) {
        return known.decisive(known.task(task)).orElseThrow();
    }

    /** How many workers were lost with the task that {@link #holder} holds, itself included. */
    int lost(TaskId task) {
        return known.task(task).holders.get(holder(task)).all();
    }

    /** The latest turn; see {@link FreeWorkers}. */
    long turn() {
        return known.turn;
    }

    /** Assignments of tasks that are completed, gone, or taken by a live worker besides. */
    public Collection<Holding> leftovers() {
        return Collections.unmodifiableCollection(known.leftovers);
    }

    void freeWorkers(FreeWorkers sink) {
        known.workers.forEach((id, worker) -> {
            if (worker.live && worker.parent && worker.load() < worker.slots) {
                sink.accept(id, worker.load(), worker.slots, worker.turn);
            }
        });
    }

    List<WorkerId> withoutParent() {
        return known.withoutParent();
    }

    List<WorkerId> overdueParents(long now, int most) {
        return known.idleParents.due(now, most);
    }

    List<TaskId> overdueTasks(long now, int most) {
        return retained.due(now, most);
    }

    // Counts, for a report.

    /** The event of a reign that has listed the tree. */
    public Event tookOver(long epoch) {
        return new Event.TookOver(epoch, liveWorkers(), known.pending.size(), assigned(), completed());
    }

    public int liveWorkers() {
        return (int)
                known.workers.values().stream().filter(worker -> worker.live).count();
    }

    public int completed() {
        return retained.size();
    }

    /** Tasks with an assignment and no status. */
    public int assigned() {
        return known.workers.values().stream()
                .mapToInt(worker -> worker.unfinished.size())
                .sum();
    }
}
