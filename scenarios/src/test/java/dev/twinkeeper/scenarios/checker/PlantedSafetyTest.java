package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Planted histories: for each safety rule one that breaks it and nothing else, and some that break none. */
class PlantedSafetyTest extends Planted {
    // In order.

    @Test
    void keepsAWholeRun() throws IOException {
        run.task("w2", "second");
        run.footprint("m1", 1_000, 1_050);
        run.fault("kill-worker", 1_000, 2_000, 1_500L, true);
        run.fault("slow-link", 3_000, 4_000, null, false);

        RunResult result = kept();

        assertThat(result.numbers().acknowledged()).isEqualTo(2);
        assertThat(result.numbers().finished()).isEqualTo(2);
        assertThat(result.numbers().executions()).isEqualTo(2);
        assertThat(result.numbers().reigns()).isEqualTo(1);
        assertThat(result.numbers().dropped()).isZero();
        assertThat(result.numbers().znodes()).isPositive();
        assertThat(result.seen()).isEqualTo(1);
        assertThat(result.tolls().get("slow-link").duds()).isEqualTo(1);
        assertThat(out.resolve("report.json")).exists();
        assertThat(out.resolve("report.md")).content().contains("| acknowledged tasks | 2 |", "every rule kept");
    }

    @Test
    void keepsARunWhoseMachineWasHaltedAndItsClockSetBack() throws IOException {
        String pending = run.submit("c1", "pending");
        run.clockSet(40_000);
        run.assign("m1", "w1", pending);
        run.finish("w1", pending);
        run.task("w2", "second");
        run.clockSet(-10_000);
        run.task("w1", "third");

        assertThat(kept().numbers().acknowledged()).isEqualTo(4);
    }

    @Test
    void explainsTheSecondExecutionAfterAWorkerWasLost() throws IOException {
        String task = run.submit("c1", "moved");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.expire("w1");
        run.move("m1", "w1", "w2", task);
        run.finish("w2", task);

        RunResult result = kept();

        assertThat(result.numbers().duplicates()).isEqualTo(1);
        assertThat(result.numbers().explained()).isEqualTo(Map.of("its worker was lost", 1L));
    }

    @Test
    void explainsTheSecondExecutionBySameWorkerInItsNextSession() throws IOException {
        String task = run.submit("c1", "again");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.expire("w1");
        run.register("w1", 2);
        run.finish("w1", task);

        assertThat(kept().numbers().explained()).isEqualTo(Map.of("its worker registered anew", 1L));
    }

    @Test
    void explainsTheSecondExecutionByTheOperatorsHand() throws IOException {
        String task = run.submit("c1", "removed");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.commit("operator", run.scribe.delete("/assign/w1/" + task));
        run.assign("m1", "w2", task);
        run.finish("w2", task);

        assertThat(kept().numbers().explained()).isEqualTo(Map.of("an operator removed the assignment", 1L));
    }

    @Test
    void countsTheUnknownSubmitThatWasApplied() throws IOException {
        run.invoke("c1", "in doubt");
        String task = run.create("c1", "in doubt");
        run.assign("m1", "w1", task);
        run.done("w1", task);
        run.invoke("c1", "never arrived");

        RunResult result = kept();

        assertThat(result.numbers().unknown()).isEqualTo(2);
        assertThat(result.numbers().unknownApplied()).isEqualTo(1);
        assertThat(result.numbers().acknowledged()).isEqualTo(1);
    }

    @Test
    void letsTheOperatorTakeTheMaster() throws IOException {
        run.commit("operator", run.scribe.delete("/master"));
        run.commit("operator", run.scribe.create("/master", "me", true));
        run.expire("operator");
        run.claim("m2");
        String task = run.submit("c1", "after");
        run.assign("m2", "w1", task);
        run.finish("w1", task);

        assertThat(kept().numbers().reigns()).isEqualTo(2);
    }

