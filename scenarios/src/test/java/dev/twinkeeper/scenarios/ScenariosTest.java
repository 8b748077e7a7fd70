package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static final Path TOPICS = Path.of("src/main/java/dev/twinkeeper/scenarios/topics");

    @Test
    void everyRuleHasAScenarioOrAReason() {
        Set<Rule> shown =
                Scenarios.all().stream().flatMap(each -> each.rules().stream()).collect(Collectors.toSet());

        assertThat(Stream.of(Rule.values())
                        .filter(rule -> rule.part() == Rule.Part.PROTOCOL)
                        .filter(rule -> !UNTESTED.containsKey(rule)))
                .as("rules that need a scenario")
                .allMatch(shown::contains, "is cited by a scenario");
        assertThat(UNTESTED.keySet()).as("untested").doesNotContainAnyElementsOf(shown);
    }

    @Test
    void everyScenarioCitesARule() {
        assertThat(Scenarios.all()).isNotEmpty().allMatch(each -> !each.rules().isEmpty(), "cites a rule");
    }

    @Test
    void everyScenarioHasANameOfItsOwn() {
        assertThat(Scenarios.all().stream().map(Scenario::id)).doesNotHaveDuplicates();
    }

    @Test
    void everyTopicIsTold() throws IOException {
        Set<String> told = Scenarios.all().stream().map(Scenario::topic).collect(Collectors.toSet());

        try (Stream<Path> files = Files.list(TOPICS)) {
            List<String> written = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Scenarios.java"))
                    .map(name -> name.replace("Scenarios.java", "").toLowerCase())
                    .toList();
            assertThat(told).containsExactlyInAnyOrderElementsOf(written);
        }
    }

    @Test
    void scenariosNeverSleep() throws IOException {
        try (Stream<Path> files = Files.list(TOPICS)) {
            for (Path file : files.toList()) {
                assertThat(Files.readString(file)).as("%s", file).doesNotContain("Thread.sleep");
            }
        }
    }
}
