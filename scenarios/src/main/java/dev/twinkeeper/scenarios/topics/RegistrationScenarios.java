package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Operator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/** A worker's own ephemeral: made, waited for, made again. */
public final class RegistrationScenarios {
    /** Longer than a worker with {@link ScenarioContext#SESSION_TIMEOUT} would wait for one like itself. */
    private static final Duration LONGER_SESSION = ScenarioContext.SESSION_TIMEOUT.multipliedBy(3);

    private static final UnaryOperator<Settings> LONGER = settings -> settings.withSessionTimeout(LONGER_SESSION);

    @Verifies(Rule.R1)
    public void registeredCompletesOnlyWhenTheWorkersOwnEphemeralExists(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.createEphemeral("/workers/w1", "somebody else");

        var worker = context.worker("w1");
        worker.awaitEvent(Event.WaitingForId.class, ScenarioContext.READY);
        var early = worker.role().registered().toCompletableFuture().isDone();
        operator.delete("/workers/w1");
        worker.awaitReady();

        assertThat(early).as("registered while the name was another's").isFalse();
        assertThat(owner(operator, "w1")).isEqualTo(session(worker));
    }

    @Verifies(Rule.R1)
    public void aWorkersLineSaysWhereItIsAndHowManySlotsItHas(ScenarioContext context) {
        var operator = context.operator();

        context.worker("w1", Work.prompt(), settings -> settings.withSlots(7)).awaitReady();

        var line = WorkerLine.decode(operator.get("/workers/w1").getBytes(StandardCharsets.UTF_8));
        assertThat(line).isEqualTo(new WorkerLine("w1@localhost", 7, (int) ScenarioContext.SESSION_TIMEOUT.toMillis()));
        assertThat(operator.exists("/assign/w1")).as("its own /assign parent").isTrue();
    }

    @Verifies({Rule.R2, Rule.L5})
    public void aWorkerRegistersAgainAfterItsSessionExpired(ScenarioContext context) {
        context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var before = session(worker);

        var expiry = Instant.now();
        worker.expire();
        worker.awaitEvent(Event.Registered.class, expiry, ScenarioContext.READY);

        assertThat(owner(context.operator(), "w1")).isEqualTo(session(worker)).isNotEqualTo(before);
        assertThat(context.outcome(client, context.submit(client, "again"))).isEqualTo(Told.done("again"));
    }

    @Verifies(Rule.R2)
    public void aWorkerRegistersAgainAfterAnOperatorDeletedItsZnode(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var deletion = Instant.now();
        operator.delete("/workers/w1");
        worker.awaitEvent(Event.Registered.class, deletion, ScenarioContext.READY);

        assertThat(owner(operator, "w1")).isEqualTo(session(worker));
        assertThat(context.outcome(client, context.submit(client, "again"))).isEqualTo(Told.done("again"));
    }

    @Verifies({Rule.R2, Rule.L5})
    public void workersRegisterAgainAfterAnOperatorDeletedAllOfThem(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var workers =
                List.of(context.worker("w1").awaitReady(), context.worker("w2").awaitReady());
        var client = context.client("c1").awaitReady();

        var deletion = Instant.now();
        operator.deleteAll("/workers");
        workers.forEach(worker -> worker.awaitEvent(Event.Registered.class, deletion, ScenarioContext.READY));

        assertThat(operator.children("/workers")).containsExactlyInAnyOrder("w1", "w2");
        assertThat(context.outcome(client, context.submit(client, "again"))).isEqualTo(Told.done("again"));
    }

    @Verifies({Rule.R2, Rule.L5})
    public void aWorkerWhoseZnodeWasDeletedWhileItWasCutOffRegistersAgain(ScenarioContext context) {
        var operator = context.operator();
        var worker = context.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();

        worker.cut();
        worker.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);
        operator.delete("/workers/w1");
        worker.mend();

