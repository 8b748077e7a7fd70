package dev.twinkeeper.scenarios.verdict;

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

/** A verdict, written down: JSON for programs, Markdown for people, and a few lines for a terminal. */
final class Report {
    private static final ObjectMapper MAPPER = new ObjectMapper()
            .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT);

    private Report() {}

    static void write(Verdict verdict) throws IOException {
        Path out = verdict.run().out();
        MAPPER.writeValue(out.resolve("report.json").toFile(), json(verdict));
        Files.writeString(out.resolve("report.md"), new Soak(List.of(verdict)).markdown());
    }

    private static Map<String, Object> json(Verdict verdict) {
        Run run = verdict.run();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("implementation", run.implementation());
        json.put("seed", run.seed());
        json.put("command", run.command());
        json.put("holds", verdict.holds());
        json.put("load_ms", run.loaded().toMillis());
        json.put("rate", run.rate());
        json.put("numbers", verdict.numbers().json());
        json.put("faults", verdict.tolls().values().stream().map(Report::toll).toList());
        json.put("processes", run.footprints());
        Map<String, Long> violations = new TreeMap<>();
        verdict.counts().forEach((charge, count) -> violations.put(name(charge), count));
        json.put("violations", violations);
        json.put("findings", verdict.findings().stream().map(Report::finding).toList());
        json.put(
                "thresholds",
                Threshold.of(List.of(verdict)).stream().map(Threshold::json).toList());
        return json;
    }

    private static String name(Charge charge) {
        return charge.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> toll(Verdict.Toll toll) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", toll.kind());
        json.put("injected", toll.injected());
        json.put("seen", toll.seen());
        json.put("duds", toll.duds());
        json.put("recovery_median_ms", toll.median().toMillis());
        json.put("recovery_worst_ms", toll.worst().toMillis());
        return json;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("charge", name(finding.charge()));
        json.put("zxid", finding.zxid() < 0 ? null : "0x" + Long.toHexString(finding.zxid()));
        json.put("message", finding.message());
        json.put("records", finding.records());
        return json;
    }

    /** The findings of a run, at the end of its Markdown. */
    static void findings(Verdict verdict, StringBuilder text) {
        if (!verdict.numbers().explained().isEmpty()) {
            text.append("\n## Duplicate executions of %s, explained\n\n"
                    .formatted(verdict.run().implementation()));
            new TreeMap<>(verdict.numbers().explained())
                    .forEach((reason, count) -> text.append("- %,d: %s\n".formatted(count, reason)));
        }
        if (verdict.holds()) {
            return;
        }
        text.append("\n## Violations of %s\n\n".formatted(verdict.run().implementation()));
        new TreeMap<>(verdict.counts()).forEach((charge, count) -> text.append("- %,d %s\n".formatted(count, charge)));
        for (Finding finding : verdict.findings()) {
            text.append("\n### ").append(finding).append("\n\n```\n");
            finding.records().forEach(record -> text.append(record).append('\n'));
            text.append("```\n");
        }
    }

    static String summary(Verdict verdict) {
        StringBuilder text = new StringBuilder();
        text.append(verdict.run().implementation()).append(verdict.holds() ? ": every rule kept\n" : ": VIOLATIONS\n");
        new Soak(List.of(verdict)).lines().forEach(line -> text.append(line).append('\n'));
        new TreeMap<>(verdict.counts())
                .forEach((charge, count) -> text.append("  ! %,d %s\n".formatted(count, charge)));
        // One of each is enough for a terminal; the others are in the report.
        Set<Charge> told = EnumSet.noneOf(Charge.class);
        verdict.findings().stream()
                .filter(finding -> told.add(finding.charge()))
                .forEach(finding -> {
                    text.append("\n").append(finding).append('\n');
                    finding.records().forEach(record -> text.append(record).append('\n'));
                });
        return text.toString();
    }

    static String seconds(Duration time) {
        return "%.1f s".formatted(time.toMillis() / 1_000.0);
    }
}
