package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.cli.ensemble.EnsembleDirectory;
import dev.twinkeeper.cli.ensemble.EnsemblePlan;
import dev.twinkeeper.scenarios.lab.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: a process that runs an ensemble of one server process, is asked, and is told to end. */
@Timeout(120)
class EnsembleProcessTest {
    @TempDir
    private Path temporary;

    @Test
    void anEnsembleServesUntilItIsToldToEndAndLeavesNothingRunning() throws Exception {
        Ports ports = Ports.reserve(1);
        int port = ports.get(0);
        ports.release();
        Path directory = temporary.resolve("ensemble");
        Process ensemble = start("ensemble", "--servers", "1", "--client-port", "" + port, "--dir", "" + directory);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(ensemble.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.lines().anyMatch(("ready localhost:" + port)::equals))
                    .as("it says when it is ready")
                    .isTrue();
            ProcessHandle server = ProcessHandle.of(
                            Long.parseLong(Files.readString(directory.resolve("server.1/zookeeper.pid"))
                                    .strip()))
                    .orElseThrow();

            CapturedTerminal terminal = new CapturedTerminal();
            int asked = terminal.run("status", "--connect", "localhost:" + port + "/app");
            ensemble.destroy();

            assertThat(asked).isZero();
            assertThat(terminal.out()).containsExactly("nothing here yet: no role has run on this tree");
            assertThat(ensemble.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(ensemble.exitValue()).isEqualTo(ExitCode.GOOD.code());
            assertThat(server.isAlive()).isFalse();
            assertThat(directory.resolve("server.1/zookeeper.pid")).doesNotExist();
        } finally {
            ensemble.descendants().forEach(ProcessHandle::destroyForcibly);
            ensemble.destroyForcibly();
        }
    }

    @Test
    void aServerThatCannotLoadItsDataIsToldWithItsCauseAndTheOthersGoOn() throws Exception {
        int clients = inARow();
        int peers = inARow();
        int elections = inARow();
        Path directory = temporary.resolve("ensemble");
        Path epoch = directory.resolve("server.2/data/version-2/currentEpoch");
        new EnsembleDirectory(new EnsemblePlan(directory, 3, clients, peers, elections)).prepare();
        Files.createDirectories(epoch.getParent());
        Files.writeString(epoch, "x\n");
        Files.writeString(epoch.resolveSibling("acceptedEpoch"), "1\n");
        Process ensemble = start(
                "ensemble",
                "--client-port",
                "" + clients,
                "--peer-port",
                "" + peers,
                "--election-port",
                "" + elections,
                "--dir",
                "" + directory);
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(ensemble.getInputStream(), StandardCharsets.UTF_8))) {
            List<String> lines = new ArrayList<>();
            boolean ready = false;
            boolean told = false;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                ready |= line.startsWith("ready localhost:");
                told |= line.contains("currentEpoch: its data can't be loaded; move '")
                        && line.contains("2 of 3 go on, a majority");
                if (ready && told) {
                    break;
                }
            }
            assertThat(ready && told).as("%s", lines).isTrue();
        } finally {
            ensemble.descendants().forEach(ProcessHandle::destroyForcibly);
            ensemble.destroyForcibly();
        }
    }

    /** The first of three ports that nobody listens on. */
    private static int inARow() throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            Ports ports = Ports.reserve(3);
            ports.release();
            if (ports.get(2) == ports.get(0) + 2) {
                return ports.get(0);
            }
        }
        throw new IOException("no three ports in a row");
    }

    private Process start(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        // Meant for other programs: two collectors in one JVM are one too many.
        builder.environment().put("JAVA_TOOL_OPTIONS", "-XX:+UseG1GC");
        builder.command().addAll(List.of(arguments));
        builder.command().add("--log");
        builder.command().add(temporary.resolve("log").toString());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
