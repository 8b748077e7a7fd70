package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.layout.AssignmentLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.plan.AssignmentPlan;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.data.Stat;

/**
 * What a master does while it reigns, and all that only a reigning master may know. It dies with its epoch.
 *
 * <pre>
 * TAKING_OVER  census complete  → LEADING   write what the plan says, as there is room
 * LEADING      fence in doubt   → LEADING   pause: nothing is written until the candidacy has read /master again
 * any          end              → OVER
 * </pre>
 */
final class Reign {
    private enum Phase {
        TAKING_OVER,
        LEADING,
        OVER
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.TAKING_OVER, Set.of(Phase.LEADING, Phase.OVER),
            Phase.LEADING, Set.of(Phase.OVER));

    /**
     * Transactions under way at a time. While these are, the next ones gather: under load the batches fill by
     * themselves, as in a group commit, and a lone task waits for nobody.
     */
    private static final int PIPELINE = 4;

    private static final int FENCE_OPERATIONS = 2;

    /** Refusals of one step, because somebody was faster. Any other would meet the rest of the batch as well (L6). */
    private static final Set<Code> RACES = Set.of(Code.NONODE, Code.NODEEXISTS, Code.NOTEMPTY);

    private static final Duration TICK = Duration.ofSeconds(1);

    private final MasterRole role;
    private final Candidacy candidacy;
    private final Session session;
    private final Layout layout;
    private final Gate<Phase> gate;
    private final ClusterView view;
    private final Census census;
    private final long creation;
    private final int epoch;

    private int version;
    private boolean paused;
    private boolean planPosted;
    private int underWay;

    Reign(MasterRole role, Candidacy candidacy, long creation, int version, int epoch) {
        this.role = role;
        this.candidacy = candidacy;
        this.session = role.session;
        this.layout = role.layout;
        this.gate = new Gate<>(role.who + " reign " + epoch, session, Phase.TAKING_OVER, TRANSITIONS);
        this.creation = creation;
        this.version = version;
        this.epoch = epoch;
        // A worker makes its parent just before it registers: for a session timeout an empty one is left alone.
        this.view = new ClusterView(
                role.settings.sessionTimeout().toNanos(),
                role.settings.retention().toNanos());
        this.census = new Census(role, view, this::onCensus, this::plan, candidacy::fail);
    }

    int epoch() {
        return epoch;
    }

    int version() {
        return version;
    }

    /** Whether that is the /master of our claim, of whatever version. */
    boolean isSame(Stat master) {
        return master.getCzxid() == creation;
    }

    void begin() {
        census.begin();
    }

    private void onCensus() {
        gate.enter(Phase.LEADING);
        role.announcer.tell(new Event.TookOver(
                epoch, view.liveWorkers(), view.pending().size(), view.assigned(), view.completed()));
        tick();
    }

    /** The fence is in doubt: what is under way may miss, and nothing more is sent until {@link #resume}. */
    void pause() {
        paused = true;
    }

    /** An operator ran {@code set /master}: the same reign, with a newer version in its fence. */
    void resume(int newVersion) {
        paused = false;
        version = newVersion;
        plan();
    }

    void end() {
        gate.enter(Phase.OVER);
        census.end();
    }

    void onTreeChanged(WatchedEvent event) {
        census.onTreeChanged(event);
    }

    /** Plans once after all events that are already here, so that they share a transaction. */
    private void plan() {
        if (gate.in(Phase.LEADING) && !paused && !planPosted) {
            planPosted = true;
            role.loop.post(this::write);
        }
    }

    private void write() {
        planPosted = false;
        while (gate.in(Phase.LEADING) && !paused && underWay < PIPELINE) {
            int room = role.settings.batch() - FENCE_OPERATIONS;
            List<Step> steps = AssignmentPlan.of(view, room, System.nanoTime());
            if (steps.isEmpty()) {
                return;
            }
            steps.forEach(view::begin);
            commit(steps);
        }
    }

    /** S1: every write of a master opens with the fence. A deposed master's write misses as a whole. */
    private void commit(List<Step> steps) {
        underWay++;
        session.ask(client -> client.transaction()
                .inBackground(gate.reply(this::onCommitted), steps)
                .forOperations(fenced(client, steps)));
    }

