package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** S5: a task stays until it has a status, and then until it is collected or its retention passes. */
final class TaskCheck implements Check {
    /** The servers' clock and a master's are read at different points of the way; half a second is ample. */
    private static final Duration TOLERANCE = Duration.ofMillis(500);

    private final Layout layout;
    private final Map<TaskId, Instant> completed = new HashMap<>();

    TaskCheck(Layout layout) {
        this.layout = layout;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (place instanceof Place.StatusNode status && change instanceof Change.Create) {
            completed.put(status.task(), moment.commit().time());
        } else if (place instanceof Place.TaskNode task && moment.by().isProgram()) {
            if (change instanceof Change.Delete) {
                deleted(moment, task.task());
            } else if (change instanceof Change.SetData) {
                moment.violated(Rule.S5, moment.by() + " overwrote the command of " + task.task());
            }
        }
    }

    private void deleted(Moment moment, TaskId task) {
        Instant status = completed.get(task);
        if (status == null) {
            moment.violated(Rule.S5, moment.by() + " deleted " + task + ", which never had a status");
            return;
        }
        switch (moment.by().kind()) {
            case MASTER -> {
                Duration kept = Duration.between(status, moment.commit().time());
                if (kept.plus(TOLERANCE).compareTo(moment.observations().retention()) < 0) {
                    moment.violated(
                            Rule.S5,
                            moment.by() + " deleted " + layout.task(task) + " only " + kept.toMillis()
                                    + " ms after its status");
                }
            }
            case CLIENT -> {
                if (!moment.observations().collects().contains(task)) {
                    moment.violated(Rule.S5, moment.by() + " deleted " + task + ", which nobody asked to collect");
                }
            }
            default -> moment.violated(Rule.S5, moment.by() + " deleted " + task + ", and it is a worker");
        }
    }
}
