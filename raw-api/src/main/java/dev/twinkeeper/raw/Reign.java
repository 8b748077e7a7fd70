package dev.twinkeeper.raw;

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
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
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
        this.gate = new Gate<>(role.who + " reign " + epoch, role.loop, Phase.TAKING_OVER, TRANSITIONS);
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
        List<Op> ops = new ArrayList<>();
        ops.add(Op.check(layout.master(), version));
        ops.add(epochFence());
        steps.forEach(step -> addTo(ops, step));
        underWay++;
        session.zk().multi(ops, gate.multi(this::onCommitted), steps);
    }

    Op epochFence() {
        return Op.check(layout.epoch(), epoch);
    }

    private void addTo(List<Op> ops, Step step) {
        if (step instanceof Step.Assign assign) {
            ops.add(create(layout.assignment(assign.worker(), assign.task()), AssignmentLine.encode(epoch)));
        } else if (step instanceof Step.Move move) {
            ops.add(delete(layout.assignment(move.from(), move.task())));
            ops.add(create(layout.assignment(move.to(), move.task()), AssignmentLine.encode(epoch)));
        } else if (step instanceof Step.Release release) {
            ops.add(delete(layout.assignment(release.worker(), release.task())));
        } else if (step instanceof Step.MakeParent make) {
            ops.add(create(layout.assign(make.worker()), new byte[0]));
        } else if (step instanceof Step.RemoveParent remove) {
            ops.add(delete(layout.assign(remove.worker())));
        } else if (step instanceof Step.Expire expire) {
            ops.add(delete(layout.status(expire.task())));
            ops.add(delete(layout.task(expire.task())));
        }
    }

    private Op create(String path, byte[] data) {
        return Op.create(path, data, role.session.acl(), CreateMode.PERSISTENT);
    }

    private static Op delete(String path) {
        return Op.delete(path, -1);
    }

    @SuppressWarnings("unchecked")
    private void onCommitted(int rc, String path, Object ctx, List<OpResult> results) {
        List<Step> steps = (List<Step>) ctx;
        underWay--;
        switch (Gate.code(rc)) {
            case OK -> {
                settle(steps);
                steps.forEach(this::announce);
                plan();
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> {
                if (results == null) {
                    park(steps, Gate.code(rc));
                } else {
                    onRefused(steps, results);
                }
            }
        }
    }

    private void onRefused(List<Step> steps, List<OpResult> results) {
        int culprit = culprit(results);
        if (culprit < FENCE_OPERATIONS) {
            settle(steps);
            candidacy.verify();
            return;
        }
        Code code = Gate.code(((OpResult.ErrorResult) results.get(culprit)).getErr());
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
    private static int culprit(List<OpResult> results) {
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.ErrorResult error
                    && error.getErr() != Code.OK.intValue()
                    && error.getErr() != Code.RUNTIMEINCONSISTENCY.intValue()) {
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
