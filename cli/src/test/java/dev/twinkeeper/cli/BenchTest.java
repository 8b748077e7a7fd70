package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A small bench from end to end: each figure is checked for what must be true of it on any machine. */
class BenchTest {
    private static final int TASKS = 250;

    /** An answer may be on its way while the servers are read. */
    private static final double A_FEW_PACKETS = 0.1;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Test
    void everySubjectIsMeasuredAndEachFigureMakesSense() throws Exception {
        Map<String, JsonNode> runs =
                bench("--tasks", String.valueOf(TASKS), "--workers", "2", "--runs", "1", "--servers", "1");

        assertThat(runs).containsOnlyKeys("raw", "curator", "plain", "ceiling");
        runs.forEach((impl, run) -> {
            assertThat(run.path("completed").asInt()).as(impl).isEqualTo(TASKS);
            assertThat(figure(run, "tasksPerSecond")).as(impl).isPositive();
            assertThat(figure(run, "totalMillis"))
                    .as(impl + ": tasks by their rate")
                    .isBetween(
                            0.99 * TASKS * 1e3 / figure(run, "tasksPerSecond"),
                            1.01 * TASKS * 1e3 / figure(run, "tasksPerSecond"));
            assertThat(figure(run, "cpuMicrosPerTask")).as(impl).isPositive();
            assertThat(figure(run, "allocatedKilobytesPerTask")).as(impl).isPositive();
            assertThat(figure(run, "heapPeakMegabytes")).as(impl).isPositive();
            assertThat(figure(run, "requestsPerTask"))
                    .as(impl + ": each transaction and each read is a request")
                    .isGreaterThanOrEqualTo(figure(run, "transactionsPerTask"));
        });
        // The least are four transactions for each batch of two hundred.
        JsonNode ceiling = runs.get("ceiling");
        assertThat(figure(ceiling, "transactionsPerTask")).isBetween(8.0 / TASKS, 0.2);
        assertThat(figure(ceiling, "notificationsPerTask")).as("no watch").isLessThan(A_FEW_PACKETS);
        assertThat(figure(runs.get("plain"), "notificationsPerTask"))
                .as("no watch")
                .isLessThan(A_FEW_PACKETS);
        for (String impl : List.of("raw", "curator")) {
            assertThat(figure(runs.get(impl), "notificationsPerTask"))
                    .as(impl + " watches")
                    .isGreaterThan(0.5);
            assertThat(figure(runs.get(impl), "requestsPerTask"))
                    .as(impl)
                    .isGreaterThan(figure(ceiling, "requestsPerTask"));
        }
    }

    @Test
    void aLatencyIsThatOfEachTask() throws Exception {
        JsonNode run = bench(
                        "--impl", "raw", "--mode", "window", "--outstanding", "10", "--tasks", "100", "--runs", "1")
                .get("raw");

        assertThat(figure(run, "p50Millis")).isPositive();
        assertThat(figure(run, "p99Millis")).isGreaterThanOrEqualTo(figure(run, "p50Millis"));
        assertThat(figure(run, "maxMillis")).isBetween(figure(run, "p99Millis"), figure(run, "totalMillis"));
        // Ten are under way at any time: Little's law.
        assertThat(figure(run, "p50Millis") * figure(run, "tasksPerSecond") / 1e3)
                .isBetween(1.0, 20.0);
    }

    private static Map<String, JsonNode> bench(String... arguments) throws Exception {
        CapturedTerminal terminal = new CapturedTerminal();
        int code = terminal.run(Stream.concat(Stream.of("bench", "--json"), Stream.of(arguments))
                .toArray(String[]::new));
        assertThat(terminal.err()).isEmpty();
        assertThat(code).isZero();
        Map<String, JsonNode> runs = new HashMap<>();
        for (String line : terminal.out()) {
            JsonNode run = MAPPER.readTree(line);
            assertThat(runs.put(run.path("impl").asText(), run)).isNull();
        }
        return runs;
    }

    private static double figure(JsonNode run, String name) {
        assertThat(run.path(name).isNumber()).as(name + " in " + run).isTrue();
        return run.path(name).asDouble();
    }
}
