package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The account of all tasks, by the log and by what clients were told: what was acknowledged is there and finished (S5),
 * nothing was told before it was so (S4, S6), and the numbers of the report.
 */
final class AccountingCheck implements Check {
    /** The recorder's clock and the servers' are the same machine's, but one of them may be slewed in half an hour. */
    private static final long CLOCKS_MS = 1_000;

    /** How far a task has come. */
    private enum State {
        CREATED,
        FINISHED,
        DELETED_UNFINISHED
    }

    private final Layout layout;
    private final Run run;
    private final History history;
    private final WorkerRoster roster;
    private final Violations violations;
    private final Map<TaskId, State> states = new HashMap<>();
    private final Tally tally = new Tally();
    private long progress;

    AccountingCheck(Layout layout, Run run, History history, WorkerRoster roster, Violations violations) {
        this.layout = layout;
        this.run = run;
        this.history = history;
        this.roster = roster;
        this.violations = violations;
    }

    Tally tally() {
        return tally;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (place instanceof Place.TaskNode task) {
            task(moment, change, task.task());
        } else if (place instanceof Place.StatusNode status) {
            status(moment, change, status.task());
        } else if (place instanceof Place.AssignmentNode assignment && change instanceof Change.Create) {
            tally.assignments++;
        } else if (place instanceof Place.EpochNode && change instanceof Change.SetData) {
            tally.reigns++;
        } else if (place instanceof Place.WorkerNode && change instanceof Change.Create) {
            tally.registrations++;
        }
    }

    private void task(Moment moment, Change change, TaskId task) {
        if (change instanceof Change.Create create) {
            if (roster.unfinished() == 0) {
                progress = time(moment);
            }
            states.put(task, State.CREATED);
            tally.created++;
            boolean inDoubt =
                    history.unknown().contains(new String(create.data().bytes(), StandardCharsets.UTF_8));
            tally.unknownApplied += inDoubt ? 1 : 0;
            History.Told told = history.tasks().get(task);
            if (told != null && told.acknowledged >= 0 && before(told.acknowledged, moment)) {
                violations.enter(
                        ViolationKind.SUBMIT,
                        moment.commit().zxid(),
                        task,
                        task + " was acknowledged before it was created");
            }
        } else if (change instanceof Change.Delete && states.get(task) == State.CREATED) {
            states.put(task, State.DELETED_UNFINISHED);
        }
    }

    private void status(Moment moment, Change change, TaskId task) {
        if (change instanceof Change.SetData || change instanceof Change.Delete && !withTask(moment, task)) {
            tally.changedStatuses++;
        }
        if (!(change instanceof Change.Create)) {
            return;
        }
        if (states.put(task, State.FINISHED) == State.FINISHED) {
            tally.doubleStatuses++;
            return;
        }
        tally.finished++;
        tally.longestGapMs = Math.max(tally.longestGapMs, time(moment) - progress);
        progress = time(moment);
        tally.lastStatus = Math.max(tally.lastStatus, progress);
        History.Told told = history.tasks().get(task);
        if (told != null && told.reported >= 0 && before(told.reported, moment)) {
            violations.enter(
                    ViolationKind.MADE_UP,
                    moment.commit().zxid(),
                    task,
                    "the outcome of " + task + " was reported before it had a status");
        }
    }

    private boolean withTask(Moment moment, TaskId task) {
        return moment.commit().changes().contains(new Change.Delete(layout.task(task)));
    }

    private boolean before(long told, Moment moment) {
        return run.wall(told) + CLOCKS_MS < time(moment);
    }

    private static long time(Moment moment) {
        return moment.commit().time().toEpochMilli();
    }

    /** Every write of a master's is to open with the fence; one without is a deposed commit that had luck. */
    @Override
    public void committed(Moment moment) {
        tally.commits++;
        boolean assigns = moment.commit().changes(Change.Create.class).stream()
                .anyMatch(create -> layout.place(create.path()) instanceof Place.AssignmentNode);
        if (assigns && moment.by().is(SessionOwner.Kind.MASTER) && !fenced(moment)) {
            tally.unfenced++;
        }
    }

    private boolean fenced(Moment moment) {
        return moment.commit().changes(Change.Check.class).stream()
                        .filter(check -> check.path().equals(layout.master())
                                || check.path().equals(layout.epoch()))
                        .count()
                == 2;
    }

    @Override
    public void end(Moment moment) {
        history.tasks().forEach((task, told) -> {
            if (told.acknowledged >= 0) {
                tally.acknowledged++;
                acknowledged(task);
                learnt(task, told);
            }
        });
        tally.unknown = history.unknown().size();
        tally.unfinished = roster.unfinished();
        tally.drained = tally.lost > 0 || tally.unfinished > 0
                ? null
                : Duration.ofMillis(
                        Math.max(0, tally.lastStatus - run.wall(run.loadEnd().toNanos() / 1_000)));
    }

    /** A client that was killed has a successor that asks for what it left behind. */
    private void learnt(TaskId task, History.Told told) {
        if (told.reported < 0 && states.get(task) == State.FINISHED) {
            tally.unlearnt++;
            violations.enter(ViolationKind.NOT_LEARNT, -1, task, "no client learnt the outcome of " + task);
        }
    }

    private void acknowledged(TaskId task) {
        State state = states.get(task);
        if (state == State.FINISHED) {
            return;
        }
        tally.lost++;
        String what = state == null
                ? " was acknowledged and never created"
                : state == State.CREATED
                        ? " was acknowledged and has no status at the end; " + roster.whereabouts(task)
                        : " was acknowledged and deleted before it had a status";
        violations.enter(ViolationKind.LOST, -1, task, task + what);
    }
}
