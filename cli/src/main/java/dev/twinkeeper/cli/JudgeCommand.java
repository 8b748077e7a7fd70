package dev.twinkeeper.cli;

import dev.twinkeeper.scenarios.verdict.Soak;
import dev.twinkeeper.scenarios.verdict.TortureJudge;
import dev.twinkeeper.scenarios.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper judge}: judges torture runs by what they left behind. */
@Command(
        name = "judge",
        description = {
            "Judges runs of torture once more, by the history and the servers' transaction logs in their directories.",
            "Writes report.json and report.md there. With --report, one report with a column for each run."
        })
final class JudgeCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "DIR", description = "What a run wrote: its --out.")
    private List<Path> directories;

    @Option(names = "--report", paramLabel = "FILE", description = "Where the report of all runs together goes.")
    private Path report;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    JudgeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        log.open("judge", terminal);
        List<Verdict> verdicts = new ArrayList<>();
        for (Path directory : directories) {
            Verdict verdict = judge(directory);
            verdict.summary().lines().forEach(terminal::say);
            verdicts.add(verdict);
        }
        if (report != null) {
            write(new Soak(verdicts));
        }
        boolean holds = verdicts.stream().allMatch(Verdict::holds);
        return (holds ? ExitCode.GOOD : ExitCode.FAILED).code();
    }

    private static Verdict judge(Path directory) {
        try {
            return TortureJudge.judge(directory);
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILURE, "directory '" + directory + "': it can't be judged (" + e.getMessage() + ")");
        }
    }

    private void write(Soak soak) {
        try {
            Files.writeString(report, soak.markdown());
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILURE, "report '" + report + "': it can't be written (" + e.getMessage() + ")");
        }
    }
}
