package dev.twinkeeper.scenarios.verdict;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came of a run.
 *
 * @param counts how often each charge was found; those that were not are not in it
 * @param findings of each charge the first, with the records around them
 */
public record Verdict(Run run, Numbers numbers, List<Fault> faults, Map<Charge, Long> counts, List<Finding> findings) {
    public Verdict {
        faults = List.copyOf(faults);
        counts = Map.copyOf(counts);
        findings = List.copyOf(findings);
    }

    /** Whether all rules were kept, and the evidence is whole. */
    public boolean holds() {
        return counts.isEmpty();
    }

    public long count(Charge charge) {
        return counts.getOrDefault(charge, 0L);
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
        Map<String, List<Fault>> byKind = new TreeMap<>();
        faults.forEach(fault -> byKind.computeIfAbsent(fault.kind(), unused -> new ArrayList<>())
                .add(fault));
        Map<String, Toll> tolls = new TreeMap<>();
        byKind.forEach((kind, all) -> tolls.put(kind, toll(kind, all)));
        return tolls;
    }

    private static Toll toll(String kind, List<Fault> all) {
        List<Duration> recoveries = all.stream()
                .filter(Fault::seen)
                .flatMap(fault -> fault.recovery().stream())
                .sorted(Comparator.naturalOrder())
                .toList();
        return new Toll(kind, all.size(), seen(all), recoveries);
    }

    private static long seen(List<Fault> all) {
        return all.stream().filter(Fault::seen).count();
    }

    /** How many faults had an effect. */
    public long seen() {
        return seen(faults);
    }

    /** A few lines for a terminal, with the findings and what is around them. */
    public String summary() {
        return Report.summary(this);
    }
}
