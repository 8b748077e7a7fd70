package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A moment at which nobody is about to ask the servers for anything. */
final class Quiet {
    /** Looks without traffic, 10 ms apart, after which nobody is about to ask. */
    private static final int LOOKS = 15;

    private Quiet() {}

    /** Waits for it, and returns the traffic until then. */
    static Traffic awaitIt(Supplier<Traffic> traffic, Duration bound) {
        List<Traffic> looks = new ArrayList<>();
        BoundedWait.until("all is quiet", bound, () -> {
            looks.add(traffic.get());
            int from = looks.size() - LOOKS;
            return from >= 0 && looks.get(from).total() == traffic.get().total();
        });
        return looks.get(looks.size() - 1);
    }
}
