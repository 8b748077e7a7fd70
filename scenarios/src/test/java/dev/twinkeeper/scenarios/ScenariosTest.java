package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds of the scenarios as texts: no rule without a scenario, no scenario without a rule. */
class ScenariosTest {
    /** Rules that no scenario shows, each with the reason; there are none. */
    private static final Map<Rule, String> UNTESTED = new EnumMap<>(Rule.class);

    private static final Path SOURCES = Path.of("src/main/java/dev/twinkeeper/scenarios");

    /** Where the scenarios of the system stand, and where those of the recipes do. */
    private static final Map<Path, List<Scenario>> TOPICS =
            Map.of(SOURCES.resolve("topics"), Scenarios.all(), SOURCES.resolve("recipes"), Scenarios.recipes());

    private static Stream<Scenario> everything() {
        return Stream.concat(Scenarios.all().stream(), Scenarios.recipes().stream());
    }

    @Test
    void everyRuleHasAScenarioOrAReason() {
        Set<Rule> shown = everything().flatMap(each -> each.rules().stream()).collect(Collectors.toSet());

        assertThat(Stream.of(Rule.values()).filter(rule -> !UNTESTED.containsKey(rule)))
                .as("rules that need a scenario")
                .allMatch(shown::contains, "is cited by a scenario");
        assertThat(UNTESTED.keySet()).as("untested").doesNotContainAnyElementsOf(shown);
    }

    /** One topic or several, {@code lock} and {@code lockloss}: they begin with its name. */
    @Test
    void everyRecipeHasTopicsInItsPlace() {
        assertThat(Scenarios.recipes().stream().map(ScenariosTest::recipe).distinct())
                .containsExactlyElementsOf(Recipes.NAMES);
    }

    private static String recipe(Scenario scenario) {
        return Recipes.NAMES.stream()
                .filter(scenario.topic()::startsWith)
                .findFirst()
                .orElse(scenario.topic());
    }

    /** What is asked of every recipe is shown of every recipe. */
    @Test
    void everyRecipeShowsTheRulesOfAll() {
        for (String recipe : Recipes.NAMES) {
            assertThat(Scenarios.recipes().stream()
                            .filter(each -> recipe(each).equals(recipe))
                            .flatMap(each -> each.rules().stream()))
                    .as(recipe)
                    .contains(Rule.X1, Rule.X2, Rule.X3, Rule.X4, Rule.X5);
        }
    }

    @Test
    void everyScenarioCitesARule() {
        assertThat(everything()).isNotEmpty().allMatch(each -> !each.rules().isEmpty(), "cites a rule");
    }

    @Test
    void whatTheyShowIsOfTheSystemOrOfTheRecipes() {
        assertThat(Scenarios.all()).allMatch(each -> citesOnly(each, Rule.Part.PROTOCOL), "is of the system");
        assertThat(Scenarios.recipes()).allMatch(each -> citesOnly(each, Rule.Part.RECIPES), "is of the recipes");
    }

    private static boolean citesOnly(Scenario scenario, Rule.Part part) {
        return scenario.rules().stream().allMatch(rule -> rule.part() == part);
    }

    @Test
    void everyScenarioHasANameOfItsOwn() {
        assertThat(everything().map(Scenario::id)).doesNotHaveDuplicates();
    }

    /** Of each class of scenarios that stands there: it is easily forgotten in the list. */
    @Test
    void everyTopicIsTold() throws Exception {
        for (Map.Entry<Path, List<Scenario>> topics : TOPICS.entrySet()) {
            List<String> told = topics.getValue().stream().map(Scenario::id).toList();
            for (Class<?> topic : classes(topics.getKey())) {
                assertThat(told)
                        .as("%s", topic)
                        .containsAll(
                                Scenarios.of(topic).stream().map(Scenario::id).toList());
            }
        }
    }

    private static List<Class<?>> classes(Path topics) throws Exception {
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(topics)) {
            for (String file : files.map(each -> each.getFileName().toString()).toList()) {
                if (file.endsWith("Scenarios.java")) {
                    String room = Scenarios.class.getPackageName() + "." + topics.getFileName();
                    classes.add(Class.forName(room + "." + file.replace(".java", "")));
                }
            }
        }
        return classes;
    }

    @Test
    void scenariosNeverSleep() throws IOException {
        for (Path topics : TOPICS.keySet()) {
            try (Stream<Path> files = Files.list(topics)) {
                for (Path file : files.toList()) {
                    assertThat(Files.readString(file)).as("%s", file).doesNotContain("Thread.sleep");
                }
            }
        }
    }
}
