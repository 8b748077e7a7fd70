package dev.twinkeeper.cli;

import dev.twinkeeper.cli.report.WholeFile;
import dev.twinkeeper.scenarios.checker.RunChecker;
import dev.twinkeeper.scenarios.checker.RunResult;
import dev.twinkeeper.scenarios.checker.Soak;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper check}: checks torture runs by what they left behind. */
@Command(
        name = "check",
        description = {
            "Checks runs of torture once more, from the history and the servers' transaction logs in their directories.",
            "Writes report.json and report.md there; with --report also one report with a column for each run."
        })
final class CheckCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "DIR", description = "The directory of a run: its --out.")
    private List<Path> directories;

    @Option(names = "--report", paramLabel = "FILE", description = "Where the report of all runs together goes.")
    private Path report;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        log.open("check", terminal);
        List<RunResult> runResults = new ArrayList<>();
        for (Path directory : directories) {
            RunResult runResult = check(directory);
            runResult.summary().lines().forEach(terminal::say);
            runResults.add(runResult);
        }
        if (report != null) {
            write(new Soak(runResults));
        }
        boolean holds = runResults.stream().allMatch(RunResult::holds);
        return (holds ? ExitCode.GOOD : ExitCode.FAILED).code();
    }

    private static RunResult check(Path directory) {
        try {
            return RunChecker.check(directory);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILURE, "directory '" + directory + "': it can't be checked (" + e.getMessage() + ")");
        }
    }

    private void write(Soak soak) {
        try {
            WholeFile.write(report, soak.markdown());
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.NOT_WRITTEN, "report '" + report + "': it can't be written (" + WholeFile.why(e) + ")");
        }
    }
}
