package dev.twinkeeper.curator;

import static dev.twinkeeper.loop.RoleLife.PAUSE;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.curator.Participant.Blocking;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.plan.AssignmentPlan;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.ClusterView.Holding;
import dev.twinkeeper.plan.Step;
import dev.twinkeeper.plan.TreeObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.ErrorResult;
import org.apache.zookeeper.OpResult.GetChildrenResult;
import org.apache.zookeeper.OpResult.GetDataResult;
import org.apache.zookeeper.data.Stat;

/**
 * One reign, on the candidate's thread: look, then plan, write, wait. Its view and its watches end with it. A lost
 * answer or connection is an exception out of {@link #lead}.
 */
final class Reign {
    /** The reign is over; the message says why. */
    static final class Over extends Exception {
        Over(String why) {
            super(why);
        }
    }

    /** How many operations the fence is. */
    private static final int FENCE = 2;

    final TreeObserver observer;
    final MasterRole role;
    final int epoch;
    private final ClusterView view;
    private final BlockingQueue<Blocking> observations = new LinkedBlockingQueue<>();
    final TreeView tree;
    private final long creation;
    private int version;

    Reign(MasterRole role, Stat master, Stat claim, CuratorCoordination recipes) {
        this.role = role;
        this.creation = master.getCzxid();
        this.version = master.getVersion();
        this.epoch = claim.getVersion();
        this.view = new ClusterView(role.settings);
        this.observer = new TreeObserver(role.layout, view, role::tell, role::setAside);
        this.tree = recipes.view(this);
    }

    void lead() throws Exception {
        tree.look();
        role.tell(view.tookOver(epoch));
        while (true) {
            view.retryNowAndThen(System.nanoTime());
            ask();
            List<Step> steps = AssignmentPlan.of(view, role.settings.batch() - FENCE, System.nanoTime());
            if (!steps.isEmpty()) {
                commit(steps);
            }
            role.pending = view.pending().size();
            apply(steps.isEmpty() ? PAUSE.toNanos() : 0);
        }
    }

    /**
     * What the plan waits for: how many workers were lost with a task. S2: a task that lost its assignment may get its
     * status in the next event, or be pending.
     */
    private void ask() throws Exception {
        for (List<Holding> unread = view.takeUnread(); !unread.isEmpty(); unread = view.takeUnread()) {
            List<OpResult> found = read(unread.stream()
                    .map(each -> Op.getData(role.layout.assignment(each.worker(), each.task())))
                    .toList());
            for (int i = 0; i < found.size(); i++) {
                if (found.get(i) instanceof GetDataResult line) {
                    view.lineRead(unread.get(i), line.getData(), line.getStat().getMzxid());
                } else {
                    view.lineHidden(unread.get(i));
                }
            }
        }
        List<TaskId> doubts = view.takeDoubts();
        if (!doubts.isEmpty()) {
            readStatuses(doubts.stream().map(role.layout::task).toList());
            view.believe(doubts);
        }
    }

    /**
     * From any thread. The queue has no bound, because a dropped change would never be seen; it ends with the reign.
     */
    void observe(Blocking observation) {
        observations.add(observation);
    }

    /** Applies all observations, and waits for the first. */
    void apply(long patienceNanos) throws Exception {
        Blocking next = observations.poll(patienceNanos, TimeUnit.NANOSECONDS);
        while (next != null) {
            next.run();
            next = observations.poll();
        }
    }

    void gone(String path) throws Over {
        if (role.layout.place(path) instanceof Place.Parent) {
            throw new Over(path + " was deleted");
        }
        observer.gone(path, System.nanoTime());
    }