    @Test
    void measuresTheLongestGapAndTheDrain() throws IOException {
        String task = run.submit("c1", "slow");
        run.assign("m1", "w1", task);
        run.passes(3_000);
        run.finish("w1", task);

        RunResult result = kept();

        assertThat(result.numbers().longestGap()).isBetween(Duration.ofMillis(3_000), Duration.ofMillis(3_100));
        assertThat(result.numbers().drained()).contains(Duration.ZERO);
    }

    // S1.

    @Test
    void catchesTheCommitOfADeposedMaster() throws IOException {
        String task = run.submit("c1", "late");
        run.commit("operator", run.scribe.delete("/master"));
        run.claim("m2");
        run.commit("m1", run.scribe.create("/assign/w1/" + task, "1", false));
        run.finish("w1", task);

        RunResult result = caught("m1 committed 'create /assign/w1/" + task, ViolationKind.DEPOSED);
        assertThat(result.findings().get(0).records()).anyMatch(record -> record.contains("m2: create -e /master"));
        assertThat(result.numbers().unfenced()).isEqualTo(1);
    }

    @Test
    void catchesAnAssignmentDecidedInAnotherReign() throws IOException {
        String task = run.submit("c1", "stale");
        run.commit("operator", run.scribe.delete("/master"));
        run.claim("m1");
        run.commit("m1", run.scribe.create("/assign/w1/" + task, "1", false));
        run.finish("w1", task);

        caught("says epoch 1, and the epoch was 2", ViolationKind.DEPOSED);
    }

    @Test
    void catchesAnEpochThatFalls() throws IOException {
        run.commit("operator", run.scribe.delete("/master"));
        run.claim("m2");
        run.commit("operator", run.scribe.delete("/master"));
        run.commit(
                "m1",
                run.scribe.create("/master", "m1", true),
                run.scribe.set("/master", "m1", 1),
                run.scribe.set("/master-epoch", "m1 nonce", 1));

        caught("the epoch fell from 2 to 1", ViolationKind.DEPOSED);
    }

    // S2.

    @Test
    void catchesTwoAssignments() throws IOException {
        String task = run.submit("c1", "twice");
        run.assign("m1", "w1", task);
        run.assign("m1", "w2", task);
        run.commit(
                "m1",
                run.scribe.check("/master"),
                run.scribe.check("/master-epoch"),
                run.scribe.delete("/assign/w2/" + task));
        run.finish("w1", task);

        RunResult result = run.check();
        assertThat(result.count(ViolationKind.TWO_ASSIGNMENTS)).isEqualTo(1);
    }

    @Test
    void catchesAnAssignmentAfterTheStatus() throws IOException {
        String task = run.submit("c1", "done already");
        run.assign("m1", "w1", task);
        run.done("w1", task);
        run.assign("m1", "w2", task);

        caught("m1 assigned " + task + " to w2 after its status", ViolationKind.TWO_ASSIGNMENTS);
    }

    // S3.

    @Test
    void catchesAChangedStatus() throws IOException {
        String task = run.submit("c1", "changed");
        run.assign("m1", "w1", task);
        run.done("w1", task);
        run.commit("w1", run.scribe.set("/tasks/" + task + "/status", "failed\nno"));

        RunResult result = caught("w1 changed the status of " + task, ViolationKind.STATUS);
        assertThat(result.numbers().changedStatuses()).isEqualTo(1);
    }

    @Test
    void catchesASecondStatus() throws IOException {
        String task = run.submit("c1", "double");
        run.assign("m1", "w1", task);
        run.done("w1", task);
        run.commit("w1", run.scribe.delete("/tasks/" + task + "/status"));
        run.commit("w1", run.scribe.create("/tasks/" + task + "/status", "done\n2", false));

        RunResult result = caught("w1 created a second status of " + task, ViolationKind.STATUS);
        assertThat(result.numbers().doubleStatuses()).isEqualTo(1);
        assertThat(result.numbers().changedStatuses()).isEqualTo(1);
    }

