package dev.twinkeeper.cli.ensemble;

import dev.twinkeeper.scenarios.lab.ChildProcess;
import dev.twinkeeper.scenarios.lab.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server as a process of its own: ZooKeeper's {@code QuorumPeerMain} with a {@code zoo.cfg}, from our class path. */
final class ServerProcess {
    private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

    private static final String MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain";

    private final EnsemblePlan.Server server;
    private final ChildProcess process;
    private final long logFrom;

    private ServerProcess(EnsemblePlan.Server server, ChildProcess process, long logFrom) {
        this.server = server;
        this.process = process;
        this.logFrom = logFrom;
    }

    static ServerProcess start(EnsemblePlan.Server server) {
        // Where the log goes is for whoever configures logging in that process.
        List<String> options = List.of("-XX:+UseSerialGC", "-Dtwinkeeper.log=" + server.log());
        long logFrom = EndReason.end(server.log());
        try {
            ChildProcess process = ChildProcess.start(
                    JavaCommand.of(options, MAIN, List.of(server.config().toString())),
                    server.directory(),
                    ProcessBuilder.Redirect.to(server.console().toFile()));
            ServerProcess started = new ServerProcess(server, process, logFrom);
            started.writePidFile();
            return started;
        } catch (UncheckedIOException e) {
            throw new EnsembleException("server " + server.number() + ": cannot be started ("
                    + e.getCause().getMessage() + ")");
        }
    }

    private void writePidFile() {
        try {
            Files.writeString(server.pidFile(), process.pid() + "\n");
        } catch (IOException e) {
            // Nobody would find it again.
            process.killNow();
            throw new UncheckedIOException(e);
        }
    }

    void removePidFile() {
        try {
            Files.deleteIfExists(server.pidFile());
        } catch (IOException e) {
            // The next start looks whether the process lives.
            log.warn("{} is left behind", server.pidFile(), e);
        }
    }

    EnsemblePlan.Server server() {
        return server;
    }

    ChildProcess process() {
        return process;
    }

    /** Why it ended, in one line. */
    String endReason(EnsemblePlan plan) {
        return EndReason.of(plan, server, logFrom);
    }
}
