package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.zookeeper.ZooDefs.Perms;

/** From a status to a client that knows it, and has taken it. */
public final class OutcomeScenarios {
    /** Longer than an answer takes, and shorter than a server takes to notice that it hears nothing. */
    private static final Duration SOON = Duration.ofMillis(500);

    @Verifies(Rule.L4)
    public void anotherClientMayAsk(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var submitter = context.client("c1").awaitReady();
        var task = context.submit(submitter, "hello");
        submitter.close();

        var other = context.client("c2").awaitReady();

        assertThat(context.outcome(other, task)).isEqualTo(Told.done("hello"));
        assertThat(ScenarioContext.await("a collect", other.role().collect(task), ScenarioContext.READY))
                .isTrue();
    }

    @Verifies(Rule.L4)
    public void anOutcomeMayBeAskedForLongAfterIt(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        context.operator().awaitExists("/tasks/" + task + "/status", ScenarioContext.READY);

        var first = context.outcome(client, task);
        var second = context.outcome(client, task);

        assertThat(first).isEqualTo(second).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.L4)
    public void theOutcomeIsLearntAfterTheClientsOwnSessionWasLost(ScenarioContext context) {
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        var outcome = client.role().outcome(task, ScenarioContext.OUTCOME);
        held.awaitBegun(1);

        var expiry = Instant.now();
        client.expire();
        client.awaitEvent(Event.SessionExpired.class, expiry, ScenarioContext.READY);
        held.release();

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.OUTCOME))
                .isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L4, Rule.L5})
    public void theOutcomeIsLearntThoughTheWatchWasLostWithTheConnection(ScenarioContext context) {
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var task = context.submit(client, "hello");
        var outcome = client.role().outcome(task, ScenarioContext.OUTCOME);
        held.awaitBegun(1);

        client.cut();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);
        held.release();
        context.operator().awaitExists("/tasks/" + task + "/status", ScenarioContext.READY);
        client.mend();

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.OUTCOME))
                .isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L4, Rule.S6})
    public void aTaskThatWasCollectedWhileTheClientWasCutOffIsUnknown(ScenarioContext context) {
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var other = context.client("c2").awaitReady();
        var task = context.submit(client, "hello");
        var outcome = client.role().outcome(task, ScenarioContext.OUTCOME);
        held.awaitBegun(1);

        client.cut();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);
        held.release();
        context.outcome(other, task);
        ScenarioContext.await("a collect", other.role().collect(task), ScenarioContext.READY);
        client.mend();

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.READY))
                .isInstanceOf(Outcome.Unknown.class);
    }

    @Verifies(Rule.S6)
    public void whenTimeIsUpItIsUnknownAndMayBeLearntLater(ScenarioContext context) {
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");

        var now =
                ScenarioContext.await("no patience", client.role().outcome(task, Duration.ZERO), ScenarioContext.READY);
        var soon = ScenarioContext.await(
                "some patience", client.role().outcome(task, Duration.ofMillis(200)), ScenarioContext.READY);
        held.awaitBegun(1);
        held.release();

        assertThat(Told.whyUnknown(now)).isEqualTo(Outcome.Reason.TIME_UP);
        assertThat(Told.whyUnknown(soon)).isEqualTo(Outcome.Reason.TIME_UP);
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.S6)
    public void evenWithoutPatienceAStatusThatIsThereIsRead(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        context.outcome(client, task);

        var outcome =
                ScenarioContext.await("no patience", client.role().outcome(task, Duration.ZERO), ScenarioContext.READY);

        assertThat(outcome).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.S6)
    public void whileTheClientIsCutOffTimeIsUpAllTheSame(ScenarioContext context) {
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var task = context.submit(client, "hello");
        client.cut();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);

        var outcome = client.role().outcome(task, Duration.ofMillis(200));

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.AT_ONCE))
                .isInstanceOf(Outcome.Unknown.class);
    }

    @Verifies(Rule.S6)
    public void aTaskThatIsGoneIsUnknown(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        var never = new TaskId("task-never-0000000042");

        var outcome = ScenarioContext.await(
                "the outcome", client.role().outcome(never, ScenarioContext.OUTCOME), ScenarioContext.READY);

        assertThat(Told.whyUnknown(outcome)).isEqualTo(Outcome.Reason.GONE);
    }

    @Verifies(Rule.S6)
    public void aTaskThatAnOperatorDeletesIsUnknownToThoseWhoWait(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        var outcome = client.role().outcome(task, ScenarioContext.OUTCOME);

        context.operator().delete("/tasks/" + task);

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.READY))
                .isInstanceOf(Outcome.Unknown.class);
    }

    @FaultsEnsemble
    @Verifies({Rule.L4, Rule.S6})
    public void whoAsksAServerThatIsBehindLearnsTheOutcomeAllTheSame(ScenarioContext context) {
        var ensemble = context.ensemble();
        var behind = ensemble.followers().get(0);
        Consumer<Wire> there = wire ->
                ensemble.servers().stream().filter(server -> server != behind).forEach(wire::cut);
        Consumer<Wire> elsewhere = wire -> wire.cut(behind);
        context.prepareWire(elsewhere);
        context.master("m1").awaitReady();
        context.prepareWire(elsewhere);
        context.worker("w1").awaitReady();
        context.prepareWire(elsewhere);
        var submitter = context.client("c1").awaitReady();
        context.prepareWire(there);
        var other = context.client("c2", Given.LONG_SESSION).awaitReady();

        ensemble.fallBehind(behind);
        var task = context.submit(submitter, "hello");
        var before = other.traffic().total();
        var outcome = other.role().outcome(task, ScenarioContext.OUTCOME);
        context.eventually(
                "it has asked", ScenarioContext.READY, () -> other.traffic().total() > before);
        context.throughout(
                "it takes nothing for certain",
                SOON,
                () -> !outcome.toCompletableFuture().isDone());
        ensemble.catchUp(behind);

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.OUTCOME))
                .isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L4, Rule.S6})
    public void allWhoAskForOneTaskAreAnswered(ScenarioContext context) {
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");

        var impatient = client.role().outcome(task, Duration.ofMillis(50));
        var others = IntStream.range(0, 5)
                .mapToObj(i -> client.role().outcome(task, ScenarioContext.OUTCOME))
                .toList();
        ScenarioContext.await("the impatient", impatient, ScenarioContext.READY);
        held.release();

        others.forEach(each -> assertThat(ScenarioContext.await("an outcome", each, ScenarioContext.READY))
                .isEqualTo(Told.done("hello")));
    }

    @Verifies({Rule.S5, Rule.S6})
    public void onlyATaskWithAStatusIsCollectedAndOnlyOnce(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");

        var tooEarly = ScenarioContext.await("too early", client.role().collect(task), ScenarioContext.READY);
        held.release();
        context.outcome(client, task);
        var inTime = ScenarioContext.await("in time", client.role().collect(task), ScenarioContext.READY);
        var tooLate = ScenarioContext.await("too late", client.role().collect(task), ScenarioContext.READY);

        assertThat(tooEarly).isFalse();
        assertThat(inTime).isTrue();
        assertThat(tooLate).isFalse();
        assertThat(operator.exists("/tasks/" + task)).isFalse();
    }

    @Verifies({Rule.S5, Rule.L5})
    public void aCollectThatWaitedOutACutRemovesTheTask(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var task = context.submit(client, "hello");
        context.outcome(client, task);
        client.cut();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);

        var collected = client.role().collect(task);
        client.mend();

        assertThat(ScenarioContext.await("the collect", collected, ScenarioContext.READY))
                .isTrue();
        assertThat(context.operator().exists("/tasks/" + task)).isFalse();
    }

    @Verifies({Rule.S5, Rule.S6})
    public void aClientThatMayNotCollectIsToldSo(ScenarioContext context) {
        var operator = context.operatorAtLeader();
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        context.outcome(client, task);

        operator.setAcl("/tasks/" + task, Perms.ALL & ~Perms.DELETE);
        var refused = Told.problem(client.role().collect(task));
        operator.setAcl("/tasks/" + task, Perms.ALL);
        var collected = ScenarioContext.await("the collect", client.role().collect(task), ScenarioContext.READY);

        assertThat(refused).isEqualTo(Problem.NOT_ALLOWED);
        assertThat(collected).isTrue();
    }

    @Verifies({Rule.L4, Rule.L6})
    public void outcomesThatAreKnownLeaveNoWatch(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var tasks = context.submitAll(client, Told.commands(10));
        var outcomes = tasks.stream()
                .map(task -> client.role().outcome(task, ScenarioContext.OUTCOME))
                .toList();
        context.eventually(
                "it watches", ScenarioContext.READY, () -> client.traffic().watches() >= tasks.size());

        held.release();
        outcomes.forEach(each -> ScenarioContext.await("an outcome", each, ScenarioContext.OUTCOME));
        tasks.forEach(task -> context.outcome(client, task));

        assertThat(heardOfDeletions(context, operator, client, tasks)).isZero();
    }

    @Verifies({Rule.L4, Rule.L6})
    public void aStatusThatComesWhileTheClientAsksLeavesNoWatch(ScenarioContext context) {
        var operator = context.operator();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var task = context.submit(client, "hello");
        client.wire().stallReplies();
        var before = client.wire().heldUp();

        var outcome = client.role().outcome(task, ScenarioContext.OUTCOME);
        context.eventually(
                "it is told that there is none",
                ScenarioContext.READY,
                () -> client.wire().heldUp() > before);
        operator.create("/tasks/" + task + "/status", "done");
        client.mend();

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.READY))
                .isEqualTo(Told.done(""));
        assertThat(heardOfDeletions(context, operator, client, List.of(task))).isZero();
    }

    @Verifies({Rule.L4, Rule.L5})
    public void aQuestionGivenUpAsTheConnectionGoesHidesNoLoss(ScenarioContext context) {
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var task = context.submit(client, "hello");
        var outcome = client.role().outcome(task, Duration.ofSeconds(2));
        context.eventually(
                "it watches", ScenarioContext.READY, () -> client.traffic().watches() > 0);
        context.submit(client, "acknowledged after the look is answered");

        // Its watch is being taken back, and a submit is under way, when the connection goes.
        client.wire().stallReplies();
        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.READY)
                        .known())
                .isFalse();
        var next = client.role().submit(Payload.of("next"));
        context.throughout("it waits", SOON, () -> !next.toCompletableFuture().isDone());
        client.wire().reset();
        client.mend();

        ScenarioContext.await("the submit", next, ScenarioContext.READY);
        assertThat(client.events(Event.Disconnected.class)).isNotEmpty();
    }

    /** How many watches were left, by what they tell; a submit's answer comes after all that was asked or told before. */
    private static long heardOfDeletions(
            ScenarioContext context, Operator operator, TestParticipant<Client> client, List<TaskId> tasks) {
        context.submit(client, "before");
        var before = client.traffic().notifications();
        tasks.forEach(task -> operator.deleteAll("/tasks/" + task));
        context.submit(client, "after");
        return client.traffic().notifications() - before;
    }
}
