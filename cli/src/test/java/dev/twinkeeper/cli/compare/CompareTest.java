package dev.twinkeeper.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.twinkeeper.cli.compare.Comparison.Measured;
import dev.twinkeeper.cli.compare.Comparison.NotKept;
import dev.twinkeeper.cli.compare.Comparison.ScenarioRow;
import dev.twinkeeper.cli.compare.Comparison.Scope;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.measure.Measure;
import dev.twinkeeper.scenarios.measure.Measure.Better;
import dev.twinkeeper.scenarios.measure.Measure.Group;
import dev.twinkeeper.scenarios.measure.Measure.Unit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of results on their way into the tables. */
class CompareTest {
    private static final Path HOME = Path.of("..");
    private static final Measure RATE = new Measure("rate", Group.BENCH, "tasks/s", Unit.PER_SECOND, Better.HIGHER);

    @Test
    void chosenScenariosArePlayedAndNothingElseIsMeasured() {
        Scenario scenario = new Scenario(
                "lock", "somethingIsCounted", Set.of(Rule.K6), false, context -> context.count("lock: things", 7));
        Plan plan = new Plan(List.of(Side.named("raw")), Scope.CHOSEN, List.of(scenario), 1, 1);

        Comparison comparison = new Comparer(plan, HOME, new Silence()).compare();

        assertThat(comparison.ok()).isTrue();
        assertThat(comparison.measured()).singleElement().satisfies(measured -> {
            assertThat(measured.measure().what()).isEqualTo("lock: things");
            assertThat(measured.values()).isEqualTo(Map.of("raw", List.of(7.0)));
        });
        assertThat(new ComparisonReport(comparison).text())
                .anyMatch(line -> line.matches("K6 no herd +ok 1/1"))
                .anyMatch(line -> line.matches("lock: things +7"))
                .noneMatch(line -> line.contains("tasks"));
    }

    @Test
    void whatDiffersMostComesFirstAndWhereRunsOverlapNobodyWins() {
        Comparison comparison = comparison(
                times("little", fiveRuns(10.0, 11.0, 12.0), fiveRuns(13.0, 14.0, 15.0)),
                times("overlapping", fiveRuns(10.0, 20.0, 30.0), fiveRuns(29.0, 40.0, 50.0)),
                times("much", fiveRuns(100.0, 110.0, 120.0), fiveRuns(10.0, 11.0, 12.0)),
                new Measured(RATE, Map.of("raw", fiveRuns(50.0, 55.0, 60.0), "curator", fiveRuns(70.0, 75.0, 80.0))));

        ComparisonReport report = new ComparisonReport(comparison);

        assertThat(report.differing()).isEqualTo(3);
        assertThat(report.text().stream().map(line -> line.replaceAll(" +", " ")))
                .containsSubsequence(
                        "What differs, biggest first",
                        "much 110 ms (100–120) 11 ms (10–12) 0.10 curator",
                        "tasks/s 55 (50–60) 75 (70–80) 1.36 curator",
                        "little 11 ms (10–12) 14 ms (13–15) 1.27 raw",
                        "Measured, and no difference beyond the spread of the runs",
                        "overlapping 20 ms (10–30) 40 ms (29–50) 2");
    }

    @Test
    void aTimeOfFewerThanFiveRunsIsNoDifferenceHoweverFarApartTheyAre() {
        Comparison comparison = comparison(
                times("once", List.of(1.0), List.of(1_000.0)),
                times("four times", List.of(1.0, 1.0, 1.0, 1.0), fiveRuns(7.0, 8.0, 9.0)),
                count("counted once", List.of(1.0), List.of(2.0)));

        ComparisonReport report = new ComparisonReport(comparison);

        assertThat(report.differing()).isEqualTo(1);
        assertThat(report.text().stream().map(line -> line.replaceAll(" +", " ")))
                .containsSubsequence(
                        "What differs, biggest first",
                        "counted once 1 2 2 raw",
                        "Times of fewer than 5 runs",
                        "once 1 ms 1 s 1000",
                        "four times 1 ms 8 ms (7–9) 8")
                .noneMatch(line -> line.startsWith("Measured, and no difference"));
    }

    @Test
    void whatOneSideHasNoneOfComesFirst() {
        Comparison comparison = comparison(
                times("much", fiveRuns(1.0, 1.0, 1.0), fiveRuns(1_000.0, 1_000.0, 1_000.0)),
                count("phases", List.of(9.0), List.of(0.0)),
                count("none at all", List.of(0.0), List.of(0.0)));

        assertThat(new ComparisonReport(comparison).text().stream().map(line -> line.replaceAll(" +", " ")))
                .containsSubsequence("phases 9 0 – curator", "much 1 ms 1 s 1000 raw", "none at all 0 0 1");
    }

