package dev.twinkeeper.cli;

import dev.twinkeeper.cli.bench.BenchLoad;
import dev.twinkeeper.cli.bench.BenchRunner;
import dev.twinkeeper.cli.bench.BenchTable;
import dev.twinkeeper.cli.report.BenchReport;
import dev.twinkeeper.cli.report.ReportException;
import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Security;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code twinkeeper bench}: how fast, and what it costs, side by side. */
@Command(
        name = "bench",
        description = {
            "Gives the implementations the same tasks in turns, after a warm-up, and shows how fast each one is and what a"
                    + " task costs: medians of the runs.",
            "Beside them: 'ceiling', the bare writes of the same tasks in batches, which no coordination can beat; and"
                    + " 'plain', the implementation that one would write first: no watches, and the whole tree looked at"
                    + " in each round.",
            "On a machine that others use too, only the ratios of one run mean something. Requests, transactions and"
                    + " notifications a task are the same anywhere."
        })
final class BenchCommand implements Callable<Integer> {
    private static final int TASKS = 10_000;
    private static final int TAKEOVERS = 20;

    /** What {@code --mode} takes. */
    enum Mode {
        CLOSED(BenchLoad.Mode.CLOSED, BenchRunner.Vary.NOTHING),
        WINDOW(BenchLoad.Mode.WINDOW, BenchRunner.Vary.NOTHING),
        OPEN(BenchLoad.Mode.OPEN, BenchRunner.Vary.NOTHING),
        BACKLOG(BenchLoad.Mode.BACKLOG, BenchRunner.Vary.NOTHING),
        GROWTH(BenchLoad.Mode.CLOSED, BenchRunner.Vary.TASKS),
        WORKERS(BenchLoad.Mode.CLOSED, BenchRunner.Vary.WORKERS),
        MASTERS(BenchLoad.Mode.MASTERS, BenchRunner.Vary.NOTHING);

        private final BenchLoad.Mode load;
        private final BenchRunner.Vary vary;

        Mode(BenchLoad.Mode load, BenchRunner.Vary vary) {
            this.load = load;
            this.vary = vary;
        }

        static Mode parse(String text) {
            return Arrays.stream(values())
                    .filter(each -> each.toString().equals(text))
                    .findFirst()
                    .orElseThrow(() -> CoordinationException.invalid(
                            "mode",
                            text,
                            "use one of "
                                    + Arrays.stream(values())
                                            .map(Mode::toString)
                                            .collect(Collectors.joining(", "))));
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "IMPL",
            completionCandidates = CompletionCandidates.Implementations.class,
            description = "What is measured, with commas: raw, curator, a variant of curator, plain, ceiling. Default:"
                    + " ${DEFAULT-VALUE}.",
            defaultValue = "raw,curator,plain,ceiling")
    private List<String> subjects;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = {
                "closed: all tasks at once;",
                "window: --outstanding tasks under way at a time, with latencies;",
                "open: --rate tasks a second, with latencies, each from when its task was due;",
                "backlog: all tasks outstanding before a master comes;",
                "growth: closed, with 1000, 10000, … up to --tasks;",
                "workers: closed, with 1, 4, 16, … up to --workers;",
                "masters: a master closes while a task is pending, until the next one assigns it; --tasks times.",
                "Default: ${DEFAULT-VALUE}."
            },
            defaultValue = "closed")
    private Mode mode;

