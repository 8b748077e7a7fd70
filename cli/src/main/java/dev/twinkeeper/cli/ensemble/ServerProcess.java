package dev.twinkeeper.cli.ensemble;

import dev.twinkeeper.scenarios.lab.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server as a process of its own: ZooKeeper's {@code QuorumPeerMain} with a {@code zoo.cfg}, from our class path. */
final class ServerProcess {
    private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

    private static final String MAIN = "org.apache.zookeeper.server.quorum.QuorumPeerMain";

    private final EnsemblePlan.Server server;
    private final Process process;

    private ServerProcess(EnsemblePlan.Server server, Process process) {
        this.server = server;
        this.process = process;
    }

    static ServerProcess start(EnsemblePlan.Server server) {
        // Where the log goes is for whoever configures logging in that process.
        List<String> options = List.of("-XX:+UseSerialGC", "-Dtwinkeeper.log=" + server.log());
        try {
            Process process = JavaCommand.of(
                            options, MAIN, List.of(server.config().toString()))
                    .directory(server.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(server.console().toFile())
                    .start();
            ServerProcess started = new ServerProcess(server, process);
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

    /** What it said last of its trouble: an error in its log, else whatever the JVM printed. */
    String lastWords() {
        return lastLine(server.log(), line -> line.contains(" ERROR "))
                .or(() -> lastLine(server.console(), line -> !line.isBlank()))
                .orElse("it left no word");
    }

    /** Both files are bounded: the log is put aside at its largest, and the console is written anew at each start. */
    private static Optional<String> lastLine(Path file, Predicate<String> wanted) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(wanted).reduce((first, second) -> second);
        } catch (IOException | UncheckedIOException e) {
            log.debug("{} can't be read", file, e);
            return Optional.empty();
        }
    }
}
