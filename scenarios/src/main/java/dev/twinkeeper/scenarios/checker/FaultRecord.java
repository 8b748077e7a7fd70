package dev.twinkeeper.scenarios.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A fault that a run injected.
 *
 * @param begin by the recorder's clock, in microseconds, as are the others
 * @param end when it was healed
 * @param recovered when the service worked again; empty where it never did
 * @param seen whether its effect was seen; else it is a dud
 * @param effect what was seen, or why it is a dud
 * @param recovery how long it took
 * @param bound how long it might take
 */
public record FaultRecord(
        int number,
        String kind,
        String target,
        long begin,
        long end,
        Optional<Long> recovered,
        boolean seen,
        String effect,
        Optional<Duration> recovery,
        Duration bound) {
    /** How long the service may take after a kill, and after a cut once the session has timed out. */
    static final Duration RECOVERY = Duration.ofSeconds(5);

    static List<FaultRecord> read(Path file, Duration sessionTimeout) throws IOException {
        List<FaultRecord> faults = new ArrayList<>();
        JsonLines.each(file, line -> faults.add(of(line, sessionTimeout)));
        return faults;
    }

    private static FaultRecord of(JsonNode line, Duration sessionTimeout) {
        boolean seen = line.path("seen").asBoolean();
        Optional<Long> recovered = number(line.path("recovered"));
        String kind = line.path("kind").asText();
        Duration bound = kind.startsWith("kill") ? RECOVERY : sessionTimeout.plus(RECOVERY);
        return new FaultRecord(
                line.path("n").asInt(),
                kind,
                line.path("target").asText(),
                line.path("begin").asLong(),
                line.path("end").asLong(),
                recovered,
                seen,
                line.path(seen ? "effect" : "dud").asText(),
                number(line.path("recovery_ms")).map(Duration::ofMillis),
                number(line.path("bound_ms")).map(Duration::ofMillis).orElse(bound));
    }

    private static Optional<Long> number(JsonNode value) {
        return value.isNumber() ? Optional.of(value.asLong()) : Optional.empty();
    }

    /** Killed processes are the one class of the two that the issue sets bounds for; all else can be healed. */
    public boolean isKill() {
        return kind.startsWith("kill");
    }

    /** Whether the service came back, and in time. */
    public boolean inTime() {
        return recovery.isPresent() && recovery.get().compareTo(bound) <= 0;
    }

    @Override
    public String toString() {
        return "fault %d, %s of %s".formatted(number, kind, target);
    }
}
