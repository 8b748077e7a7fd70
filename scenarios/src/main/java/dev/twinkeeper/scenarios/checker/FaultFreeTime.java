package dev.twinkeeper.scenarios.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The time in which nothing is wrong: outside every fault, from where it began to where the service had recovered.
 * Deadlines run in it; how long a recovery may take is checked by itself. Asked in the order of time, so that all
 * questions together cost as much as there are faults.
 */
final class FaultFreeTime {
    private record Window(long from, long to) {}

    private final List<Window> faults = new ArrayList<>();
    private int next;

    FaultFreeTime(Run run, List<FaultRecord> all) {
        List<Window> windows = new ArrayList<>();
        all.forEach(fault -> windows.add(window(run, fault)));
        run.clockSteps().forEach(step -> windows.add(window(run, step)));
        windows.sort(Comparator.comparingLong(Window::from));
        long to = Long.MIN_VALUE;
        for (Window window : windows) {
            // Those that overlap become windows that don't.
            long from = Math.max(window.from, to);
            to = Math.max(window.to, to);
            faults.add(new Window(from, to));
        }
    }

    private static Window window(Run run, FaultRecord fault) {
        // A dud needs no recovery.
        long end = fault.recovered()
                .or(() -> fault.seen() ? Optional.empty() : Optional.of(fault.end()))
                .map(recovered -> run.wall(Math.max(fault.end(), recovered)))
                .orElse(Long.MAX_VALUE);
        return new Window(run.wall(fault.begin()), end);
    }

    /** What the step skips did not pass; and a machine that was halted has sessions and elections to get over. */
    private static Window window(Run run, ClockStep step) {
        long before = run.wall(step.at() - 1);
        long after = run.wall(step.at());
        return new Window(Math.min(before, after), Math.max(before, after) + FaultRecord.RECOVERY.toMillis());
    }

    /** How many milliseconds of this span had no fault; no span may begin before an earlier one. */
    long between(long from, long to) {
        while (next < faults.size() && faults.get(next).to <= from) {
            next++;
        }
        long faultFree = Math.max(0, to - from);
        for (int i = next; i < faults.size() && faults.get(i).from < to; i++) {
            faultFree -= Math.max(0, Math.min(to, faults.get(i).to) - Math.max(from, faults.get(i).from));
        }
        return faultFree;
    }
}
