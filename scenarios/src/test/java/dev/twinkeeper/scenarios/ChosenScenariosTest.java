package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.scenarios.topics.RegistrationScenarios;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A choice of scenarios that chooses nothing is a mistake, and no success. */
class ChosenScenariosTest {
    @Test
    void theWholeIdIsMatched() {
        List<Scenario> chosen = CoordinationSuite.chosen(Scenarios.all(), "registration\\..*");

        assertThat(chosen.stream().map(Scenario::id))
                .containsExactlyElementsOf(Scenarios.of(RegistrationScenarios.class).stream()
                        .map(Scenario::id)
                        .toList());
    }

    @Test
    void aChoiceThatMatchesNothingIsAFailureThatSaysWhatIdsLookLike() {
        assertThatThrownBy(() -> CoordinationSuite.chosen(Scenarios.all(), "aPartOfAName"))
                .hasMessage("no scenario matches -Dtwinkeeper.scenario=aPartOfAName: it has to match the whole id,"
                        + " topic.name, such as '" + Scenarios.all().get(0).id() + "' or 'registration.*'");
    }

    @Test
    void aChoiceFromAnotherSuiteLeavesThisOneEmpty() {
        assertThat(CoordinationSuite.chosen(Scenarios.recipes(), "registration\\..*"))
                .isEmpty();
    }

    @Test
    void aChoiceThatIsNoRegularExpressionIsOneLine() {
        assertThatThrownBy(() -> CoordinationSuite.chosen(Scenarios.all(), "("))
                .hasMessage("-Dtwinkeeper.scenario=( is no regular expression: Unclosed group");
    }
}
