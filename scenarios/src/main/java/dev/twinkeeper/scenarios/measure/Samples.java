package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.measure.Measure.Group;
import dev.twinkeeper.scenarios.measure.Measure.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was measured of one side: single values, in the order in which they were taken. Safe for several threads. */
public final class Samples {
    private final Map<Measure, List<Double>> values = new LinkedHashMap<>();

    /** One more value. */
    public synchronized void add(Measure measure, double value) {
        values.computeIfAbsent(measure, unused -> new ArrayList<>()).add(value);
    }

    /** A time, in milliseconds with their fraction. */
    public void add(Measure measure, Duration time) {
        add(measure, time.toNanos() / 1e6);
    }

    /**
     * What went over the wires.
     *
     * @param id the beginning of the ids: {@code tasks}
     * @param what the end of the words: {@code 100 tasks}
     * @param factor by which the counts are multiplied, where a part was counted for the whole
     */
    void addTraffic(String id, String what, Traffic traffic, double factor) {
        add(wire(id, "requests", what), traffic.total() * factor);
        add(wire(id, "transactions", what), traffic.writes() * factor);
        add(wire(id, "watches", what), traffic.watches() * factor);
        add(wire(id, "notifications", what), traffic.notifications() * factor);
        add(
                Measure.less("wire." + id + ".kilobytes", Group.WIRE, "kilobytes, " + what, Unit.KILOBYTES),
                (traffic.sent() + traffic.received()) * factor / 1_000);
    }

    private static Measure wire(String id, String kind, String what) {
        return Measure.less("wire." + id + "." + kind, Group.WIRE, kind + ", " + what, Unit.COUNT);
    }

    /** All that was taken so far. */
    public synchronized Map<Measure, List<Double>> all() {
        Map<Measure, List<Double>> copy = new LinkedHashMap<>();
        values.forEach((measure, taken) -> copy.put(measure, List.copyOf(taken)));
        return copy;
    }
}
