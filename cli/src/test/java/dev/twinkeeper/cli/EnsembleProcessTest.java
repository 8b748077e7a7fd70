package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.lab.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole way: a process that runs an ensemble of one server process, is asked, and is told to end. */
@Timeout(60)
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

    private Process start(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
        builder.command().addAll(List.of(arguments));
        builder.command().add("--log");
        builder.command().add(temporary.resolve("log").toString());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
