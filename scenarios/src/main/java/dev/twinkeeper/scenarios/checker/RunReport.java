package dev.twinkeeper.scenarios.checker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The result of a run, written down: JSON for programs, Markdown for people, and a few lines for a terminal. */
final class RunReport {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private RunReport() {}

    static void write(RunResult result) throws IOException {
        Path out = result.run().out();
        MAPPER.writeValue(out.resolve("report.json").toFile(), json(result));
        Files.writeString(out.resolve("report.md"), new Soak(List.of(result)).markdown());
    }

    private static Map<String, Object> json(RunResult result) {
        Run run = result.run();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("implementation", run.implementation());
        json.put("seed", run.seed());
        json.put("command", run.command());
        json.put("holds", result.holds());
        json.put("load_ms", run.loaded().toMillis());
        json.put("rate", run.rate());
        json.put("numbers", result.numbers().json());
        json.put("faults", result.tolls().values().stream().map(RunReport::toll).toList());
        json.put("processes", run.footprints());
        Map<String, Long> violations = new TreeMap<>();
        result.counts().forEach((kind, count) -> violations.put(name(kind), count));
        json.put("violations", violations);
        json.put("findings", result.findings().stream().map(RunReport::finding).toList());
        json.put(
                "thresholds",
                Threshold.of(List.of(result)).stream().map(Threshold::json).toList());
        return json;
    }

    private static String name(ViolationKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> toll(RunResult.Toll toll) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", toll.kind());
        json.put("injected", toll.injected());
        json.put("seen", toll.seen());
        json.put("duds", toll.duds());
        json.put("recovery_median_ms", toll.median().toMillis());
        json.put("recovery_worst_ms", toll.worst().toMillis());
        return json;
    }

    private static Map<String, Object> finding(Violation finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", name(finding.kind()));
        json.put("zxid", finding.zxid() < 0 ? null : "0x" + Long.toHexString(finding.zxid()));
        json.put("message", finding.message());
        json.put("records", finding.records());
        return json;
    }

    /** The findings of a run, at the end of its Markdown. */
    static void findings(RunResult result, StringBuilder text) {
        if (!result.numbers().explained().isEmpty()) {
            text.append("\n## Duplicate executions of %s, explained\n\n"
                    .formatted(result.run().implementation()));
            new TreeMap<>(result.numbers().explained())
                    .forEach((reason, count) -> text.append("- %,d: %s\n".formatted(count, reason)));
        }
        if (result.holds()) {
            return;
        }
        text.append("\n## Violations of %s\n\n".formatted(result.run().implementation()));
        new TreeMap<>(result.counts()).forEach((kind, count) -> text.append("- %,d %s\n".formatted(count, kind)));
        for (Violation finding : result.findings()) {
            text.append("\n### ").append(finding).append("\n\n```\n");
            finding.records().forEach(record -> text.append(record).append('\n'));
            text.append("```\n");
        }
    }

    static String summary(RunResult result) {
        StringBuilder text = new StringBuilder();
        text.append(result.run().implementation()).append(result.holds() ? ": every rule kept\n" : ": VIOLATIONS\n");
        new Soak(List.of(result)).lines().forEach(line -> text.append(line).append('\n'));
        new TreeMap<>(result.counts()).forEach((kind, count) -> text.append("  ! %,d %s\n".formatted(count, kind)));
        // One of each is enough for a terminal; the others are in the report.
        Set<ViolationKind> told = EnumSet.noneOf(ViolationKind.class);
        result.findings().stream().filter(finding -> told.add(finding.kind())).forEach(finding -> {
            text.append("\n").append(finding).append('\n');
            finding.records().forEach(record -> text.append(record).append('\n'));
        });
        return text.toString();
    }

    static String seconds(Duration time) {
        return "%.1f s".formatted(time.toMillis() / 1_000.0);
    }
}
