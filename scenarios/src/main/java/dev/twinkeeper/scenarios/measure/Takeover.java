package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.measure.Measure.Group;
import dev.twinkeeper.scenarios.measure.Measure.Unit;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/**
 * A standby takes over while a thousand tasks are outstanding: what it asks and hears, and how long it looks before it
 * assigns. The worker is busy, so that nothing else goes on.
 */
public final class Takeover implements Measuring {
    private static final int TASKS = 1_000;
    private static final int RUNS = 5;

    private static final Measure LOOK =
            Measure.less("failover.look", Group.FAILOVER, "elected until it has looked, 1,000 tasks", Unit.MILLIS);

    static final UnaryOperator<Settings> LONG_SESSION =
            settings -> settings.withSessionTimeout(ScenarioContext.RECOVERY);

    @Override
    public void measure(ScenarioContext context, Samples samples, Turns turns) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        TestParticipant<Master> reigning = context.master("m0", LONG_SESSION).awaitReady();
        context.worker(
                        "w1",
                        task -> {
                            end.await();
                            return task.command();
                        },
                        settings -> LONG_SESSION.apply(settings).withSlots(1))
                .awaitReady();
        context.submitAll(context.client("c1", LONG_SESSION).awaitReady(), TaskCost.commands(TASKS));
        turns.together();

        for (int run = 1; run <= RUNS; run++) {
            TestParticipant<Master> standby =
                    context.master("m" + run, LONG_SESSION).awaitReady();
            TestParticipant<Master> leaving = reigning;
            turns.alone(() -> takeOver(leaving, standby, samples));
            reigning = standby;
        }
        end.countDown();
        turns.together();
    }

    private static void takeOver(TestParticipant<Master> leaving, TestParticipant<Master> standby, Samples samples) {
        Traffic before = Calm.await(standby::traffic);
        Instant end = Instant.now();
        leaving.close();
        Instant elected = standby.awaitEvent(Event.Elected.class, end, ScenarioContext.READY)
                .at();
        Instant looked = standby.awaitEvent(Event.TookOver.class, end, ScenarioContext.READY)
                .at();
        Traffic after = Calm.await(standby::traffic);
        samples.add(LOOK, java.time.Duration.between(elected, looked));
        samples.addTraffic("takeover", "a takeover of 1,000 tasks", after.minus(before), 1);
    }
}