        operator.awaitExists("/workers/w1", ScenarioContext.READY);
        assertThat(owner(operator, "w1")).isEqualTo(session(worker));
    }

    @Verifies({Rule.R2, Rule.L5})
    public void aWorkerCutOffForAMomentKeepsItsRegistration(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();
        var client = context.client("c1").awaitReady();
        var creation = operator.stat("/workers/w1").orElseThrow().getCzxid();

        worker.cut();
        worker.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);
        var task = context.submit(client, "meanwhile");
        worker.mend();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("meanwhile"));
        assertThat(operator.stat("/workers/w1").orElseThrow().getCzxid()).isEqualTo(creation);
    }

    @Verifies(Rule.R3)
    public void aSecondLiveWorkerOfTheSameIdIsRefusedAndTheFirstGoesOn(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        var first = context.worker("w1", Work.prompt("by the first")).awaitReady();
        var client = context.client("c1").awaitReady();
        var before = operator.stat("/workers/w1").orElseThrow();

        var second = context.worker("w1", Work.prompt("by the second"));
        var problem = Told.problem(second.role().registered());

        assertThat(problem).isEqualTo(Problem.ID_IN_USE);
        assertThat(second.events(Event.Refused.class)).hasSize(1);
        assertThat(operator.stat("/workers/w1")).contains(before);
        assertThat(owner(operator, "w1")).isEqualTo(session(first));
        assertThat(context.outcome(client, context.submit(client, "whose"))).isEqualTo(Told.done("by the first"));
    }

    @Verifies(Rule.R3)
    public void theEphemeralOfAWorkersDeadSessionIsWaitedOut(ScenarioContext context) {
        var operator = context.operator();
        var before = context.worker("w1").awaitReady();
        before.cut();

        var after = context.worker("w1").awaitReady();

        assertThat(after.events(Event.WaitingForId.class)).hasSize(1);
        assertThat(owner(operator, "w1")).isEqualTo(session(after));
    }

    @Verifies(Rule.R3)
    public void theDeadSessionOfAWorkerIsWaitedOutAlsoWhereItWasLongerThanTheNextOne(ScenarioContext context) {
        var operator = context.operator();
        var before = context.worker("w1", Work.prompt(), LONGER).awaitReady();
        before.cut();

        var after = context.worker("w1");
        after.awaitEvent(Event.Registered.class, ScenarioContext.OUTCOME);

        assertThat(after.events(Event.WaitingForId.class)).isNotEmpty();
        assertThat(owner(operator, "w1")).isEqualTo(session(after));
    }

    @Verifies(Rule.R3)
    public void aWorkerThatWaitsForItsNameIsToldWhoHasItSinceWhenAndHowLongItWaits(ScenarioContext context) {
        var first = context.worker("w1", Work.prompt(), LONGER).awaitReady();
        var registered = Instant.ofEpochMilli(
                context.operator().stat("/workers/w1").orElseThrow().getCtime());

        var second = context.worker("w1");
        var problem = Told.problem(second.role().registered());

        assertThat(second.told(Event.WaitingForId.class)).isNotEmpty().allSatisfy(wait -> {
            assertThat(wait.holder()).isEqualTo(session(first));
            assertThat(wait.address()).isEqualTo("w1@localhost");
            assertThat(wait.since()).isEqualTo(registered);
            assertThat(wait.atMost()).isGreaterThan(LONGER_SESSION).isLessThan(ScenarioContext.OUTCOME);
        });
        assertThat(problem).as("the first outlives the wait").isEqualTo(Problem.ID_IN_USE);
        assertThat(owner(context.operator(), "w1")).isEqualTo(session(first));
    }

    @Verifies(Rule.R3)
    public void aPersistentZnodeOfTheWorkersNameIsInTheWay(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.create("/workers/w1", "left by a typing error");

        var worker = context.worker("w1");

        assertThat(Told.problem(worker.role().registered())).isEqualTo(Problem.IN_THE_WAY);
        assertThat(operator.get("/workers/w1")).isEqualTo("left by a typing error");
    }

    private static long owner(Operator operator, String worker) {
        return operator.stat("/workers/" + worker).orElseThrow().getEphemeralOwner();
    }

    private static long session(TestParticipant<Worker> worker) {
        return worker.wire().session().orElseThrow().id();
    }
}
