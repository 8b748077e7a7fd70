package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The master's connection breaks once; its session lives on, and nobody else takes over. Until it assigns again. */
public final class BrokenConnection implements Measuring {
    private static final Measure BROKEN = Failover.measure("broken", "a connection breaks");

    /** One is at work and the others are pending. */
    private static final int TASKS = 5;

    @Override
    public void measure(ScenarioContext context, Samples samples, Turns turns) {
        TestParticipant<Master> master =
                context.master("m1", Takeover.LONG_SESSION).awaitReady();
        HeldUp work = new HeldUp();
        context.worker(
                        "w1",
                        work,
                        settings -> Takeover.LONG_SESSION.apply(settings).withSlots(1))
                .awaitReady();
        TestParticipant<Client> client =
                context.client("c1", Takeover.LONG_SESSION).awaitReady();
        for (int run = 0; run < Failover.RUNS; run++) {
            work.hold();
            List<TaskId> tasks = context.submitAll(client, TaskCost.commands(TASKS));
            Instant at = Instant.now();
            master.wire().reset();
            work.go();
            Instant lost = master.awaitEvent(Event.Disconnected.class, at, ScenarioContext.READY)
                    .at();
            Instant assigned = master.awaitEvent(Event.TaskAssigned.class, lost, ScenarioContext.RECOVERY)
                    .at();
            samples.add(BROKEN, Duration.between(at, assigned));
            tasks.forEach(task -> context.outcome(client, task));
        }
    }
}
