package dev.twinkeeper.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be done later, in the order in which it was added. All have the same patience, so that is the order of the
 * deadlines too, and looking stops at the first that is not due; one that was put back early waits for those before it.
 */
final class Deadlines<T> {
    private final Map<T, Long> deadlines = new LinkedHashMap<>();

    void add(T what, long deadline) {
        deadlines.remove(what);
        deadlines.put(what, deadline);
    }

    void addIfAbsent(T what, long deadline) {
        deadlines.putIfAbsent(what, deadline);
    }

    void remove(T what) {
        deadlines.remove(what);
    }

    int size() {
        return deadlines.size();
    }

    /** Those whose deadline is over, {@code most} at the most. */
    List<T> due(long now, int most) {
        List<T> due = new ArrayList<>();
        for (Map.Entry<T, Long> each : deadlines.entrySet()) {
            if (due.size() >= most || each.getValue() - now > 0) {
                break;
            }
            due.add(each.getKey());
        }
        return due;
    }
}
