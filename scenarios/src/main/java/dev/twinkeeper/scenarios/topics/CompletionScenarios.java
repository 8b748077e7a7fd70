package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.util.Arrays;

/** From an assignment to a status. */
public final class CompletionScenarios {
    @Verifies(Rule.S3)
    public void theStatusTakesThePlaceOfTheAssignment(ScenarioContext context) {
        var operator = context.operator();
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var task = context.submit(client, "hello");
        operator.awaitExists("/tasks/" + task + "/status", ScenarioContext.READY);

        assertThat(operator.get("/tasks/" + task + "/status")).isEqualTo("done\nhello");
        assertThat(operator.children("/assign/w1")).isEmpty();
    }

    @Verifies(Rule.S6)
    public void bytesComeBackAsTheyWere(ScenarioContext context) {
        var every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var task = ScenarioContext.await("a submit", client.role().submit(Payload.of(every)), ScenarioContext.READY);

        assertThat(context.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.of(every)));
    }

    @Verifies({Rule.L2, Rule.S6})
    public void anEmptyCommandIsATaskLikeAnyOther(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var task = ScenarioContext.await("a submit", client.role().submit(Payload.EMPTY), ScenarioContext.READY);

        assertThat(context.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.EMPTY));
    }

    @Verifies({Rule.L2, Rule.S6})
    public void theLargestCommandAndTheLargestResultGoThrough(ScenarioContext context) {
        var largest = new byte[Payload.LIMIT];
        Arrays.fill(largest, (byte) 'x');
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var task = ScenarioContext.await("a submit", client.role().submit(Payload.of(largest)), ScenarioContext.READY);

        assertThat(context.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.of(largest)));
    }

    @Verifies(Rule.R5)
    public void aHandlerThatThrowsMakesFailedAndTheWorkerLivesOn(ScenarioContext context) {
        fails(
                context,
                task -> {
                    throw new IllegalArgumentException("first line\nsecond line: " + task.command());
                },
                "first line\nsecond line: bad");
    }

    @Verifies(Rule.R5)
    public void aHandlerThatThrowsAnErrorMakesFailedAndTheWorkerLivesOn(ScenarioContext context) {
        fails(
                context,
                task -> {
                    throw new AssertionError("not as it should be");
                },
                "not as it should be");
    }

    @Verifies(Rule.R5)
    public void aResultOverTheLimitMakesFailedAndTheWorkerLivesOn(ScenarioContext context) {
        fails(
                context,
                task -> Payload.of(new byte[Payload.LIMIT + 1]),
                "payload of 1000001 bytes: the limit is 1000000");
    }

    @Verifies(Rule.R5)
    public void aReasonOverTheLimitIsCutAndTheWorkerLivesOn(ScenarioContext context) {
        var endless = "no ".repeat(Payload.LIMIT);
        context.master("m1").awaitReady();
        context.worker("w1", badOrGood(task -> {
                    throw new IllegalStateException(endless);
                }))
                .awaitReady();
        var client = context.client("c1").awaitReady();

        var failed = context.outcome(client, context.submit(client, "bad"));

        assertThat(((Outcome.Failed) failed).reason()).startsWith("no no no ").hasSizeLessThanOrEqualTo(Payload.LIMIT);
        assertThat(context.outcome(client, context.submit(client, "good"))).isEqualTo(Told.done("good"));
    }

    @Verifies(Rule.R5)
    public void aHandlerThatReturnsNothingMakesFailedAndTheWorkerLivesOn(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.worker("w1", badOrGood(task -> null)).awaitReady();
        var client = context.client("c1").awaitReady();

        var failed = context.outcome(client, context.submit(client, "bad"));

        assertThat(failed).isInstanceOf(Outcome.Failed.class);
        assertThat(context.outcome(client, context.submit(client, "good"))).isEqualTo(Told.done("good"));
    }

    @Verifies(Rule.S3)
    public void aStatusThatAPersonWasFirstToWriteStands(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held("by the program");
        context.master("m1").awaitReady();
        var worker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "who is first");
        held.awaitBegun(1);

        operator.create("/tasks/" + task + "/status", "done\nby a person");
        held.release();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("by a person"));
        operator.awaitGone("/assign/w1/" + task, ScenarioContext.READY);
        worker.awaitEvent(Event.ResultDiscarded.class, ScenarioContext.READY);
        assertThat(operator.get("/tasks/" + task + "/status")).isEqualTo("done\nby a person");
    }

    private static void fails(ScenarioContext context, TaskHandler handler, String reason) {
        context.master("m1").awaitReady();
        var worker = context.worker("w1", badOrGood(handler)).awaitReady();
        var client = context.client("c1").awaitReady();

        var bad = context.submit(client, "bad");
        var good = context.submit(client, "good");

        assertThat(context.outcome(client, bad)).isEqualTo(new Outcome.Failed(reason));
        assertThat(context.outcome(client, good)).isEqualTo(Told.done("good"));
        assertThat(worker.events(Event.Registered.class)).as("registrations").hasSize(1);
    }

    private static TaskHandler badOrGood(TaskHandler bad) {
        return task -> task.command().text().equals("bad") ? bad.handle(task) : task.command();
    }
}