    /**
     * Many znodes in one packet, by ZooKeeper's own handle, since Curator reads one znode a request. In the background:
     * then the answer comes behind all events that were sent before it, where a blocking one may overtake them (S2).
     */
    private List<OpResult> read(List<Op> reads) throws Exception {
        List<OpResult> found = new ArrayList<>();
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        MultiCallback onRead = (rc, path, ctx, results) -> {
            found.addAll(Objects.requireNonNullElse(results, List.of()));
            answer.complete(rc);
        };
        role.connection.handle().multi(reads, onRead, null);
        Code code = Code.get(answer.get());
        if (found.isEmpty()) { // L6: the next reign does not begin at once
            throw KeeperException.create(Objects.requireNonNullElse(code, Code.SYSTEMERROR));
        }
        apply(0);
        return found;
    }

    void readStatuses(List<String> tasks) throws Exception {
        List<OpResult> found = read(tasks.stream().map(Op::getChildren).toList());
        for (int i = 0; i < tasks.size(); i++) {
            String task = tasks.get(i);
            if (found.get(i) instanceof GetChildrenResult children) {
                children.getChildren().forEach(child -> observer.seen(task + "/" + child, System.nanoTime()));
            } else {
                if (found.get(i) instanceof ErrorResult error && error.getErr() != Code.NONODE.intValue()) {
                    // R6, S2: whoever cannot know that there is no status must not assign it.
                    role.setAside(task, "the ensemble answered " + Code.get(error.getErr()));
                }
                gone(task);
            }
        }
    }

    // region assign
    /** S1: opens with the fence. S2: is sent once. */
    private void commit(List<Step> steps) throws Exception {
        TransactionOp op = role.client.transactionOp();
        List<CuratorOp> operations = new ArrayList<>();
        operations.add(op.check().withVersion(version).forPath(role.layout.master()));
        operations.add(op.check().withVersion(epoch).forPath(role.layout.epoch()));
        List<Step> stepOf = new ArrayList<>(Collections.nCopies(FENCE, null));
        for (Step step : steps) {
            for (Step.Write write : step.writes(role.layout, epoch)) {
                operations.add(
                        switch (write.kind()) {
                            case CREATE -> op.create().forPath(write.path(), write.data());
                            case SET -> op.setData().forPath(write.path(), write.data());
                            case DELETE -> op.delete().forPath(write.path());
                        });
                stepOf.add(step);
            }
            view.begin(step);
        }
        try {
            role.once(role.connection.handle(), operations);
            // The watches tell of it too, but perhaps after the reply: until then the view would plan it again.
            steps.forEach(step -> observer.applied(step, epoch, System.nanoTime()));
        } catch (KeeperException e) {
            if (e.getResults() == null) {
                throw e;
            }
            refused(steps, stepOf.get(culprit(e.getResults())), e.code());
        }
    }
    // endregion

    /** The fence failed, or /master changed: the same one with a newer version is adopted, all else ends the reign. */
    void verify() throws Exception {
        Stat master = role.client.checkExists().forPath(role.layout.master());
        Stat claim = role.client.checkExists().forPath(role.layout.epoch());
        if (master == null || master.getCzxid() != creation) {
            throw new Over("/master was deleted");
        } else if (claim == null || claim.getVersion() != epoch) {
            throw new Over("/master-epoch was written by somebody else");
        }
        version = master.getVersion();
    }

    /**
     * The transaction was refused.
     *
     * @param culprit null where it was the fence
     */
    private void refused(List<Step> steps, Step culprit, Code code) throws Exception {
        if (culprit == null) {
            view.refused(steps, step -> false, System.nanoTime());
            verify();
            if (code == Code.NOAUTH) {
                throw KeeperException.create(code); // L6: nothing has changed, and at once it would be refused again
            }
        } else if (!view.refusedFor(culprit, steps, code.name(), System.nanoTime())) {
            role.setAside(role.layout.assign(), "cannot write assignments: the ensemble answered " + code);
        }
    }

    /** Those before it are OK, those behind it were not tried. */
    private static int culprit(List<OpResult> results) {
        int operation = 0;
        while (!(results.get(operation) instanceof ErrorResult error)
                || error.getErr() >= Code.RUNTIMEINCONSISTENCY.intValue()) {
            operation++;
        }
        return operation;
    }
}
