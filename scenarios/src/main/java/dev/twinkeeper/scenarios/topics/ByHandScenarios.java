package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Operator;
import java.util.List;

/** A person at zkCli takes one of the three parts, in the words of the tutorials; programs take the others. */
public final class ByHandScenarios {
    private static final String W = "worker1.example.com";

    @Verifies({Rule.S1, Rule.S6})
    public void aPersonIsTheMaster(ScenarioContext context) {
        var person = context.operator();
        person.createParents();
        person.createEphemeral("/master", "master1.example.com:2182");
        var standby = context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();

        var task = context.submit(client, "cmd");
        assertThat(person.children("/workers")).containsExactly("w1");
        assertThat(person.children("/tasks")).containsExactly(task.name());
        person.create("/assign/w1/" + task, "");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("cmd"));
        assertThat(standby.events(Event.Elected.class)).isEmpty();
    }

    @Verifies({Rule.L2, Rule.S3})
    public void aPersonIsAWorker(ScenarioContext context) {
        var person = context.operator();
        var master = context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();

        person.createEphemeral("/workers/" + W, "worker1.example.com:2183");
        person.create("/assign/" + W, "");
        var task = context.submit(client, "cmd");
        person.awaitExists("/assign/" + W + "/" + task, ScenarioContext.READY);
        assertThat(person.get("/tasks/" + task)).isEqualTo("cmd");
        person.create("/tasks/" + task + "/status", "done");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done(""));
        person.awaitGone("/assign/" + W + "/" + task, ScenarioContext.READY);
        assertThat(master.events(Event.SetAside.class)).isEmpty();
    }

    @Verifies({Rule.L2, Rule.R6})
    public void aPersonWhoForgotTheAssignParentIsAWorkerAllTheSame(ScenarioContext context) {
        var person = context.operator();
        context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();

        person.createEphemeral("/workers/" + W, "worker1.example.com:2183");
        person.create("/assign/worker1.exmaple.com", "");
        var task = context.submit(client, "cmd");

        person.awaitExists("/assign/" + W + "/" + task, ScenarioContext.READY);
        person.create("/tasks/" + task + "/status", "done");
        assertThat(context.outcome(client, task)).isEqualTo(Told.done(""));
    }

    @Verifies(Rule.L2)
    public void aPersonGetsOneTaskAtATime(ScenarioContext context) {
        var person = context.operator();
        context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        person.createEphemeral("/workers/" + W, "worker1.example.com:2183");
        person.create("/assign/" + W, "");

        var tasks = context.submitAll(client, Told.commands(3));

        for (var task : tasks) {
            person.awaitExists("/assign/" + W + "/" + task, ScenarioContext.READY);
            assertThat(person.children("/assign/" + W)).containsExactly(task.name());
            person.create("/tasks/" + task + "/status", "done");
            person.awaitGone("/assign/" + W + "/" + task, ScenarioContext.READY);
        }
    }

    @Verifies(Rule.L3)
    public void theTaskOfAPersonWhoWentHomeIsMoved(ScenarioContext context) {
        var person = context.operator();
        context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        person.createEphemeral("/workers/" + W, "worker1.example.com:2183");
        var task = context.submit(client, "cmd");
        person.awaitExists("/assign/" + W + "/" + task, ScenarioContext.READY);
        context.worker("w1").awaitReady();

        person.close();

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("cmd"));
    }

    @Verifies({Rule.L2, Rule.S5})
    public void aPersonIsTheClient(ScenarioContext context) {
        var person = context.operator();
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();

        var task = person.createSequential("/tasks/task-", "cmd");
        person.awaitExists(task + "/status", ScenarioContext.READY);

        assertThat(task).isEqualTo("/tasks/task-0000000000");
        assertThat(person.get(task + "/status")).isEqualTo("done\ncmd");
        assertThat(person.get(task)).isEqualTo("cmd");
    }

    @Verifies({Rule.L2, Rule.S5, Rule.S6})
    public void aPersonCollectsAsAPersonDoes(ScenarioContext context) {
        var person = context.operator();
        context.master("m1").awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = person.createSequential("/tasks/task-", "cmd");
        person.awaitExists(task + "/status", ScenarioContext.READY);

        person.delete(task + "/status");
        person.delete(task);

        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.L1, Rule.L2, Rule.L3, Rule.S2})
    public void aMasterTakesOverWhatAPersonHasBegun(ScenarioContext context) {
        var person = context.operator();
        var held = Work.held();
        begunByHand(person);
        context.worker("w1", held, settings -> settings.withSlots(1)).awaitReady();
        context.worker("w2").awaitReady();
        var assigned = person.createSequential("/tasks/task-", "assigned").substring("/tasks/".length());
        person.create("/assign/w1/" + assigned, "");
        held.awaitBegun(1);
        var pending = person.createSequential("/tasks/task-", "pending");
        var done = person.createSequential("/tasks/task-", "done long ago");
        person.create(done + "/status", "done");

        var master = context.master("m1").awaitReady();
        person.delete("/master");
        var tookOver = master.awaitEvent(Event.TookOver.class, ScenarioContext.SUCCESSION);
        person.awaitExists(pending + "/status", ScenarioContext.READY);
        held.release();
        person.awaitExists("/tasks/" + assigned + "/status", ScenarioContext.READY);

        assertThat(tookOver.event())
                .isEqualTo(new Event.TookOver(tookOver.event().epoch(), 2, 1, 1, 1));
        assertThat(held.begun()).as("executions").hasSize(1);
        assertThat(person.get(done + "/status")).isEqualTo("done");
    }

    @Verifies({Rule.S3, Rule.R6})
    public void aTaskThatAPersonAssignedTwiceHasOneStatus(ScenarioContext context) {
        var person = context.operator();
        var w1 = Work.held();
        var w2 = Work.held();
        begunByHand(person);
        context.worker("w1", w1).awaitReady();
        context.worker("w2", w2).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "cmd");

        person.create("/assign/w1/" + task, "");
        person.create("/assign/w2/" + task, "");
        w1.awaitBegun(1);
        w2.awaitBegun(1);
        w1.release();
        w2.release();
        context.master("m1").awaitReady();
        person.delete("/master");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("cmd"));
        context.eventually(
                "both assignments are gone",
                ScenarioContext.READY,
                () -> List.of("w1", "w2").stream()
                        .noneMatch(worker -> person.exists("/assign/" + worker + "/" + task)));
    }

    @Verifies({Rule.L2, Rule.L5})
    public void thePartsMayBeMadeByHandInTheOrderOfTheTutorials(ScenarioContext context) {
        var master = context.operator();
        var worker = context.operator();
        master.createChroot();
        master.createEphemeral("/master", "master1.example.com:2182");
        master.create("/workers", "");
        master.create("/tasks", "");
        master.create("/assign", "");
        worker.createEphemeral("/workers/" + W, "worker1.example.com:2183");
        worker.create("/assign/" + W, "");
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "cmd");

        context.master("m1").awaitReady();
        master.close();
        worker.awaitExists("/assign/" + W + "/" + task, ScenarioContext.READY);
        worker.create("/tasks/" + task + "/status", "done");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done(""));
    }

    private static void begunByHand(Operator person) {
        person.createParents();
        person.createEphemeral("/master", "master1.example.com:2182");
    }
}
