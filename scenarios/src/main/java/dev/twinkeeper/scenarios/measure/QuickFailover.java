package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Master;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Sessions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Faults after which {@code /master} is gone at once: an operator's delete, an expired session, an orderly close. */
public final class QuickFailover implements Measuring {
    private static final Measure DELETED = Failover.measure("deleted", "/master is deleted");
    private static final Measure EXPIRED = Failover.measure("expired", "the session expires");
    private static final Measure CLOSED = Failover.measure("closed", "the master is closed");

    @Override
    public void measure(ScenarioContext context, Samples samples, Turns turns) throws Exception {
        Operator operator = context.operator();
        Failover failover = new Failover(
                context,
                List.of(context.master("m1", Takeover.LONG_SESSION), context.master("m2", Takeover.LONG_SESSION)));
        turns.together();
        for (int run = 0; run < Failover.RUNS; run++) {
            turns.alone(() -> lose(failover, samples, DELETED, reigning -> delete(operator)));
            turns.alone(() -> lose(failover, samples, EXPIRED, reigning -> expire(context, reigning)));
            turns.alone(() -> failover.run(samples, CLOSED, QuickFailover::close));
            failover.add(context.master("m" + (run + 3), Takeover.LONG_SESSION));
        }
        turns.together();
    }

    /** It lives on, and is to be a candidate again when the next one is struck. */
    private static void lose(Failover failover, Samples samples, Measure measure, Failover.Fault fault) {
        Instant before = Instant.now();
        failover.awaitCandidate(failover.run(samples, measure, fault), before);
    }

    private static Instant delete(Operator operator) {
        Instant at = Instant.now();
        operator.delete("/master");
        return at;
    }

    /** The handle that ends the session sleeps for 100 ms when it is closed, which is no part of the failover. */
    private static Instant expire(ScenarioContext context, TestParticipant<Master> reigning) {
        Sessions.Kept kept = Sessions.keep(
                context.ensemble().connectString(), reigning.wire().session().orElseThrow());
        Instant at = Instant.now();
        CompletableFuture.runAsync(kept::close);
        return at;
    }

    /** So does the master's own; the next one is elected meanwhile. */
    private static Instant close(TestParticipant<Master> reigning) {
        Instant at = Instant.now();
        CompletableFuture.runAsync(reigning::close);
        return at;
    }
}
