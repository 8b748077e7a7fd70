package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.util.Arrays;

/** From an assignment to a status. */
public final class CompletionScenarios {
    @Verifies(Rule.S3)
    public void theStatusTakesThePlaceOfTheAssignment(Stage stage) {
        var hand = stage.hand();
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var task = stage.submit(client, "hello");
        hand.awaitExists("/tasks/" + task + "/status", Stage.READY);

        assertThat(hand.get("/tasks/" + task + "/status")).isEqualTo("done\nhello");
        assertThat(hand.children("/assign/w1")).isEmpty();
    }

    @Verifies(Rule.S6)
    public void bytesComeBackAsTheyWere(Stage stage) {
        var every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var task = Stage.await("a submit", client.role().submit(Payload.of(every)), Stage.READY);

        assertThat(stage.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.of(every)));
    }

    @Verifies({Rule.L2, Rule.S6})
    public void anEmptyCommandIsATaskLikeAnyOther(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var task = Stage.await("a submit", client.role().submit(Payload.EMPTY), Stage.READY);

        assertThat(stage.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.EMPTY));
    }

    @Verifies({Rule.L2, Rule.S6})
    public void theLargestCommandAndTheLargestResultGoThrough(Stage stage) {
        var largest = new byte[Payload.LIMIT];
        Arrays.fill(largest, (byte) 'x');
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var task = Stage.await("a submit", client.role().submit(Payload.of(largest)), Stage.READY);

        assertThat(stage.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.of(largest)));
    }

    @Verifies(Rule.R5)
    public void aHandlerThatThrowsMakesFailedAndTheWorkerLivesOn(Stage stage) {
        fails(
                stage,
                task -> {
                    throw new IllegalArgumentException("first line\nsecond line: " + task.command());
                },
                "first line\nsecond line: bad");
    }

    @Verifies(Rule.R5)
    public void aHandlerThatThrowsAnErrorMakesFailedAndTheWorkerLivesOn(Stage stage) {
        fails(
                stage,
                task -> {
                    throw new AssertionError("not as it should be");
                },
                "not as it should be");
    }

    @Verifies(Rule.R5)
    public void aResultOverTheLimitMakesFailedAndTheWorkerLivesOn(Stage stage) {
        fails(stage, task -> Payload.of(new byte[Payload.LIMIT + 1]), "payload of 1000001 bytes: the limit is 1000000");
    }

    @Verifies(Rule.R5)
    public void aReasonOverTheLimitIsCutAndTheWorkerLivesOn(Stage stage) {
        var endless = "no ".repeat(Payload.LIMIT);
        stage.master("m1").awaitReady();
        stage.worker("w1", badOrGood(task -> {
                    throw new IllegalStateException(endless);
                }))
                .awaitReady();
        var client = stage.client("c1").awaitReady();

        var failed = stage.outcome(client, stage.submit(client, "bad"));

        assertThat(((Outcome.Failed) failed).reason()).startsWith("no no no ").hasSizeLessThanOrEqualTo(Payload.LIMIT);
        assertThat(stage.outcome(client, stage.submit(client, "good"))).isEqualTo(Told.done("good"));
    }

    @Verifies(Rule.R5)
    public void aHandlerThatReturnsNothingMakesFailedAndTheWorkerLivesOn(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1", badOrGood(task -> null)).awaitReady();
        var client = stage.client("c1").awaitReady();

        var failed = stage.outcome(client, stage.submit(client, "bad"));

        assertThat(failed).isInstanceOf(Outcome.Failed.class);
        assertThat(stage.outcome(client, stage.submit(client, "good"))).isEqualTo(Told.done("good"));
    }

    @Verifies(Rule.S3)
    public void aStatusThatAPersonWasFirstToWriteStands(Stage stage) {
        var hand = stage.hand();
        var held = Work.held("by the program");
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var task = stage.submit(client, "who is first");
        held.awaitBegun(1);

        hand.create("/tasks/" + task + "/status", "done\nby a person");
        held.release();

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("by a person"));
        hand.awaitGone("/assign/w1/" + task, Stage.READY);
        worker.awaitEvent(Event.ResultDiscarded.class, Stage.READY);
        assertThat(hand.get("/tasks/" + task + "/status")).isEqualTo("done\nby a person");
    }

    private static void fails(Stage stage, TaskHandler handler, String reason) {
        stage.master("m1").awaitReady();
        var worker = stage.worker("w1", badOrGood(handler)).awaitReady();
        var client = stage.client("c1").awaitReady();

        var bad = stage.submit(client, "bad");
        var good = stage.submit(client, "good");

        assertThat(stage.outcome(client, bad)).isEqualTo(new Outcome.Failed(reason));
        assertThat(stage.outcome(client, good)).isEqualTo(Told.done("good"));
        assertThat(worker.events(Event.Registered.class)).as("registrations").hasSize(1);
    }

    private static TaskHandler badOrGood(TaskHandler bad) {
        return task -> task.command().text().equals("bad") ? bad.handle(task) : task.command();
    }
}
