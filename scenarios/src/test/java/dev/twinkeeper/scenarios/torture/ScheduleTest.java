package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final List<FaultKind> ALL = List.of(FaultKind.values());

    private static List<Schedule.Round> rounds(long seed, Collection<FaultKind> kinds, int count) {
        Schedule schedule = new Schedule(seed, kinds, TIMEOUT);
        List<Schedule.Round> rounds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rounds.add(schedule.next());
        }
        return rounds;
    }

    private static List<Schedule.Planned> faults(List<Schedule.Round> rounds) {
        return rounds.stream().flatMap(round -> round.faults().stream()).toList();
    }

    @Test
    void theSameSeedGivesTheSameSchedule() {
        List<FaultKind> shuffled = new ArrayList<>(ALL);
        Collections.reverse(shuffled);

        assertThat(rounds(7, shuffled, 200)).isEqualTo(rounds(7, ALL, 200));
        assertThat(rounds(8, ALL, 200)).isNotEqualTo(rounds(7, ALL, 200));
    }

    @Test
    void everyKindComesOnceBeforeAnyComesAgain() {
        Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);

        faults(rounds(1, ALL, 300)).forEach(fault -> {
            counts.merge(fault.kind(), 1, Integer::sum);
            int most = Collections.max(counts.values());
            int least = ALL.stream()
                    .mapToInt(kind -> counts.getOrDefault(kind, 0))
                    .min()
                    .orElseThrow();
            assertThat(most - least).isLessThanOrEqualTo(1);
        });
    }

    @Test
    void noFaultIsShorterThanHalfASessionTimeoutOrLongerThanThree() {
        assertThat(faults(rounds(2, ALL, 1_000)))
                .allSatisfy(fault -> assertThat(fault.lengthMs()).isBetween(1_000L, 6_000L));
    }

    @Test
    void noTwoFaultsThatMightBreakTheQuorumAreOnAtOnce() {
        List<FaultKind> peers = List.of(
                FaultKind.KILL_LEADER,
                FaultKind.KILL_FOLLOWER,
                FaultKind.STOP_LEADER,
                FaultKind.STOP_FOLLOWER,
                FaultKind.DISK_FULL,
                FaultKind.TORN_LOG,
                FaultKind.LOST_SNAPSHOTS,
                FaultKind.REPLACED_SERVER,
                FaultKind.CUT_SERVERS_ONE_WAY,
                FaultKind.ROLLING_RESTART,
                FaultKind.RESTART_ALL,
                FaultKind.ISOLATE_LEADER);

        assertThat(rounds(3, ALL, 2_000))
                .allSatisfy(round -> assertThat(round.faults())
                        .hasSizeBetween(1, 2)
                        .filteredOn(fault -> peers.contains(fault.kind()))
                        .hasSizeLessThan(2));
    }

    @Test
    void someRoundsHaveTwoFaults() {
        assertThat(rounds(4, ALL, 200))
                .filteredOn(round -> round.faults().size() == 2)
                .hasSizeBetween(30, 120);
    }

    @Test
    void aPairHasTheLongerBoundOfItsTwo() {
        Schedule.Planned kill = new Schedule.Planned(FaultKind.KILL_MASTER, 0, 1_000, 0);
        Schedule.Planned restart = new Schedule.Planned(FaultKind.RESTART_ALL, 500, 1_000, 0);

        assertThat(new Schedule.Round(1, 0, List.of(kill)).bound(TIMEOUT)).isEqualTo(Duration.ofSeconds(5));
        assertThat(new Schedule.Round(1, 0, List.of(kill, restart)).bound(TIMEOUT))
                .isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void thereAreThirtyKindsAtLeast() {
        assertThat(ALL).hasSizeGreaterThanOrEqualTo(30);
    }

    @Test
    void nothingThatNeedsAQuorumIsDoneWhileOneMightBeBroken() {
        List<FaultKind> overASession = List.of(FaultKind.TAKE_ACL, FaultKind.NAME_OUTAGE, FaultKind.EXPIRE);

        for (FaultKind kind : overASession) {
            assertThat(List.of(FaultKind.DISK_FULL, FaultKind.TORN_LOG, FaultKind.CUT_SERVERS_ONE_WAY))
                    .allSatisfy(peers -> assertThat(kind.goesWith(peers) || peers.goesWith(kind))
                            .isFalse());
        }
        assertThat(FaultKind.TAKE_ACL.goesWith(FaultKind.KILL_MASTER)).isFalse();
        assertThat(FaultKind.TAKE_ACL.goesWith(FaultKind.KILL_WORKER)).isTrue();
    }

    @Test
    void oneKindAloneMakesASchedule() {
        assertThat(faults(rounds(5, List.of(FaultKind.EXPIRE), 20)))
                .hasSize(20)
                .allMatch(fault -> fault.kind() == FaultKind.EXPIRE);
    }

    @Test
    void aKindIsReadAsItIsWritten() {
        assertThat(Arrays.stream(FaultKind.values()).map(FaultKind::text).map(FaultKind::parse))
                .containsExactly(FaultKind.values());
        assertThatThrownBy(() -> FaultKind.parse("kill-everybody"))
                .hasMessageContaining("kill-everybody")
                .hasMessageContaining("kill-leader,kill-follower");
    }
}
