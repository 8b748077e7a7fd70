package dev.twinkeeper.plan;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Enters whole lists of children into a {@link ClusterView}: what is new, and what is gone. Lists don't tell of statuses,
 * so this also knows which tasks may have one that nobody told of.
 *
 * <p>Not safe for several threads, as the view is not.
 */
public final class TreeLists {
    private final ClusterView view;
    private final KnownTree known;

    public TreeLists(ClusterView view) {
        this.view = view;
        this.known = view.known();
    }

    /** The children of {@code /assign}, of which each is listed by itself: what is not there holds nothing. */
    public void parents(Set<WorkerId> there, long now) {
        List<WorkerId> gone = known.workers.entrySet().stream()
                .filter(entry -> entry.getValue().parent && !there.contains(entry.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        for (WorkerId worker : gone) {
            assignments(worker, Set.of(), now);
            view.parentGone(worker, now);
        }
    }

    /** The children of {@code /assign/W}. */
    public void assignments(WorkerId worker, Set<TaskId> there, long now) {
        Set<TaskId> held = known.worker(worker).held;
        List<TaskId> gone = held.stream().filter(task -> !there.contains(task)).toList();
        List<TaskId> come = there.stream().filter(task -> !held.contains(task)).toList();
        gone.forEach(task -> view.assignmentGone(worker, task, now));
        come.forEach(task -> view.assignmentSeen(worker, task, now));
    }

    /** There is no such assignment. If it is made again before the next list, that tells nothing of it. */
    public void noAssignment(WorkerId worker, TaskId task, long now) {
        if (known.worker(worker).held.contains(task)) {
            view.assignmentGone(worker, task, now);
        }
    }

    /** The children of {@code /tasks}. */
    public void tasks(Set<TaskId> there) {
        List<TaskId> gone = known.tasks.values().stream()
                .filter(task -> task.present && !there.contains(task.id))
                .map(task -> task.id)
                .toList();
        List<TaskId> come = there.stream().filter(task -> !isPresent(task)).toList();
        gone.forEach(view::taskGone);
        come.forEach(view::taskSeen);
    }

    /** Whether it is there, as far as is known. */
    public boolean isPresent(TaskId id) {
        KnownTree.Task task = known.tasks.get(id);
        return task != null && task.present;
    }

    /**
     * The task had no status when the watch of that number stood, which tells of one that is written later.
     *
     * @param watch from 1; 0 for none
     */
    public void noStatus(TaskId id, int watch) {
        KnownTree.Task task = known.tasks.get(id);
        if (task != null) {
            task.watch = watch;
        }
    }

    /**
     * Whether it is unfinished as far as is known, and nobody would have told of a status.
     *
     * @param watch the number of the watch that stands, or 0
     */
    public boolean mayHaveStatus(TaskId id, int watch) {
        return isUnfinished(id) && (watch == 0 || known.task(id).watch != watch);
    }

    /** Whether it is there and has no status, as far as is known. */
    public boolean isUnfinished(TaskId id) {
        KnownTree.Task task = known.tasks.get(id);
        return task != null && task.unfinished();
    }

    /** Unfinished tasks with an assignment. */
    public List<TaskId> held() {
        return known.workers.values().stream()
                .flatMap(worker -> worker.unfinished.stream())
                .distinct()
                .toList();
    }
}
