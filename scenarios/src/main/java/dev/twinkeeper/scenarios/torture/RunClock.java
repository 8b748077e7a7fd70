package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.checker.ClockStep;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The one clock of a run: microseconds since it began, never backwards. It also notes where the machine's clock was set
 * meanwhile, by hand, by NTP or because a virtual machine was halted: the servers' logs have the times of that clock.
 */
public final class RunClock {
    private static final long NANOS = 1_000;

    /** A smaller difference may be the time between two readings. */
    private static final long STEP_MS = 100;

    /** A machine whose clock is set more often has no times that a log could be judged by. */
    private static final int STEPS = 1_000;

    private final LongSupplier nanos;
    private final LongSupplier millis;
    private final long begin;
    private final long wallBegin;
    private final List<ClockStep> steps = new ArrayList<>();
    private volatile long ahead;

    public RunClock() {
        this(System::nanoTime, System::currentTimeMillis);
    }

    RunClock(LongSupplier nanos, LongSupplier millis) {
        this.nanos = nanos;
        this.millis = millis;
        begin = nanos.getAsLong();
        wallBegin = millis.getAsLong();
    }

    public long now() {
        long now = passed();
        if (Math.abs(aheadAt(now) - ahead) > STEP_MS) {
            look();
        }
        return now;
    }

    /** What the machine's clock said when this one began. */
    Instant begin() {
        return Instant.ofEpochMilli(wallBegin);
    }

    /** Where the machine's clock was set so far, in their order. */
    synchronized List<ClockStep> steps() {
        return List.copyOf(steps);
    }

    private synchronized void look() {
        long before = passed();
        long difference = aheadAt(before);
        // A thread that was halted between its two readings sees a step that is none.
        boolean atOnce = ms(passed() - before) < STEP_MS / 2;
        if (atOnce && Math.abs(difference - ahead) > STEP_MS && steps.size() < STEPS) {
            ahead = difference;
            steps.add(new ClockStep(before, difference));
        }
    }

    private long passed() {
        return (nanos.getAsLong() - begin) / NANOS;
    }

    private long aheadAt(long micros) {
        return millis.getAsLong() - wallBegin - ms(micros);
    }

    /** In milliseconds, for people. */
    static long ms(long micros) {
        return micros / 1_000;
    }

    static long micros(long ms) {
        return ms * 1_000;
    }
}
