package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import java.util.HashSet;
import java.util.Set;

/**
 * S3: a status is created once and never changed; a worker writes it as it consumes its own assignment, and a master, of a
 * task that it gives up, as it consumes a lost worker's.
 */
final class StatusCheck implements Check {
    private final Layout layout;
    private final Set<TaskId> completed = new HashSet<>();

    StatusCheck(Layout layout) {
        this.layout = layout;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (!(place instanceof Place.StatusNode status)) {
            return;
        }
        boolean first = !(change instanceof Change.Create) || completed.add(status.task());
        if (!moment.by().isProgram()) {
            return;
        }
        if (!first) {
            moment.violated(Rule.S3, moment.by() + " created a second status of " + status.task());
        }
        if (change instanceof Change.Create) {
            created(moment, status.task(), ((Change.Create) change).data().bytes());
        } else if (change instanceof Change.SetData) {
            moment.violated(Rule.S3, moment.by() + " changed the status of " + status.task());
        } else if (change instanceof Change.Delete && !deletes(moment, layout.task(status.task()))) {
            moment.violated(Rule.S3, moment.by() + " took back the status of " + status.task());
        }
    }

    private void created(Moment moment, TaskId task, byte[] status) {
        if (moment.by().is(SessionOwner.Kind.MASTER)) {
            givenUp(moment, task, status);
        } else if (!moment.by().is(SessionOwner.Kind.WORKER)) {
            moment.violated(Rule.S3, moment.by() + " wrote the status of " + task + ", and it is no worker");
        } else if (!deletes(moment, layout.assignment(new WorkerId(moment.by().name()), task))) {
            moment.violated(
                    Rule.S3,
                    moment.by() + " wrote the status of " + task
                            + " without consuming an assignment of its own in that transaction");
        }
    }

    /** Whether its worker was lost indeed, {@link CareCheck} looks. */
    private void givenUp(Moment moment, TaskId task, byte[] status) {
        boolean consumes = moment.commit().changes(Change.Delete.class).stream()
                .anyMatch(delete -> layout.place(delete.path()) instanceof Place.AssignmentNode assignment
                        && assignment.task().equals(task));
        if (!consumes || !(StatusBytes.decode(status) instanceof Outcome.Failed)) {
            moment.violated(
                    Rule.S3,
                    moment.by() + " wrote the status of " + task
                            + ", and did not give it up: that consumes an assignment, and is failed");
        }
    }

    private static boolean deletes(Moment moment, String path) {
        return moment.commit().changes().contains(new Change.Delete(path));
    }
}
