package dev.twinkeeper.cli;

import dev.twinkeeper.cli.intrude.Intrusions;
import dev.twinkeeper.contract.Coordination;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper intrude}: strangers at a locked tree. */
@Command(
        name = "intrude",
        description = {
            "Starts an ensemble in this process, locks its root, runs a master, a worker, a client and all recipes of each"
                    + " implementation in it, and has strangers try every operation on every kind of znode.",
            "The servers must refuse each try, and no stranger's watch may hear anything.",
            "Then an operator, a master, a worker and a client with an identity each try the same on each other's znodes:"
                    + " exactly what is granted to their role must pass. Exit code 3 where anything is wrong."
        })
final class IntrudeCommand implements Callable<Integer> {
    @Option(
            names = "--impl",
            split = ",",
            paramLabel = "IMPL",
            defaultValue = "raw,curator",
            description = "Whose trees: raw, curator; with commas. Default: ${DEFAULT-VALUE}.")
    private List<Coordination> implementations;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    IntrudeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        log.open("intrude", terminal);
        Intrusions intrusions = Intrusions.tryAll(implementations);
        intrusions.lines().forEach(terminal::say);
        return (intrusions.passed() == 0 ? ExitCode.GOOD : ExitCode.FAILED).code();
    }
}
