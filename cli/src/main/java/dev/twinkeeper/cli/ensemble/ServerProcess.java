package dev.twinkeeper.cli.ensemble;

import dev.twinkeeper.scenarios.lab.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server as a process of its own: ZooKeeper's {@code QuorumPeerMain} with a {@code zoo.cfg}, from our class path. */
final class ServerProcess {
    private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

    private static final String MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain";

    private final EnsemblePlan.Server server;
    private final Process process;
    private final long logFrom;

    private ServerProcess(EnsemblePlan.Server server, Process process, long logFrom) {
        this.server = server;
        this.process = process;
        this.logFrom = logFrom;
    }

    static ServerProcess start(EnsemblePlan.Server server) {
        // Where the log goes is for whoever configures logging in that process.
        List<String> options = List.of("-XX:+UseSerialGC", "-Dtwinkeeper.log=" + server.log());
        long logFrom = EndReason.end(server.log());
        try {
            Process process = JavaCommand.of(
                            options, MAIN, List.of(server.config().toString()))
                    .directory(server.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(server.console().toFile())
                    .start();
            ServerProcess started = new ServerProcess(server, process, logFrom);
            started.writePidFile();
            return started;
        } catch (IOException e) {
            throw new EnsembleException("server " + server.number() + ": cannot be started (" + e.getMessage() + ")");
        }
    }

    private void writePidFile() throws IOException {
        try {
            Files.writeString(server.pidFile(), process.pid() + "\n");
        } catch (IOException e) {
            // Nobody would find it again.
            process.destroyForcibly();
            throw e;
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

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Only after it has ended. */
    int exitCode() {
        return process.exitValue();
    }

    /** Why it ended, in one line. */
    String endReason(EnsemblePlan plan) {
        return EndReason.of(plan, server, logFrom);
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** Whether it ended within that time. */
    boolean endsWithin(long ms) throws InterruptedException {
        return process.waitFor(ms, TimeUnit.MILLISECONDS);
    }

    /** Asks it to end. */
    void terminate() {
        process.destroy();
    }

    /** Ends it as a power cut would. */
    void kill() {
        process.destroyForcibly();
    }
}
