package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper master}: a candidate for {@code /master}. */
@Command(
        name = "master",
        description = {
            "Runs a master: stands by, and while it reigns assigns tasks to workers.",
            "Ctrl-C or SIGTERM ends it in good order, and another master reigns at once."
        })
final class MasterCommand implements Runnable {
    @Mixin
    private ImplOption impl;

    @Mixin
    private ConnectOptions connection;

    @Option(
            names = "--id",
            required = true,
            paramLabel = "ID",
            description = "The master's name, as it stands in /master: one word.")
    private MasterId id;

    @Mixin
    private AddressOption address;

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How long a completed task stays if no client collects it. Default: ${DEFAULT-VALUE}.")
    private Duration retention;

    @Option(
            names = "--lost-workers",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "A task that was lost with so many workers is given up: they may have died of it. Default: ${DEFAULT-VALUE}.")
    private int lostWorkers;

    @Mixin
    private MetricsOption metrics;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    MasterCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        Settings settings =
                address.in(connection.settings()).withRetention(retention).withLostWorkers(lostWorkers);
        metrics.check();
        log.open("master", terminal);
        RunningRole running = new RunningRole(terminal, "master " + id, connection.connect);
        Master master = impl.coordination.master(id, settings, metrics.open("master", id.name(), running, terminal));
        running.untilEnded(master);
    }
}
