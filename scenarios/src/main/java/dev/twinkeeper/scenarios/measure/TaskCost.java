package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.util.List;
import java.util.stream.IntStream;

/** What a hundred tasks cost on the wire from submit to collect, through one master, two workers and one client. */
public final class TaskCost implements Measuring {
    private static final int TASKS = 100;
    private static final int RUNS = 3;

    @Override
    public void measure(ScenarioContext context, Samples samples, Turns turns) throws Exception {
        context.master("m1", Takeover.LONG_SESSION).awaitReady();
        context.worker("w1", Task::command, Takeover.LONG_SESSION).awaitReady();
        context.worker("w2", Task::command, Takeover.LONG_SESSION).awaitReady();
        TestParticipant<Client> client =
                context.client("c1", Takeover.LONG_SESSION).awaitReady();
        // One task goes through first, so that only tasks are counted and no one's getting ready.
        run(context, client, List.of("the first"));
        Calm.await(context::traffic);
        turns.together();

        for (int run = 0; run < RUNS; run++) {
            turns.alone(() -> {
                Traffic before = context.traffic();
                run(context, client, commands(TASKS));
                samples.addTraffic(
                        "tasks", TASKS + " tasks", Calm.await(context::traffic).minus(before), 1);
            });
        }
        turns.together();
    }

    static List<String> commands(int count) {
        return IntStream.range(0, count).mapToObj(i -> "task " + i).toList();
    }

    private static void run(ScenarioContext context, TestParticipant<Client> client, List<String> commands) {
        List<TaskId> tasks = context.submitAll(client, commands);
        tasks.forEach(task -> context.outcome(client, task));
        tasks.stream()
                .map(client.role()::collect)
                .toList()
                .forEach(collected -> ScenarioContext.await("collect", collected, ScenarioContext.READY));
    }
}
