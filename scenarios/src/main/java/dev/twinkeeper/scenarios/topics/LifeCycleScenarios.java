package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.ZooDefs.Perms;

/** Made, ready or refused, closed: and then silent, with nothing left behind. */
public final class LifeCycleScenarios {
    /** How long silence is listened to: many times what anything that was under way takes. */
    private static final Duration SILENCE = Duration.ofMillis(500);

    /** R4: a farewell that nobody answers, and then the session's own, with room for a busy machine. */
    private static final Duration A_FEW_SECONDS = Duration.ofSeconds(8);

    @Verifies({Rule.R1, Rule.L2})
    public void aZnodeAboveTheChrootNeedNotBeReadable(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.setAclAboveChroot(Perms.ADMIN);

        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        assertThat(context.outcome(client, context.submit(client, "hello"))).isEqualTo(Told.done("hello"));
    }

    @Verifies(Rule.R4)
    public void closingTwiceIsLikeClosingOnceAndLeavesNoEphemeral(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var all = List.of(master, worker, client);

        all.forEach(each -> each.role().close());
        all.forEach(each -> each.role().close());

        assertThat(operator.exists("/master")).isFalse();
        assertThat(operator.exists("/workers/w1")).isFalse();
        assertThat(master.role().leadership()).isEqualTo(Leadership.CLOSED);
    }

    @Verifies(Rule.R4)
    public void aThreadThatIsInterruptedClosesAllTheSame(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();

        Thread.currentThread().interrupt();
        worker.role().close();
        master.role().close();
        var interrupted = Thread.interrupted();

        assertThat(interrupted).as("the interrupt is left for the caller").isTrue();
        operator.awaitGone("/workers/w1", A_FEW_SECONDS);
        operator.awaitGone("/master", A_FEW_SECONDS);
    }

    @Verifies(Rule.R4)
    public void closingFromSeveralThreadsReturnsInEach(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();

        var closings = List.of(
                CompletableFuture.runAsync(master.role()::close),
                CompletableFuture.runAsync(master.role()::close),
                CompletableFuture.runAsync(master.role()::close));

        closings.forEach(each -> ScenarioContext.await("a close", each, A_FEW_SECONDS));
        assertThat(operator.exists("/master")).isFalse();
    }

    @Verifies(Rule.R4)
    public void aClosedRoleSaysNothingMoreWhateverHappens(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var outcome = client.role().outcome(context.submit(client, "hello"), ScenarioContext.OUTCOME);
        held.awaitBegun(1);

        // By the participants, which listen on: what one says while another closes is late as well.
        var all = List.of(client, worker, master);
        all.forEach(TestParticipant::close);
        var said = all.stream().map(each -> each.events().size()).toList();
        held.release();
        operator.createSequential("/tasks/task-", "more");
        operator.createEphemeral("/workers/another", "somewhere");
        operator.createEphemeral("/master", "mine");

        context.throughout(
                "silence",
                SILENCE,
                () -> said.equals(all.stream().map(each -> each.events().size()).toList()));
        assertThat(Told.problem(outcome)).isEqualTo(Problem.CLOSED);
        assertThat(held.begun()).as("executions").hasSize(1);
    }

    @Verifies(Rule.R4)
    public void closingWhileCutOffReturnsInAFewSecondsAndNothingIsCalledBack(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var all = List.of(master, worker, client);
        all.forEach(TestParticipant::cut);
        var submit = client.role().submit(Payload.of("never"));

        var closings = all.stream()
                .map(each -> CompletableFuture.runAsync(each.role()::close))
                .toList();

        closings.forEach(each -> ScenarioContext.await("a close", each, A_FEW_SECONDS));
        assertThat(Told.problem(submit)).isEqualTo(Problem.CLOSED);
        operator.awaitGone("/master", ScenarioContext.SUCCESSION);
        operator.awaitGone("/workers/w1", ScenarioContext.SUCCESSION);
    }

    @Verifies(Rule.R4)
    public void closingWhileTheServersAreSilentReturnsInAFewSeconds(ScenarioContext context) {
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();
        var worker = context.worker("w1", Work.prompt(), Given.LONG_SESSION).awaitReady();
        var client = context.client("c1", Given.LONG_SESSION).awaitReady();
        var all = List.of(master, worker, client);

        all.forEach(each -> each.wire().stallReplies());
        var closings = all.stream()
                .map(each -> CompletableFuture.runAsync(each.role()::close))
                .toList();

        closings.forEach(each -> ScenarioContext.await("a close", each, A_FEW_SECONDS));
    }

