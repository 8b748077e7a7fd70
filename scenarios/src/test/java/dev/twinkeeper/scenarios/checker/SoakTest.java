package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SoakTest {
    private static final Duration RECOVERY = Duration.ofMillis(400);

    @Test
    void isMetByTwoLongRunsInOrder() {
        Soak soak = new Soak(List.of(result("raw"), result("curator")));

        assertThat(soak.thresholds()).allMatch(Threshold::met);
        assertThat(soak.markdown())
                .contains("| acknowledged tasks | 160,000 | 160,000 |")
                .contains("| kind-3 | 6 of 7; 0.4 s, 0.4 s | 6 of 7; 0.4 s, 0.4 s |")
                .contains("| together | at least 260 faults seen | 360 | met |")
                .doesNotContain("not met");
    }

    @Test
    void isNotMetByOneRunAlone() {
        assertThat(notMet(result("raw")))
                .containsExactly("at least 300,000 acknowledged tasks", "at least 260 faults seen");
    }

    @Test
    void isNotMetWhereAKindWasSeldomSeen() {
        List<FaultRecord> faults = faults();
        faults.removeIf(fault -> fault.kind().equals("kind-3") && fault.number() > 4);

        assertThat(notMet(result(faults, Duration.ofSeconds(50), 1_000, Map.of())))
                .contains("each kind of fault seen at least 5 times");
    }

    @Test
    void isNotMetWhereARecoveryTookTooLong() {
        List<FaultRecord> faults = faults();
        faults.add(fault("kill-leader", 1, true, Duration.ofMillis(5_001)));
        faults.add(fault("kill-leader", 2, true, Duration.ofMillis(7_001), Duration.ofSeconds(7)));

        assertThat(notMet(result(faults, Duration.ofSeconds(50), 1_000, Map.of())))
                .contains("recovery after a kill in 5.0 s", "recovery after a cut, or a kill during one, in 7.0 s");
    }

    @Test
    void isNotMetWhereTheHeapGrewOrTheDrainTookTooLong() {
        assertThat(notMet(result(faults(), Duration.ofSeconds(61), 1_101, Map.of())))
                .contains("drained in 60.0 s", "heap at the end within 10 % of the start");
    }

    @Test
    void isNotMetWhereARuleWasBroken() {
        assertThat(notMet(result(
                        faults(), Duration.ZERO, 1_000, Map.of(ViolationKind.DEPOSED, 1L, ViolationKind.STARVED, 2L))))
                .contains("0 commits by a deposed master", "0 other violations");
    }

    private static List<String> notMet(RunResult result) {
        return new Soak(List.of(result))
                .thresholds().stream()
                        .filter(threshold -> !threshold.met())
                        .map(Threshold::wanted)
                        .toList();
    }

    private static RunResult result(String implementation) {
        return result(implementation, faults(), Duration.ofSeconds(50), 1_000, Map.of());
    }

    private static RunResult result(
            List<FaultRecord> faults, Duration drained, long heapEnd, Map<ViolationKind, Long> counts) {
        return result("raw", faults, drained, heapEnd, counts);
    }

    private static RunResult result(
            String implementation,
            List<FaultRecord> faults,
            Duration drained,
            long heapEnd,
            Map<ViolationKind, Long> counts) {
        Run run = new Run(
                Path.of("out"),
                implementation,
                1,
                "./twinkeeper torture",
                Instant.EPOCH,
                100,
                Duration.ofSeconds(2),
                Duration.ofHours(1),
                "",
                Duration.ZERO,
                Duration.ofMinutes(28),
                List.of(),
                List.of(new Run.Footprint("m1", 1_000, heapEnd, 20, 20)));
        RunNumbers numbers = new RunNumbers(
                160_000,
                160_000,
                160_000,
                0,
                0,
                0,
                0,
                0,
                3,
                2,
                160_007,
                Map.of("its worker was lost", 7L),
                0,
                160_007,
                0,
                50,
                80,
                700_000,
                27,
                List.of(0L, 900L, 0L),
                12,
                Duration.ofSeconds(3),
                Optional.of(drained));
        return new RunResult(run, numbers, faults, counts, List.of());
    }

    /** Thirty kinds, seven of each, one of them a dud. */
    private static List<FaultRecord> faults() {
        List<FaultRecord> faults = new ArrayList<>();
        for (int kind = 0; kind < 30; kind++) {
            for (int number = 0; number < 7; number++) {
                faults.add(fault("kind-" + kind, number, number > 0, RECOVERY));
            }
        }
        return faults;
    }

    private static FaultRecord fault(String kind, int number, boolean seen, Duration recovery) {
        return fault(kind, number, seen, recovery, Duration.ofSeconds(5));
    }

    private static FaultRecord fault(String kind, int number, boolean seen, Duration recovery, Duration bound) {
        return new FaultRecord(number, kind, "w1", 0, 1, Optional.of(2L), seen, "", Optional.of(recovery), bound);
    }
}
