package dev.twinkeeper.cli;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Security;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeperMain;
import org.apache.zookeeper.client.ZKClientConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper zkcli}: ZooKeeper's own client, for readers who have no ZooKeeper installed. */
@Command(
        name = "zkcli",
        description = {
            "ZooKeeper's own command line, zkCli.sh, to play any role by hand.",
            "With a command it runs that and ends; without one it reads commands until 'quit'."
        })
final class ZkCliCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Option(
            names = {"--server", "-server"},
            paramLabel = "HOSTS[/CHROOT]",
            description = "The servers, and an existing path to begin at. Default: ${DEFAULT-VALUE}.",
            defaultValue = "localhost:2181,localhost:2182,localhost:2183")
    private ConnectString server;

    @Parameters(paramLabel = "COMMAND", description = "Such as: ls /workers")
    private List<String> command = new ArrayList<>();

    @Mixin
    private SecurityOptions security;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    ZkCliCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The exit codes are those of ZooKeeper's client. */
    @Override
    public Integer call() throws Exception {
        log.open("zkcli", terminal);
        // A JAAS file is somebody else's: no role speaks SASL.
        System.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        Security security = this.security.security();
        security.client().forEach(System::setProperty);
        List<String> arguments = new ArrayList<>(List.of("-waitforconnection", "-timeout"));
        arguments.addAll(List.of(String.valueOf(PATIENCE.toMillis()), "-server", server.toString()));
        arguments.addAll(command);
        Shell.credentials = security.credentials();
        try {
            Shell shell = new Shell(arguments.toArray(String[]::new));
            int code = command.isEmpty() ? shell.readCommands() : shell.runCommand();
            // ZooKeeper's client prints by itself, and does not look whether anybody takes it.
            return new Terminal(System.out, terminal.err(), false).end(code);
        } catch (IOException e) {
            throw e.getCause() instanceof KeeperException.ConnectionLossException ? cannotConnect() : e;
        }
    }

    /** ZooKeeper's client with our credentials, which are no command: they stand in no history. */
    private static final class Shell extends ZooKeeperMain {
        /** The connection is made by the constructor of the superclass, before a field of ours is set. */
        private static Optional<Security.Credentials> credentials = Optional.empty();

        Shell(String[] arguments) throws IOException, InterruptedException {
            super(arguments);
        }

        @Override
        protected void connectToZK(String servers) throws InterruptedException, IOException {
            super.connectToZK(servers);
            credentials.ifPresent(own -> zk.addAuthInfo(own.scheme(), own.bytes()));
        }

        int runCommand() throws IOException, InterruptedException {
            processCmd(cl);
            return exitCode;
        }

        int readCommands() throws IOException, InterruptedException {
            // 'quit' ends the process from within.
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            System.out.println("Welcome to ZooKeeper!");
            prompt();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                executeLine(line);
                prompt();
            }
            return exitCode;
        }

        private void prompt() {
            System.out.print(getPrompt());
            System.out.flush();
        }
    }

    private CoordinationException cannotConnect() {
        return new CoordinationException(
                Problem.CANNOT_CONNECT, "servers '" + server + "': none answered within " + Durations.format(PATIENCE));
    }
}
