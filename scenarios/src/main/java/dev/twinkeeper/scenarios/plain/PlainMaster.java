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
import dev.twinkeeper.plan.ClusterView.Holding;
import dev.twinkeeper.plan.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
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

    /** Who was given a task, the last one last. */
    private final Set<WorkerId> given = new LinkedHashSet<>();

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
        lookAtLosses(view);
        given.retainAll(live.keySet());
        given.forEach(view::given);
        return view;
    }

    ClusterView newView() {
        return new ClusterView(settings);
    }

    void lookAtWorkers(ClusterView view) throws KeeperException, InterruptedException {
        live.clear();
        for (String name : children(layout.workers()).orElseThrow(NoNodeException::new)) {
            String path = layout.workers() + "/" + name;
            Optional<Found> line = read(path);
            if (line.isPresent() && line.get().stat().getEphemeralOwner() == 0) {
                foreign(path);
            } else if (line.isPresent() && layout.place(path) instanceof Place.WorkerNode node) {
                int slots = slots(WorkerLine.decode(line.get().data()));
                live.put(node.worker(), slots);
                view.workerSeen(node.worker(), slots, line.get().stat().getCzxid());
            }
        }
    }

    int slots(WorkerLine line) {
        return line.slots();
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

    /** What the assignments of lost workers say of losses before. */
    void lookAtLosses(ClusterView view) throws KeeperException, InterruptedException {
        for (List<Holding> unread = view.takeUnread(); !unread.isEmpty(); unread = view.takeUnread()) {
            List<OpResult> lines = readAll(unread.stream()
                    .map(each -> Op.getData(layout.assignment(each.worker(), each.task())))
                    .toList());
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i) instanceof OpResult.GetDataResult line) {
                    view.lineRead(unread.get(i), line.getData(), line.getStat().getMzxid());
                } else {
                    view.lineHidden(unread.get(i));
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
        return step.writes(layout, reign.epoch()).stream().map(this::operation).toList();
    }

    Op assignment(WorkerId worker, TaskId task) {
        return create(layout.assignment(worker, task), AssignmentLine.encode(reign.epoch(), 0));
    }

    private Op operation(Step.Write write) {
        return switch (write.kind()) {
            case CREATE -> create(write.path(), write.data());
            case SET -> Op.setData(write.path(), write.data(), -1);
            case DELETE -> delete(write.path());
        };
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
        step.news(layout, reign.epoch()).ifPresent(announcer::tell);
        if (step instanceof Step.Assign assign) {
            given(assign.worker());
        } else if (step instanceof Step.Move move) {
            given(move.to());
        }
    }

    void given(WorkerId worker) {
        given.remove(worker);
        given.add(worker);
    }
}
