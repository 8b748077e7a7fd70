package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.AssignmentLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.plan.AssignmentPlan;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;

/**
 * A plain master: while it reigns, each round looks at the whole tree, plans, and writes the plan in one fenced
 * transaction.
 */
class PlainMaster extends PlainCandidate {
    /** L6: how long a step that was refused is left out of plans. */
    private static final Duration REST = Duration.ofSeconds(1);

    /** The workers that the last look found, with their slots. */
    final Map<WorkerId, Integer> live = new HashMap<>();

    /** Those that we told of. */
    private final Set<WorkerId> known = new HashSet<>();

    /** When this reign first saw that a task is completed: its retention begins then. */
    private final Map<TaskId, Long> completed = new HashMap<>();

    private final Map<Step, Long> refused = new HashMap<>();

    private boolean tookOver;

    PlainMaster(MasterId id, Settings settings, Listener listener) {
        super(id, settings, listener);
    }

    @Override
    void forget() {
        tookOver = false;
        known.clear();
        completed.clear();
        refused.clear();
    }

    // What there is to do.

    @Override
    final void lead() throws KeeperException, InterruptedException {
        ClusterView view = look();
        long now = System.nanoTime();
        refused.values().removeIf(since -> now - since > REST.toNanos());
        announce(view);
        refused.keySet().forEach(view::begin);
        List<Step> steps = plan(view, now);
        if (!steps.isEmpty()) {
            write(steps);
        }
    }

    List<Step> plan(ClusterView view, long now) {
        return AssignmentPlan.of(view, settings.batch() - 2, now);
    }

    /** S2: assignments are listed before statuses, or a task completed in between would look pending. */
    ClusterView look() throws KeeperException, InterruptedException {
        ClusterView view = newView();
        lookAtWorkers(view);
        lookAtAssignments(view);
        lookAtTasks(view);
        return view;
    }

    ClusterView newView() {
        return new ClusterView(
                settings.sessionTimeout().toNanos(), settings.retention().toNanos());
    }

    void lookAtWorkers(ClusterView view) throws KeeperException, InterruptedException {
        live.clear();
        for (String name : children(layout.workers()).orElseThrow(NoNodeException::new)) {
            String path = layout.workers() + "/" + name;
            Optional<Found> line = read(path);
            if (line.isPresent() && line.get().stat().getEphemeralOwner() == 0) {
                foreign(path);
            } else if (line.isPresent() && layout.place(path) instanceof Place.WorkerNode node) {
                live.put(node.worker(), WorkerLine.decode(line.get().data()).slots());
            }
        }
        live.forEach(view::workerSeen);
    }

    void lookAtAssignments(ClusterView view) throws KeeperException, InterruptedException {
        for (String name : children(layout.assign()).orElseThrow(NoNodeException::new)) {
            String path = layout.assign() + "/" + name;
            Stat stat = zk.exists(path, false);
            if (!(layout.place(path) instanceof Place.AssignNode node)) {
                foreign(path);
            } else if (stat != null) {
                view.parentSeen(node.worker(), since(stat));
                lookAtAssignments(view, node.worker());
            }
        }
    }

    private void lookAtAssignments(ClusterView view, WorkerId worker) throws KeeperException, InterruptedException {
        for (String name : children(layout.assign(worker)).orElse(List.of())) {
            String path = layout.assign(worker) + "/" + name;
            if (layout.place(path) instanceof Place.AssignmentNode node) {
                view.assignmentSeen(worker, node.task(), System.nanoTime());
            } else {
                foreign(path);
            }
        }
    }

    void lookAtTasks(ClusterView view) throws KeeperException, InterruptedException {
        List<TaskId> tasks = new ArrayList<>();
        for (String name : children(layout.tasks()).orElseThrow(NoNodeException::new)) {
            String path = layout.tasks() + "/" + name;
            if (layout.place(path) instanceof Place.TaskNode node) {
                tasks.add(node.task());
            } else {
                foreign(path);
            }
        }
        completed.keySet().retainAll(tasks);
        for (int from = 0; from < tasks.size(); from += settings.batch()) {
            lookAtTasks(view, tasks.subList(from, Math.min(tasks.size(), from + settings.batch())));
        }
    }

    /** Many in one packet: one look for each would take longer than the work. */
    private void lookAtTasks(ClusterView view, List<TaskId> tasks) throws KeeperException, InterruptedException {
        List<OpResult> answers = readAll(
                tasks.stream().map(task -> Op.getChildren(layout.task(task))).toList());
        for (int i = 0; i < tasks.size(); i++) {
            if (answers.get(i) instanceof OpResult.GetChildrenResult children) {
                view.taskSeen(tasks.get(i));
                if (children.getChildren().contains(Layout.STATUS)) {
                    view.statusSeen(tasks.get(i), completed.computeIfAbsent(tasks.get(i), unused -> System.nanoTime()));
                }
            }
        }
    }