    @Test
    void variantsStandBesideTheSecondSide() {
        Comparison comparison = new Comparison(
                Comparison.SCHEMA,
                "now",
                1,
                Scope.CONTRAST,
                Map.of(),
                3,
                1,
                List.of("raw", "curator", "curator-cache", "mixed"),
                Set.of("mixed"),
                List.of(new Measured(
                        Measure.less("requests", Group.WIRE, "requests", Unit.COUNT),
                        Map.of(
                                "raw",
                                List.of(479.0),
                                "curator",
                                List.of(500.0, 507.0, 510.0),
                                "curator-cache",
                                List.of(803.0)))),
                List.of(),
                List.of());

        assertThat(new ComparisonReport(comparison).text())
                .anyMatch(line -> line.matches("what +curator +curator-cache"))
                .anyMatch(line -> line.matches("requests +507 +803 \\(1.58\\)"))
                .anyMatch(line -> line.matches("requests +479 +507 \\(500–510\\) +1.06 +raw"));
    }

    @Test
    void aKnownDifferenceIsShownOnlyForTheRuleThatIsNotKept() {
        String why = "it tells nobody about the loss of a session, and whoever wants to know has to listen for it"
                + " elsewhere, which is more than a few lines";
        NotKept difference =
                new NotKept("curator", Rule.K4, why, "CURATOR-1", Map.of("lock.lossIsTold", "not within"), Set.of());
        Comparison comparison = new Comparison(
                Comparison.SCHEMA,
                "now",
                1,
                Scope.ALL,
                Map.of(),
                3,
                1,
                List.of("curator"),
                Set.of(),
                List.of(),
                List.of(difference),
                List.of(
                        new ScenarioRow("curator", "lock.lossIsTold", Set.of(Rule.K4, Rule.X5), true, 1_000, "", "K4"),
                        new ScenarioRow("curator", "lock.oneHolder", Set.of(Rule.X5), true, 2_000, "", ""),
                        new ScenarioRow("curator", "lock.aHerd", Set.of(Rule.K6), false, 2_000, "not within 2 s", "")));

        ComparisonReport report = new ComparisonReport(comparison);

        assertThat(report.text())
                .anyMatch(line -> line.matches("K4 loss is told +differs 0/1"))
                .anyMatch(line -> line.matches("X5 goes on by itself +ok 2/2"))
                .anyMatch(line -> line.matches("K6 no herd +FAILED 0/1"))
                .anyMatch(line -> line.matches("all scenarios +FAILED 1/3"))
                .anyMatch(line -> line.matches("K4 loss is told +curator +it tells nobody.*"))
                .anyMatch(line -> line.matches("lock.aHerd +curator +not within 2 s"))
                .allMatch(line -> line.length() <= 100, "is no longer than 100 characters");
        assertThat(report.markdown())
                .contains("| K4 loss is told | curator | " + why + ". Source: CURATOR-1. Proved by lock.lossIsTold. |");
        assertThat(comparison.ok()).isFalse();
        assertThat(Comparer.failed(comparison)).isEqualTo("curator (1)");
    }

    @Test
    void theTablesAreMadeFromTheFile() throws Exception {
        Comparison comparison = comparison(times("much", List.of(100.5, 110.0), List.of(10.0, 11.0)));
        ObjectMapper mapper = new ObjectMapper();

        Comparison read = mapper.readValue(mapper.writeValueAsString(comparison), Comparison.class);

        assertThat(read).isEqualTo(comparison);
        assertThat(read.schema()).isEqualTo(2);
    }

    @Test
    void thePaceOfWhatIsDoneTellsWhatIsLeft() {
        long[] now = {0};
        Pace pace = new Pace(100, Duration.ofSeconds(120), () -> now[0]);
        assertThat(pace.left()).contains(Duration.ofSeconds(120));

        now[0] = Duration.ofSeconds(20).toNanos();
        pace.done(10);

        assertThat(pace.left()).contains(Duration.ofSeconds(180));
    }

    private static List<Double> fiveRuns(double least, double median, double most) {
        return List.of(least, median, most, median, median);
    }

    private static Measured times(String what, List<Double> raw, List<Double> curator) {
        return new Measured(
                Measure.less(what, Group.FAILOVER, what, Unit.MILLIS), Map.of("raw", raw, "curator", curator));
    }

    private static Measured count(String what, List<Double> raw, List<Double> curator) {
        return new Measured(
                Measure.less(what, Group.CONCEPTS, what, Unit.COUNT), Map.of("raw", raw, "curator", curator));
    }

    private static Comparison comparison(Measured... measured) {
        return new Comparison(
                Comparison.SCHEMA,
                "now",
                1,
                Scope.CONTRAST,
                Map.of(),
                3,
                1,
                List.of("raw", "curator"),
                Set.of(),
                List.of(measured),
                List.of(),
                List.of());
    }

    private static final class Silence implements ComparisonProgress {
        @Override
        public void says(String line, Optional<Duration> left) {}

        @Override
        public void failed(String side, String what, Throwable failure) {}
    }
}
