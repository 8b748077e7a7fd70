package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
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
    public void anotherClientMayAsk(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var submitter = stage.client("c1").awaitReady();
        var task = stage.submit(submitter, "hello");
        submitter.close();

        var other = stage.client("c2").awaitReady();

        assertThat(stage.outcome(other, task)).isEqualTo(Told.done("hello"));
        assertThat(Stage.await("a collect", other.role().collect(task), Stage.READY))
                .isTrue();
    }

    @Verifies(Rule.L4)
    public void anOutcomeMayBeAskedForLongAfterIt(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        stage.hand().awaitExists("/tasks/" + task + "/status", Stage.READY);

        var first = stage.outcome(client, task);
        var second = stage.outcome(client, task);

        assertThat(first).isEqualTo(second).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.L4)
    public void theOutcomeIsLearntAfterTheClientsOwnSessionWasLost(Stage stage) {
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        var outcome = client.role().outcome(task, Stage.OUTCOME);
        held.awaitBegun(1);

        var expiry = Instant.now();
        client.expire();
        client.awaitEvent(Event.SessionExpired.class, expiry, Stage.READY);
        held.release();

        assertThat(Stage.await("the outcome", outcome, Stage.OUTCOME)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L4, Rule.L5})
    public void theOutcomeIsLearntThoughTheWatchWasLostWithTheConnection(Stage stage) {
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        var task = stage.submit(client, "hello");
        var outcome = client.role().outcome(task, Stage.OUTCOME);
        held.awaitBegun(1);

        client.cut();
        client.awaitEvent(Event.Disconnected.class, Stage.READY);
        held.release();
        stage.hand().awaitExists("/tasks/" + task + "/status", Stage.READY);
        client.mend();

        assertThat(Stage.await("the outcome", outcome, Stage.OUTCOME)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L4, Rule.S6})
    public void aTaskThatWasCollectedWhileTheClientWasCutOffIsUnknown(Stage stage) {
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        var other = stage.client("c2").awaitReady();
        var task = stage.submit(client, "hello");
        var outcome = client.role().outcome(task, Stage.OUTCOME);
        held.awaitBegun(1);

        client.cut();
        client.awaitEvent(Event.Disconnected.class, Stage.READY);
        held.release();
        stage.outcome(other, task);
        Stage.await("a collect", other.role().collect(task), Stage.READY);
        client.mend();

        assertThat(Stage.await("the outcome", outcome, Stage.READY)).isInstanceOf(Outcome.Unknown.class);
    }

    @Verifies(Rule.S6)
    public void whenTimeIsUpItIsUnknownAndMayBeLearntLater(Stage stage) {
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");

        var now = Stage.await("no patience", client.role().outcome(task, Duration.ZERO), Stage.READY);
        var soon = Stage.await("some patience", client.role().outcome(task, Duration.ofMillis(200)), Stage.READY);
        held.awaitBegun(1);
        held.release();

        assertThat(now).isInstanceOf(Outcome.Unknown.class);
        assertThat(soon).isInstanceOf(Outcome.Unknown.class);
        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.S6)
    public void evenWithoutPatienceAStatusThatIsThereIsRead(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        stage.outcome(client, task);

        var outcome = Stage.await("no patience", client.role().outcome(task, Duration.ZERO), Stage.READY);

        assertThat(outcome).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.S6)
    public void whileTheClientIsCutOffTimeIsUpAllTheSame(Stage stage) {
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        var task = stage.submit(client, "hello");
        client.cut();
        client.awaitEvent(Event.Disconnected.class, Stage.READY);

        var outcome = client.role().outcome(task, Duration.ofMillis(200));

        assertThat(Stage.await("the outcome", outcome, Stage.AT_ONCE)).isInstanceOf(Outcome.Unknown.class);
    }

    @Verifies(Rule.S6)
    public void aTaskThatIsGoneIsUnknown(Stage stage) {
        var client = stage.client("c1").awaitReady();
        var never = new TaskId("task-never-0000000042");

        var outcome = Stage.await("the outcome", client.role().outcome(never, Stage.OUTCOME), Stage.READY);

        assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
    }

    @Verifies(Rule.S6)
    public void aTaskThatAnOperatorDeletesIsUnknownToThoseWhoWait(Stage stage) {
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        var outcome = client.role().outcome(task, Stage.OUTCOME);

        stage.hand().delete("/tasks/" + task);

        assertThat(Stage.await("the outcome", outcome, Stage.READY)).isInstanceOf(Outcome.Unknown.class);
    }

    @FaultsEnsemble
    @Verifies({Rule.L4, Rule.S6})
    public void whoAsksAServerThatIsBehindLearnsTheOutcomeAllTheSame(Stage stage) {
        var ensemble = stage.ensemble();
        var behind = ensemble.followers().get(0);
        Consumer<Wire> there = wire ->
                ensemble.servers().stream().filter(server -> server != behind).forEach(wire::cut);
        Consumer<Wire> elsewhere = wire -> wire.cut(behind);
        stage.prepareWire(elsewhere);
        stage.master("m1").awaitReady();
        stage.prepareWire(elsewhere);
        stage.worker("w1").awaitReady();
        stage.prepareWire(elsewhere);
        var submitter = stage.client("c1").awaitReady();
        stage.prepareWire(there);
        var other = stage.client("c2", Given.LONG_SESSION).awaitReady();

        ensemble.fallBehind(behind);
        var task = stage.submit(submitter, "hello");
        var before = other.traffic().total();
        var outcome = other.role().outcome(task, Stage.OUTCOME);
        stage.eventually("it has asked", Stage.READY, () -> other.traffic().total() > before);
        stage.throughout(
                "it takes nothing for certain",
                SOON,
                () -> !outcome.toCompletableFuture().isDone());
        ensemble.catchUp(behind);

        assertThat(Stage.await("the outcome", outcome, Stage.OUTCOME)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.L4, Rule.S6})
    public void allWhoAskForOneTaskAreAnswered(Stage stage) {
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");

        var impatient = client.role().outcome(task, Duration.ofMillis(50));
        var others = IntStream.range(0, 5)
                .mapToObj(i -> client.role().outcome(task, Stage.OUTCOME))
                .toList();
        Stage.await("the impatient", impatient, Stage.READY);
        held.release();

        others.forEach(
                each -> assertThat(Stage.await("an outcome", each, Stage.READY)).isEqualTo(Told.done("hello")));
    }

    @Verifies({Rule.S5, Rule.S6})
    public void onlyATaskWithAStatusIsCollectedAndOnlyOnce(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");

        var tooEarly = Stage.await("too early", client.role().collect(task), Stage.READY);
        held.release();
        stage.outcome(client, task);
        var inTime = Stage.await("in time", client.role().collect(task), Stage.READY);
        var tooLate = Stage.await("too late", client.role().collect(task), Stage.READY);

        assertThat(tooEarly).isFalse();
        assertThat(inTime).isTrue();
        assertThat(tooLate).isFalse();
        assertThat(hand.exists("/tasks/" + task)).isFalse();
    }

    @Verifies({Rule.S5, Rule.L5})
    public void aCollectThatWaitedOutACutRemovesTheTask(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        var task = stage.submit(client, "hello");
        stage.outcome(client, task);
        client.cut();
        client.awaitEvent(Event.Disconnected.class, Stage.READY);

        var collected = client.role().collect(task);
        client.mend();

        assertThat(Stage.await("the collect", collected, Stage.READY)).isTrue();
        assertThat(stage.hand().exists("/tasks/" + task)).isFalse();
    }

    @Verifies({Rule.S5, Rule.S6})
    public void aClientThatMayNotCollectIsToldSo(Stage stage) {
        var hand = stage.handAtLeader();
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "hello");
        stage.outcome(client, task);

        hand.setAcl("/tasks/" + task, Perms.ALL & ~Perms.DELETE);
        var refused = Told.problem(client.role().collect(task));
        hand.setAcl("/tasks/" + task, Perms.ALL);
        var collected = Stage.await("the collect", client.role().collect(task), Stage.READY);

        assertThat(refused).isEqualTo(Problem.NOT_ALLOWED);
        assertThat(collected).isTrue();
    }

    @Verifies({Rule.L4, Rule.L6})
    public void outcomesThatAreKnownLeaveNoWatch(Stage stage) {
        var hand = stage.hand();
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.submitAll(client, Told.commands(10));
        var outcomes = tasks.stream()
                .map(task -> client.role().outcome(task, Stage.OUTCOME))
                .toList();
        stage.eventually("it watches", Stage.READY, () -> client.traffic().watches() >= tasks.size());

        held.release();
        outcomes.forEach(each -> Stage.await("an outcome", each, Stage.OUTCOME));
        tasks.forEach(task -> stage.outcome(client, task));

        assertThat(heardOfDeletions(stage, hand, client, tasks)).isZero();
    }

    @Verifies({Rule.L4, Rule.L6})
    public void aStatusThatComesWhileTheClientAsksLeavesNoWatch(Stage stage) {
        var hand = stage.hand();
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        var task = stage.submit(client, "hello");
        client.wire().stallReplies();
        var before = client.wire().heldUp();

        var outcome = client.role().outcome(task, Stage.OUTCOME);
        stage.eventually(
                "it is told that there is none",
                Stage.READY,
                () -> client.wire().heldUp() > before);
        hand.create("/tasks/" + task + "/status", "done");
        client.mend();

        assertThat(Stage.await("the outcome", outcome, Stage.READY)).isEqualTo(Told.done(""));
        assertThat(heardOfDeletions(stage, hand, client, List.of(task))).isZero();
    }

    @Verifies({Rule.L4, Rule.L5})
    public void aQuestionGivenUpAsTheConnectionGoesHidesNoLoss(Stage stage) {
        var client = stage.client("c1", Given.LONG_SESSION).awaitReady();
        var task = stage.submit(client, "hello");
        var outcome = client.role().outcome(task, Duration.ofSeconds(2));
        stage.eventually("it watches", Stage.READY, () -> client.traffic().watches() > 0);
        stage.submit(client, "acknowledged after the look is answered");

        // Its watch is being taken back, and a submit is under way, when the connection goes.
        client.wire().stallReplies();
        assertThat(Stage.await("the outcome", outcome, Stage.READY).known()).isFalse();
        var next = client.role().submit(Payload.of("next"));
        stage.throughout("it waits", SOON, () -> !next.toCompletableFuture().isDone());
        client.wire().reset();
        client.mend();

        Stage.await("the submit", next, Stage.READY);
        assertThat(client.events(Event.Disconnected.class)).isNotEmpty();
    }

    /** How many watches were left, by what they tell; a submit's answer comes after all that was asked or told before. */
    private static long heardOfDeletions(Stage stage, Hand hand, Actor<Client> client, List<TaskId> tasks) {
        stage.submit(client, "before");
        var before = client.traffic().notifications();
        tasks.forEach(task -> hand.deleteAll("/tasks/" + task));
        stage.submit(client, "after");
        return client.traffic().notifications() - before;
    }
}
