package dev.twinkeeper.curator.meters;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.curator.drivers.TracerDriver;

/**
 * Curator's own measure, as a role's listener takes it: an operation of its API with all its retries.
 *
 * @param answered hears how many nanoseconds each took, on any thread
 */
public record AnswerTracer(LongConsumer answered) implements TracerDriver {
    @Override
    public void addTrace(String operation, long time, TimeUnit unit) {
        if (operation.endsWith("-Foreground")) { // else it may be a lost answer, or no request at all
            answered.accept(unit.toNanos(time));
        }
    }

    @Override
    public void addCount(String name, int increment) {}
}
