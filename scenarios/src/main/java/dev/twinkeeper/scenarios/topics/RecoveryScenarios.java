package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.Actor;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Server;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** When servers are lost: nothing that was acknowledged is, and all goes on by itself. */
public final class RecoveryScenarios {
    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5})
    public void theEnsembleLosesItsLeader(Stage stage) {
        var client = cluster(stage);
        var before = stage.submitAll(client, Told.commands(20));

        stage.ensemble().leader().kill();
        var during = submit(client, 20);

        allFinish(stage, client, before);
        allFinish(stage, client, acknowledged(during));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5})
    public void theEnsembleLosesAFollower(Stage stage) {
        var client = cluster(stage);

        stage.ensemble().followers().get(0).kill();
        var during = submit(client, 20);

        allFinish(stage, client, acknowledged(during));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5, Rule.L6})
    public void theEnsembleLosesItsQuorumForAWhile(Stage stage) {
        var client = cluster(stage);
        var before = stage.submitAll(client, Told.commands(20));

        stage.ensemble().loseQuorum();
        client.awaitEvent(Event.Disconnected.class, Stage.RECOVERY);
        var during = submit(client, 20);
        stage.ensemble().restore();

        allFinish(stage, client, before);
        allFinish(stage, client, acknowledged(during));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5})
    public void theWholeEnsembleIsRestarted(Stage stage) {
        var held = Work.held();
        stage.master("m1").awaitReady();
        stage.worker("w1", held).awaitReady();
        var client = stage.client("c1").awaitReady();
        var before = stage.submitAll(client, Told.commands(6));
        held.awaitBegun(4);

        stage.ensemble().restart();
        held.release();

        allFinish(stage, client, before);
        allFinish(stage, client, stage.submitAll(client, Told.commands(3)));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S5})
    public void theServersAreRestartedOneAfterTheOther(Stage stage) {
        var client = cluster(stage);
        var before = stage.submitAll(client, Told.commands(10));

        for (Server server : stage.ensemble().servers()) {
            server.kill();
            stage.ensemble().restore();
        }

        allFinish(stage, client, before);
        allFinish(stage, client, acknowledged(submit(client, 5)));
    }

    @FaultsEnsemble
    @Verifies({Rule.L1, Rule.L5})
    public void aMasterIsLostTogetherWithTheLeaderOfTheEnsemble(Stage stage) {
        var lost = stage.master("m1").awaitReady();
        var standby = stage.master("m2").awaitReady();
        stage.worker("w1").awaitReady();
        var client = stage.client("c1").awaitReady();

        var fault = Instant.now();
        lost.cut();
        stage.ensemble().leader().kill();
        var task = client.role().submit(Payload.of("next"));

        // The clocks of all sessions begin anew under a new leader, the lost master's too.
        standby.awaitEvent(Event.Elected.class, fault, Stage.RECOVERY);
        assertThat(stage.outcome(client, Stage.await("the submit", task, Stage.RECOVERY)))
                .isEqualTo(Told.done("next"));
    }

    private static Actor<Client> cluster(Stage stage) {
        stage.master("m1").awaitReady();
        stage.master("m2").awaitReady();
        stage.worker("w1").awaitReady();
        stage.worker("w2").awaitReady();
        return stage.client("c1").awaitReady();
    }

    private static List<CompletionStage<TaskId>> submit(Actor<Client> client, int n) {
        return client.role()
                .submitAll(Told.commands(n).stream().map(Payload::of).toList());
    }

    private static List<TaskId> acknowledged(List<CompletionStage<TaskId>> submits) {
        return submits.stream()
                .map(each -> Stage.await("a submit", each, Stage.RECOVERY))
                .toList();
    }

    private static void allFinish(Stage stage, Actor<Client> client, List<TaskId> tasks) {
        var outcomes = tasks.stream()
                .map(task -> client.role().outcome(task, Stage.RECOVERY))
                .toList();
        outcomes.forEach(each -> assertThat(Stage.await("an outcome", each, Stage.RECOVERY.plusSeconds(1))
                        .known())
                .isTrue());
    }
}
