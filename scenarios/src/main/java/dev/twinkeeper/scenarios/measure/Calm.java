package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.function.Supplier;

/** Waits until nothing goes over the wires any more, heartbeats apart: what was caused has then been counted. */
final class Calm {
    /** Longer than any answer takes here, and shorter than any role's pause. */
    private static final Duration QUIET = Duration.ofMillis(100);

    private static final Duration BOUND = Duration.ofSeconds(10);

    private Calm() {}

    /** The counts when it has become calm. */
    static Traffic await(Supplier<Traffic> traffic) {
        long[] since = {System.nanoTime()};
        Traffic[] last = {traffic.get()};
        BoundedWait.until("it is calm on the wires", BOUND, () -> {
            Traffic now = traffic.get();
            if (now.total() != last[0].total() || now.notifications() != last[0].notifications()) {
                last[0] = now;
                since[0] = System.nanoTime();
            }
            return System.nanoTime() - since[0] > QUIET.toNanos();
        });
        return traffic.get();
    }
}
