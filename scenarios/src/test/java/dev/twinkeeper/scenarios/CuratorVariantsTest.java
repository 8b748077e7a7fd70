package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where Curator has a second recipe for a contract: the scenarios of that contract, by that recipe. */
@ExtendWith(SharedEnsemble.class)
class CuratorVariantsTest {
    private static final int AT_ONCE = 6;

    /** The others look at znodes that the semaphore keeps elsewhere. */
    private static final Set<String> OF_THE_SEMAPHORE = Set.of(
            "lock.anyThreadMayReleaseAndOnlyOnce",
            "lock.anUndisturbedHoldCostsFourRequests",
            "lock.thoseThatShareHoldTogetherAndTheExclusiveOneWaitsForAll",
            "lock.laterOnesThatWouldShareWaitForTheExclusiveOneThatWaits",
            "lockrefusal.whatCanNotBeIsRefused",
            "lockrefusal.anInterruptedOneGivesBackWhatItHolds",
            "lockrefusal.aPlaceThatIsAnEphemeralIsRefusedUntilItGoes",
            "lockpatience.anAttemptThatWasLostTwiceAndWhoseTimeIsUpLeavesNoOrphan",
            "lockpatience.whoIsCutOffWhileItLooksSaysSoInTime",
            "lockpatience.whoIsCutOffWhileItGivesUpSaysSoInTime",
            "lockpatience.withoutAServerItSaysSoAndCanBeClosed");

    /** A simple queue has no claims, and other names. */
    private static final Set<String> NOT_OF_THE_SIMPLE_QUEUE = Set.of(
            "queue.anOperatorTakesAwayWhatIsBeingHandled",
            "queue.whoLostItsClaimBeforeItBeganDoesNotBegin",
            "queueloss.aClaimThatIsLostIsMadeAgain",
            "queueloss.aClaimWhoseAnswerIsLostIsUsed",
            "queueloss.whatWasPutInTheGapOfAWatchIsHandledInItsOrder",
            "queueloss.whoComesTooLateToGiveItsClaimBackLeavesTheNextOneAlone",
            "queueloss.whoFinishesBeforeItsListIsThereFinishesOnce",
            "queuerefusal.aClaimThatMayNotBeGivenBackIsGivenBackWhenItMay",
            "queuerefusal.whatIsNoItemIsLeftAlone",
            "queuerefusal.whatWasRefusedIsDoneWhenItIsAllowedAgain",
            "queuerefusal.whoMayNotListListsWhenItMay");

    /** More than they take: only for the case that something hangs for ever. */
    private static final Duration ALL = Duration.ofMinutes(10);

    @Test
    void aVariantIsNoSide() {
        assertThat(Recipes.all()).extracting(Recipes::name).containsExactlyInAnyOrder("raw", "curator");
        assertThat(Recipes.variants())
                .extracting(Recipes::name)
                .containsExactlyInAnyOrder(
                        "curator-selector", "curator-shared-value", "curator-semaphore", "curator-simple-queue");
        assertThat(Recipes.variants()).allSatisfy(each -> {
            assertThat(each.side()).isEqualTo("curator");
            assertThat(each.brings()).hasSize(1).isSubsetOf(Recipes.NAMES);
            assertThat(Recipes.named(each.name()).name()).isEqualTo(each.name());
        });
    }

    @TestFactory
    Stream<DynamicContainer> run(Ensemble ensemble) {
        Map<Recipes, Map<Scenario, CompletableFuture<Result>>> all = new LinkedHashMap<>();
        for (Recipes variant : Recipes.variants()) {
            List<Scenario> scenarios = CoordinationSuite.chosen(Scenarios.recipes()).stream()
                    .filter(scenario -> variant.brings().stream().anyMatch(scenario.topic()::startsWith))
                    .filter(scenario -> isAbout(variant, scenario.id()))
                    .toList();
            Implementations implementations = Implementations.ofRecipes(variant);
            var running = ScenarioRunner.runAll(scenarios, implementations, () -> ensemble, AT_ONCE);
            CompletableFuture.allOf(running.values().toArray(CompletableFuture[]::new))
                    .join();
            all.put(variant, running);
        }
        return all.entrySet().stream()
                .map(variant -> dynamicContainer(
                        variant.getKey().name(),
                        variant.getValue().entrySet().stream()
                                .map(each -> dynamicTest(each.getKey().id(), () -> {
                                    Result result = ScenarioContext.await("run", each.getValue(), ALL);
                                    if (!result.ok()) {
                                        throw result.failure().orElseThrow();
                                    }
                                }))));
    }

    private static boolean isAbout(Recipes variant, String scenario) {
        return switch (variant.name()) {
            case "curator-semaphore" -> OF_THE_SEMAPHORE.contains(scenario);
            case "curator-simple-queue" -> !NOT_OF_THE_SIMPLE_QUEUE.contains(scenario);
            default -> true;
        };
    }
}
