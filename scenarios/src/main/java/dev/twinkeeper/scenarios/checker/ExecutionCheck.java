package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Execution is at least once; a second one happens only after a worker was lost. Each execution needs a grant of its own:
 * an assignment to that worker, and another grant for each time that the worker registered anew while it had it. The
 * first grant of a task needs no reason. Each other has the loss of a worker, or a write of an operator, before it;
 * one without is no explanation.
 */
final class ExecutionCheck implements Check {
    private final Map<TaskId, List<Grant>> grants = new HashMap<>();
    private final Layout layout;
    private final WorkerRoster roster;
    private final Map<TaskId, History.Told> told;
    private final Violations violations;
    private final Map<String, Long> explained = new HashMap<>();
    private long executions;
    private long unexplained;

    /** An assignment. */
    private static final class Grant {
        final WorkerId worker;
        final boolean registered;
        final int from;
        int to = -1;
        End end = End.OPEN;

        Grant(WorkerRoster.Post post) {
            worker = post.worker;
            registered = post.registered;
            from = post.registrations;
        }

        /** How often its worker may execute it. */
        int executions(WorkerRoster roster) {
            return 1 + (to < 0 ? roster.post(worker).registrations : to) - from;
        }
    }

    /** How an assignment ended, and so why another might be made. */
    private enum End {
        OPEN("its worker registered anew"),
        COMPLETED("its worker registered anew"),
        WORKER_LOST("its worker was lost"),
        OPERATOR("an operator removed the assignment"),
        /** By a master, from a live worker: no explanation. */
        FOR_NO_REASON("no reason");

        private final String text;

        End(String text) {
            this.text = text;
        }
    }

    ExecutionCheck(Layout layout, WorkerRoster roster, Map<TaskId, History.Told> told, Violations violations) {
        this.layout = layout;
        this.roster = roster;
        this.told = told;
        this.violations = violations;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (!(place instanceof Place.AssignmentNode assignment)) {
            return;
        }
        List<Grant> all = grants.computeIfAbsent(assignment.task(), unused -> new ArrayList<>(1));
        WorkerRoster.Post post = roster.post(assignment.worker());
        if (change instanceof Change.Create) {
            all.add(new Grant(post));
        } else if (change instanceof Change.Delete) {
            for (Grant grant : all) {
                if (grant.end == End.OPEN && grant.worker.equals(assignment.worker())) {
                    grant.to = post.registrations;
                    grant.end = end(moment, assignment.task(), grant, post);
                }
            }
        }
    }

    private End end(Moment moment, TaskId task, Grant grant, WorkerRoster.Post post) {
        if (!moment.by().isProgram()) {
            return End.OPERATOR;
        }
        boolean completes = !roster.isUnfinished(task)
                || moment.commit().changes(Change.Create.class).stream()
                        .anyMatch(create -> create.path().equals(layout.status(task)));
        if (completes) {
            return End.COMPLETED;
        }
        boolean lost = !post.registered || !grant.registered || post.registrations > grant.from;
        return lost ? End.WORKER_LOST : End.FOR_NO_REASON;
    }

    @Override
    public void end(Moment moment) {
        told.forEach(this::check);
    }

    private void check(TaskId task, History.Told what) {
        int times = what.executions.size();
        executions += times;
        List<Grant> all = grants.getOrDefault(task, List.of());
        int without = without(task, what.executions, all);
        if (times > 1 && all.stream().anyMatch(grant -> grant.end == End.FOR_NO_REASON)) {
            without = Math.max(without, times - 1);
            violations.enter(
                    ViolationKind.UNEXPLAINED,
                    -1,
                    task,
                    "%s was executed by %s, and was taken from a live worker".formatted(task, what.executions));
        }
        unexplained += without;
        if (times - 1 > without) {
            explained.merge(reason(all), (long) times - 1 - without, Long::sum);
        }
    }

    /** How many executions have no grant. */
    private int without(TaskId task, List<String> workers, List<Grant> all) {
        long without = 0;
        for (String worker : new TreeSet<>(workers)) {
            long times = workers.stream().filter(worker::equals).count();
            long granted = all.stream()
                    .filter(grant -> grant.worker.name().equals(worker))
                    .mapToLong(grant -> grant.executions(roster))
                    .sum();
            if (times > granted) {
                without += times - granted;
                violations.enter(
                        ViolationKind.UNEXPLAINED,
                        -1,
                        task,
                        "%s executed %s %d times, and %d are explained by its assignments"
                                .formatted(worker, task, times, granted));
            }
        }
        return (int) without;
    }

    private static String reason(List<Grant> all) {
        Set<String> reasons = new TreeSet<>();
        for (Grant grant : all) {
            if (grant.end != End.COMPLETED && grant.end != End.OPEN) {
                reasons.add(grant.end.text);
            }
        }
        return reasons.isEmpty() ? End.OPEN.text : String.join(", ", reasons);
    }

    long executions() {
        return executions;
    }

    long unexplained() {
        return unexplained;
    }

    /** The second executions that are explained, by reason. */
    Map<String, Long> explained() {
        return Map.copyOf(explained);
    }
}
