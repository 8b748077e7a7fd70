package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.TaskId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where findings are entered: all are counted, and so many of each kind kept as a person would read. */
final class Violations {
    private static final int KEPT = 20;

    private final Map<ViolationKind, Long> counts = new EnumMap<>(ViolationKind.class);
    private final List<Violation> findings = new ArrayList<>();

    void enter(ViolationKind kind, long zxid, String message) {
        enter(new Violation(kind, Optional.empty(), zxid, Optional.empty(), message, List.of()));
    }

    void enter(ViolationKind kind, long zxid, TaskId task, String message) {
        enter(new Violation(kind, Optional.empty(), zxid, Optional.of(task), message, List.of()));
    }

    void enter(Violation finding) {
        if (counts.merge(finding.kind(), 1L, Long::sum) <= KEPT) {
            findings.add(finding);
        }
    }

    long count(ViolationKind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    Map<ViolationKind, Long> counts() {
        return new EnumMap<>(counts);
    }

    List<Violation> findings() {
        return List.copyOf(findings);
    }
}
