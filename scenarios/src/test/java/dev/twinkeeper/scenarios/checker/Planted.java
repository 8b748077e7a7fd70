package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A planted run for each test, and what the checker is to say of it. */
abstract class Planted {
    static final long BOUND_MS = PlantedRun.SESSION_TIMEOUT_MS + 5_000;

    @TempDir
    Path out;

    PlantedRun run;

    @BeforeEach
    void begin() throws IOException {
        run = new PlantedRun(out).begin();
    }

    @AfterEach
    void close() throws IOException {
        run.close();
    }

    /** Exactly these violations, and the message of the first names the culprit, with records. */
    RunResult caught(String message, ViolationKind... kinds) throws IOException {
        RunResult result = run.check();
        assertThat(result.counts().keySet()).as(result.summary()).containsExactlyInAnyOrder(kinds);
        assertThat(result.holds()).isFalse();
        assertThat(result.findings())
                .anySatisfy(finding -> assertThat(finding.message()).contains(message));
        assertThat(result.findings().get(0).records()).hasSizeBetween(1, 50);
        assertThat(out.resolve("report.md")).content().contains(message);
        return result;
    }

    RunResult kept() throws IOException {
        RunResult result = run.check();
        assertThat(result.holds()).as(result.summary()).isTrue();
        return result;
    }
}
