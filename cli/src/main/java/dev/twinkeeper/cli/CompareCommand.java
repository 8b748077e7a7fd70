package dev.twinkeeper.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.twinkeeper.cli.compare.Comparer;
import dev.twinkeeper.cli.compare.Comparison;
import dev.twinkeeper.cli.compare.Comparison.Scope;
import dev.twinkeeper.cli.compare.ComparisonReport;
import dev.twinkeeper.cli.compare.Plan;
import dev.twinkeeper.cli.compare.Side;
import dev.twinkeeper.cli.report.RecordingFile;
import dev.twinkeeper.cli.report.ReportException;
import dev.twinkeeper.cli.report.ReportPage;
import dev.twinkeeper.cli.report.WholeFile;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.Scenarios;
import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.events.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper compare}: the implementations side by side. */
@Command(
        name = "compare",
        description = {
            "Measures each implementation and shows what differs, biggest first: the size of the code, what a reader has to"
                    + " know, the cost on the wire, throughput, failover, threads and heap, and the rules that a side does"
                    + " not keep, with scenarios that prove it. Takes about a minute and a half.",
            "--all also runs every scenario, on each implementation and on a mixture: some minutes.",
            "Writes results.json, and comparison.md made from it."
        })
final class CompareCommand implements Callable<Integer> {
    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "IMPL",
            completionCandidates = CompletionCandidates.WithMixed.class,
            description =
                    "What to compare, with commas: raw, curator, its variants (curator-…), and mixed (masters, workers"
                            + " and clients of both, which are run and not measured). The first two are compared with each other,"
                            + " further ones with the second. Default: all; mixed only with --all or --scenario.")
    private List<String> implementations;

    @Option(names = "--all", description = "Also runs every scenario.")
    private boolean all;

    @Option(
            names = "--scenario",
            paramLabel = "REGEX",
            description =
                    "Runs only the scenarios with a match in their topic.name, such as failover, Zombie or lock, and"
                            + " compares nothing else.")
    private String choice;

    @Option(
            names = "--servers",
            paramLabel = "N",
            description = "Servers of the ensemble, 1 to 9. Default: ${DEFAULT-VALUE}.",
            defaultValue = "3")
    private int servers;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "How often to run the scenarios, 1 to 100. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private int runs;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where results.json and comparison.md go. Default: target/comparison of the project.")
    private Path out;

    @Option(names = "--json", description = "Prints results.json in place of the tables.")
    private boolean json;

    @Mixin
    private LogOption log;

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Terminal terminal;

    CompareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        between("servers", servers, 1, 9);
        between("runs", runs, 1, 100);
        Plan plan = plan();
        Path home = Path.of(System.getProperty("twinkeeper.home", "."));
        Path directory = out == null ? home.resolve("target").resolve("comparison") : out;
        makeDirectory(directory);
        log.open("compare", terminal);
        LogFile.leaveOutDetails(); // the history of what fails has them

        Comparison comparison;
        RecordingFile recordings = new RecordingFile();
        EventStream.Subscription wanted = Recording.want(recordings::take);
        try (ProgressLine progress = new ProgressLine(terminal)) {
            comparison = new Comparer(plan, home, progress).compare();
        } finally {
            wanted.close();
        }
        try {
            recordings.write(directory);
            write(comparison, directory, home);
        } catch (ReportException e) {
            throw new CommandException(e.isUnwritten() ? ExitCode.NOT_WRITTEN : ExitCode.FAILURE, e.getMessage());
        }
        if (!comparison.ok()) {
            terminal.complain("failed: " + Comparer.failed(comparison) + "; the histories are in the log");
            return ExitCode.FAILED.code();
        }
        return ExitCode.GOOD.code();
    }

    private static void write(Path file, String text) {
        try {
            WholeFile.write(file, text);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.NOT_WRITTEN,
                    "report '" + file + "': it can't be written (" + WholeFile.why(e)
                            + "); name another place with --out");
        }
    }

    /** The tables are made from what the file says, so that it says everything. */
    private void write(Comparison comparison, Path directory, Path home) throws IOException {
        String results = MAPPER.writeValueAsString(comparison);
        write(directory.resolve("results.json"), results + "\n");
        ComparisonReport report = new ComparisonReport(MAPPER.readValue(results, Comparison.class));
        write(directory.resolve("comparison.md"), String.join("\n", report.markdown()) + "\n");
        Path page = new ReportPage(home).write(directory.resolve("results.json"), directory.resolve("report.html"));
        if (json) {
            terminal.say(results);
            return;
        }
        report.text().forEach(terminal.out()::println);
        terminal.say("");
        terminal.say("Written: " + directory.resolve("comparison.md") + " and " + directory.resolve("results.json"));
        terminal.say("The page: " + page);
    }

    private Plan plan() {
        Scope scope = choice != null ? Scope.CHOSEN : all ? Scope.ALL : Scope.CONTRAST;
        List<String> names = new ArrayList<>(Side.names());
        if (scope != Scope.CONTRAST) {
            names.add(Side.MIXED);
        }
        List<Side> sides = new LinkedHashSet<>(implementations == null ? names : implementations)
                .stream().map(Side::named).toList();
        List<Scenario> every = Stream.concat(Scenarios.all().stream(), Scenarios.recipes().stream())
                .toList();
        List<Scenario> scenarios =
                switch (scope) {
                    case CONTRAST -> Plan.proofs(sides, every);
                    case ALL -> every;
                    case CHOSEN -> chosen(every);
                };
        return new Plan(sides, scope, scenarios, servers, runs);
    }

    private List<Scenario> chosen(List<Scenario> every) {
        try {
            Pattern pattern = Pattern.compile(choice);
            List<Scenario> chosen = every.stream()
                    .filter(scenario -> pattern.matcher(scenario.id()).find())
                    .toList();
            if (chosen.isEmpty()) {
                throw CoordinationException.invalid(
                        "scenario",
                        choice,
                        "none of the " + every.size() + " has that in its topic.name, such as "
                                + every.get(0).id());
            }
            return chosen;
        } catch (PatternSyntaxException e) {
            throw CoordinationException.invalid("scenario", choice, "no regular expression: " + e.getDescription());
        }
    }

    private static void makeDirectory(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw CoordinationException.invalid("out", directory.toString(), "it cannot be made: " + e.getMessage());
        }
    }

    private static void between(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw CoordinationException.invalid(what, String.valueOf(value), "must be from " + least + " to " + most);
        }
    }
}
