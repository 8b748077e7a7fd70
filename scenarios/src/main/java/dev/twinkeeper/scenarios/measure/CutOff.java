package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import java.time.Instant;
import java.util.List;

/** The master is cut off, and the others wait for the end of its session, two seconds. */
public final class CutOff implements Measuring {
    private static final Measure CUT_OFF = Failover.measure("cut-off", "the master is cut off");

    @Override
    public void measure(ScenarioContext context, Samples samples, Turns turns) {
        Failover failover = new Failover(context, List.of(context.master("m1"), context.master("m2")));
        for (int run = 0; run < Failover.RUNS; run++) {
            Instant before = Instant.now();
            TestParticipant<Master> lost = failover.run(samples, CUT_OFF, CutOff::cut);
            // Mended by now: it is a candidate again before it is the other one's turn to be lost.
            context.eventually(
                    lost + " stands again",
                    ScenarioContext.RECOVERY,
                    () -> lost.events().stream()
                            .anyMatch(heard -> heard.at().isAfter(before) && stands(heard.event())));
        }
    }

    /** On a busy machine the other one's session may have ended too, and this one reigns. */
    private static boolean stands(Object event) {
        return event instanceof Event.Standby || event instanceof Event.Elected;
    }

    private static Instant cut(TestParticipant<Master> reigning) {
        Instant at = Instant.now();
        reigning.cut();
        return at;
    }
}