    @Verifies(Rule.R4)
    public void aRoleMayBeClosedByItsOwnListener(ScenarioContext context) throws Exception {
        var operator = context.operator();
        var client = context.client("c1").awaitReady();
        var closed = new CountDownLatch(1);

        client.role().submit(Payload.of("hello")).thenRun(() -> {
            client.role().close();
            closed.countDown();
        });

        context.eventually(
                "close returned on the role's own thread", ScenarioContext.READY, () -> closed.getCount() == 0);
        client.role().close();
        assertThat(Told.problem(client.role().submit(Payload.of("too late")))).isEqualTo(Problem.CLOSED);
        assertThat(operator.children("/tasks")).hasSize(1);
    }

    @Verifies(Rule.R4)
    public void aRoleMayBeClosedTheMomentItIsReady(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1");
        var worker = context.worker("w1");

        var closed = List.of(
                master.role().ready().thenRun(master.role()::close),
                worker.role().ready().thenRun(worker.role()::close));

        closed.forEach(each -> ScenarioContext.await("a close", each, A_FEW_SECONDS));
        operator.awaitGone("/master", ScenarioContext.READY);
        operator.awaitGone("/workers/w1", ScenarioContext.READY);
        context.eventually(
                "the master is closed",
                ScenarioContext.READY,
                () -> master.role().leadership().equals(Leadership.CLOSED));
    }

    @Verifies(Rule.R4)
    public void whatIsAskedOfAClosedClientIsRefused(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");

        client.close();

        assertThat(Told.problem(client.role().submit(Payload.of("x")))).isEqualTo(Problem.CLOSED);
        assertThat(Told.problem(client.role().outcome(task, Duration.ZERO))).isEqualTo(Problem.CLOSED);
        assertThat(Told.problem(client.role().collect(task))).isEqualTo(Problem.CLOSED);
    }

    @Verifies(Rule.R4)
    public void whatWasUnderWayWhenTheClientClosedIsRefused(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        client.cut();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.READY);

        List<CompletionStage<?>> underWay = List.of(
                client.role().submit(Payload.of("x")),
                client.role().outcome(task, ScenarioContext.OUTCOME),
                client.role().collect(task));
        client.close();

        assertThat(underWay).allMatch(each -> each.toCompletableFuture().isDone(), "is answered");
        assertThat(underWay.stream().map(Told::problem)).containsOnly(Problem.CLOSED);
    }

    @Verifies(Rule.R4)
    public void aRoleThatIsClosedBeforeItIsReadyIsRefused(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.createEphemeral("/workers/w1", "somebody else");
        var worker = context.worker("w1");
        worker.awaitEvent(Event.WaitingForId.class, ScenarioContext.READY);

        worker.close();
        operator.delete("/workers/w1");

        assertThat(Told.problem(worker.role().ready())).isEqualTo(Problem.CLOSED);
        context.throughout("nobody registers", SILENCE, () -> !operator.exists("/workers/w1"));
    }

    @Verifies(Rule.R4)
    public void aHandlerThatIsBusyIsInterruptedAndItsTaskGoesToAnother(ScenarioContext context) {
        var endless = Work.held();
        context.master("m1").awaitReady();
        var worker = context.worker("w1", endless).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        endless.awaitBegun(1);

        var closing = Instant.now();
        worker.close();
        var took = Duration.between(closing, Instant.now());
        context.worker("w2").awaitReady();

        assertThat(took).isLessThan(A_FEW_SECONDS);
        assertThat(worker.events(Event.TaskCompleted.class)).isEmpty();
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("hello"));
    }

    @Verifies({Rule.R4, Rule.L6})
    public void withoutAServerARoleIsRefusedInTimeAndEnds(ScenarioContext context) {
        // The discard port: nobody listens there on any machine of ours, and loopback says so at once.
        UnaryOperator<Settings> nowhere =
                settings -> settings.withConnect("127.0.0.1:9").withConnectTimeout(Duration.ofMillis(500));

        var refused = List.of(
                context.master("m1", nowhere),
                context.worker("w1", Work.prompt(), nowhere),
                context.client("c1", nowhere));

        refused.forEach(each -> {
            assertThat(Told.problem(each.role().ready())).isEqualTo(Problem.CANNOT_CONNECT);
            assertThat(each.events(Event.Refused.class)).hasSize(1);
        });
        Client client = (Client) refused.get(2).role();
        assertThat(Told.problem(client.submit(Payload.of("x")))).isIn(Problem.CANNOT_CONNECT, Problem.CLOSED);
        assertThat(Told.problem(client.collect(new TaskId("task-0000000000"))))
                .isIn(Problem.CANNOT_CONNECT, Problem.CLOSED);
    }

    @Verifies({Rule.R4, Rule.L5})
    public void aListenerThatThrowsChangesNothing(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var first = client.role().submit(Payload.of("first"));
        first.whenComplete((task, problem) -> {
            throw new IllegalStateException("a mistake of the caller's");
        });
        ScenarioContext.await("the first", first, ScenarioContext.READY);

        assertThat(context.outcome(client, context.submit(client, "second"))).isEqualTo(Told.done("second"));
    }
}
