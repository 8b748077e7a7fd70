package dev.twinkeeper.raw;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.plan.AssignmentPlan;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.Step;
import dev.twinkeeper.raw.session.Batches;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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
 * What a master does while it reigns, and everything that only a reigning master may know. It ends with its epoch.
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

    private static final Duration TICK = Duration.ofSeconds(1);

    private final MasterRole role;
    private final Candidacy candidacy;
    private final Session session;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
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
        this.guard = new PhaseGuard<>(
                role.who + " reign " + epoch, role.loop, Phase.TAKING_OVER, TRANSITIONS, role.announcer::answered);
        this.creation = creation;
        this.version = version;
        this.epoch = epoch;
        this.view = new ClusterView(role.settings);
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
        guard.enter(Phase.LEADING);
        role.announcer.tell(view.tookOver(epoch));
        plan();
        role.loop.after(TICK, this::tick);
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
        guard.enter(Phase.OVER);
        census.end();
        role.pending = 0;
    }

    void onTreeChanged(WatchedEvent event) {
        census.onTreeChanged(event);
    }

    /** Plans once after all events that are already here, so that they share a transaction. */
    private void plan() {
        if (guard.in(Phase.LEADING) && !paused && !planPosted) {
            planPosted = true;
            role.loop.post(this::write);
        }
    }

    private void write() {
        planPosted = false;
        if (guard.in(Phase.LEADING) && !paused) {
            census.ask();
        }
        while (guard.in(Phase.LEADING) && !paused && underWay < PIPELINE) {
            int room = role.settings.batch() - FENCE_OPERATIONS;
            List<Step> steps = AssignmentPlan.of(view, room, role.loop.now());
            if (steps.isEmpty()) {
                break;
            }
            confirm(steps);
        }
        role.pending = view.pending().size();
    }

    /** S2: a task is looked at just before it is given to a worker, where nothing would have told of a status. */
    private void confirm(List<Step> steps) {
        steps.forEach(view::begin);
        underWay++;
        census.confirm(steps, confirmed -> onConfirmed(steps, confirmed));
    }

    private void onConfirmed(List<Step> steps, boolean confirmed) {
        if (confirmed && guard.in(Phase.LEADING) && !paused) {
            commit(steps);
        } else {
            underWay--;
            settle(steps);
            plan();
        }
    }

    // region assign
    /** S1: every write of a master opens with the fence. A deposed master's write misses as a whole. */
    private void commit(List<Step> steps) {
        List<Op> ops = new ArrayList<>();
        ops.add(Op.check(layout.master(), version));
        ops.add(epochFence());
        steps.stream()
                .flatMap(step -> step.writes(layout, epoch).stream())
                .map(this::op)
                .forEach(ops::add);
        session.zk().multi(ops, guard.multi((code, results) -> onCommitted(steps, code, results)), null);
    }

    Op epochFence() {
        return Op.check(layout.epoch(), epoch);
    }

    private Op op(Step.Write write) {
        return switch (write.kind()) {
            case CREATE -> Op.create(write.path(), write.data(), role.session.acl(write.path()), CreateMode.PERSISTENT);
            case SET -> Op.setData(write.path(), write.data(), -1);
            case DELETE -> Op.delete(write.path(), -1);
        };
    }

    private void onCommitted(List<Step> steps, Code code, List<OpResult> results) {
        underWay--;
        switch (code) {
            case OK -> {
                steps.forEach(step -> census.applied(step, epoch));
                plan();
            }
            default -> {
                if (results == null) {
                    warn(code);
                    view.refused(steps, step -> true, role.loop.now());
                } else {
                    onRefused(steps, results);
                }
            }
        }
    }
    // endregion

    private void onRefused(List<Step> steps, List<OpResult> results) {
        int culprit = Batches.culprit(results);
        if (culprit < FENCE_OPERATIONS) {
            settle(steps);
            candidacy.verify();
            return;
        }
        List<Step> stepOf = new ArrayList<>();
        steps.forEach(step -> stepOf.addAll(Collections.nCopies(step.operations(), step)));
        Step refused = stepOf.get(culprit - FENCE_OPERATIONS);
        Code code = Batches.code(results.get(culprit));
        if (refused instanceof Step.MakeParent && code == Code.NODEEXISTS) {
            census.listParents();
        }
        if (view.refusedFor(refused, steps, code.name(), role.loop.now())) {
            plan();
        } else {
            warn(code);
        }
    }

    private void warn(Code code) {
        role.announcer.setAside(layout.assign(), "cannot write assignments: " + code);
    }

    private void settle(List<Step> steps) {
        view.refused(steps, step -> false, role.loop.now());
    }

    private void tick() {
        if (guard.in(Phase.OVER)) {
            return;
        }
        view.retryFailed(role.loop.now());
        census.lookAtHeld();
        plan();
        role.loop.after(TICK, this::tick);
    }
}
