package dev.twinkeeper.scenarios.plain.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.curator.recipes.SelectorElection;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.ScenarioRunner;
import dev.twinkeeper.scenarios.Scenarios;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Curator's other election, LeaderSelector, keeps of the rules, and what separates it from the latch. */
@ExtendWith(SharedEnsemble.class)
class SelectorElectionTest {
    private static final List<String> KEPT = List.of(
            "election.theFirstOneLeadsAndTheOthersQueueInTheOrderOfTheirComing",
            "election.aLeaderThatResignsGoesToTheEndOfTheQueue",
            "electionleader.anotherLeadsWhenTheLeadersSessionExpires",
            "electionleader.aLeaderThatIsCutOffHasStoppedWhenAnotherLeads",
            "electionleader.aZombiesWriteWithItsOldTokenIsRefused",
            "electionleader.aLeaderWhoseZnodeIsDeletedIsToldAndQueuesAgain",
            "election.theOneBeforeDiesBeforeTheLeader",
            "electionloss.aWaitingCandidateWhoseSessionExpiresGoesToTheEnd",
            "electionloss.aCandidateWhoseLastSessionTheServersKeepForAWhileQueuesAgain",
            "electionloss.theAnswerToACandidacyIsLost",
            "electionrefusal.namesThatCanNotBeAreRefused",
            "electionrefusal.closingEndsACallThatWaits",
            "electionrefusal.changedDataOfTheOneBeforeLosesNoHandOver",
            "election.ofFiftyEachLeadsInItsTurnAtTheCostOfOneNotification");

    /** And what the failure says. */
    private static final Map<String, String> NOT_KEPT = Map.of(
            // A lost connection costs it its place: the next one leads, though no session has ended.
            "electionleader.aLeaderCutOffForAMomentIsDeposedAndLeadsOn", "ms: a tells Elected",
            // A place in the queue can't be given up.
            "election.aCandidateThatWaitsResignsItsPlace", "the queue is [a, c, b]",
            // All children are its queue, as they are the latch's.
            "electionrefusal.aStrangersZnodeThatSortsFirstHoldsNobodyUp", "ms: a tells Elected",
            // It tries again at once, for ever.
            "electionrefusal.aCandidateThatTheServersRefuseIsTold", "a tells Failed");

    private static final int AT_ONCE = 4;
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final class Selector extends NoRecipes {
        @Override
        public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
            return new SelectorElection(place, candidate, listener);
        }
    }

    @TestFactory
    Stream<DynamicTest> keeps(Ensemble ensemble) {
        return run(KEPT, ensemble, result -> assertThat(result.failure()).isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> doesNotKeep(Ensemble ensemble) {
        return run(
                NOT_KEPT.keySet(),
                ensemble,
                result -> assertThat(result.failure().orElseThrow())
                        .hasMessageContaining(NOT_KEPT.get(result.scenario().id())));
    }

    private static Stream<DynamicTest> run(Collection<String> ids, Ensemble ensemble, Consumer<Result> checker) {
        List<Scenario> scenarios = ids.stream().map(Scenarios::named).toList();
        return ScenarioRunner.runAll(scenarios, Implementations.ofRecipes(new Selector()), () -> ensemble, AT_ONCE)
                .values()
                .stream()
                .map(coming -> ScenarioContext.await("played", coming, LONGEST))
                .map(result -> dynamicTest(result.scenario().id(), () -> checker.accept(result)));
    }
}
