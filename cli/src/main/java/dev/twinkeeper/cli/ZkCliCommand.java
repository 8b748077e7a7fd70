package dev.twinkeeper.cli;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeperMain;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.util.ServiceUtils;
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
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(
            names = {"--server", "-server"},
            paramLabel = "HOSTS[/CHROOT]",
            description = "The servers, and a path to begin at, which must exist. Default: ${DEFAULT-VALUE}.",
            defaultValue = "localhost:2181,localhost:2182,localhost:2183")
    private ConnectString server;

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
        List<String> arguments = new ArrayList<>(List.of("-waitforconnection", "-timeout"));
        arguments.addAll(List.of(String.valueOf(PATIENCE.toMillis()), "-server", server.toString()));
        arguments.addAll(command);
        // A JAAS file is somebody else's: no role speaks SASL.
        System.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        ServiceUtils.setSystemExitProcedure(this::exit);
        try {
            ZooKeeperMain.main(arguments.toArray(String[]::new));
        } catch (IOException e) {
            throw e.getCause() instanceof KeeperException.ConnectionLossException ? cannotConnect() : e;
        }
        return ExitCode.GOOD.code();
    }

    /** ZooKeeper's client prints by itself, and does not look whether anybody takes it. */
    private void exit(int code) {
        System.exit(new Terminal(System.out, terminal.err(), false).end(code));
    }

    private CoordinationException cannotConnect() {
        return new CoordinationException(
                Problem.CANNOT_CONNECT, "servers '" + server + "': none answered within " + Durations.format(PATIENCE));
    }
}
