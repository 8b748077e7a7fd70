package dev.twinkeeper.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** The arithmetic of the bench, without any server. */
class BenchFiguresTest {
    private static final BenchLoad WORKLOAD = new BenchLoad(BenchLoad.Mode.CLOSED, 100, 4, 10, 10, 10);
    private static final BenchRunner.Where WHERE =
            new BenchRunner.Where(Optional.empty(), 3, false, Duration.ofSeconds(6), Optional.empty());

    private final BenchTable table = new BenchTable(plan(WORKLOAD, BenchRunner.Vary.NOTHING, List.of()));

    private static BenchRunner.Plan plan(BenchLoad workload, BenchRunner.Vary vary, List<Path> checkouts) {
        return new BenchRunner.Plan(List.of("raw", "ceiling"), checkouts, workload, vary, 3, WHERE);
    }

    private void add(String impl, Optional<String> checkout, int completed, double... tasksPerSecond) {
        for (double each : tasksPerSecond) {
            table.add(new BenchRunner.Run(
                    impl, checkout, 1, new Measurement(WORKLOAD, completed, Map.of(Figure.TASKS_PER_SECOND, each))));
        }
    }

    @Test
    void percentilesAreThoseOfAllLatenciesInMilliseconds() {
        Histogram latencies = new Histogram(3);
        for (int millis = 1; millis <= 1_000; millis++) {
            latencies.recordValue(millis * 1_000L);
        }
        Map<Figure, Double> figures = Figure.of(latencies);
        assertThat(figures.get(Figure.P50)).isCloseTo(500, within(1.0));
        assertThat(figures.get(Figure.P99)).isCloseTo(990, within(1.0));
        assertThat(figures.get(Figure.P999)).isCloseTo(999, within(1.0));
        assertThat(figures.get(Figure.WORST)).isCloseTo(1_000, within(1.0));
    }

    @Test
    void aFigureATaskIsWhatWasUsedByTheTasksThatWereCompleted() {
        Resources before = new Resources(1_000_000, 0, 100, 100, 0x1_0000_0010L);
        Resources used = new Resources(51_000_000, 500_000, 600, 900, 0x1_0000_00d8L).minus(before);

        Measurement measured = Measurement.of(WORKLOAD, 100, Duration.ofMillis(500), used, Map.of());

        assertThat(measured.figure(Figure.TASKS_PER_SECOND)).hasValue(200);
        assertThat(measured.figure(Figure.CPU)).hasValue(500);
        assertThat(measured.figure(Figure.REQUESTS)).hasValue(5);
        assertThat(measured.figure(Figure.TRANSACTIONS)).hasValue(2);
        assertThat(measured.figure(Figure.READS)).hasValue(3);
        assertThat(measured.figure(Figure.NOTIFICATIONS)).hasValue(3);
        assertThat(measured.figure(Figure.PACKETS)).hasValue(13);
        assertThat(measured.figure(Figure.ALLOCATED)).hasValue(5);
    }

    @Test
    void whatAServerDoesNotTellIsNoFigure() {
        Resources silent = new Resources(0, 0, Resources.UNKNOWN, Resources.UNKNOWN, Resources.UNKNOWN);
        Measurement measured = Measurement.of(WORKLOAD, 100, Duration.ofSeconds(1), silent.minus(silent), Map.of());

        assertThat(measured.figure(Figure.REQUESTS)).isEmpty();
        assertThat(measured.figure(Figure.READS)).isEmpty();
        assertThat(measured.figure(Figure.PACKETS)).isEmpty();
        assertThat(measured.json()).containsEntry("requestsPerTask", null).containsEntry("tasksPerSecond", 100.0);
    }

    /** Another leader begins to count anew. */
    @Test
    void anElectionInBetweenLeavesTheTransactionsOut() {
        Resources before = new Resources(0, 0, 0, 0, 0x1_0000_0100L);
        Resources after = new Resources(0, 0, 10, 10, 0x2_0000_0005L);
        assertThat(after.minus(before).transactions()).isEqualTo(Resources.UNKNOWN);
    }

    @Test
    void aMeasurementOfAnotherProcessIsTheSame() throws Exception {
        Measurement measured = new Measurement(WORKLOAD, 99, Map.of(Figure.CPU, 12.5, Figure.P99, 7.25));
        ObjectMapper mapper = new ObjectMapper();
        String line = mapper.writeValueAsString(measured.json());

        assertThat(Measurement.of(WORKLOAD, mapper.readTree(line))).isEqualTo(measured);
    }

    @Test
    void ratiosAreThoseOfTheMedians() {
        add("raw", Optional.empty(), 100, 500, 100, 200);
        add("raw", Optional.of("old"), 100, 50, 50, 10);
        add("ceiling", Optional.empty(), 100, 1_000, 2_000, 4_000);

        assertThat(table.spread(WORKLOAD, "raw", Figure.TASKS_PER_SECOND).orElseThrow())
                .satisfies(spread -> assertThat(spread.median()).isEqualTo(200))
                .satisfies(spread -> assertThat(spread.least()).isEqualTo(100))
                .satisfies(spread -> assertThat(spread.most()).isEqualTo(500));
        assertThat(table.ratio(WORKLOAD, "raw", "ceiling", Figure.TASKS_PER_SECOND))
                .hasValue(0.1);
        assertThat(table.ratio(WORKLOAD, "raw", "raw of old", Figure.TASKS_PER_SECOND))
                .hasValue(4);
        assertThat(table.ratio(WORKLOAD, "raw", "plain", Figure.TASKS_PER_SECOND))
                .isEmpty();
        assertThat(table.lines())
                .anyMatch(line -> line.matches("raw +200 +100–500 +0\\.10"))
                .noneMatch(line -> line.contains("p99"));
    }

    @Test
    void whatWasNotCompletedIsCounted() {
        add("raw", Optional.empty(), 100, 1);
        assertThat(table.lost()).isZero();
        add("raw", Optional.empty(), 97, 1);
        assertThat(table.lost()).isEqualTo(3);
    }

    @Test
    void stepsEndWithTheMost() {
        assertThat(plan(WORKLOAD.withTasks(50_000), BenchRunner.Vary.TASKS, List.of())
                        .workloads())
                .extracting(BenchLoad::tasks)
                .containsExactly(1_000, 10_000, 50_000);
        assertThat(plan(WORKLOAD.withWorkers(20), BenchRunner.Vary.WORKERS, List.of())
                        .workloads())
                .extracting(BenchLoad::workers)
                .containsExactly(1, 4, 16, 20);
    }

    @Test
    void serversThatAreLostForLongEndTheBench() {
        ConnectionWatch watch = new ConnectionWatch();
        Listener listener = watch.of("the client", Listener.none());
        long soon = System.nanoTime();
        long late = soon + ConnectionWatch.PATIENCE.plusSeconds(1).toNanos();
        listener.on(new Event.Disconnected());
        watch.check(soon);
        assertThatThrownBy(() -> watch.check(late))
                .isInstanceOf(CoordinationException.class)
                .hasMessageContaining("the servers were lost in the middle of a run: the client");
        listener.on(new Event.Connected(1));
        watch.check(late);
        listener.on(new Event.SessionExpired(1));
        assertThat(watch.sessionsLost()).isEqualTo(1);
    }
}
