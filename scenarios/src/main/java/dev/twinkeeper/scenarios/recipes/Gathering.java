package dev.twinkeeper.scenarios.recipes;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.checker.Commit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who was there when, by the servers' logs: a member is there as long as its session has an ephemeral at the barrier. So
 * it holds for any layout of znodes that has ephemerals for members.
 */
final class Gathering {
    private Gathering() {}

    /** How often all of them were there: it begins anew when one of them has gone. */
    static long times(ScenarioContext context, List<TestParticipant<Barrier>> members) {
        Map<String, TestParticipant<Barrier>> there = new HashMap<>();
        long times = 0;
        boolean all = false;
        for (Commit commit : context.commits()) {
            for (Change change : commit.changes()) {
                apply(change, commit.session(), members, there);
            }
            boolean now = there.values().stream().distinct().count() == members.size();
            times += now && !all ? 1 : 0;
            all = now;
        }
        return times;
    }

    private static void apply(
            Change change,
            long session,
            List<TestParticipant<Barrier>> members,
            Map<String, TestParticipant<Barrier>> there) {
        if (change instanceof Change.Create create && create.ephemeral()) {
            members.stream()
                    .filter(member -> member.wire().sessions().contains(session))
                    .forEach(member -> there.put(create.path(), member));
        } else if (change instanceof Change.Delete delete) {
            there.remove(delete.path());
        } else if (change instanceof Change.SessionClosed closed) {
            closed.paths().forEach(there::remove);
        }
    }
}
