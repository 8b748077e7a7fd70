package dev.twinkeeper.cli.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;

/**
 * The page of a bench: throughput against workers or against the number of tasks outstanding, latency percentiles and what
 * a task costs, with the ceiling as a line.
 */
public final class BenchReport {
    private BenchReport() {}

    /**
     * Writes it.
     *
     * @param page what it shows: plain values, lists and maps
     * @throws ReportException where the file can't be written
     */
    public static void write(Path file, Map<String, Object> page) {
        ObjectNode data = Pages.MAPPER.valueToTree(page);
        Pages.write(file, "bench.html", data, "charts.js", "bench.js");
    }
}
