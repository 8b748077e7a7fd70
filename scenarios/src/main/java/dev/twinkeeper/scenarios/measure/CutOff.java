package dev.twinkeeper.scenarios.measure;

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
            failover.awaitCandidate(lost, before);
        }
    }

    private static Instant cut(TestParticipant<Master> reigning) {
        Instant at = Instant.now();
        reigning.cut();
        return at;
    }
}
