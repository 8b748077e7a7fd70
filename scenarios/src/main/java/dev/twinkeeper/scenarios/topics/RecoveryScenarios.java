package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Server;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** When servers are lost: nothing that was acknowledged is, and all goes on by itself. */
public final class RecoveryScenarios {
    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5})
    public void theEnsembleLosesItsLeader(ScenarioContext context) {
        var client = cluster(context);
        var before = context.submitAll(client, Told.commands(20));

        context.ensemble().leader().kill();
        var during = submit(client, 20);

        allFinish(context, client, before);
        allFinish(context, client, acknowledged(during));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5})
    public void theEnsembleLosesAFollower(ScenarioContext context) {
        var client = cluster(context);

        context.ensemble().followers().get(0).kill();
        var during = submit(client, 20);

        allFinish(context, client, acknowledged(during));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5, Rule.L6})
    public void theEnsembleLosesItsQuorumForAWhile(ScenarioContext context) {
        var client = cluster(context);
        var before = context.submitAll(client, Told.commands(20));

        context.ensemble().loseQuorum();
        client.awaitEvent(Event.Disconnected.class, ScenarioContext.RECOVERY);
        var during = submit(client, 20);
        context.ensemble().restore();

        allFinish(context, client, before);
        allFinish(context, client, acknowledged(during));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S4, Rule.S5})
    public void theWholeEnsembleIsRestarted(ScenarioContext context) {
        var held = Work.held();
        context.master("m1").awaitReady();
        context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var before = context.submitAll(client, Told.commands(6));
        held.awaitBegun(4);

        context.ensemble().restart();
        held.release();

        allFinish(context, client, before);
        allFinish(context, client, context.submitAll(client, Told.commands(3)));
    }

    @FaultsEnsemble
    @Verifies({Rule.L5, Rule.S5})
    public void theServersAreRestartedOneAfterTheOther(ScenarioContext context) {
        var client = cluster(context);
        var before = context.submitAll(client, Told.commands(10));

        for (Server server : context.ensemble().servers()) {
            server.kill();
            context.ensemble().restore();
        }

        allFinish(context, client, before);
        allFinish(context, client, acknowledged(submit(client, 5)));
    }

    @FaultsEnsemble
    @Verifies({Rule.L1, Rule.L5})
    public void aMasterIsLostTogetherWithTheLeaderOfTheEnsemble(ScenarioContext context) {
        var lost = context.master("m1").awaitReady();
        var standby = context.master("m2").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var fault = Instant.now();
        lost.cut();
        context.ensemble().leader().kill();
        var task = client.role().submit(Payload.of("next"));

        // The clocks of all sessions begin anew under a new leader, the lost master's too.
        standby.awaitEvent(Event.Elected.class, fault, ScenarioContext.RECOVERY);
        assertThat(context.outcome(client, ScenarioContext.await("the submit", task, ScenarioContext.RECOVERY)))
                .isEqualTo(Told.done("next"));
    }

    private static TestParticipant<Client> cluster(ScenarioContext context) {
        context.master("m1").awaitReady();
        context.master("m2").awaitReady();
        context.worker("w1").awaitReady();
        context.worker("w2").awaitReady();
        return context.client("c1").awaitReady();
    }

    private static List<CompletionStage<TaskId>> submit(TestParticipant<Client> client, int n) {
        return client.role()
                .submitAll(Told.commands(n).stream().map(Payload::of).toList());
    }

    private static List<TaskId> acknowledged(List<CompletionStage<TaskId>> submits) {
        return submits.stream()
                .map(each -> ScenarioContext.await("a submit", each, ScenarioContext.RECOVERY))
                .toList();
    }

    private static void allFinish(ScenarioContext context, TestParticipant<Client> client, List<TaskId> tasks) {
        var outcomes = tasks.stream()
                .map(task -> client.role().outcome(task, ScenarioContext.RECOVERY))
                .toList();
        outcomes.forEach(each -> assertThat(
                        ScenarioContext.await("an outcome", each, ScenarioContext.RECOVERY.plusSeconds(1))
                                .known())
                .isTrue());
    }
}
