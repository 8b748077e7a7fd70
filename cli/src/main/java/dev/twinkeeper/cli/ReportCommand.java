package dev.twinkeeper.cli;

import dev.twinkeeper.cli.report.ReportException;
import dev.twinkeeper.cli.report.ReportPage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper report}: the page of a comparison, made again from what it wrote. */
@Command(
        name = "report",
        description = {
            "Makes report.html from the results.json of a comparison: one file that needs no network.",
            "compare makes it too; this makes it again, or from somebody else's results."
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "RESULTS",
            description = "A results.json, or the directory that it is in. Default: target/comparison of the project.")
    private Path results;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Where the page goes. Default: report.html beside the results.")
    private Path out;

    private final Terminal terminal;

    ReportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Path home = Path.of(System.getProperty("twinkeeper.home", "."));
        Path given = results == null ? home.resolve("target").resolve("comparison") : results;
        Path file = Files.isDirectory(given) ? given.resolve("results.json") : given;
        Path page = out == null ? file.resolveSibling("report.html") : out;
        try {
            terminal.say("Written: " + new ReportPage(home).write(file, page));
        } catch (ReportException e) {
            throw new CommandException(e.isUnwritten() ? ExitCode.NOT_WRITTEN : ExitCode.USAGE, e.getMessage());
        }
        return ExitCode.GOOD.code();
    }
}
