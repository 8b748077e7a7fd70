package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.verdict.Charge;
import dev.twinkeeper.scenarios.verdict.TortureJudge;
import dev.twinkeeper.scenarios.verdict.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Short runs, from the first process to the verdict. */
class TortureTest {
    /** Those that take the reign from a master who does not know it yet. */
    private static final List<Kind> CUTTING = List.of(Kind.DELETE_MASTER, Kind.TAKE_MASTER, Kind.SLOW_LINK);

    /** Two minutes at the most; one run is usually enough. */
    private static final int RUNS = 4;

    @TempDir
    private Path directory;

    private final List<String> said = Collections.synchronizedList(new ArrayList<>());

    private Verdict run(String implementation, Duration duration, long seed, List<Kind> kinds, boolean fenced)
            throws IOException {
        Path out = directory.resolve(implementation + seed);
        Torture.Result result =
                Torture.run(new Options(List.of(implementation), duration, 100, seed, kinds, fenced, out), said::add);
        assertThat(result.failures()).isEmpty();
        return TortureJudge.judge(out);
    }

    @Test
    void everythingIsWrittenDownAndNothingIsLeftRunning() throws IOException {
        Verdict verdict = run("raw", Duration.ofSeconds(5), 1, List.of(Kind.DELETE_MASTER, Kind.EXPIRE), true);

        assertThat(verdict.holds()).describedAs(verdict.summary()).isTrue();
        assertThat(verdict.seen()).isPositive();
        assertThat(said).anyMatch(line -> line.contains("drained"));
        assertThat(ProcessHandle.current().children()).isEmpty();
    }

    /**
     * The fence is two checks; on the wire they are made to hold, and the roles are the same. Both implementations at a
     * time: mostly these runs wait for sessions to expire.
     */
    @Test
    void withoutTheFenceADeposedMasterCommits() {
        CompletableFuture<Long> raw = CompletableFuture.supplyAsync(() -> deposedCommits("raw"));
        CompletableFuture<Long> curator = CompletableFuture.supplyAsync(() -> deposedCommits("curator"));

        assertThat(raw.join()).as("by raw masters").isPositive();
        assertThat(curator.join()).as("by Curator masters").isPositive();
    }

    private long deposedCommits(String implementation) {
        long deposed = 0;
        for (int seed = 1; deposed == 0 && seed <= RUNS; seed++) {
            try {
                deposed = run(implementation, Duration.ofSeconds(20), seed, CUTTING, false)
                        .count(Charge.DEPOSED);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return deposed;
    }
}
