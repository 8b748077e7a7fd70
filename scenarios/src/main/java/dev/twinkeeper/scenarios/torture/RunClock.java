package dev.twinkeeper.scenarios.torture;

/** The one clock of a run: microseconds since it began, never backwards. */
public final class RunClock {
    private static final long NANOS = 1_000;

    private final long begin = System.nanoTime();

    public long now() {
        return (System.nanoTime() - begin) / NANOS;
    }

    /** In milliseconds, for people. */
    static long ms(long micros) {
        return micros / 1_000;
    }

    static long micros(long ms) {
        return ms * 1_000;
    }
}
