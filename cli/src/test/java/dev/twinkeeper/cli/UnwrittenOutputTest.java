package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What could not be written is told by the exit code and a line, and never removed. */
class UnwrittenOutputTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void forget() {
        FakeCoordination.COLLECTED.clear();
    }

    /** A standard output that takes so many bytes, as a disk that becomes full or a reader that goes away. */
    private static PrintStream takes(int bytes) {
        return new PrintStream(
                new OutputStream() {
                    private int left = bytes;

                    @Override
                    public void write(int one) throws IOException {
                        if (left-- <= 0) {
                            throw new IOException("No space left on device");
                        }
                    }
                },
                false,
                StandardCharsets.UTF_8);
    }

    private ExitCode run(PrintStream out, String... arguments) {
        Terminal terminal = new Terminal(out, new PrintStream(err, true, StandardCharsets.UTF_8), false);
        return ExitCode.values()[Main.run(terminal, arguments)];
    }

    private List<String> err() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void anOutcomeThatCouldNotBeWrittenIsNotCollected() {
        ExitCode code = run(takes(0), "submit", "--impl", "fake", "--connect", "localhost", "--count", "3", "ls");

        assertThat(code).isEqualTo(ExitCode.NOT_WRITTEN);
        assertThat(FakeCoordination.COLLECTED).isEmpty();
        assertThat(err())
                .singleElement()
                .asString()
                .contains("could not be written", "3 tasks not shown and left in the tree, task-0000000000 first");
    }

    @Test
    void nothingMoreIsSubmittedAndWhatWasWrittenIsCollected() {
        ExitCode code =
                run(takes(100_000), "submit", "--impl", "fake", "--connect", "localhost", "--count", "100000", "ls");

        assertThat(code).isEqualTo(ExitCode.NOT_WRITTEN);
        // A line has 33 bytes.
        assertThat(FakeCoordination.COLLECTED).hasSizeBetween(1, 100_000 / 33);
        assertThat(err()).anyMatch(line -> line.contains("not submitted"));
    }

    @Test
    void pathsThatCouldNotBeWrittenHaveTheirExitCode() {
        assertThat(run(takes(0), "submit", "--impl", "fake", "--connect", "localhost", "--no-wait", "ls"))
                .isEqualTo(ExitCode.NOT_WRITTEN);
        assertThat(err()).singleElement().asString().contains("could not be written");
    }

    @Test
    void soDoesEveryOtherCommand() {
        assertThat(run(takes(0), "--version")).isEqualTo(ExitCode.NOT_WRITTEN);
        assertThat(run(takes(10), "status", "--help")).isEqualTo(ExitCode.NOT_WRITTEN);
        assertThat(err()).hasSize(2).allMatch(line -> line.contains("could not be written"));
    }

    static boolean fullDevice() {
        return Path.of("/dev/full").toFile().exists();
    }

    @Test
    @EnabledIf("fullDevice")
    void aReportOnAFullDeviceHasTheSameExitCode() throws IOException {
        Path results = directory.resolve("results.json");
        try (InputStream fixture = getClass().getResourceAsStream("report/results.json")) {
            Files.copy(fixture, results);
        }

        ExitCode code = run(takes(1_000), "report", results.toString(), "--out", "/dev/full");

        assertThat(code).isEqualTo(ExitCode.NOT_WRITTEN);
        assertThat(err())
                .singleElement()
                .asString()
                .contains("report '/dev/full': it can't be written (No space left on device)");
    }

    @Test
    @EnabledIf("fullDevice")
    void aFullDeviceIsSeenByTheProcess() throws Exception {
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "exec \"$0\" -cp \"$1\" \"$2\" --version >/dev/full",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Main.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();

        assertThat(process.waitFor()).isEqualTo(ExitCode.NOT_WRITTEN.code());
    }
}
