package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * L2: no live worker is starved. L3: a lost worker's tasks are moved within the bound, and a live worker's are left
 * alone.
 *
 * <p>A worker is starved where a task is pending and it has a free slot, all the time, and it gets none; tasks are left
 * with a lost worker where somebody else could take them. Both deadlines run only while a master reigns and no fault is
 * on.
 */
final class CareCheck implements Check {
    /** How long, in milliseconds without a fault, it has been like that. */
    private static final class Wait {
        long starved;
        long left;
        boolean told;
    }

    private final Layout layout;
    private final WorkerRoster roster;
    private final FaultFreeTime faultFree;
    private final Duration bound;
    private final Violations violations;
    private final Map<WorkerId, Wait> waits = new HashMap<>();

    /** At which registration of its worker an assignment was made. */
    private final Map<TaskId, Integer> assignedAt = new HashMap<>();

    private long now = Long.MIN_VALUE;
    private boolean reign;

    CareCheck(Layout layout, WorkerRoster roster, FaultFreeTime faultFree, Duration bound, Violations violations) {
        this.layout = layout;
        this.roster = roster;
        this.faultFree = faultFree;
        this.bound = bound;
        this.violations = violations;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        pass(moment);
        if (!(place instanceof Place.AssignmentNode assignment)) {
            return;
        }
        WorkerRoster.Post post = roster.post(assignment.worker());
        if (change instanceof Change.Create) {
            assignedAt.put(assignment.task(), post.registrations);
            wait(assignment.worker()).starved = 0;
        } else if (change instanceof Change.Delete) {
            Integer at = assignedAt.remove(assignment.task());
            boolean neverLost = post.registered && at != null && at == post.registrations;
            boolean unfinished = roster.isUnfinished(assignment.task());
            if (neverLost && unfinished && moment.by().is(SessionOwner.Kind.MASTER)) {
                violations.enter(
                        ViolationKind.TAKEN_AWAY,
                        moment.commit().zxid(),
                        assignment.task(),
                        "%s took %s from %s, which was registered all the time"
                                .formatted(moment.by(), assignment.task(), assignment.worker()));
            }
        }
    }

    private Wait wait(WorkerId worker) {
        return waits.computeIfAbsent(worker, unused -> new Wait());
    }

    /** The time since the last commit, in which everything was as it is now. */
    private void pass(Moment moment) {
        long time = moment.commit().time().toEpochMilli();
        if (now == Long.MIN_VALUE) {
            now = time;
        }
        // A new leader's clock may be behind the old one's.
        long passed = time > now ? faultFree.between(now, time) : 0;
        now = Math.max(now, time);
        if (passed > 0 && reign) {
            boolean somebodyFree = roster.posts().stream().anyMatch(WorkerRoster.Post::hasFreeSlot);
            roster.posts().forEach(post -> pass(moment, post, passed, somebodyFree));
        }
    }

    private void pass(Moment moment, WorkerRoster.Post post, long passed, boolean somebodyFree) {
        Wait wait = wait(post.worker);
        boolean starves = roster.pending() > 0 && post.hasFreeSlot();
        wait.starved = starves ? wait.starved + passed : 0;
        if (wait.starved > bound.toMillis()) {
            violations.enter(
                    ViolationKind.STARVED,
                    moment.commit().zxid(),
                    "%s had a free slot and got nothing for %d ms, while %d tasks were pending"
                            .formatted(post.worker, wait.starved, roster.pending()));
            wait.starved = 0;
        }
        boolean left = !post.registered && post.assigned.stream().anyMatch(roster::isUnfinished);
        wait.left = left ? wait.left + (somebodyFree ? passed : 0) : 0;
        wait.told &= left;
        if (wait.left > bound.toMillis() && !wait.told) {
            wait.told = true;
            TaskId task = post.assigned.iterator().next();
            violations.enter(
                    ViolationKind.NOT_MOVED,
                    moment.commit().zxid(),
                    task,
                    "%d tasks are still with %s %d ms after it was lost, %s for one"
                            .formatted(post.assigned.size(), post.worker, wait.left, task));
        }
    }

    @Override
    public void committed(Moment moment) {
        Tree.Node master = moment.tree().node(layout.master()).orElse(null);
        reign = master != null && moment.participant(master.owner()).is(SessionOwner.Kind.MASTER);
    }
}