    @Option(
            names = "--tasks",
            paramLabel = "N",
            description = "How many tasks, 1 to 1000000. Default: 10000; with masters, 20.")
    private Integer tasks;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "How many workers, 1 to 1000. Default: ${DEFAULT-VALUE}.",
            defaultValue = "4")
    private int workers;

    @Option(
            names = "--slots",
            paramLabel = "N",
            description = "How many tasks a worker takes at a time, 1 to 1000. Default: ${DEFAULT-VALUE}.",
            defaultValue = "100")
    private int slots;

    @Option(
            names = "--outstanding",
            paramLabel = "N",
            description = "How many tasks are under way with window, 1 to 100000. Default: ${DEFAULT-VALUE}.",
            defaultValue = "100")
    private int outstanding;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "How many tasks a second with open, 1 to 100000. Default: ${DEFAULT-VALUE}.",
            defaultValue = "500")
    private int rate;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "How many runs of each, 1 to 100. Default: ${DEFAULT-VALUE}.",
            defaultValue = "5")
    private int runs;

    @Option(
            names = "--servers",
            paramLabel = "N",
            description = "How many servers, 1 to 9, in this process. Default: 3.")
    private Integer servers;

    @Option(
            names = "--processes",
            description = "Each server is a process that forces its log to the disk: the honest setting.")
    private boolean processes;

    @Option(
            names = "--connect",
            paramLabel = "HOSTS[/CHROOT]",
            description =
                    "A running ensemble; the bench writes below the chroot, or below /bench where there is none. It does"
                            + " not read what the servers count.")
    private ConnectString connect;

    @Option(
            names = "--session-timeout",
            paramLabel = "TIME",
            description = "Default: ${DEFAULT-VALUE}.",
            defaultValue = "6s")
    private Duration sessionTimeout;

    @Option(
            names = "--against",
            split = ",",
            paramLabel = "DIR",
            description = "Another checkout, already built: its implementations of the same names are measured too, in"
                    + " turns with ours, in a process of their own.")
    private List<Path> against = List.of();

    @Option(names = "--json", description = "Prints one JSON object a run.")
    private boolean json;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Also writes the results as a page: one file that needs no network.")
    private Path report;

    @Mixin
    private SecurityOptions security;

    @Mixin
    private LogOption log;

    @Spec
    private CommandSpec spec;

    private final Terminal terminal;

    BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        BenchRunner.Plan plan = plan();
        log.open("bench", terminal);
        // A line for each event would be a good part of what is measured.
        LogFile.onlyWarnings();
        BenchTable table = new BenchTable(plan);
        try (RunProgress progress = new RunProgress(terminal)) {
            BenchRunner.run(plan, listener(table, progress));
        }
        if (!json) {
            terminal.say("");
            table.lines().forEach(terminal::say);
        }
        if (report != null) {
            writeReport(table);
        }
        if (table.lost() > 0) {
            terminal.complain(table.lost() + " tasks were not completed: that is a mistake of ours");
            return ExitCode.FAILED.code();
        }
        return ExitCode.GOOD.code();
    }

    private BenchRunner.Listener listener(BenchTable table, RunProgress progress) {
        return new BenchRunner.Listener() {
            @Override
            public void begins(String label, int done, int all) {
                progress.step(label, done, all);
            }

            @Override
            public void measured(BenchRunner.Run run) {
                table.add(run);
                progress.say(json ? Json.line(run.json()) : line(run));
            }

            @Override
            public void leftOut(String label, BenchLoad workload, String why) {
                if (!json) {
                    progress.say("%-16s is left out: %s".formatted(label, why));
                }
            }
        };
    }

    private static String line(BenchRunner.Run run) {
        return "%-16s run %d  %s"
                .formatted(run.label(), run.number(), run.measured().summary());
    }

    /** A page that cannot be written is to be heard of before everything is measured. */
    private void checkReport() {
        Path directory = report == null ? null : report.toAbsolutePath().getParent();
        if (report != null && (directory == null || !Files.isDirectory(directory) || Files.isDirectory(report))) {
            throw CoordinationException.invalid(
                    "report", report.toString(), "name a file in a directory that is there");
        }
    }

    private void writeReport(BenchTable table) {
        try {
            BenchReport.write(report, table.page(command()));
        } catch (ReportException e) {
            throw new CommandException(ExitCode.FAILURE, e.getMessage());
        }
        if (!json) {
            terminal.say("the page: " + report);
        }
    }

    private String command() {
        return "./twinkeeper "
                + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private BenchRunner.Plan plan() {
        checkReport();
        int count = tasks != null ? tasks : mode == Mode.MASTERS ? TAKEOVERS : TASKS;
        between("tasks", count, 1_000_000);
        between("workers", workers, 1_000);
        between("slots", slots, 1_000);
        between("outstanding", outstanding, 100_000);
        between("rate", rate, 100_000);
        between("runs", runs, 100);
        between("servers", servers == null ? 1 : servers, 9);
        if (connect != null && (servers != null || processes)) {
            throw CoordinationException.invalid(
                    "connect",
                    connect.toString(),
                    "it names servers that run already: leave out --servers, --processes");
        }
        Security doors = connect == null ? security.plainTcp("the bench's own servers") : security.security();
        doors.withoutRoles("a bench");
        Optional<Security> secured = Optional.of(doors).filter(some -> !some.equals(Security.NONE));
        if (!against.isEmpty() && secured.isPresent()) {
            throw CoordinationException.invalid(
                    "against",
                    against.get(0).toString(),
                    "another checkout is measured on open servers: leave out --auth-file, --acl, --tls-config and "
                            + SecurityOptions.VARIABLE);
        }
        BenchLoad workload = new BenchLoad(mode.load, count, workers, slots, outstanding, rate);
        BenchRunner.Where where = new BenchRunner.Where(
                Optional.ofNullable(connect), servers == null ? 3 : servers, processes, sessionTimeout, secured);
        return new BenchRunner.Plan(
                new ArrayList<>(new LinkedHashSet<>(subjects)), List.copyOf(against), workload, mode.vary, runs, where);
    }

    private static void between(String what, int value, int most) {
        if (value < 1 || value > most) {
            throw CoordinationException.invalid(what, String.valueOf(value), "must be from 1 to " + most);
        }
    }
}
