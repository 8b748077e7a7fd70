package dev.twinkeeper.cli.playground;

import dev.twinkeeper.scenarios.lab.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ./twinkeeper play} as a process, as a person has it in a terminal. */
final class PlaygroundProcess implements AutoCloseable {
    private static final long END_SECONDS = 20;

    private final Process process;
    private final String url;

    PlaygroundProcess() throws IOException {
        List<String> options = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dtwinkeeper.home=" + home());
        process = JavaCommand.of(options, "dev.twinkeeper.cli.Main", List.of("play", "--port", "0", "--no-browser"))
                .redirectErrorStream(true)
                .start();
        BufferedReader in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        url = in.readLine();
    }

    /** The top level of the project: tests run in their module. */
    static Path home() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("raw-api")) ? here : here.getParent();
    }

    String url() {
        return url;
    }

    int port() {
        return Integer.parseInt(url.replaceAll("\\D*127\\.0\\.0\\.1:(\\d+)/", "$1"));
    }

    /** The servers, the roles, and what keeps a paused one. */
    List<ProcessHandle> children() {
        return process.descendants().toList();
    }

    /** One of the servers. */
    ProcessHandle server() {
        return children().stream()
                .filter(child -> commandLine(child).contains("ServerMain"))
                .findFirst()
                .orElseThrow();
    }

    /** ProcessHandle gives none where it is long. */
    private static String commandLine(ProcessHandle child) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(child.pid()), "cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    /** As Ctrl-C and a closed terminal do; returns the exit code. */
    int end() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it did not end within " + END_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** As a power cut would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(END_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
