package dev.twinkeeper.cli;

import dev.twinkeeper.contract.CoordinationException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code twinkeeper completion}: what a shell needs to complete commands and options. */
@Command(
        name = "completion",
        description = {
            "Prints a script with which a shell completes the commands and options of ./twinkeeper.",
            "bash: source <(./twinkeeper completion bash)     zsh: source <(./twinkeeper completion zsh)"
        })
final class CompletionCommand implements Callable<Integer> {
    static final List<String> SHELLS = List.of("bash", "zsh");

    /** A zsh takes bash's completions once it has been told to; it may be a zsh without any completion so far. */
    private static final String ZSH =
            "autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n";

    @Parameters(
            paramLabel = "SHELL",
            completionCandidates = CompletionCandidates.Shells.class,
            description = "bash or zsh.")
    private String shell;

    @Spec
    private CommandSpec spec;

    private final Terminal terminal;

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!SHELLS.contains(shell)) {
            throw CoordinationException.invalid(
                    "shell", shell, "use one of " + String.join(", ", Nearest.first(shell, SHELLS)));
        }
        String script = AutoComplete.bash("twinkeeper", spec.root().commandLine());
        terminal.say((shell.equals("zsh") ? ZSH : "") + script.stripTrailing());
        return ExitCode.GOOD.code();
    }
}
