package dev.twinkeeper.scenarios.verdict;

import dev.twinkeeper.contract.TaskId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where findings are entered: all are counted, and so many of each charge kept as a person would read. */
final class Docket {
    private static final int KEPT = 20;

    private final Map<Charge, Long> counts = new EnumMap<>(Charge.class);
    private final List<Finding> findings = new ArrayList<>();

    void enter(Charge charge, long zxid, String message) {
        enter(new Finding(charge, zxid, Optional.empty(), message, List.of()));
    }

    void enter(Charge charge, long zxid, TaskId task, String message) {
        enter(new Finding(charge, zxid, Optional.of(task), message, List.of()));
    }

    void enter(Finding finding) {
        if (counts.merge(finding.charge(), 1L, Long::sum) <= KEPT) {
            findings.add(finding);
        }
    }

    long count(Charge charge) {
        return counts.getOrDefault(charge, 0L);
    }

    Map<Charge, Long> counts() {
        return new EnumMap<>(counts);
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }
}
