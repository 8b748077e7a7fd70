package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;

/** From a submitted task to its assignment, with and without faults. */
public final class AssignmentScenarios {
    @Verifies({Rule.L2, Rule.S6})
    public void aTaskIsAssignedCompletedAndItsOutcomeIsLearnt(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var task = stage.submit(client, "hello");
        var outcome = stage.outcome(client, task);

        assertThat(outcome).isEqualTo(new Outcome.Done(Payload.of("hello")));
    }

    @Verifies({Rule.S4, Rule.L5})
    public void aSubmitWhoseAnswerIsLostMakesOneTask(Stage stage) throws Exception {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();
        var tasks = stage.layout().tasks();
        var lost = client.wire().loseAnswer(request -> request.does("create", tasks));

        var task = stage.submit(client, "hello");

        assertThat(lost).isDone();
        assertThat(stage.hand().children("/tasks")).containsExactly(task.name());
        assertThat(stage.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.of("hello")));
    }

    @Verifies({Rule.S1, Rule.L1})
    public void theStandbyAssignsWhenTheMasterIsCutOff(Stage stage) {
        var first = stage.master("m1").awaitReady();
        first.awaitEvent(Event.Elected.class, Stage.READY);
        var second = stage.master("m2").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var fault = Instant.now();
        first.cut();
        var elected = second.awaitEvent(Event.Elected.class, fault, Stage.SUCCESSION);
        var task = stage.submit(client, "hello");
        first.mend();

        stage.measure("failover, cut off", elected.since(fault));
        assertThat(stage.outcome(client, task)).isEqualTo(new Outcome.Done(Payload.of("hello")));
        first.awaitEvent(Event.Standby.class, fault, Stage.READY);
    }

    @Verifies({Rule.L5})
    @FaultsEnsemble
    public void tasksAreAssignedAfterTheEnsembleLostItsLeader(Stage stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        stage.ensemble().leader().kill();
        var task = client.role().submit(Payload.of("hello"));

        var id = Stage.await("submit without the leader", task, Stage.RECOVERY);
        assertThat(stage.outcome(client, id)).isEqualTo(new Outcome.Done(Payload.of("hello")));
    }
}
