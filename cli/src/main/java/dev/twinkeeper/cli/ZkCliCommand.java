package dev.twinkeeper.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.zookeeper.ZooKeeperMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper zkcli}: ZooKeeper's own client, for readers who have no ZooKeeper installed. */
@Command(
        name = "zkcli",
        description = {
            "ZooKeeper's own command line, zkCli.sh, for taking any of the parts by hand.",
            "With a command it runs that and ends; without one it reads commands until 'quit'."
        })
final class ZkCliCommand implements Callable<Integer> {
    @Option(
            names = {"--server", "-server"},
            paramLabel = "HOSTS[/CHROOT]",
            description = "The servers, and a path to begin at, which must exist. Default: ${DEFAULT-VALUE}.",
            defaultValue = "localhost:2181,localhost:2182,localhost:2183")
    private String server;

    @Parameters(paramLabel = "COMMAND", description = "Such as: ls /workers")
    private List<String> command = new ArrayList<>();

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    ZkCliCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** ZooKeeper's client ends the process by itself, with its own exit codes. */
    @Override
    public Integer call() throws Exception {
        log.open("zkcli", terminal);
        List<String> arguments = new ArrayList<>(List.of("-waitforconnection", "-timeout", "10000", "-server", server));
        arguments.addAll(command);
        ZooKeeperMain.main(arguments.toArray(String[]::new));
        return ExitCode.GOOD.code();
    }
}
