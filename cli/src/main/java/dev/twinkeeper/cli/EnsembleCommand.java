package dev.twinkeeper.cli;

import dev.twinkeeper.cli.ensemble.EnsembleDirectory;
import dev.twinkeeper.cli.ensemble.EnsembleException;
import dev.twinkeeper.cli.ensemble.EnsemblePlan;
import dev.twinkeeper.cli.ensemble.ProcessEnsemble;
import dev.twinkeeper.contract.CoordinationException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper ensemble}: a real ensemble on this machine. */
@Command(
        name = "ensemble",
        description = {
            "Runs a ZooKeeper ensemble on this machine, set up as by hand: each server is a process of its own"
                    + " with its zoo.cfg, its myid, its data and its ports.",
            "Ctrl-C or SIGTERM ends every server; the data stay in the directory for the next time."
        })
final class EnsembleCommand implements Runnable {
    @Option(
            names = "--servers",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many servers. Default: ${DEFAULT-VALUE}.")
    private int servers;

    @Option(
            names = "--client-port",
            paramLabel = "PORT",
            defaultValue = "2181",
            description =
                    "Where clients find the first server; the next one has the next port. Default: ${DEFAULT-VALUE}.")
    private int clientPort;

    @Option(
            names = "--peer-port",
            paramLabel = "PORT",
            defaultValue = "" + EnsemblePlan.PEER_PORT,
            description = "Where followers join the first server when it leads. Default: ${DEFAULT-VALUE}.")
    private int peerPort;

    @Option(
            names = "--election-port",
            paramLabel = "PORT",
            defaultValue = "" + EnsemblePlan.ELECTION_PORT,
            description = "Where the first server takes part in elections. Default: ${DEFAULT-VALUE}.")
    private int electionPort;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "twinkeeper-ensemble",
            description = "Where all files go; not under /tmp, which is cleaned. Default: ${DEFAULT-VALUE}, here.")
    private Path directory;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description =
                    "The address of this machine on which the servers accept clients; 0.0.0.0 means all addresses. The"
                            + " servers find each other on the loopback address. Default: ${DEFAULT-VALUE}.")
    private String bind;

    @Option(
            names = "--secure",
            description =
                    "Refuses clients without credentials, and locks the root to those in secrets/auth below --dir, which"
                            + " it makes: give every command --auth-file with that file, and --acl creator.")
    private boolean secure;

    @Option(
            names = "--tls",
            description =
                    "Speaks only TLS, to clients and among servers, with certificates that it makes: give every command"
                            + " --tls-config with secrets/client.properties below --dir.")
    private boolean tls;

    @Mixin
    private LogOption log;

    private final Terminal terminal;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    EnsembleCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        EnsemblePlan.Doors doors = new EnsemblePlan.Doors(address(bind), secure, tls);
        EnsemblePlan plan = new EnsemblePlan(directory, servers, clientPort, peerPort, electionPort, doors);
        log.open("ensemble", terminal);
        EnsembleDirectory.Prepared prepared = new EnsembleDirectory(plan).prepare();
        prepared.written().forEach(file -> terminal.say("wrote " + file));
        prepared.unfit().forEach(mistake -> terminal.complain(mistake + "; the others go on"));
        explain(plan);
        ProcessEnsemble ensemble = ProcessEnsemble.start(
                plan, prepared.fit(), (server, exitCode, why, alive) -> onEnded(plan, server, exitCode, why, alive));
        CompletableFuture.runAsync(() -> tellWhenReady(plan, ensemble)).whenComplete(this::onTold);
        Stay.until(ended, () -> close(ensemble), terminal);
    }

    private static InetAddress address(String text) {
        try {
            InetAddress address = InetAddress.getByName(text);
            if (text.isBlank() || !address.isAnyLocalAddress() && NetworkInterface.getByInetAddress(address) == null) {
                throw CoordinationException.invalid("bind", text, "this machine has no such address");
            }
            return address;
        } catch (UnknownHostException | SocketException e) {
            throw CoordinationException.invalid("bind", text, "this machine has no such address");
        }
    }

    private void explain(EnsemblePlan plan) {
        if (!plan.doors().bind().isLoopbackAddress() && !secure) {
            terminal.complain(
                    "bind '" + bind + "': whoever reaches this machine may read and write all of it; see --secure");
        }
        if (plan.directory().startsWith(System.getProperty("java.io.tmpdir"))) {
            terminal.say("note: " + System.getProperty("java.io.tmpdir") + " is cleaned now and then, data and all");
        }
        if (plan.standalone()) {
            terminal.say("starting 1 server, which stands alone; it logs to its zookeeper.log");
            return;
        }
        terminal.say("starting " + plan.size() + " servers, which bear the loss of " + plan.spare()
                + "; each logs to its zookeeper.log");
        terminal.say("\"Cannot open channel to N at election address\" in a log is normal: N has not started yet");
    }

    private void tellWhenReady(EnsemblePlan plan, ProcessEnsemble ensemble) {
        try {
            ensemble.awaitServing();
            if (plan.doors().secure()) {
                RootLock.lock(plan);
            }
        } catch (InterruptedException e) {
            throw new EnsembleException("interrupted while the servers started");
        }
        terminal.say("ready " + plan.connectString() + options(plan));
        terminal.say(ensemble.leader()
                .map(server -> "server " + server.number() + (plan.standalone() ? " stands alone" : " leads"))
                .orElse("nobody leads at this moment: there is an election"));
    }

    /** What every other command needs besides the servers. */
    private static String options(EnsemblePlan plan) {
        return (plan.doors().tls() ? " --tls-config " + plan.tlsConfig() : "")
                + (plan.doors().secure() ? " --auth-file " + plan.authFile() + " --acl creator" : "");
    }

    private void onTold(Void nothing, Throwable problem) {
        if (problem != null) {
            ended.completeExceptionally(ErrorHandler.unwrap(problem));
        }
    }

    private void onEnded(EnsemblePlan plan, EnsemblePlan.Server server, int exitCode, String why, int alive) {
        boolean quorum = alive > plan.size() / 2;
        terminal.say("server " + server.number() + " ended by itself, exit code " + exitCode + ": " + why + "; " + alive
                + " of " + plan.size() + " go on, " + (quorum ? "a majority" : "no majority: nothing is served"));
        if (alive == 0) {
            ended.completeExceptionally(new EnsembleException("all servers have ended"));
        }
    }

    private void close(ProcessEnsemble ensemble) {
        ensemble.close();
        terminal.say("all servers ended; the data stay in "
                + directory.toAbsolutePath().normalize());
    }
}
