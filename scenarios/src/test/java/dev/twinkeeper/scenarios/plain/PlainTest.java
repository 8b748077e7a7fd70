package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.scenarios.CoordinationSuite;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Scenario;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The plain implementation keeps every rule: what the suite finds in a broken variant is the variant's own. Run it after
 * a change of {@code PlainRole} and its kin, with {@code -Dtwinkeeper.plain=true}.
 */
@EnabledIfSystemProperty(
        named = "twinkeeper.plain",
        matches = "true",
        disabledReason = "a minute and more; every build has it pass the scenarios that the broken variants fail")
class PlainTest extends CoordinationSuite {
    /** That little is asked while there is nothing to do: it polls, so it asks all the time. */
    private static final Set<String> SILENCE = Set.of(
            "bounds.aClusterWithNothingToDoIsSilent",
            "bounds.aRefusedPlaceInAQueueOfCandidatesIsAskedForNowAndThen",
            "bounds.aParentThatCannotBeRemovedIsTriedNowAndThen",
            "bounds.aTaskThatCannotExpireIsTriedNowAndThen",
            "bounds.refusedAssignmentsAreTriedNowAndThen",
            "bounds.whileAPersistentMasterStandsThereCandidatesWait",
            "bounds.whoWaitsForAnOutcomeAsksOnce");

    @Override
    protected Implementations implementations() {
        return Implementations.of(new Plain());
    }

    @Override
    protected List<Scenario> scenarios() {
        return super.scenarios().stream()
                .filter(scenario -> !SILENCE.contains(scenario.id()))
                .toList();
    }
}
