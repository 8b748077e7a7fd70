package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.ZooDefs.Perms;

/** While something keeps failing: what a role asks of the ensemble is counted on its wire, and it is little. */
public final class BoundsScenarios {
    /** Long enough for a loop to show, which would make thousands of requests. */
    private static final Duration WINDOW = Duration.ofMillis(1_500);

    /** A refusal that lasts is asked about once a second, and asking may take some requests. */
    private static final int A_SECOND = 30;

    private static final long MOST = WINDOW.toMillis() * A_SECOND / 1_000;

    /** Nobody may change anything but this list of permissions itself. */
    private static final int REFUSED = Perms.READ | Perms.ADMIN;

    @Verifies(Rule.L6)
    public void aClusterWithNothingToDoIsSilent(Stage stage) {
        var master = stage.master("m1").awaitReady();
        var standby = stage.master("m2").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.outcome(client, stage.submit(client, "hello"));

        staysCalm(stage, List.of(master, standby, worker, client));
    }

    @Verifies({Rule.L6, Rule.L5})
    public void withoutAConnectionNothingLoops(Stage stage) {
        var master = stage.master("m1").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var all = List.of(master, worker, client);
        all.forEach(Actor::cut);

        var submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        staysCalm(stage, all);
        all.forEach(Actor::mend);

        submits.forEach(each -> assertThat(stage.outcome(client, Stage.await("a submit", each, Stage.READY))
                        .known())
                .isTrue());
    }

    @Verifies({Rule.L6, Rule.L2})
    public void refusedAssignmentsAreTriedNowAndThen(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        hand.setAcl("/assign/w1", REFUSED);

        var tasks = stage.submitAll(client, Told.commands(10));
        staysCalm(stage, List.of(master, worker, client));
        hand.setAcl("/assign/w1", Perms.ALL);

        tasks.forEach(task -> assertThat(stage.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L6, Rule.L1})
    public void refusedClaimsAreTriedNowAndThen(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.setAcl("/master-epoch", REFUSED);

        var m1 = stage.master("m1");
        var m2 = stage.master("m2");
        m1.awaitEvent(Event.SetAside.class, Stage.READY);
        staysCalm(stage, List.of(m1, m2));
        hand.setAcl("/master-epoch", Perms.ALL);

        stage.eventually(
                "one reigns",
                Stage.READY,
                () -> List.of(m1, m2).stream()
                        .anyMatch(each -> each.role().leadership().reigns()));
        assertThat(m1.events(Event.SetAside.class)).as("warnings").hasSize(1);
    }

    @Verifies({Rule.L6, Rule.R1})
    public void refusedRegistrationsAreTriedNowAndThen(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.setAcl("/workers", REFUSED);

        var worker = stage.worker("w1");
        worker.awaitEvent(Event.SetAside.class, Stage.READY);
        staysCalm(stage, List.of(worker));
        hand.setAcl("/workers", Perms.ALL);

        worker.awaitReady();
        assertThat(hand.exists("/workers/w1")).isTrue();
    }

    @Verifies({Rule.L6, Rule.R6})
    public void aTaskThatCannotExpireIsTriedNowAndThen(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1", settings -> settings.withRetention(Duration.ofSeconds(1)))
                .awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        hand.create("/tasks/" + task + "/remark", "mine");
        hand.awaitExists("/tasks/" + task + "/status", Stage.READY);

        // One retention to become due, and another to be tried again.
        staysCalm(stage, List.of(master));
        staysCalm(stage, List.of(master));
        hand.delete("/tasks/" + task + "/remark");

        hand.awaitGone("/tasks/" + task, Stage.READY);
    }

    @Verifies({Rule.L6, Rule.R6})
    public void aParentThatCannotBeRemovedIsTriedNowAndThen(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.create("/assign/gone", "");
        hand.create("/assign/gone/no-task", "");
        var master = stage.master("m1").awaitReady();

        // A session timeout to become due, and another while.
        staysCalm(stage, List.of(master));
        staysCalm(stage, List.of(master));
        hand.delete("/assign/gone/no-task");

        hand.awaitGone("/assign/gone", Stage.READY);
    }

    @Verifies({Rule.L6, Rule.L1})
    public void whileAPersistentMasterStandsThereCandidatesWait(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.create("/master", "left by a typing error");
        var m1 = stage.master("m1").awaitReady();
        var m2 = stage.master("m2").awaitReady();

        staysCalm(stage, List.of(m1, m2));
        hand.delete("/master");

        stage.eventually(
                "one reigns",
                Stage.SUCCESSION,
                () -> List.of(m1, m2).stream()
                        .anyMatch(each -> each.role().leadership().reigns()));
    }

    @Verifies({Rule.L6, Rule.R3})
    public void whileANameIsInUseAWorkerWaits(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.createEphemeral("/workers/w1", "somebody else");
        var worker = stage.worker("w1");
        worker.awaitEvent(Event.WaitingForId.class, Stage.READY);

        staysCalm(stage, List.of(worker));
        hand.delete("/workers/w1");

        worker.awaitReady();
    }

    @Verifies({Rule.L6, Rule.S3})
    public void aWorkerWhoseTaskWasMovedDoesNotInsist(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        var master = stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        held.awaitBegun(1);
        worker.wire().stallRequests();
        held.release();
        hand.delete("/assign/w1/" + task);
        hand.create("/tasks/" + task + "/status", "done");
        worker.mend();

        staysCalm(stage, List.of(master, worker));

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done(""));
        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.L6, Rule.L4})
    public void whoWaitsForAnOutcomeAsksOnce(Stage stage) {
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        var outcome = client.role().outcome(task, Stage.OUTCOME);

        staysCalm(stage, List.of(client));
        stage.hand().create("/tasks/" + task + "/status", "done");

        assertThat(Stage.await("the outcome", outcome, Stage.READY)).isEqualTo(Told.done(""));
    }

    private static void staysCalm(Stage stage, List<? extends Actor<?>> actors) {
        var before = actors.stream().map(each -> each.traffic().total()).toList();
        stage.throughout("at most " + MOST + " requests each", WINDOW, () -> {
            for (int i = 0; i < actors.size(); i++) {
                if (actors.get(i).traffic().total() - before.get(i) > MOST) {
                    return false;
                }
            }
            return true;
        });
    }
}
