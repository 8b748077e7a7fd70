package dev.twinkeeper.scenarios.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A planted run for each test, and what the judge is to say of it. */
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

    /** Exactly these charges, and the message of the first names the culprit, with records. */
    Verdict caught(String message, Charge... charges) throws IOException {
        Verdict verdict = run.judge();
        assertThat(verdict.counts().keySet()).as(verdict.summary()).containsExactlyInAnyOrder(charges);
        assertThat(verdict.holds()).isFalse();
        assertThat(verdict.findings())
                .anySatisfy(finding -> assertThat(finding.message()).contains(message));
        assertThat(verdict.findings().get(0).records()).hasSizeBetween(1, 50);
        assertThat(out.resolve("report.md")).content().contains(message);
        return verdict;
    }

    Verdict kept() throws IOException {
        Verdict verdict = run.judge();
        assertThat(verdict.holds()).as(verdict.summary()).isTrue();
        return verdict;
    }
}
