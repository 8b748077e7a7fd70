package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Task;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;

/**
 * Nothing to do: what two masters, two workers and a client ask in three times twenty seconds, each scaled to a minute.
 * It disturbs nobody, and may go on while others are measured.
 */
public final class Idle implements Measuring {
    private static final Duration PART = Duration.ofSeconds(20);
    private static final int RUNS = 3;

    @Override
    public void measure(ScenarioContext context, Samples samples, Turns turns) {
        context.master("m1", Takeover.LONG_SESSION).awaitReady();
        context.master("m2", Takeover.LONG_SESSION).awaitReady();
        context.worker("w1", Task::command, Takeover.LONG_SESSION).awaitReady();
        context.worker("w2", Task::command, Takeover.LONG_SESSION).awaitReady();
        context.client("c1", Takeover.LONG_SESSION).awaitReady();
        Calm.await(context::traffic);
        for (int run = 0; run < RUNS; run++) {
            Traffic before = context.traffic();
            context.throughout("nothing is to do", PART, () -> true);
            samples.addTraffic("idle", "an idle minute", context.traffic().minus(before), 60.0 / PART.toSeconds());
        }
    }
}
