package dev.twinkeeper.scenarios.torture;

import java.util.concurrent.TimeUnit;

/** The controlling process waits by the clock: its schedule is one of times. */
final class Pause {
    private Pause() {}

    /** @throws Interrupted where the run is being ended */
    static void ms(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.max(0, ms));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Interrupted();
        }
    }

    /** The run is being ended. */
    static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
