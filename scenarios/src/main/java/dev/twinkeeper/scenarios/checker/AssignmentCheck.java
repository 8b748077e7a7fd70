package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** S2: at most one assignment of a task, and none after its status. */
final class AssignmentCheck implements Check {
    /**
     * A person assigns without a fence and writes a status without consuming an assignment, so a master's transaction
     * that is already on its way can't miss it. This long after, the master must have seen it.
     */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

    /** Who wrote something, and when. */
    private record Written(SessionOwner by, Instant at) {
        static Written now(Moment moment) {
            return new Written(moment.by(), moment.commit().time());
        }

        boolean forgivable(Moment moment) {
            return !by.isProgram() && moment.commit().time().isBefore(at.plus(ON_ITS_WAY));
        }
    }

    private final Map<TaskId, Map<WorkerId, Written>> assigned = new HashMap<>();
    private final Map<TaskId, Written> statuses = new HashMap<>();
    private final Map<TaskId, WorkerId> justAssigned = new LinkedHashMap<>();

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (place instanceof Place.StatusNode status && change instanceof Change.Create) {
            statuses.putIfAbsent(status.task(), Written.now(moment));
        } else if (place instanceof Place.AssignmentNode assignment) {
            Map<WorkerId, Written> holders =
                    assigned.computeIfAbsent(assignment.task(), unused -> new LinkedHashMap<>());
            if (change instanceof Change.Create) {
                holders.put(assignment.worker(), Written.now(moment));
                justAssigned.put(assignment.task(), assignment.worker());
            } else if (change instanceof Change.Delete) {
                holders.remove(assignment.worker());
            }
        }
    }

    /** Checked when the commit is complete: within a multi there is no zxid at which both stand. */
    @Override
    public void committed(Moment moment) {
        if (moment.by().isProgram()) {
            justAssigned.forEach((task, worker) -> check(moment, task, worker));
        }
        justAssigned.clear();
    }

    private void check(Moment moment, TaskId task, WorkerId worker) {
        Map<WorkerId, Written> holders = assigned.get(task);
        boolean another = holders.entrySet().stream()
                .anyMatch(each ->
                        !each.getKey().equals(worker) && !each.getValue().forgivable(moment));
        if (another) {
            moment.violated(
                    Rule.S2,
                    moment.by() + " assigned " + task + " to " + worker + ", and now it is with " + holders.keySet());
        }
        Written status = statuses.get(task);
        if (status != null && !status.forgivable(moment)) {
            moment.violated(
                    Rule.S2,
                    "%s assigned %s to %s after its status, which %s wrote %d ms before"
                            .formatted(
                                    moment.by(),
                                    task,
                                    worker,
                                    status.by,
                                    Duration.between(status.at, moment.commit().time())
                                            .toMillis()));
        }
    }
}
