package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.checker.ClockStep;
import org.junit.jupiter.api.Test;

/** The clock of a run on a machine whose own clock is set. */
class RunClockTest {
    private static final long WALL = 1_700_000_000_000L;

    private long nanos = 42;
    private long millis = WALL;
    private long haltedBetweenReadings;
    private final RunClock clock = new RunClock(this::nanos, () -> millis);

    private long nanos() {
        long reading = nanos;
        passes(haltedBetweenReadings);
        return reading;
    }

    private void passes(long ms) {
        nanos += ms * 1_000_000;
        millis += ms;
    }

    @Test
    void goesOnAsTimeDoes() {
        passes(250);

        assertThat(clock.now()).isEqualTo(250_000);
        assertThat(clock.begin().toEpochMilli()).isEqualTo(WALL);
        assertThat(clock.steps()).isEmpty();
    }

    @Test
    void notesWhereTheMachinesClockWasSet() {
        passes(1_000);
        millis += 3_600_000;
        clock.now();
        clock.now();
        passes(500);
        millis -= 7_200_000;
        clock.now();

        assertThat(clock.now()).isEqualTo(1_500_000);
        assertThat(clock.steps())
                .containsExactly(new ClockStep(1_000_000, 3_600_000), new ClockStep(1_500_000, -3_600_000));
    }

    @Test
    void takesAThreadThatWasHaltedBetweenItsReadingsForNoStep() {
        haltedBetweenReadings = 300;
        clock.now();
        haltedBetweenReadings = 0;
        clock.now();

        assertThat(clock.steps()).isEmpty();
    }
}