    private List<OpResult> readAll(List<Op> reads) throws KeeperException, InterruptedException {
        try {
            return zk.multi(reads);
        } catch (KeeperException e) {
            if (e.getResults() == null) {
                throw e;
            }
            // Some are gone meanwhile; each has its own result.
            return e.getResults();
        }
    }

    /** When it was made, by the clock that plans are made by. */
    private static long since(Stat stat) {
        return System.nanoTime()
                - Duration.ofMillis(System.currentTimeMillis() - stat.getCtime())
                        .toNanos();
    }

    /** R6: set aside with one warning. */
    void foreign(String path) {
        announcer.setAside(path, "no name of ours");
    }

    // What is written.

    private void write(List<Step> steps) throws KeeperException, InterruptedException {
        List<Op> operations = new ArrayList<>(fence());
        int fence = operations.size();
        steps.forEach(step -> operations.addAll(operations(step)));
        try {
            zk.multi(operations);
            steps.forEach(this::announce);
        } catch (KeeperException e) {
            if (e.getResults() == null) {
                throw e;
            }
            // Where it is the fence, the next round will see why. L6: what was refused rests for a while.
            culprit(steps, e.getResults(), fence).ifPresent(step -> refused.put(step, System.nanoTime()));
        }
    }

    /** S1: opens every write of a master. */
    List<Op> fence() {
        return List.of(Op.check(layout.master(), reign.version()), Op.check(layout.epoch(), reign.epoch()));
    }

    List<Op> operations(Step step) {
        if (step instanceof Step.Assign assign) {
            return List.of(assignment(assign.worker(), assign.task()));
        } else if (step instanceof Step.Move move) {
            return List.of(delete(layout.assignment(move.from(), move.task())), assignment(move.to(), move.task()));
        } else if (step instanceof Step.Release release) {
            return List.of(delete(layout.assignment(release.worker(), release.task())));
        } else if (step instanceof Step.MakeParent make) {
            return List.of(create(layout.assign(make.worker()), new byte[0]));
        } else if (step instanceof Step.RemoveParent remove) {
            return List.of(delete(layout.assign(remove.worker())));
        }
        Step.Expire expire = (Step.Expire) step;
        return List.of(delete(layout.status(expire.task())), delete(layout.task(expire.task())));
    }

    Op assignment(WorkerId worker, TaskId task) {
        return create(layout.assignment(worker, task), AssignmentLine.encode(reign.epoch()));
    }

    /** The step whose operation was refused; empty where it was the fence. */
    private static Optional<Step> culprit(List<Step> steps, List<OpResult> results, int fence) {
        int operation = fence;
        for (Step step : steps) {
            for (int end = operation + step.operations(); operation < end; operation++) {
                if (results.get(operation) instanceof OpResult.ErrorResult error
                        && error.getErr() != KeeperException.Code.OK.intValue()
                        && error.getErr() != KeeperException.Code.RUNTIMEINCONSISTENCY.intValue()) {
                    return Optional.of(step);
                }
            }
        }
        return Optional.empty();
    }

    // What is told.

    private void announce(ClusterView view) {
        if (!tookOver) {
            tookOver = true;
            announcer.tell(new Event.TookOver(
                    reign.epoch(), view.liveWorkers(), view.pending().size(), view.assigned(), view.completed()));
        }
        live.forEach((worker, slots) -> {
            if (known.add(worker)) {
                announcer.tell(new Event.WorkerJoined(worker, slots));
            }
        });
        List<WorkerId> lost =
                known.stream().filter(worker -> !live.containsKey(worker)).toList();
        for (WorkerId worker : lost) {
            known.remove(worker);
            long unfinished = view.stranded().stream()
                    .filter(task -> view.holder(task).equals(worker))
                    .count();
            announcer.tell(new Event.WorkerLost(worker, (int) unfinished));
        }
    }

    private void announce(Step step) {
        if (step instanceof Step.Assign assign) {
            announcer.tell(new Event.TaskAssigned(assign.task(), assign.worker(), reign.epoch()));
        } else if (step instanceof Step.Move move) {
            announcer.tell(new Event.TaskMoved(move.task(), move.from(), move.to(), reign.epoch()));
        } else if (step instanceof Step.Release release) {
            announcer.tell(new Event.Tidied(layout.assignment(release.worker(), release.task())));
        } else if (step instanceof Step.RemoveParent remove) {
            announcer.tell(new Event.Tidied(layout.assign(remove.worker())));
        } else if (step instanceof Step.Expire expire) {
            announcer.tell(new Event.Tidied(layout.task(expire.task())));
        }
    }
}
