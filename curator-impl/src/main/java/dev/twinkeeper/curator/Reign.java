package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.AssignmentLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.plan.AssignmentPlan;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.ErrorResult;

/**
 * One reign, on the candidate's thread: look, then plan, write, wait. View and watches die with it, and whatever it
 * believed: a lost answer or connection is an exception out of {@link #lead}.
 */
final class Reign {
    /** The reign is over; the message says why. */
    static final class Over extends Exception {
        private static final long serialVersionUID = 1L;

        Over(String why) {
            super(why);
        }
    }

    /** Refusals that a step meets because somebody was faster. */
    private static final Set<Code> RACES = Set.of(Code.NONODE, Code.NODEEXISTS, Code.NOTEMPTY);

    private static final long TICK = Participant.PAUSE.toNanos();

    final int epoch;
    private final MasterRole role;
    private final Layout layout;
    private final Fence fence;
    private final ClusterView view;
    private final Observations observations;
    private final TreeView tree;

    Reign(MasterRole role, Fence fence, TreeView.Recipe recipe) {
        this.role = role;
        this.layout = role.layout;
        this.fence = fence;
        this.epoch = fence.epoch;
        this.view = new ClusterView(
                role.settings.sessionTimeout().toNanos(),
                role.settings.retention().toNanos());
        this.observations = new Observations(role, view);
        this.tree = recipe.of(role, observations);
    }

    void lead() throws Exception {
        try {
            tree.look();
            role.tell(new Event.TookOver(
                    epoch, view.liveWorkers(), view.pending().size(), view.assigned(), view.completed()));
            for (long tick = System.nanoTime(); ; ) {
                if (System.nanoTime() - tick > TICK) {
                    tick = System.nanoTime();
                    view.retryFailed(tick);
                }
                List<Step> steps = AssignmentPlan.of(view, role.settings.batch() - Fence.OPERATIONS, System.nanoTime());
                if (!steps.isEmpty()) {
                    commit(steps);
                }
                observations.apply(steps.isEmpty() ? TICK : 0);
                believe();
            }
        } finally {
            tree.close();
        }
    }

    /** S2: what lost its assignment and has no status yet may be about to get one, or is pending: it is asked. */
    private void believe() throws Exception {
        List<TaskId> doubts = view.takeDoubts();
        if (!doubts.isEmpty()) {
            observations.readStatuses(doubts);
            view.believe(doubts);
        }
    }

    /** Somebody wrote to /master. */
    void verifySoon() {
        observations.post(fence::verify);
    }

    /** S1: opens with the fence. S2: is sent once. */
    private void commit(List<Step> steps) throws Exception {
        List<CuratorOp> operations = new ArrayList<>(fence.checks());
        for (Step step : steps) {
            operations.addAll(operations(step));
            view.begin(step);
        }
        try {
            role.connection.once(operations);
            steps.forEach(this::applied);
        } catch (KeeperException e) {
            if (e.getResults() == null) {
                throw e;
            }
            refused(steps, e);
        }
    }

    private List<CuratorOp> operations(Step step) throws Exception {
        TransactionOp op = role.client.transactionOp();
        byte[] line = AssignmentLine.encode(epoch);
        if (step instanceof Step.Assign assign) {
            return List.of(op.create().forPath(layout.assignment(assign.worker(), assign.task()), line));
        } else if (step instanceof Step.Move move) {
            return List.of(
                    op.delete().forPath(layout.assignment(move.from(), move.task())),
                    op.create().forPath(layout.assignment(move.to(), move.task()), line));
        } else if (step instanceof Step.Release release) {
            return List.of(op.delete().forPath(layout.assignment(release.worker(), release.task())));
        } else if (step instanceof Step.MakeParent make) {
            return List.of(op.create().forPath(layout.assign(make.worker()), Connection.NO_DATA));
        } else if (step instanceof Step.RemoveParent remove) {
            return List.of(op.delete().forPath(layout.assign(remove.worker())));
        } else {
            TaskId task = ((Step.Expire) step).task();
            return List.of(op.delete().forPath(layout.status(task)), op.delete().forPath(layout.task(task)));
        }
    }

    /** The watches tell of it too, but perhaps after the reply: until then the view would plan it again. */
    private void applied(Step step) {
        long now = System.nanoTime();
        if (step instanceof Step.Assign assign) {
            view.assignmentSeen(assign.worker(), assign.task(), now);
            role.tell(new Event.TaskAssigned(assign.task(), assign.worker(), epoch));
        } else if (step instanceof Step.Move move) {
            view.assignmentSeen(move.to(), move.task(), now);
            view.assignmentGone(move.from(), move.task(), now);
            role.tell(new Event.TaskMoved(move.task(), move.from(), move.to(), epoch));
        } else if (step instanceof Step.Release release) {
            view.assignmentGone(release.worker(), release.task(), now);
            role.tell(new Event.Tidied(layout.assignment(release.worker(), release.task())));
        } else if (step instanceof Step.MakeParent make) {
            view.parentSeen(make.worker(), now);
        } else if (step instanceof Step.RemoveParent remove) {
            view.parentGone(remove.worker(), now);
            role.tell(new Event.Tidied(layout.assign(remove.worker())));
        } else if (step instanceof Step.Expire expire) {
            view.taskGone(expire.task());
            role.tell(new Event.Tidied(layout.task(expire.task())));
        }
        view.settled(step, now);
    }

    /** One step lost a race: it rests for a while, and the others are planned again. Any other refusal meets all. */
    private void refused(List<Step> steps, KeeperException refusal) throws Exception {
        long now = System.nanoTime();
        int culprit = culprit(refusal.getResults());
        boolean race = RACES.contains(refusal.code());
        int end = Fence.OPERATIONS;
        for (Step step : steps) {
            int begin = end;
            end += step.operations();
            if (culprit >= Fence.OPERATIONS && (!race || culprit >= begin && culprit < end)) {
                view.failed(step, now);
            } else {
                view.settled(step, now);
            }
        }
        if (culprit < Fence.OPERATIONS) {
            fence.verify();
        } else if (!race) {
            role.setAside(layout.assign(), "cannot write assignments: the ensemble answered " + refusal.code());
        }
    }

    /** Those before it are OK, those behind it were not tried. */
    private static int culprit(List<OpResult> results) {
        int operation = 0;
        while (!(results.get(operation) instanceof ErrorResult error)
                || error.getErr() == Code.OK.intValue()
                || error.getErr() == Code.RUNTIMEINCONSISTENCY.intValue()) {
            operation++;
        }
        return operation;
    }
}
