package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Event;
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
            turns.alone(() -> failover.run(samples, DELETED, reigning -> delete(operator)));
            turns.alone(() -> failover.run(samples, EXPIRED, reigning -> expire(context, reigning)));
            turns.alone(() -> failover.run(samples, CLOSED, QuickFailover::close));
            failover.add(context.master("m" + (run + 3), Takeover.LONG_SESSION));
        }
        turns.together();
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
        reigning.awaitEvent(Event.SessionExpired.class, at, ScenarioContext.READY);
        return at;
    }

    /** So does the master's own; the next one is elected meanwhile. */
    private static Instant close(TestParticipant<Master> reigning) {
        Instant at = Instant.now();
        reigning.close();
        return at;
    }
}