    private List<CuratorOp> fenced(CuratorFramework client, List<Step> steps) throws Exception {
        List<CuratorOp> ops = new ArrayList<>();
        ops.add(client.transactionOp().check().withVersion(version).forPath(layout.master()));
        ops.add(client.transactionOp().check().withVersion(epoch).forPath(layout.epoch()));
        for (Step step : steps) {
            addTo(ops, client.transactionOp(), step);
        }
        return ops;
    }

    private void addTo(List<CuratorOp> ops, TransactionOp op, Step step) throws Exception {
        byte[] line = AssignmentLine.encode(epoch);
        if (step instanceof Step.Assign assign) {
            ops.add(op.create().forPath(layout.assignment(assign.worker(), assign.task()), line));
        } else if (step instanceof Step.Move move) {
            ops.add(op.delete().forPath(layout.assignment(move.from(), move.task())));
            ops.add(op.create().forPath(layout.assignment(move.to(), move.task()), line));
        } else if (step instanceof Step.Release release) {
            ops.add(op.delete().forPath(layout.assignment(release.worker(), release.task())));
        } else if (step instanceof Step.MakeParent make) {
            ops.add(op.create().forPath(layout.assign(make.worker())));
        } else if (step instanceof Step.RemoveParent remove) {
            ops.add(op.delete().forPath(layout.assign(remove.worker())));
        } else if (step instanceof Step.Expire expire) {
            ops.add(op.delete().forPath(layout.status(expire.task())));
            ops.add(op.delete().forPath(layout.task(expire.task())));
        }
    }

    @SuppressWarnings("unchecked")
    private void onCommitted(CuratorEvent event) {
        List<Step> steps = (List<Step>) event.getContext();
        underWay--;
        switch (Gate.code(event)) {
            case OK -> {
                settle(steps);
                steps.forEach(this::announce);
                plan();
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> {
                if (event.getOpResults() == null) {
                    park(steps, Gate.code(event));
                } else {
                    onRefused(steps, event.getOpResults());
                }
            }
        }
    }

    private void onRefused(List<Step> steps, List<CuratorTransactionResult> results) {
        int culprit = culprit(results);
        if (culprit < FENCE_OPERATIONS) {
            settle(steps);
            candidacy.verify();
            return;
        }
        Code code = Gate.code(results.get(culprit).getError());
        if (!RACES.contains(code)) {
            park(steps, code);
            return;
        }
        int operation = FENCE_OPERATIONS;
        List<Step> innocent = new ArrayList<>(steps);
        for (Step step : steps) {
            operation += step.operations();
            if (culprit < operation) {
                innocent.remove(step);
                view.failed(step, System.nanoTime());
                break;
            }
        }
        settle(innocent);
        plan();
    }

    /** The first that is neither good nor "rolled back because of another". */
    private static int culprit(List<CuratorTransactionResult> results) {
        for (int i = 0; i < results.size(); i++) {
            int error = results.get(i).getError();
            if (error != Code.OK.intValue() && error != Code.RUNTIMEINCONSISTENCY.intValue()) {
                return i;
            }
        }
        throw new IllegalStateException("a refused transaction without a culprit");
    }

    private void park(List<Step> steps, Code code) {
        role.announcer.setAside(layout.assign(), "cannot write assignments: " + code);
        long now = System.nanoTime();
        steps.forEach(step -> view.failed(step, now));
    }

    private void settle(List<Step> steps) {
        long now = System.nanoTime();
        steps.forEach(step -> view.settled(step, now));
    }

    private void announce(Step step) {
        if (step instanceof Step.Assign assign) {
            role.announcer.tell(new Event.TaskAssigned(assign.task(), assign.worker(), epoch));
        } else if (step instanceof Step.Move move) {
            role.announcer.tell(new Event.TaskMoved(move.task(), move.from(), move.to(), epoch));
        } else if (step instanceof Step.Release release) {
            role.announcer.tell(new Event.Tidied(layout.assignment(release.worker(), release.task())));
        } else if (step instanceof Step.RemoveParent remove) {
            role.announcer.tell(new Event.Tidied(layout.assign(remove.worker())));
        } else if (step instanceof Step.Expire expire) {
            role.announcer.tell(new Event.Tidied(layout.task(expire.task())));
        }
    }

    private void tick() {
        if (gate.in(Phase.OVER)) {
            return;
        }
        view.retryFailed(System.nanoTime());
        plan();
        role.loop.after(TICK, this::tick);
    }
}
