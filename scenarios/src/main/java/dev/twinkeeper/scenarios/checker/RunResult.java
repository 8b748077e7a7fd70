package dev.twinkeeper.scenarios.checker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a run.
 *
 * @param counts how often each kind was found; those that were not are not in it
 * @param findings of each kind the first, with the records around them
 */
public record RunResult(
        Run run,
        RunNumbers numbers,
        List<FaultRecord> faults,
        Map<ViolationKind, Long> counts,
        List<Violation> findings) {
    public RunResult {
        faults = List.copyOf(faults);
        counts = Map.copyOf(counts);
        findings = List.copyOf(findings);
    }

    /** Whether all rules were kept, and the evidence is whole. */
    public boolean holds() {
        return counts.isEmpty();
    }

    public long count(ViolationKind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /** The faults of one kind. */
    public record Toll(String kind, long injected, long seen, List<Duration> recoveries) {
        public long duds() {
            return injected - seen;
        }

        /** Half of the recoveries took longer; zero where there was none. */
        public Duration median() {
            return recoveries.isEmpty() ? Duration.ZERO : recoveries.get((recoveries.size() - 1) / 2);
        }

        public Duration worst() {
            return recoveries.isEmpty() ? Duration.ZERO : recoveries.get(recoveries.size() - 1);
        }
    }

    /** By kind, in the order of their names. */
    public Map<String, Toll> tolls() {
        Map<String, List<FaultRecord>> byKind = new TreeMap<>();
        faults.forEach(fault -> byKind.computeIfAbsent(fault.kind(), unused -> new ArrayList<>())
                .add(fault));
        Map<String, Toll> tolls = new TreeMap<>();
        byKind.forEach((kind, all) -> tolls.put(kind, toll(kind, all)));
        return tolls;
    }

    private static Toll toll(String kind, List<FaultRecord> all) {
        List<Duration> recoveries = all.stream()
                .filter(FaultRecord::seen)
                .flatMap(fault -> fault.recovery().stream())
                .sorted(Comparator.naturalOrder())
                .toList();
        return new Toll(kind, all.size(), seen(all), recoveries);
    }

    private static long seen(List<FaultRecord> all) {
        return all.stream().filter(FaultRecord::seen).count();
    }

    /** How many faults had an effect. */
    public long seen() {
        return seen(faults);
    }

    /** A few lines for a terminal, with the findings and what is around them. */
    public String summary() {
        return RunReport.summary(this);
    }
}
