package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper worker}: takes tasks and reports their status. */
@Command(
        name = "worker",
        description = {
            "Runs a worker: registers, takes the tasks that the master assigns to it, reports their status.",
            "A task's result is its command, unchanged: nothing is executed unless you say --exec.",
            "Ctrl-C or SIGTERM ends it in good order; its unfinished tasks are moved to other workers."
        })
final class WorkerCommand implements Runnable {
    @Mixin
    private ImplOption impl;

    @Mixin
    private ConnectOptions connection;

    @Option(
            names = "--id",
            required = true,
            paramLabel = "ID",
            description = "The worker's name below /workers, without a slash.")
    private WorkerId id;

    @Mixin
    private AddressOption address;

    @Option(
            names = "--slots",
            paramLabel = "N",
            defaultValue = "4",
            description = "How many tasks it takes at a time. Default: ${DEFAULT-VALUE}.")
    private int slots;

    @Option(
            names = "--exec",
            description =
                    "Executes each command with 'sh -c', whoever submitted it. Exit code 0: done with its output; any"
                            + " other: failed with code and output. It may run more than once if a worker is lost.")
    private boolean exec;

    @Mixin
    private MetricsOption metrics;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    WorkerCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        Settings settings = address.in(connection.settings()).withSlots(slots);
        metrics.check();
        log.open("worker", terminal);
        TaskHandler handler = exec ? new ShellHandler() : task -> task.command();
        RunningRole running = new RunningRole(terminal, "worker " + id, connection.connect);
        Worker worker =
                impl.coordination.worker(id, settings, handler, metrics.open("worker", id.name(), running, terminal));
        running.untilEnded(worker);
    }
}
