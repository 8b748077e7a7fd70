package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;

/** From a submitted task to its assignment. */
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
}
