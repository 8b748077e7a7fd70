package dev.twinkeeper.scenarios.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Several runs side by side, a column for each, with what all of them together have to show. */
public record Soak(List<RunResult> runs) {
    private record Row(String name, Function<RunResult, String> value) {}

    private static final List<Row> ROWS = List.of(
            new Row(
                    "load",
                    run -> "%d s at %.0f tasks/s"
                            .formatted(run.run().loaded().toSeconds(), run.run().rate())),
            count("acknowledged tasks", run -> run.numbers().acknowledged()),
            new Row("faults seen (injected, duds)", Soak::faults),
            new Row(
                    "kinds of fault seen",
                    run -> String.valueOf(run.tolls().values().stream()
                            .filter(toll -> toll.seen() > 0)
                            .count())),
            count("reigns", run -> run.numbers().reigns()),
            count("acknowledged tasks lost", run -> run.numbers().lost()),
            count("double statuses", run -> run.numbers().doubleStatuses()),
            count("changed statuses", run -> run.numbers().changedStatuses()),
            count("commits by a deposed master", run -> run.count(ViolationKind.DEPOSED)),
            count("assignments without the fence", run -> run.numbers().unfenced()),
            count("disagreements of the servers", run -> run.count(ViolationKind.DISAGREEMENT)),
            new Row(
                    "duplicate executions (unexplained)",
                    run -> "%,d (%,d)"
                            .formatted(run.numbers().duplicates(), run.numbers().unexplained())),
            new Row(
                    "unknown submits (applied)",
                    run -> "%,d (%,d)"
                            .formatted(run.numbers().unknown(), run.numbers().unknownApplied())),
            new Row(
                    "longest gap without progress",
                    run -> RunReport.seconds(run.numbers().longestGap())),
            new Row(
                    "drained after the load",
                    run -> run.numbers().drained().map(RunReport::seconds).orElse("never")),
            new Row(
                    "heap of the roles, start → end",
                    run -> footprint(run, Run.Footprint::heapStartKb, Run.Footprint::heapEndKb, 1_024, " MiB")),
            new Row(
                    "threads of the roles, start → end",
                    run -> footprint(run, Run.Footprint::threadsStart, Run.Footprint::threadsEnd, 1, "")),
            new Row(
                    "transactions committed (proposed only)",
                    run -> "%,d (%,d)"
                            .formatted(run.numbers().committed(), run.numbers().dropped())),
            count(
                    "violations",
                    run -> run.counts().values().stream()
                            .mapToLong(Long::longValue)
                            .sum()));

    public Soak {
        runs = List.copyOf(runs);
    }

    private static Row count(String name, Function<RunResult, Long> value) {
        return new Row(name, run -> "%,d".formatted(value.apply(run)));
    }

    private static String faults(RunResult run) {
        long injected = run.faults().size();
        return "%d (%d, %d)".formatted(run.seen(), injected, injected - run.seen());
    }

    private static String footprint(
            RunResult run,
            Function<Run.Footprint, Long> start,
            Function<Run.Footprint, Long> end,
            long unit,
            String suffix) {
        long from = run.run().footprints().stream().mapToLong(start::apply).sum();
        long to = run.run().footprints().stream().mapToLong(end::apply).sum();
        return "%,d → %,d%s".formatted(from / unit, to / unit, suffix);
    }

    /** What has to be shown, and whether it was. */
    public List<Threshold> thresholds() {
        return Threshold.of(runs);
    }

    /** As Markdown: how to run it again, the table, the faults by kind, the thresholds, what was found. */
    public String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("# Torture\n\n");
        for (RunResult run : runs) {
            text.append("- ")
                    .append(run.run().implementation())
                    .append(run.holds() ? ": every rule kept" : ": VIOLATIONS")
                    .append(". Again: `")
                    .append(run.run().command())
                    .append("` (seed ")
                    .append(run.run().seed())
                    .append(")\n");
        }
        table(text, "", ROWS);
        text.append("\n## Faults by kind: seen of injected; recovery, median and worst\n");
        table(text, "kind", kinds());
        text.append("\n## What a soak has to show\n\n| | | | |\n|---|---|---|---|\n");
        for (Threshold threshold : thresholds()) {
            text.append("| %s | %s | %s | %s |\n"
                    .formatted(
                            threshold.scope(),
                            threshold.wanted(),
                            threshold.value(),
                            threshold.met() ? "met" : "**not met**"));
        }
        runs.forEach(run -> RunReport.findings(run, text));
        return text.toString();
    }

    /** The table of numbers and the one of faults as plain text, for a terminal. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        List<Row> all = new ArrayList<>(ROWS);
        all.addAll(kinds());
        for (Row row : all) {
            StringBuilder line = new StringBuilder("  %-40s".formatted(row.name()));
            runs.forEach(run -> line.append(" %28s".formatted(row.value().apply(run))));
            lines.add(line.toString());
        }
        return lines;
    }

    private List<Row> kinds() {
        Set<String> kinds = new TreeSet<>();
        runs.forEach(run -> kinds.addAll(run.tolls().keySet()));
        return kinds.stream()
                .map(kind -> new Row(kind, run -> toll(run.tolls().get(kind))))
                .toList();
    }

    private static String toll(RunResult.Toll toll) {
        if (toll == null) {
            return "–";
        }
        String seen = toll.seen() + " of " + toll.injected();
        return toll.recoveries().isEmpty()
                ? seen
                : "%s; %s, %s".formatted(seen, RunReport.seconds(toll.median()), RunReport.seconds(toll.worst()));
    }

    private void table(StringBuilder text, String corner, List<Row> rows) {
        text.append("\n| ").append(corner).append(" |");
        runs.forEach(run -> text.append(' ').append(run.run().implementation()).append(" |"));
        text.append("\n|---|").append("---:|".repeat(runs.size())).append('\n');
        for (Row row : rows) {
            text.append("| ").append(row.name()).append(" |");
            runs.forEach(run -> text.append(' ').append(row.value().apply(run)).append(" |"));
            text.append('\n');
        }
    }
}
