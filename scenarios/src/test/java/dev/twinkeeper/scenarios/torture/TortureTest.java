package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.checker.RunChecker;
import dev.twinkeeper.scenarios.checker.RunResult;
import dev.twinkeeper.scenarios.checker.ViolationKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Short runs, from the first process to the result. */
class TortureTest {
    /** Those that take the reign from a master who does not know it yet. */
    private static final List<FaultKind> DEPOSING = List.of(FaultKind.DELETE_MASTER, FaultKind.TAKE_MASTER);

    private static final int MOST_RUNS = 5;

    @TempDir
    private Path directory;

    private final List<String> said = Collections.synchronizedList(new ArrayList<>());

    private RunResult run(String implementation, Duration duration, long seed, List<FaultKind> kinds, boolean fenced)
            throws IOException {
        return run(implementation, duration, seed, kinds, false, fenced);
    }

    private RunResult run(
            String implementation, Duration duration, long seed, List<FaultKind> kinds, boolean secure, boolean fenced)
            throws IOException {
        Path out = directory.resolve(implementation + seed);
        Torture.Result result = Torture.run(
                new TortureOptions(List.of(implementation), duration, 100, seed, kinds, 3, secure, fenced, out),
                said::add);
        assertThat(result.failures()).isEmpty();
        return RunChecker.check(out);
    }

    @Test
    void everythingIsWrittenDownAndNothingIsLeftRunning() throws IOException {
        RunResult result =
                run("raw", Duration.ofSeconds(5), 1, List.of(FaultKind.DELETE_MASTER, FaultKind.EXPIRE), true);

        assertThat(result.holds()).describedAs(result.summary()).isTrue();
        assertThat(result.seen()).isPositive();
        assertThat(said).anyMatch(line -> line.contains("drained"));
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    /** With credentials, and with the rights that go with them taken away for a while. */
    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void credentialsAreGivenAndNotWrittenDown(String implementation) throws IOException {
        List<FaultKind> kinds = List.of(FaultKind.EXPIRE, FaultKind.TAKE_ACL, FaultKind.TAKE_MASTER);

        RunResult result = run(implementation, Duration.ofSeconds(8), 3, kinds, true, true);

        assertThat(result.holds()).describedAs(result.summary()).isTrue();
        assertThat(result.seen()).isPositive();
        Path secrets = result.run().out().resolve("secrets");
        String password = Files.readString(secrets.resolve("auth")).strip().split(":", 2)[1];
        try (Stream<Path> files = Files.walk(result.run().out())) {
            assertThat(files.filter(Files::isRegularFile).filter(file -> !file.startsWith(secrets)))
                    .isNotEmpty()
                    .noneMatch(file -> content(file).contains(password));
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The fence is two checks; on the wire they are made to hold, and the roles are the same. A deposed master commits only
     * if a transaction is on its way just then. So each fault is a chance, of which a run has three or more, and the runs go
     * on until one is taken.
     */
    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void withoutTheFenceADeposedMasterCommits(String implementation) throws IOException {
        long commits = 0;
        StringBuilder runs = new StringBuilder();
        for (int seed = 1; commits == 0 && seed <= MOST_RUNS; seed++) {
            RunResult result = run(implementation, Duration.ofSeconds(20), seed, DEPOSING, false);
            commits = result.count(ViolationKind.DEPOSED);
            runs.append(result.summary()).append('\n');
        }

        assertThat(commits).describedAs(runs.toString()).isPositive();
    }
}
