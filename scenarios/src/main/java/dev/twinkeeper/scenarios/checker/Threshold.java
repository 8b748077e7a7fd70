package dev.twinkeeper.scenarios.checker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Something that a soak has to show.
 *
 * @param scope the implementation, or {@code together}
 * @param wanted what it takes, in words
 * @param value what it was, in words
 */
public record Threshold(String scope, String wanted, String value, boolean met) {
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(28);
    private static final Duration DRAINED = Duration.ofSeconds(60);
    private static final long TASKS = 300_000;
    private static final long FAULTS = 260;
    private static final long KINDS = 30;
    private static final long OF_EACH_KIND = 5;

    /** How much more heap and threads there may be at the end. */
    private static final double GROWTH = 0.10;

    /** All of them, for runs that belong together. */
    static List<Threshold> of(List<RunResult> runs) {
        List<Threshold> all = new ArrayList<>();
        long tasks =
                runs.stream().mapToLong(run -> run.numbers().acknowledged()).sum();
        long seen = runs.stream().mapToLong(RunResult::seen).sum();
        Set<String> kinds = runs.stream()
                .flatMap(run -> run.tolls().values().stream())
                .filter(toll -> toll.seen() > 0)
                .map(RunResult.Toll::kind)
                .collect(Collectors.toCollection(TreeSet::new));
        all.add(atLeast("together", "acknowledged tasks", tasks, TASKS));
        all.add(atLeast("together", "faults seen", seen, FAULTS));
        all.add(atLeast("together", "kinds of fault seen", kinds.size(), KINDS));
        runs.forEach(run -> of(run, all));
        return all;
    }

    private static void of(RunResult run, List<Threshold> all) {
        String scope = run.run().implementation();
        RunNumbers numbers = run.numbers();
        all.add(atLeast(scope, "minutes of load", run.run().loaded().toMinutes(), LONG_ENOUGH.toMinutes()));
        Collection<RunResult.Toll> tolls = run.tolls().values();
        RunResult.Toll rarest =
                tolls.stream().min((a, b) -> Long.compare(a.seen(), b.seen())).orElse(null);
        all.add(new Threshold(
                scope,
                "each kind of fault seen at least " + OF_EACH_KIND + " times",
                rarest == null ? "none" : rarest.kind() + " " + rarest.seen() + " times",
                rarest != null && rarest.seen() >= OF_EACH_KIND));
        all.add(none(scope, "tasks lost", numbers.lost()));
        all.add(none(scope, "statuses changed or doubled", numbers.changedStatuses() + numbers.doubleStatuses()));
        all.add(none(scope, "commits by a deposed master", run.count(ViolationKind.DEPOSED)));
        all.add(none(scope, "disagreements of the servers", run.count(ViolationKind.DISAGREEMENT)));
        all.add(none(scope, "duplicate executions unexplained", numbers.unexplained()));
        all.add(none(
                scope,
                "other violations",
                run.counts().values().stream().mapToLong(Long::longValue).sum()
                        - run.count(ViolationKind.DEPOSED)
                        - run.count(ViolationKind.DISAGREEMENT)));
        all.add(new Threshold(
                scope,
                "drained in " + RunReport.seconds(DRAINED),
                numbers.drained().map(RunReport::seconds).orElse("never"),
                numbers.drained().isPresent() && numbers.drained().get().compareTo(DRAINED) <= 0));
        Predicate<FaultRecord> killOnly =
                fault -> fault.isKill() && fault.bound().equals(FaultRecord.RECOVERY);
        all.add(recovery(run, "after a kill", killOnly, FaultRecord.RECOVERY));
        all.add(recovery(
                run,
                "after a cut, or a kill during one,",
                killOnly.negate(),
                run.run().sessionTimeout().plus(FaultRecord.RECOVERY)));
        all.add(growth(run, "heap", Run.Footprint::heapStartKb, Run.Footprint::heapEndKb));
        all.add(growth(run, "threads", Run.Footprint::threadsStart, Run.Footprint::threadsEnd));
    }

    private static Threshold atLeast(String scope, String what, long value, long wanted) {
        return new Threshold(scope, "at least %,d %s".formatted(wanted, what), "%,d".formatted(value), value >= wanted);
    }

    private static Threshold none(String scope, String what, long value) {
        return new Threshold(scope, "0 " + what, "%,d".formatted(value), value == 0);
    }

    private static Threshold recovery(RunResult run, String what, Predicate<FaultRecord> which, Duration bound) {
        List<FaultRecord> seen =
                run.faults().stream().filter(FaultRecord::seen).filter(which).toList();
        Duration worst = seen.stream()
                .flatMap(fault -> fault.recovery().stream())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        long never = seen.stream().filter(fault -> fault.recovery().isEmpty()).count();
        return new Threshold(
                run.run().implementation(),
                "recovery " + what + " in " + RunReport.seconds(bound),
                "worst " + RunReport.seconds(worst) + (never > 0 ? ", " + never + " never" : ""),
                never == 0 && worst.compareTo(bound) <= 0);
    }

    /** All role processes together: one alone is small enough for a buffer to make ten percent. */
    private static Threshold growth(
            RunResult run, String what, ToLongFunction<Run.Footprint> start, ToLongFunction<Run.Footprint> end) {
        long from = run.run().footprints().stream().mapToLong(start).sum();
        long to = run.run().footprints().stream().mapToLong(end).sum();
        double growth = from == 0 ? 1 : (double) (to - from) / from;
        return new Threshold(
                run.run().implementation(),
                "%s at the end within %.0f %% of the start".formatted(what, GROWTH * 100),
                from == 0 ? "not measured" : "%+.1f %%".formatted(growth * 100),
                growth <= GROWTH);
    }

    Map<String, Object> json() {
        return Map.of("scope", scope, "wanted", wanted, "value", value, "met", met);
    }
}
