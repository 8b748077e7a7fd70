package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Planted histories: what is wrong though nothing is unsafe, executions without a reason, and evidence that is not whole. */
class PlantedLivenessTest extends Planted {
    // L2, L3, L5.

    @Test
    void catchesTasksThatStayWithALostWorker() throws IOException {
        String task = run.submit("c1", "left");
        run.assign("m1", "w1", task);
        run.expire("w1");
        run.passes(BOUND_MS + 100);
        run.move("m1", "w1", "w2", task);
        run.finish("w2", task);

        caught("1 tasks are still with w1", ViolationKind.NOT_MOVED);
    }

    @Test
    void givesTheTimeOfAFaultForMovingTasks() throws IOException {
        String task = run.submit("c1", "left");
        run.assign("m1", "w1", task);
        run.expire("w1");
        run.fault("kill-leader", run.now(), run.now() + 3_000, run.now() + 3_000, true);
        run.passes(BOUND_MS + 100);
        run.move("m1", "w1", "w2", task);
        run.finish("w2", task);

        kept();
    }

    @Test
    void catchesATaskThatIsTakenFromALiveWorker() throws IOException {
        String task = run.submit("c1", "stolen");
        run.assign("m1", "w1", task);
        run.move("m1", "w1", "w2", task);
        run.finish("w2", task);

        caught("m1 took " + task + " from w1, which was registered all the time", ViolationKind.TAKEN_AWAY);
    }

    @Test
    void catchesAStarvedWorker() throws IOException {
        String first = run.submit("c1", "one");
        String second = run.submit("c1", "two");
        run.assign("m1", "w1", first);
        run.passes(BOUND_MS + 100);
        run.finish("w1", first);
        run.assign("m1", "w1", second);
        run.finish("w1", second);

        RunResult result = run.check();
        assertThat(result.counts().keySet()).containsExactly(ViolationKind.STARVED);
        assertThat(result.findings())
                .extracting(Violation::message)
                .anyMatch(message -> message.startsWith("w2 had a free slot and got nothing for"));
    }

    @Test
    void doesNotCountWhatAJvmTakesToStart() throws IOException {
        run.expire("w1");
        run.starts("w1");
        run.passes(BOUND_MS);
        run.task("w2", "alone");
        run.passes(BOUND_MS / 2);
        run.task("w2", "still alone");
        run.register("w1", 2);

        kept();
    }

    @Test
    void catchesAWorkerThatNeverConnects() throws IOException {
        run.expire("w1");
        run.starts("w1");
        run.passes(30_000);
        run.task("w2", "alone");
        run.passes(BOUND_MS);
        run.task("w2", "still alone");

        caught("w1 lives and was not registered for", ViolationKind.ABSENT);
    }

    @Test
    void catchesAWorkerThatStaysAway() throws IOException {
        run.expire("w1");
        run.starts("w1");
        run.register("w1", 2);
        run.expire("w1");
        run.passes(BOUND_MS);
        run.task("w2", "alone");
        run.passes(BOUND_MS / 2);
        run.ends("w1");
        run.task("w2", "still alone");

        caught("w1 lives and was not registered for", ViolationKind.ABSENT);
    }

    @Test
    void wantsNobodyWhoseProcessIsGone() throws IOException {
        run.starts("w1");
        run.ends("w1");
        run.expire("w1");
        run.passes(3 * BOUND_MS);
        run.task("w2", "alone");
        run.passes(3 * BOUND_MS);
        run.starts("w1");
        run.register("w1", 2);
        run.task("w1", "together");

        kept();
    }

    @Test
    void catchesTheTimeWithoutAReign() throws IOException {
        run.expire("m1");
        run.passes(BOUND_MS + 100);
        run.claim("m2");

        caught("nobody reigned for", ViolationKind.NO_REIGN);
    }

    @Test
    void catchesAnOutcomeThatNobodyLearnt() throws IOException {
        String task = run.submit("c1", "unlearnt");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.complete("w1", task);

        RunResult result = caught("no client learnt the outcome of " + task, ViolationKind.NOT_LEARNT);
        assertThat(result.numbers().unlearnt()).isEqualTo(1);
    }

    @Test
    void catchesAFaultWithoutRecovery() throws IOException {
        run.fault("stop-leader", 1_000, 2_000, null, true);

        RunResult result = run.check();
        assertThat(result.counts().keySet()).containsExactly(ViolationKind.NO_RECOVERY);
        assertThat(result.summary()).contains("fault 1, stop-leader of w1: the service never worked again");
    }

    // Executions.

    @Test
    void catchesASecondExecutionWithoutReason() throws IOException {
        String task = run.submit("c1", "twice");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.finish("w1", task);

        RunResult result = caught("w1 executed " + task + " 2 times, and 1 are explained", ViolationKind.UNEXPLAINED);
        assertThat(result.numbers().duplicates()).isEqualTo(1);
        assertThat(result.numbers().unexplained()).isEqualTo(1);
    }

    @Test
    void catchesAnExecutionWithoutAnAssignment() throws IOException {
        String task = run.submit("c1", "not mine");
        run.execute("w2", task);
        run.assign("m1", "w1", task);
        run.finish("w1", task);

        caught("w2 executed " + task + " 1 times, and 0 are explained", ViolationKind.UNEXPLAINED);
    }

    @Test
    void explainsNothingByAMoveFromALiveWorker() throws IOException {
        String task = run.submit("c1", "stolen");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.move("m1", "w1", "w2", task);
        run.finish("w2", task);

        RunResult result =
                caught("and was taken from a live worker", ViolationKind.TAKEN_AWAY, ViolationKind.UNEXPLAINED);
        assertThat(result.numbers().unexplained()).isEqualTo(1);
    }

    // Evidence.

    @Test
    void catchesASessionThatIsNobodys() throws IOException {
        run.scribe.commit(0xbad, PlantedRun.BEGIN.toEpochMilli(), run.scribe.create("/workers/w9", "", true));

        caught("session 0xbad committed 'create -e /workers/w9", ViolationKind.EVIDENCE);
    }

    @Test
    void letsTheServersDeleteAnEmptyContainer() throws IOException {
        run.commit("m1", run.scribe.create("/master-candidates", "", false));
        run.scribe.commit(0, PlantedRun.BEGIN.toEpochMilli(), run.scribe.delete("/master-candidates"));

        kept();
    }

    @Test
    void catchesServersThatDeleteWhatIsOurs() throws IOException {
        String task = run.submit("c1", "deleted");
        run.scribe.commit(0, PlantedRun.BEGIN.toEpochMilli(), run.scribe.delete("/tasks/" + task));

        assertThat(run.check().counts()).containsKey(ViolationKind.EVIDENCE);
    }

    @Test
    void catchesAnOperatorWhoDoesAWorkersWork() throws IOException {
        String task = run.submit("c1", "helped");
        run.assign("m1", "w1", task);
        run.commit(
                "operator",
                run.scribe.delete("/assign/w1/" + task),
                run.scribe.create("/tasks/" + task + "/status", "done\n", false));
        run.report("c1", task, "done", "");

        caught("operator committed 'create /tasks/" + task + "/status", ViolationKind.EVIDENCE);
    }

    @Test
    void wantsTheFinalTree() throws IOException {
        run.treeUnread();

        assertThat(run.check().counts().keySet()).containsExactly(ViolationKind.EVIDENCE);
    }
}
