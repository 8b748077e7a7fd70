package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * L1: when a reign ends another begins. R2: a worker whose process lives registers again. Both within the bound, in calm
 * time, while there is load: before it the processes are still starting, and after it they are told to end.
 */
final class PresenceCheck implements Check {
    private final Layout layout;
    private final Run run;
    private final History history;
    private final WorkerRoster roster;
    private final FaultFreeTime faultFree;
    private final Violations violations;
    private final List<String> workers;
    private final Map<String, Long> absent = new HashMap<>();
    private long now;
    private boolean reign;
    private long reignless;

    PresenceCheck(
            Layout layout,
            Run run,
            History history,
            WorkerRoster roster,
            FaultFreeTime faultFree,
            Violations violations) {
        this.layout = layout;
        this.run = run;
        this.history = history;
        this.roster = roster;
        this.faultFree = faultFree;
        this.violations = violations;
        this.workers = history.workers();
        this.now = run.wall(micros(run.loadBegin()));
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1_000;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        long time = Math.min(moment.commit().time().toEpochMilli(), run.wall(micros(run.loadEnd())));
        if (time <= now) {
            return;
        }
        long from = now;
        now = time;
        long passed = faultFree.between(from, time);
        reignless = reign ? 0 : reignless + passed;
        if (late(reignless)) {
            violations.enter(
                    ViolationKind.NO_REIGN,
                    moment.commit().zxid(),
                    "nobody reigned for " + reignless + " ms, and nothing was wrong");
            reignless = 0;
        }
        workers.forEach(worker -> pass(moment, worker, from, passed));
    }

    private boolean late(long waited) {
        return waited > run.bound().toMillis();
    }

    private void pass(Moment moment, String worker, long from, long passed) {
        boolean missing = lives(worker, from) && !roster.post(new WorkerId(worker)).registered;
        long waited = missing ? absent.getOrDefault(worker, 0L) + passed : 0;
        absent.put(worker, waited);
        if (late(waited)) {
            violations.enter(
                    ViolationKind.ABSENT,
                    moment.commit().zxid(),
                    "%s lives and was not registered for %d ms, and nothing was wrong".formatted(worker, waited));
            absent.put(worker, 0L);
        }
    }

    /** Processes have a handful of lives, so looking at all of them costs nothing. */
    private boolean lives(String worker, long time) {
        return history.lives(worker).stream()
                .anyMatch(life -> run.wall(life.from()) <= time && time < run.wall(life.to()));
    }

    @Override
    public void committed(Moment moment) {
        Tree.Node master = moment.tree().node(layout.master()).orElse(null);
        reign = master != null && moment.participant(master.owner()).is(SessionOwner.Kind.MASTER);
    }
}
