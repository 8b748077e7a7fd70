package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.checker.RunChecker;
import dev.twinkeeper.scenarios.checker.RunResult;
import dev.twinkeeper.scenarios.checker.ViolationKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Short runs, from the first process to the result. */
class TortureTest {
    /** Those that take the reign from a master who does not know it yet. */
    private static final List<FaultKind> DEPOSING = List.of(FaultKind.DELETE_MASTER, FaultKind.TAKE_MASTER);

    @TempDir
    private Path directory;

    private final List<String> said = Collections.synchronizedList(new ArrayList<>());

    private RunResult run(String implementation, Duration duration, long seed, List<FaultKind> kinds, boolean fenced)
            throws IOException {
        Path out = directory.resolve(implementation + seed);
        Torture.Result result = Torture.run(
                new TortureOptions(List.of(implementation), duration, 100, seed, kinds, 3, false, fenced, out),
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

    /** The fence is two checks; on the wire they are made to hold, and the roles are the same. */
    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void withoutTheFenceADeposedMasterCommits(String implementation) throws IOException {
        RunResult result = run(implementation, Duration.ofSeconds(20), 1, DEPOSING, false);

        assertThat(result.count(ViolationKind.DEPOSED))
                .describedAs(result.summary())
                .isPositive();
    }
}
