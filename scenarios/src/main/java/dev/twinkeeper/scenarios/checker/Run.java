package dev.twinkeeper.scenarios.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A torture run as it says of itself: {@code run.json} in its directory.
 *
 * @param out its directory
 * @param command the line that replays it
 * @param begin the wall clock when the recorder's clock began: the servers' logs have wall-clock times
 * @param root the chroot, empty for none
 * @param loadBegin when the clients began to submit, by the recorder's clock
 * @param loadEnd when they stopped, and everything was to drain
 * @param clockSteps where the machine's clock was set meanwhile, in their order
 */
public record Run(
        Path out,
        String implementation,
        long seed,
        String command,
        Instant begin,
        double rate,
        Duration sessionTimeout,
        Duration retention,
        String root,
        Duration loadBegin,
        Duration loadEnd,
        List<ClockStep> clockSteps,
        List<Footprint> footprints) {
    /** Some hundred years after 1970. */
    private static final long LATEST_MS = 1L << 43;

    /** What a process took, at the start and at the end: heap after a collection. */
    public record Footprint(String process, long heapStartKb, long heapEndKb, long threadsStart, long threadsEnd) {}

    /** @throws IOException where the directory is not what a run wrote */
    static Run read(Path out) throws IOException {
        Path file = out.resolve("run.json");
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no run.json in it, which a run of torture writes");
        }
        try {
            return of(out, JsonLines.object(file));
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IOException(file + " makes no sense: " + JsonLines.said(e.getMessage()), e);
        }
    }

    private static Run of(Path out, JsonNode json) {
        List<Footprint> footprints = new ArrayList<>();
        for (JsonNode each : json.path("processes")) {
            footprints.add(new Footprint(
                    each.path("process").asText(),
                    each.path("heap_start_kb").asLong(),
                    each.path("heap_end_kb").asLong(),
                    each.path("threads_start").asLong(),
                    each.path("threads_end").asLong()));
        }
        return new Run(
                out,
                json.path("implementation").asText("unknown"),
                json.path("seed").asLong(),
                json.path("command").asText(),
                Instant.ofEpochMilli(bounded(
                        "begin", Instant.parse(json.required("begin").asText()).toEpochMilli())),
                json.path("rate").asDouble(),
                millis(json, "session_timeout_ms"),
                millis(json, "retention_ms"),
                json.path("root").asText(),
                micros(json.required("load_begin")),
                micros(json.required("load_end")),
                clockSteps(json.path("clock_steps")),
                footprints);
    }

    private static List<ClockStep> clockSteps(JsonNode json) {
        List<ClockStep> steps = new ArrayList<>();
        for (JsonNode each : json) {
            long ahead = each.required("ahead_ms").asLong();
            bounded("clock_steps", Math.abs(ahead));
            steps.add(new ClockStep(each.required("at").asLong(), ahead));
        }
        return steps;
    }

    private static Duration millis(JsonNode json, String name) {
        return Duration.ofMillis(bounded(name, json.required(name).asLong()));
    }

    private static Duration micros(JsonNode at) {
        return Duration.ofMillis(bounded("load", at.asLong() / 1_000)).plusNanos(at.asLong() % 1_000 * 1_000);
    }

    /** So that sums of times do not overflow. */
    private static long bounded(String name, long ms) {
        if (ms < 0 || ms > LATEST_MS) {
            throw new IllegalArgumentException(name + " is no time of a run");
        }
        return ms;
    }

    /** The directory of each server, in order. */
    List<Path> servers() throws IOException {
        Path servers = out.resolve("servers");
        if (!Files.isDirectory(servers)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(servers)) {
            return all.filter(Files::isDirectory)
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    /** How long the load lasted. */
    public Duration loaded() {
        return loadEnd.minus(loadBegin);
    }

    /** The recorder's clock as wall clock, in milliseconds. */
    long wall(long micros) {
        long ahead = 0;
        for (ClockStep step : clockSteps) {
            ahead = step.at() <= micros ? step.aheadMs() : ahead;
        }
        return begin.toEpochMilli() + micros / 1_000 + ahead;
    }

    /** A wall-clock time as seconds of the run, for a person. */
    String told(Instant time) {
        return "%+.3f s".formatted(Duration.between(begin, time).toMillis() / 1_000.0);
    }

    /** How long a lost worker's tasks may stay with it, and a free worker without one, while nothing is wrong. */
    Duration bound() {
        return sessionTimeout.plus(FaultRecord.RECOVERY);
    }

    /** The lines of the history where it is; a file that is missing is said by its name. */
    Optional<Path> file(String name) {
        return Optional.of(out.resolve(name)).filter(Files::isRegularFile);
    }
}
