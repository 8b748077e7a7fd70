package dev.twinkeeper.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What came of one run.
 *
 * @param workload what was asked
 * @param completed tasks whose outcome was {@code done} and that were collected
 * @param figures those that are known
 */
public record Measurement(BenchLoad workload, int completed, Map<Figure, Double> figures) {
    private static final double THOUSAND = 1_000.0;
    private static final double MEGA = 1 << 20;

    public Measurement {
        figures = Collections.unmodifiableMap(new EnumMap<>(figures));
    }

    /**
     * Of what a run took.
     *
     * @param used in {@code total}
     * @param others figures that not every run has
     */
    static Measurement of(
            BenchLoad workload, int completed, Duration total, Resources used, Map<Figure, Double> others) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.TASKS_PER_SECOND, completed * 1e9 / Math.max(1, total.toNanos()));
        figures.put(Figure.TOTAL, total.toNanos() / 1e6);
        double tasks = Math.max(1, completed);
        put(figures, Figure.CPU, used.cpuNanos(), tasks * THOUSAND);
        put(figures, Figure.REQUESTS, used.received(), tasks);
        put(figures, Figure.READS, used.reads(), tasks);
        put(figures, Figure.TRANSACTIONS, used.transactions(), tasks);
        put(figures, Figure.NOTIFICATIONS, used.notifications(), tasks);
        put(figures, Figure.PACKETS, used.packets(), tasks);
        put(figures, Figure.ALLOCATED, used.allocatedBytes(), tasks * THOUSAND);
        figures.putAll(others);
        return new Measurement(workload, completed, figures);
    }

    private static void put(Map<Figure, Double> figures, Figure figure, long amount, double per) {
        if (amount >= 0) {
            figures.put(figure, amount / per);
        }
    }

    /** With what is read when all is over. */
    Measurement withMemory(long heapPeak, long serverMemory) {
        Map<Figure, Double> more = new EnumMap<>(Figure.class);
        more.putAll(figures);
        put(more, Figure.HEAP, heapPeak, MEGA);
        put(more, Figure.SERVER_MEMORY, serverMemory, MEGA);
        return new Measurement(workload, completed, more);
    }

    public OptionalDouble figure(Figure figure) {
        Double value = figures.get(figure);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** In a few words, for a person who waits. */
    public String summary() {
        boolean masters = workload.mode() == BenchLoad.Mode.MASTERS;
        Figure most = masters ? Figure.P50 : Figure.TASKS_PER_SECOND;
        return "%d of %d completed  %.1f %s"
                .formatted(completed, workload.tasks(), figures.getOrDefault(most, Double.NaN), most.words());
    }

    /** What was asked, how many tasks were completed, and the figures; null where one is not known. */
    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("mode", workload.mode().name().toLowerCase(Locale.ROOT));
        object.put("tasks", workload.tasks());
        object.put("workers", workload.workers());
        object.put("slots", workload.slots());
        object.put("outstanding", workload.outstanding());
        object.put("rate", workload.rate());
        object.put("completed", completed);
        Arrays.stream(Figure.values()).forEach(each -> object.put(each.json(), rounded(figures.get(each))));
        return object;
    }

    private static Object rounded(Double value) {
        return value == null ? null : Math.round(value * THOUSAND) / THOUSAND;
    }

    /** Of such an object. */
    static Measurement of(BenchLoad workload, JsonNode object) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        object.properties()
                .forEach(field -> Figure.named(field.getKey())
                        .filter(unused -> field.getValue().isNumber())
                        .ifPresent(
                                figure -> figures.put(figure, field.getValue().asDouble())));
        return new Measurement(workload, object.path("completed").asInt(), figures);
    }
}
