package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * All roles are cut off for half a second, with twenty tasks whose outcome is awaited: what they ask when they are back.
 * Their sessions live on.
 */
public final class LostConnection implements Measuring {
    private static final Duration CUT = Duration.ofMillis(500);
    private static final int TASKS = 20;
    private static final int RUNS = 3;

    @Override
    public void measure(ScenarioContext context, Samples samples, Turns turns) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        List<TestParticipant<?>> roles = new ArrayList<>();
        roles.add(context.master("m1", Takeover.LONG_SESSION).awaitReady());
        for (String worker : List.of("w1", "w2")) {
            roles.add(context.worker(
                            worker,
                            task -> {
                                end.await();
                                return task.command();
                            },
                            Takeover.LONG_SESSION)
                    .awaitReady());
        }
        TestParticipant<Client> client =
                context.client("c1", Takeover.LONG_SESSION).awaitReady();
        roles.add(client);
        context.submitAll(client, TaskCost.commands(TASKS))
                .forEach(task -> client.role().outcome(task, ScenarioContext.RECOVERY));

        for (int run = 0; run < RUNS; run++) {
            Traffic before = Calm.await(context::traffic);
            roles.forEach(TestParticipant::cut);
            context.throughout("the wires are cut", CUT, () -> true);
            Instant mending = Instant.now();
            roles.forEach(TestParticipant::mend);
            roles.forEach(role -> role.awaitEvent(Event.Connected.class, mending, ScenarioContext.READY));
            samples.addTraffic(
                    "lost-connection",
                    "0.5 s cut off",
                    Calm.await(context::traffic).minus(before),
                    1);
        }
        end.countDown();
    }
}
