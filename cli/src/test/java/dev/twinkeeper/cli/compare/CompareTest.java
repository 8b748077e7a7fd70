package dev.twinkeeper.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.cli.compare.Comparison.Contender;
import dev.twinkeeper.cli.compare.Comparison.ScenarioRow;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of results on their way into the tables. */
class CompareTest {
    private static final Path HOME = Path.of("..");

    /** Nothing that measures was chosen, and nothing of the system: there are no times, and no cost of tasks. */
    @Test
    void aScenarioThatOnlyCountsIsCompared() {
        Recipes raw = Recipes.named("raw");
        Implementations implementations =
                Implementations.of(Coordination.named("raw")).with(raw, raw);
        Scenario scenario = new Scenario(
                "lock", "somethingIsCounted", Set.of(Rule.K6), false, stage -> stage.count("lock: things", 7));

        Comparison comparison =
                new Comparer(List.of(implementations), List.of(scenario), 1, 1, HOME, new Silence()).compare();

        assertThat(comparison.ok()).isTrue();
        assertThat(comparison.contenders()).singleElement().satisfies(contender -> {
            assertThat(contender.measures()).isEmpty();
            assertThat(contender.cost()).isNull();
            assertThat(contender.counts()).containsOnlyKeys("lock: things");
            assertThat(contender.recipeSize()).containsKey("ground");
        });
        assertThat(new ComparisonReport(comparison).text())
                .anyMatch(line -> line.matches("K6 no herd +ok 1/1 .*"))
                .anyMatch(line -> line.matches("lock: things +7"))
                .noneMatch(line -> line.contains("tasks"));
    }

    @Test
    void aKnownDifferenceIsShownOnlyForTheRuleThatIsNotKept() {
        String why = "it tells nobody about the loss of a session, and whoever wants to know has to listen for it"
                + " elsewhere, which is more than a few lines";
        ScenarioRow differing = new ScenarioRow("lock.lossIsTold", Set.of(Rule.K4, Rule.X5), true, 1_000, "", why);
        ScenarioRow kept = new ScenarioRow("lock.oneHolder", Set.of(Rule.X5), true, 2_000, "", "");
        Contender contender = new Contender(
                "curator",
                List.of(differing, kept),
                Map.of(),
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(Rule.K4, why));

        ComparisonReport report = new ComparisonReport(new Comparison("now", Map.of(), 3, 1, List.of(contender)));

        assertThat(report.text())
                .anyMatch(line -> line.matches("K4 loss is told +differs 0/1 +1.00 s"))
                .anyMatch(line -> line.matches("X5 goes on by itself +ok 2/2 +2.00 s"))
                .anyMatch(line -> line.matches("all scenarios +differs 1/2 +2.00 s"))
                .anyMatch(line -> line.matches("K4 loss is told +curator +it tells nobody.*"))
                .allMatch(line -> line.length() <= 100, "is no longer than 100 characters");
        assertThat(report.markdown()).contains("| K4 loss is told | curator | " + why + " |");
    }

    private static final class Silence implements Comparer.Progress {
        @Override
        public void played(int number, int of, Result result) {}

        @Override
        public void says(String line) {}
    }
}
