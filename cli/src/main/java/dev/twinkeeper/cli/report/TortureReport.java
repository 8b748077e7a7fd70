package dev.twinkeeper.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Printable;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The page of a torture run, {@code report.html} beside its evidence: throughput and latency over time with the faults as
 * bands, recovery by kind, and what was found, with the records around it.
 */
public final class TortureReport {
    /** The page draws a point a second; a longer run is drawn in coarser steps. */
    private static final int MOST_POINTS = 1_200;

    /** Submits whose outcome is waited for: more than a run has under way. */
    private static final int MOST_OPEN = 1_000_000;

    /** Of what a parser says: it repeats what it met. */
    private static final int SHOWN = 200;

    private static final long SECOND = 1_000_000;

    private final NavigableMap<Long, List<Long>> latencies = new TreeMap<>();
    private final Map<String, Long> invoked = new HashMap<>();
    private final Map<String, Long> acknowledged = new HashMap<>();
    private long first = Long.MAX_VALUE;
    private long last;

    private TortureReport() {}

    /**
     * Writes the page of the run whose evidence is in that directory.
     *
     * @return the file
     * @throws ReportException where the evidence can't be read, or the page can't be written
     */
    public static Path write(Path directory) {
        ObjectNode data = Pages.MAPPER.createObjectNode();
        TortureReport report = new TortureReport();
        try {
            data.set("run", object(directory.resolve("run.json")));
            data.set("report", object(directory.resolve("report.json")));
            each(directory.resolve("history.jsonl"), report::take);
            ArrayNode faults = data.putArray("faults");
            if (Files.exists(directory.resolve("faults.jsonl"))) {
                each(directory.resolve("faults.jsonl"), faults::add);
            }
        } catch (IOException e) {
            throw new ReportException("torture '" + directory + "': its evidence can't be read ("
                    + Printable.line(
                            String.valueOf(e.getMessage()).lines().findFirst().orElse(""), SHOWN) + ")");
        }
        report.points(data);
        Path file = directory.resolve("report.html");
        Pages.write(file, "torture.html", data, "charts.js", "torture.js");
        return file;
    }

    private static JsonNode object(Path file) throws IOException {
        return Pages.MAPPER.readTree(Files.readAllBytes(file));
    }

    private interface Line {
        void on(JsonNode line);
    }

    /** Half a line at the end is what a killed writer leaves. */
    private static void each(Path file, Line reader) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                try {
                    reader.on(Pages.MAPPER.readTree(text));
                } catch (JsonProcessingException e) {
                    if (in.readLine() != null) {
                        throw e;
                    }
                }
            }
        }
    }

    /** The latency of a task is from the invocation of its submit to the knowledge of its outcome. */
    private void take(JsonNode line) {
        long at = line.path("at").asLong();
        first = Math.min(first, at);
        last = Math.max(last, at);
        String op = line.path("op").asText();
        String type = line.path("type").asText();
        String id = line.path("process").asText() + " " + line.path("id").asText();
        if (op.equals("submit") && type.equals("invoke") && invoked.size() < MOST_OPEN) {
            invoked.put(id, at);
        } else if (op.equals("submit")) {
            Long begin = invoked.remove(id);
            if (type.equals("ok") && begin != null) {
                acknowledged.put(line.path("task").asText(), begin);
            }
        } else if (op.equals("outcome") && type.equals("ok")) {
            Long begin = acknowledged.remove(line.path("task").asText());
            if (begin != null) {
                latencies
                        .computeIfAbsent(at / SECOND, unused -> new ArrayList<>())
                        .add(at - begin);
            }
        }
    }

    /** By second, or by a few: time, outcomes a second, and the latencies of the middle one, of one in a hundred, the worst. */
    private void points(ObjectNode data) {
        ArrayNode points = data.putArray("points");
        if (first == Long.MAX_VALUE) {
            return;
        }
        long from = first / SECOND;
        long seconds = last / SECOND - from + 1;
        long step = Math.max(1, (seconds + MOST_POINTS - 1) / MOST_POINTS);
        for (long at = from; at < from + seconds; at += step) {
            List<Long> all = new ArrayList<>();
            // Only those that there are: a time that makes no sense makes a step of ages.
            latencies.subMap(at, at + step).values().forEach(all::addAll);
            all.sort(null);
            ArrayNode point = points.addArray().add(at).add(all.size() / (double) step);
            if (!all.isEmpty()) {
                point.add(all.get(all.size() / 2) / 1e3)
                        .add(all.get(all.size() * 99 / 100) / 1e3)
                        .add(all.get(all.size() - 1) / 1e3);
            }
        }
    }
}
