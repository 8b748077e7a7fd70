package dev.twinkeeper.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.twinkeeper.cli.compare.Comparer;
import dev.twinkeeper.cli.compare.Comparison;
import dev.twinkeeper.cli.compare.ComparisonReport;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper compare}: the suite on every implementation, side by side. */
@Command(
        name = "compare",
        description = {
            "Runs every scenario, of the master-worker system and of the small recipes, against each implementation, and"
                    + " shows side by side: result and time by rule, known differences, failover times, the cost on the"
                    + " wire, the size of the code.",
            "Writes results.json and comparison.md besides. Takes a few minutes."
        })
final class CompareCommand implements Callable<Integer> {
    private static final String MIXED = "mixed";

    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "IMPL",
            description = "What to compare: raw, curator, mixed (masters, workers and clients of both); with commas."
                    + " Default: ${DEFAULT-VALUE}.",
            defaultValue = "raw,curator,mixed")
    private List<String> implementations;

    @Option(
            names = "--scenario",
            paramLabel = "REGEX",
            description = "Only scenarios whose topic.name it finds something in, such as failover, Zombie, or lock.",
            defaultValue = "")
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
            description = "How often to run the suite, 1 to 100; what is measured is measured three times at the least."
                    + " Default: ${DEFAULT-VALUE}.",
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

    private final Terminal terminal;

    CompareCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        between("servers", servers, 1, 9);
        between("runs", runs, 1, 100);
        List<Implementations> all = new LinkedHashSet<>(implementations)
                .stream().map(CompareCommand::implementationsOf).toList();
        List<Scenario> scenarios = chosen();
        Path home = Path.of(System.getProperty("twinkeeper.home", "."));
        Path directory = out == null ? home.resolve("target").resolve("comparison") : out;
        makeDirectory(directory);
        log.open("compare", terminal);

        ProgressLine progress = new ProgressLine(terminal);
        Comparison comparison = new Comparer(all, scenarios, servers, runs, home, progress).compare();
        progress.end();

        ComparisonReport report = new ComparisonReport(comparison);
        String results = mapper().writeValueAsString(comparison);
        write(directory.resolve("results.json"), results + "\n");
        write(directory.resolve("comparison.md"), String.join("\n", report.markdown()) + "\n");
        if (json) {
            terminal.say(results);
        } else {
            report.text().forEach(terminal.out()::println);
            terminal.say("");
            terminal.say(
                    "Written: " + directory.resolve("comparison.md") + " and " + directory.resolve("results.json"));
        }
        if (!comparison.ok()) {
            terminal.complain("scenarios failed: " + Comparer.losers(comparison) + "; their histories are in the log");
            return ExitCode.FAILED.code();
        }
        return ExitCode.GOOD.code();
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.NOT_WRITTEN,
                    "report '" + file + "': it can't be written (" + e.getMessage()
                            + "); name another place with --out");
        }
    }

    private static Implementations implementationsOf(String name) {
        List<Coordination> all = Coordination.all();
        if (name.equals(MIXED)) {
            List<Recipes> sides = Recipes.all();
            return Implementations.mixed(all.get(0), all.get(1)).with(sides.get(0), sides.get(1));
        }
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .map(CompareCommand::implementationsOf)
                .orElseThrow(() -> CoordinationException.invalid(
                        "implementation",
                        name,
                        "use " + all.stream().map(Coordination::name).collect(Collectors.joining(", ")) + " or "
                                + MIXED));
    }

    private static Implementations implementationsOf(Coordination coordination) {
        Recipes recipes = Recipes.named(coordination.side());
        return Implementations.of(coordination).with(recipes, recipes);
    }

    private List<Scenario> chosen() {
        try {
            Pattern pattern = Pattern.compile(choice);
            List<Scenario> all = Stream.concat(Scenarios.all().stream(), Scenarios.recipes().stream())
                    .toList();
            List<Scenario> chosen = all.stream()
                    .filter(scenario -> pattern.matcher(scenario.id()).find())
                    .toList();
            if (chosen.isEmpty()) {
                throw CoordinationException.invalid(
                        "scenario", choice, "none of the " + all.size() + " has that in its topic.name");
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

    private static ObjectMapper mapper() {
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    }
}
