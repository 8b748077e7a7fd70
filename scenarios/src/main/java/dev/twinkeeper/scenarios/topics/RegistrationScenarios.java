package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** A worker's own ephemeral: made, waited for, made again. */
public final class RegistrationScenarios {
    @Verifies(Rule.R1)
    public void registeredCompletesOnlyWhenTheWorkersOwnEphemeralExists(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.createEphemeral("/workers/w1", "somebody else");

        var worker = stage.worker("w1");
        worker.awaitEvent(Event.WaitingForId.class, Stage.READY);
        var early = worker.role().registered().toCompletableFuture().isDone();
        hand.delete("/workers/w1");
        worker.awaitReady();

        assertThat(early).as("registered while the name was another's").isFalse();
        assertThat(owner(hand, "w1")).isEqualTo(session(worker));
    }

    @Verifies(Rule.R1)
    public void aWorkersLineSaysWhereItIsAndHowManySlotsItHas(Stage stage) {
        var hand = stage.hand();

        stage.worker("w1", Work.prompt(), settings -> settings.withSlots(7)).awaitReady();

        var line = WorkerLine.decode(hand.get("/workers/w1").getBytes(StandardCharsets.UTF_8));
        assertThat(line).isEqualTo(new WorkerLine("w1@localhost", 7));
        assertThat(hand.exists("/assign/w1")).as("its own /assign parent").isTrue();
    }

    @Verifies({Rule.R2, Rule.L5})
    public void aWorkerRegistersAgainAfterItsSessionExpired(Stage stage) {
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var before = session(worker);

        var expiry = Instant.now();
        worker.expire();
        worker.awaitEvent(Event.Registered.class, expiry, Stage.READY);

        assertThat(owner(stage.hand(), "w1")).isEqualTo(session(worker)).isNotEqualTo(before);
        assertThat(stage.outcome(client, stage.submit(client, "again"))).isEqualTo(Told.done("again"));
    }

    @Verifies(Rule.R2)
    public void aWorkerRegistersAgainAfterAnOperatorDeletedItsZnode(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var deletion = Instant.now();
        hand.delete("/workers/w1");
        worker.awaitEvent(Event.Registered.class, deletion, Stage.READY);

        assertThat(owner(hand, "w1")).isEqualTo(session(worker));
        assertThat(stage.outcome(client, stage.submit(client, "again"))).isEqualTo(Told.done("again"));
    }

    @Verifies({Rule.R2, Rule.L5})
    public void workersRegisterAgainAfterAnOperatorDeletedAllOfThem(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var workers =
                List.of(stage.worker("w1").awaitReady(), stage.worker("w2").awaitReady());
        var client = stage.client("c1").awaitReady();

        var deletion = Instant.now();
        hand.deleteAll("/workers");
        workers.forEach(worker -> worker.awaitEvent(Event.Registered.class, deletion, Stage.READY));

        assertThat(hand.children("/workers")).containsExactlyInAnyOrder("w1", "w2");
        assertThat(stage.outcome(client, stage.submit(client, "again"))).isEqualTo(Told.done("again"));
    }

    @Verifies({Rule.R2, Rule.L5})
    public void aWorkerWhoseZnodeWasDeletedWhileItWasCutOffRegistersAgain(Stage stage) {
        var hand = stage.hand();
        var worker = stage.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();

        worker.cut();
        worker.awaitEvent(Event.Disconnected.class, Stage.READY);
        hand.delete("/workers/w1");
        worker.mend();

        hand.awaitExists("/workers/w1", Stage.READY);
        assertThat(owner(hand, "w1")).isEqualTo(session(worker));
    }

    @Verifies({Rule.R2, Rule.L5})
    public void aWorkerCutOffForAMomentKeepsItsRegistration(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();
        var client = stage.client("c1").awaitReady();
        var creation = hand.stat("/workers/w1").orElseThrow().getCzxid();

        worker.cut();
        worker.awaitEvent(Event.Disconnected.class, Stage.READY);
        var task = stage.submit(client, "meanwhile");
        worker.mend();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("meanwhile"));
        assertThat(hand.stat("/workers/w1").orElseThrow().getCzxid()).isEqualTo(creation);
    }

    @Verifies(Rule.R3)
    public void aSecondLiveWorkerOfTheSameIdIsRefusedAndTheFirstGoesOn(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        var first = stage.worker("w1", Work.prompt("by the first")).awaitReady();
        var client = stage.client("c1").awaitReady();
        var before = hand.stat("/workers/w1").orElseThrow();

        var second = stage.worker("w1", Work.prompt("by the second"));
        var problem = Told.problem(second.role().registered());

        assertThat(problem).isEqualTo(Problem.ID_IN_USE);
        assertThat(second.events(Event.Refused.class)).hasSize(1);
        assertThat(hand.stat("/workers/w1")).contains(before);
        assertThat(owner(hand, "w1")).isEqualTo(session(first));
        assertThat(stage.outcome(client, stage.submit(client, "whose"))).isEqualTo(Told.done("by the first"));
    }

    @Verifies(Rule.R3)
    public void theEphemeralOfAWorkersDeadSessionIsWaitedOut(Stage stage) {
        var hand = stage.hand();
        var before = stage.worker("w1").awaitReady();
        before.cut();

        var after = stage.worker("w1").awaitReady();

        assertThat(after.events(Event.WaitingForId.class)).hasSize(1);
        assertThat(owner(hand, "w1")).isEqualTo(session(after));
    }

    @Verifies(Rule.R3)
    public void aPersistentZnodeOfTheWorkersNameIsInTheWay(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.create("/workers/w1", "left by a typing error");

        var worker = stage.worker("w1");

        assertThat(Told.problem(worker.role().registered())).isEqualTo(Problem.IN_THE_WAY);
        assertThat(hand.get("/workers/w1")).isEqualTo("left by a typing error");
    }

    private static long owner(Hand hand, String worker) {
        return hand.stat("/workers/" + worker).orElseThrow().getEphemeralOwner();
    }

    private static long session(Actor<Worker> worker) {
        return worker.wire().session().orElseThrow().id();
    }
}
