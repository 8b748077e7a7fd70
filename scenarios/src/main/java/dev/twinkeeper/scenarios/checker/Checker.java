package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.layout.Layout;
import java.util.ArrayList;
import java.util.List;

/**
 * Replays commits and checks the rules that show in the log: S1 to S6, and of R1, R3 and R4 what shows there. It binds
 * programs only; what an operator does at zkCli is not checked.
 */
public final class Checker {
    private final Layout layout;
    private final Observations observations;

    public Checker(Layout layout, Observations observations) {
        this.layout = layout;
        this.observations = observations;
    }

    /**
     * The violations, in the order in which they show.
     *
     * @param commits from the chroot's beginning on, in zxid order
     */
    public List<Violation> check(List<Commit> commits) {
        Replay replay = replay(List.of());
        commits.forEach(replay::hear);
        return replay.close();
    }

    /**
     * A check of commits as they come, which need not be held.
     *
     * @param more articles besides the checker's own
     */
    public Replay replay(List<Check> more) {
        List<Check> checks = new ArrayList<>(List.of(
                new ReignCheck(layout),
                new AssignmentCheck(),
                new StatusCheck(layout),
                new TaskCheck(layout),
                new WorkerCheck(layout),
                new CloseCheck(),
                new SubmissionCheck(layout)));
        checks.addAll(more);
        return new Replay(layout, observations, checks);
    }
}
