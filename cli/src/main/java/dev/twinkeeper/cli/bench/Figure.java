package dev.twinkeeper.cli.bench;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** A figure of one run: its name in {@code --json}, and the digits that are shown of it. */
public enum Figure {
    TASKS_PER_SECOND("tasksPerSecond", "tasks/s", 0),
    /** Processor time of the roles, and of the servers that are ours. */
    CPU("cpuMicrosPerTask", "CPU µs", 0),
    /** Packets from clients to servers. */
    REQUESTS("requestsPerTask", "requests", 2),
    /** Requests that wrote nothing: reads, watches, and the pings of idle sessions. */
    READS("readsPerTask", "reads", 2),
    /** By the transaction id of the leader; a transaction of many operations counts once. */
    TRANSACTIONS("transactionsPerTask", "transactions", 2),
    /** Packets to clients that answer no request. */
    NOTIFICATIONS("notificationsPerTask", "notifications", 2),
    /** Requests, their answers, and notifications. */
    PACKETS("packetsPerTask", "packets", 2),
    /** By the threads that live, of this process. */
    ALLOCATED("allocatedKilobytesPerTask", "allocated kB", 1),
    P50("p50Millis", "p50 ms", 1),
    P99("p99Millis", "p99 ms", 1),
    P999("p999Millis", "p99.9 ms", 1),
    WORST("maxMillis", "worst ms", 1),
    /** From the first submit to the last acknowledgement. */
    SUBMITTED("submittedMillis", "submitted ms", 0),
    /** From the start of the master, with all tasks outstanding, to the end of its first look. */
    TAKEN_OVER("takenOverMillis", "taken over ms", 0),
    /** From the first submit, or from the start of the workers where they came later, to the last collect. */
    TOTAL("totalMillis", "total ms", 0),
    /** The most that the heap of this process held. */
    HEAP("heapPeakMegabytes", "heap MB", 0),
    /** The resident memory of the servers that are processes of ours. */
    SERVER_MEMORY("serverMegabytes", "servers MB", 0),
    /** Heap for a task that is submitted: the client's, and the servers' where they are in this process. */
    SUBMITTED_BYTES("submittedBytesPerTask", "B/task, submitted", 0),
    /** Heap for a task that the master has seen. */
    MASTER_BYTES("masterBytesPerTask", "B/task, master", 0),
    /** Resident memory for a task, of all servers that are processes of ours. */
    SERVER_BYTES("serverBytesPerTask", "B/task, servers", 0),
    SESSIONS_LOST("sessionsLost", "sessions lost", 0);

    private static final double MICROS = 1_000.0;

    private final String json;
    private final String words;
    private final int digits;

    Figure(String json, String words, int digits) {
        this.json = json;
        this.words = words;
        this.digits = digits;
    }

    /** Its name in JSON. */
    public String json() {
        return json;
    }

    /** Its name in a table. */
    public String words() {
        return words;
    }

    int digits() {
        return digits;
    }

    static Optional<Figure> named(String json) {
        return Arrays.stream(values()).filter(each -> each.json.equals(json)).findFirst();
    }

    /** @param latencies in microseconds */
    static Map<Figure, Double> of(Histogram latencies) {
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(P50, latencies.getValueAtPercentile(50) / MICROS);
        figures.put(P99, latencies.getValueAtPercentile(99) / MICROS);
        figures.put(P999, latencies.getValueAtPercentile(99.9) / MICROS);
        figures.put(WORST, latencies.getMaxValue() / MICROS);
        return figures;
    }
}
