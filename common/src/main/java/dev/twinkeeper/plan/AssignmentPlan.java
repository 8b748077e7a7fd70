package dev.twinkeeper.plan;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * What a master writes next: a pure function of the {@link ClusterView}, the same for every implementation, so that the
 * difference between them is coordination and nothing else.
 *
 * <p>What the loss of workers makes of their tasks comes first, then pending tasks in the order of their sequence, each to
 * the worker with the smallest share of its slots taken, and among equals to the one whose last task is the longest ago;
 * then tidying. The cost of a plan grows with its own size and the number of free
 * workers, never with the number of tasks outstanding.
 */
public final class AssignmentPlan {
    private final PriorityQueue<Capacity> free;
    private final List<Step> steps = new ArrayList<>();
    private int room;
    private long turn;

    /**
     * A worker that may take more.
     *
     * @param turn when it was given its last task, in turns of the view
     */
    private record Capacity(WorkerId worker, int load, int slots, long turn) {
        static final Comparator<Capacity> LEAST_LOADED = Comparator.comparingDouble(
                        (Capacity c) -> (double) c.load / c.slots)
                .thenComparingLong(Capacity::turn)
                .thenComparing(Capacity::worker);

        Capacity withOneMore(long now) {
            return new Capacity(worker, load + 1, slots, now);
        }
    }

    private AssignmentPlan(int room) {
        this.free = new PriorityQueue<>(Capacity.LEAST_LOADED);
        this.room = room;
    }

    /**
     * The next steps, best first.
     *
     * @param operations how many operations of a transaction there is room for
     * @param now {@link System#nanoTime()}, for what is overdue
     */
    public static List<Step> of(ClusterView view, int operations, long now) {
        AssignmentPlan plan = new AssignmentPlan(operations);
        plan.countLosses(view);
        if (view.hasOpenWork()) {
            view.freeWorkers((worker, load, slots, turn) -> plan.free.add(new Capacity(worker, load, slots, turn)));
            plan.turn = view.turn();
            plan.makeParents(view);
            plan.move(view);
            plan.assign(view);
        }
        plan.tidy(view, now);
        return List.copyOf(plan.steps);
    }

    /** No free worker is needed for these. */
    private void countLosses(ClusterView view) {
        for (TaskId task : view.exhausted()) {
            if (!add(new Step.GiveUp(task, view.holder(task), view.lost(task)))) {
                return;
            }
        }
        for (TaskId task : view.uncounted()) {
            if (!add(new Step.CountLoss(task, view.holder(task), view.lost(task)))) {
                return;
            }
        }
    }

    private void makeParents(ClusterView view) {
        for (WorkerId worker : view.withoutParent()) {
            if (!add(new Step.MakeParent(worker))) {
                return;
            }
        }
    }

    private void move(ClusterView view) {
        for (TaskId task : view.stranded()) {
            if (free.isEmpty()
                    || !add(new Step.Move(task, view.holder(task), free.peek().worker(), view.lost(task)))) {
                return;
            }
            take();
        }
    }

    private void assign(ClusterView view) {
        for (TaskId task : view.pending()) {
            if (free.isEmpty() || !add(new Step.Assign(task, free.peek().worker()))) {
                return;
            }
            take();
        }
    }

    private void tidy(ClusterView view, long now) {
        for (ClusterView.Holding leftover : view.leftovers()) {
            if (!add(new Step.Release(leftover.task(), leftover.worker()))) {
                return;
            }
        }
        for (WorkerId worker : view.overdueParents(now, room)) {
            if (!add(new Step.RemoveParent(worker))) {
                return;
            }
        }
        for (TaskId task : view.overdueTasks(now, room)) {
            if (!add(new Step.Expire(task))) {
                return;
            }
        }
    }

    private void take() {
        Capacity taken = free.remove().withOneMore(++turn);
        if (taken.load() < taken.slots()) {
            free.add(taken);
        }
    }

    private boolean add(Step step) {
        if (step.operations() > room) {
            return false;
        }
        room -= step.operations();
        steps.add(step);
        return true;
    }
}
