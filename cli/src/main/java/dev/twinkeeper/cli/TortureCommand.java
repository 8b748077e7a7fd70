package dev.twinkeeper.cli;

import dev.twinkeeper.cli.report.ReportException;
import dev.twinkeeper.cli.report.TortureReport;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.scenarios.checker.RunChecker;
import dev.twinkeeper.scenarios.checker.RunResult;
import dev.twinkeeper.scenarios.torture.FaultKind;
import dev.twinkeeper.scenarios.torture.Torture;
import dev.twinkeeper.scenarios.torture.TortureOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper torture}: random faults under load, checked from outside. */
@Command(
        name = "torture",
        description = {
            "Runs three or five servers, two masters, four workers and three clients, each a process of its own, injects"
                    + " random faults under load, and checks by the servers' own transaction logs whether every rule was"
                    + " kept.",
            "If one was not, the run ends with the command that runs the same schedule again. Loopback only; Ctrl-C ends"
                    + " every process."
        })
final class TortureCommand implements Callable<Integer> {
    /** Seeds that people can read to each other. */
    private static final long SEEDS = 1_000_000;

    @Option(
            names = "--impl",
            defaultValue = "raw",
            paramLabel = "IMPL",
            completionCandidates = CompletionCandidates.WithMixed.class,
            description = "raw, curator, or mixed: roles of both. Default: ${DEFAULT-VALUE}.")
    private String implementation;

    @Option(
            names = "--duration",
            defaultValue = "3m",
            paramLabel = "TIME",
            description = "How long load and faults last. Default: ${DEFAULT-VALUE}.")
    private Duration duration;

    @Option(
            names = "--rate",
            defaultValue = "100",
            paramLabel = "N",
            description = "How many tasks a second are submitted, by all clients together. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of the schedule: the same seed gives the same faults. Default: another one each time.")
    private Long seed;

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "LIST",
            description = "Only these kinds, with commas: ${COMPLETION-CANDIDATES}. Default: all.",
            completionCandidates = Kinds.class)
    private List<String> faults;

    @Option(
            names = "--servers",
            defaultValue = "3",
            paramLabel = "N",
            description = "How many servers: 3 or 5. Default: ${DEFAULT-VALUE}.")
    private int servers;

    @Option(
            names = "--secure",
            description =
                    "The servers turn away who gives no credentials; all that connect take theirs from a file, and the"
                            + " tree is locked to them.")
    private boolean secure;

    @Option(
            names = "--without-fence",
            description =
                    "Makes every check of the masters pass, on the wire, and delays what they hear: shows what the fence"
                            + " is for, and that the checker sees its absence.")
    private boolean unfenced;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where history, logs and report go: an empty or a new directory. Default: a new one below"
                    + " target/torture of the project.")
    private Path out;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    TortureCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        TortureOptions options = options();
        log.open("torture", terminal);
        terminal.say("all of it goes to " + options.out());
        Torture.Result result = run(options);
        RunResult runResult = check(options);
        runResult.summary().lines().forEach(terminal::say);
        report(options);
        result.failures().forEach(terminal::complain);
        if (runResult.holds() && result.failures().isEmpty()) {
            return ExitCode.GOOD.code();
        }
        terminal.say("again: " + options.command());
        return ExitCode.FAILED.code();
    }

    /** A page that can't be made takes nothing away from the run. */
    private void report(TortureOptions options) {
        try {
            terminal.say("the page: " + TortureReport.write(options.out()));
        } catch (ReportException e) {
            terminal.complain(e.getMessage());
        }
    }

    private Torture.Result run(TortureOptions options) {
        try (RunProgress progress = new RunProgress(terminal)) {
            progress.takes("torture, then settling and checking", options.duration());
            return Torture.run(options, progress::say);
        } catch (IllegalStateException e) {
            throw new CommandException(
                    ExitCode.FAILURE, e.getMessage() + " (in '" + options.out() + "'); again: " + options.command());
        }
    }

    private static RunResult check(TortureOptions options) {
        try {
            return RunChecker.check(options.out());
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILURE,
                    "the evidence in '" + options.out() + "' can't be read (" + e.getMessage() + "); again: "
                            + options.command());
        }
    }

    private Coordination side() {
        return Coordination.all().stream()
                .filter(each -> each.name().equals(implementation))
                .findFirst()
                .orElseThrow(() -> CoordinationException.invalid(
                        "implementation", implementation, "use one of raw, curator, " + TortureOptions.MIXED));
    }

    private TortureOptions options() {
        List<String> names = implementation.equals(TortureOptions.MIXED)
                ? Coordination.sides().stream().map(Coordination::name).toList()
                : List.of(side().name());
        try {
            List<FaultKind> kinds = faults == null
                    ? List.of(FaultKind.values())
                    : faults.stream().map(FaultKind::parse).toList();
            long chosen = seed == null ? ThreadLocalRandom.current().nextLong(SEEDS) : seed;
            return new TortureOptions(names, duration, rate, chosen, kinds, servers, secure, !unfenced, directory());
        } catch (IllegalArgumentException e) {
            throw new CoordinationException(CoordinationException.Problem.INVALID, e.getMessage());
        }
    }

    private Path directory() {
        if (out != null) {
            return out.toAbsolutePath().normalize();
        }
        String now = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return Path.of(System.getProperty("twinkeeper.home", "."))
                .resolve("target")
                .resolve("torture")
                .resolve(implementation + "-" + now)
                .toAbsolutePath()
                .normalize();
    }

    /** The kinds of fault, for {@code --help}. */
    static final class Kinds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return List.of(FaultKind.values()).stream().map(FaultKind::text).iterator();
        }
    }
}
