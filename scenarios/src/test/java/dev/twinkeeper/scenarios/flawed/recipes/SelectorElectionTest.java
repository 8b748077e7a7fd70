package dev.twinkeeper.scenarios.flawed.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.curator.recipes.SelectorElection;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.Cast;
import dev.twinkeeper.scenarios.Playbill;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenarios;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.util.List;
import java.util.Map;
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
            "electionrefusal.changedDataOfTheOneBeforeLosesNoHandOver",
            "election.ofFiftyEachLeadsInItsTurnAtTheCostOfOneNotification");

    /** And what the failure says. */
    private static final Map<String, String> NOT_KEPT = Map.of(
            // A lost connection costs it its place: the next one leads, though no session has ended.
            "electionleader.aLeaderCutOffForAMomentIsDeposedAndLeadsOn", "a tells Elected",
            // It tries again at once, for ever.
            "electionrefusal.aCandidateThatTheServersRefuseIsTold", "a tells Failed");

    private static final class Selector extends NoRecipes {
        @Override
        public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
            return new SelectorElection(place, candidate, listener);
        }
    }

    @TestFactory
    Stream<DynamicTest> keeps(Ensemble ensemble) {
        return KEPT.stream()
                .map(name -> dynamicTest(
                        name, () -> assertThat(play(name, ensemble).failure()).isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> doesNotKeep(Ensemble ensemble) {
        return NOT_KEPT.entrySet().stream()
                .map(each -> dynamicTest(
                        each.getKey(),
                        () -> assertThat(play(each.getKey(), ensemble).failure().orElseThrow())
                                .hasMessageContaining(each.getValue())));
    }

    private static Result play(String id, Ensemble ensemble) {
        return Playbill.play(Scenarios.named(id), Cast.ofRecipes(new Selector()), ensemble);
    }
}