    @Test
    void catchesAStatusThatConsumesNoAssignment() throws IOException {
        String task = run.submit("c1", "zombie");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.expire("w1");
        run.move("m1", "w1", "w2", task);
        run.commit("w1", run.scribe.create("/tasks/" + task + "/status", "done\nlate", false));
        run.report("c1", task, "done", "late");
        run.commit(
                "m1",
                run.scribe.check("/master"),
                run.scribe.check("/master-epoch"),
                run.scribe.delete("/assign/w2/" + task));

        caught("w1 wrote the status of " + task + " without consuming an assignment of its own", ViolationKind.STATUS);
    }

    // S4, S5.

    @Test
    void catchesASubmitThatMadeTwoTasks() throws IOException {
        String task = run.submit("c1", "once");
        String again = run.create("c1", "once");
        for (String each : new String[] {task, again}) {
            run.assign("m1", "w1", each);
            run.done("w1", each);
        }

        caught("1 submits of \"once\" made 2 tasks", ViolationKind.SUBMIT);
    }

    @Test
    void catchesATaskOfASubmitThatFailed() throws IOException {
        long id = run.invoke("c1", "refused");
        run.tell("c1", "submit").put("type", "fail").put("id", id).put("why", "too large");
        String task = run.create("c1", "refused");
        run.assign("m1", "w1", task);
        run.done("w1", task);

        caught("0 submits of \"refused\" made 1 tasks", ViolationKind.SUBMIT);
    }

    @Test
    void catchesAnAcknowledgedTaskThatNeverWas() throws IOException {
        long id = run.invoke("c1", "vanished");
        run.acknowledge("c1", id, "task-x-0000000099");

        RunResult result = caught(
                "task-x-0000000099 was acknowledged and never created", ViolationKind.LOST, ViolationKind.SUBMIT);
        assertThat(result.numbers().lost()).isEqualTo(1);
        assertThat(result.numbers().drained()).isEmpty();
    }

    @Test
    void catchesATaskThatWasAcknowledgedBeforeItWas() throws IOException {
        long id = run.invoke("c1", "early");
        run.acknowledge("c1", id, "task-token-0000000001");
        run.passes(2_000);
        String task = run.create("c1", "early");
        run.assign("m1", "w1", task);
        run.finish("w1", task);

        caught(task + " was acknowledged before it was created", ViolationKind.SUBMIT);
    }

    @Test
    void catchesATaskThatIsNeverFinished() throws IOException {
        String task = run.submit("c1", "stuck");
        run.assign("m1", "w1", task);

        RunResult result = caught("has no status at the end; it is with w1", ViolationKind.LOST);
        assertThat(result.numbers().lost()).isEqualTo(1);
        assertThat(result.findings().get(0).records()).anyMatch(record -> record.contains("history"));
    }

    @Test
    void catchesATaskThatWasDeletedUnfinished() throws IOException {
        String task = run.submit("c1", "deleted");
        run.commit(
                "m1",
                run.scribe.check("/master"),
                run.scribe.check("/master-epoch"),
                run.scribe.delete("/tasks/" + task));

        RunResult result = caught("m1 deleted " + task + ", which never had a status", ViolationKind.LOST);
        assertThat(result.numbers().lost()).isEqualTo(1);
    }

    // S6.

    @Test
    void catchesAnOutcomeThatIsInNoStatus() throws IOException {
        String task = run.submit("c1", "wrong");
        run.assign("m1", "w1", task);
        run.execute("w1", task);
        run.complete("w1", task);
        run.report("c1", task, "failed", "no");

        caught("a client reported Failed[reason=no] of " + task, ViolationKind.MADE_UP);
    }

    @Test
    void catchesAnOutcomeThatWasGuessed() throws IOException {
        String task = run.submit("c1", "guessed");
        run.assign("m1", "w1", task);
        run.report("c1", task, "done", "w1 guessed");
        run.passes(2_000);
        run.execute("w1", task);
        run.complete("w1", task);

        caught("the outcome of " + task + " was reported before it had a status", ViolationKind.MADE_UP);
    }
}
