package dev.twinkeeper.cli;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.measure.Throughput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper bench}: tasks per second, side by side. */
@Command(
        name = "bench",
        description = {
            "Submits many tasks at once through one master and some workers, each run with every implementation in turn,"
                    + " and shows tasks per second: the median of the runs, and the ratio to the first implementation.",
            "Without --connect it runs on an ensemble in this process that does not force its log to the disk, so only"
                    + " the ratios mean something."
        })
final class BenchCommand implements Callable<Integer> {
    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "IMPL",
            completionCandidates = CompletionCandidates.Implementations.class,
            description = "raw, curator; with commas. Default: ${DEFAULT-VALUE}.",
            defaultValue = "raw,curator")
    private List<Coordination> implementations;

    @Option(
            names = "--connect",
            paramLabel = "HOSTS[/CHROOT]",
            description = "An ensemble that runs already, whose znodes below /bench it may write.")
    private ConnectString connect;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "1 to 1000000. Default: ${DEFAULT-VALUE}.",
            defaultValue = "10000")
    private int tasks;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "1 to 100. Default: ${DEFAULT-VALUE}.",
            defaultValue = "4")
    private int workers;

    @Option(
            names = "--slots",
            paramLabel = "N",
            description = "Tasks that a worker takes at a time, 1 to 1000. Default: ${DEFAULT-VALUE}.",
            defaultValue = "100")
    private int slots;

    @Option(
            names = "--servers",
            paramLabel = "N",
            description = "1 to 9. Default: ${DEFAULT-VALUE}.",
            defaultValue = "3")
    private int servers;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "1 to 100. Default: ${DEFAULT-VALUE}.",
            defaultValue = "3")
    private int runs;

    @Option(
            names = "--backlog",
            description = "All tasks are outstanding before a master comes: also shows the takeover.")
    private boolean backlog;

    @Option(names = "--json", description = "Prints one JSON object a run.")
    private boolean json;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException, ExecutionException, TimeoutException {
        between("tasks", tasks, 1_000_000);
        between("workers", workers, 100);
        between("slots", slots, 1_000);
        between("servers", servers, 9);
        between("runs", runs, 100);
        log.open("bench", terminal);
        if (connect != null) {
            return bench(connect.toString());
        }
        try (Ensemble ensemble = Ensemble.start(servers)) {
            return bench(ensemble.connectString());
        }
    }

    private int bench(String servers) throws InterruptedException, ExecutionException, TimeoutException {
        try (RunProgress progress = new RunProgress(terminal)) {
            return bench(servers, progress);
        }
    }

    private int bench(String servers, RunProgress progress)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, List<Throughput>> measured = new LinkedHashMap<>();
        Set<Coordination> all = new LinkedHashSet<>(implementations);
        int done = 0;
        // In turns, so that whatever else the machine does meets all of them alike.
        for (int run = 1; run <= runs; run++) {
            for (Coordination by : all) {
                progress.step("runs of " + by.name(), done++, runs * all.size());
                Throughput throughput = measure(by, servers, run);
                measured.computeIfAbsent(by.name(), unused -> new ArrayList<>()).add(throughput);
                progress.say(line(by.name(), run, throughput));
            }
        }
        boolean lost =
                measured.values().stream().flatMap(List::stream).anyMatch(each -> each.completed() < each.tasks());
        if (!json) {
            summary(measured).forEach(progress::say);
        }
        if (lost) {
            terminal.complain("some tasks were not completed: that is a mistake of ours");
            return ExitCode.FAILED.code();
        }
        return ExitCode.GOOD.code();
    }

    private Throughput measure(Coordination by, String servers, int run)
            throws InterruptedException, ExecutionException, TimeoutException {
        String place = servers + (servers.contains("/") ? "" : "/bench") + "/" + by.name() + "-"
                + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "-" + run;
        Settings settings = Settings.connect(place).withSlots(slots);
        return backlog
                ? Throughput.backlog(by, settings, tasks, workers)
                : Throughput.steady(by, settings, tasks, workers);
    }

    private String line(String name, int run, Throughput throughput) {
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("impl", name);
            object.put("run", run);
            object.put("tasks", throughput.tasks());
            object.put("completed", throughput.completed());
            object.put("submittedMillis", throughput.submitted().toMillis());
            object.put("takenOverMillis", throughput.takenOver().toMillis());
            object.put("totalMillis", throughput.total().toMillis());
            return Json.line(object);
        }
        return "%-8s run %d  %d of %d completed  submitted in %s%s  done in %s  %s tasks/s"
                .formatted(
                        name,
                        run,
                        throughput.completed(),
                        throughput.tasks(),
                        seconds(throughput.submitted()),
                        backlog ? "  taken over in " + seconds(throughput.takenOver()) : "",
                        seconds(throughput.total()),
                        Math.round(throughput.perSecond()));
    }

    private List<String> summary(Map<String, List<Throughput>> measured) {
        List<String> lines = new ArrayList<>();
        double first = 0;
        for (Map.Entry<String, List<Throughput>> each : measured.entrySet()) {
            double median = median(each.getValue());
            first = first == 0 ? median : first;
            lines.add("%-8s median of %d: %d tasks/s, %.2f of the first"
                    .formatted(each.getKey(), each.getValue().size(), Math.round(median), median / first));
        }
        return lines;
    }

    private static double median(List<Throughput> runs) {
        List<Double> sorted = runs.stream().map(Throughput::perSecond).sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f s", duration.toMillis() / 1_000.0);
    }

    private static void between(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw CoordinationException.invalid(what, String.valueOf(value), "must be from 1 to " + most);
        }
    }
}
