package dev.twinkeeper.scenarios.plain;

import static dev.twinkeeper.scenarios.plain.Plain.withClients;
import static dev.twinkeeper.scenarios.plain.Plain.withMasters;
import static dev.twinkeeper.scenarios.plain.Plain.withWorkers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.ScenarioRunner;
import dev.twinkeeper.scenarios.Scenarios;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The suite, tested: every broken implementation is caught by the scenario named for it, and for its own reason. The
 * implementation that it is a few lines away from passes the same scenario.
 *
 * <p>A broken safety rule must be found by the checker, in the servers' logs, whatever the roles say of themselves; what
 * breaks a liveness rule is found by the scenario, which waits in vain.
 */
@ExtendWith(SharedEnsemble.class)
class BrokenImplementationsTest {
    /** They mostly wait, for what never comes. */
    private static final int AT_ONCE = 10;

    /** More than all of it takes, for the case that something hangs for ever. */
    private static final Duration LONGEST = Duration.ofMinutes(3);

    /** What a client of ours says when it waited in vain for a task that nobody will ever do. */
    private static final String NO_STATUS = "no status within 20s";

    /** Who is to pass. */
    private record Sane(Plain implementation, String scenario) {}

    /** The base of the masters with half a fence: with a whole one it does no harm. */
    private static final List<Sane> EAGER = Stream.of(
                    "failover.theAssignmentOfADeposedMasterMisses",
                    "operator.aMasterMadeByHandInPlaceOfOursEndsOurReign")
            .map(scenario -> new Sane(withMasters("an eager master", BrokenMasters.Eager::new), scenario))
            .toList();

    /**
     * @param scenario what catches it
     * @param rule what it breaks
     * @param foundBy who says so: the checker, or the scenario that waited in vain
     * @param evidence what the failure says besides
     */
    private record Broken(Plain implementation, String scenario, Rule rule, String foundBy, String evidence) {
        String title() {
            return "%s is caught by %s (%s)".formatted(implementation.name(), scenario, rule);
        }
    }

    private static Broken byChecker(Plain implementation, Rule rule, String scenario) {
        return new Broken(implementation, scenario, rule, "\nBroken: " + rule + " ", "");
    }

    private static Broken byScenario(Plain implementation, Rule rule, String scenario, String evidence) {
        return new Broken(implementation, scenario, rule, "\nFailed: ", evidence);
    }

    private static final List<Broken> ALL = List.of(
            byChecker(
                    withMasters("an unfenced writer", BrokenMasters.UnfencedWriter::new),
                    Rule.S1,
                    "failover.theAssignmentOfADeposedMasterMisses"),
            byChecker(
                    withMasters("a fence without the epoch", BrokenMasters.BlindToTheEpoch::new),
                    Rule.S1,
                    "failover.theAssignmentOfADeposedMasterMisses"),
            byChecker(
                    withMasters("a fence without /master", BrokenMasters.BlindToMaster::new),
                    Rule.S1,
                    "operator.aMasterMadeByHandInPlaceOfOursEndsOurReign"),
            byChecker(
                    withMasters("a master that tries again in another session", BrokenMasters.TriesAgain::new),
                    Rule.S1,
                    "failover.theAssignmentThatAnotherSessionTriesAgainMisses"),
            byChecker(
                    withMasters("a LeaderLatch alone", BrokenMasters.LatchAlone::new),
                    Rule.S1,
                    "failover.theAssignmentOfADeposedMasterMisses"),
            byChecker(
                    withMasters("a claim without epoch", BrokenMasters.ClaimsWithoutEpoch::new),
                    Rule.S1,
                    "failover.anotherReignsWhenTheMastersSessionExpires"),
            byChecker(
                    withMasters("a double assigner", BrokenMasters.DoubleAssigner::new),
                    Rule.S2,
                    "assignment.aBacklogLargerThanAllSlotsDrains"),
            byChecker(
                    withMasters("a master that lists statuses first", BrokenMasters.StatusesFirst::new),
                    Rule.S2,
                    "assignment.aBacklogLargerThanAllSlotsDrains"),
            byChecker(
                    withWorkers("a worker that consumes no assignment", BrokenWorkers.NonConsuming::new),
                    Rule.S3,
                    "workerloss.theResultOfAZombieWorkerIsThrownAway"),
            byChecker(
                    withWorkers("a completion in two steps", BrokenWorkers.TwoSteps::new),
                    Rule.S3,
                    "completion.theStatusTakesThePlaceOfTheAssignment"),
            byChecker(
                    withWorkers("a worker that changes its mind", BrokenWorkers.ChangesItsMind::new),
                    Rule.S3,
                    "completion.theStatusTakesThePlaceOfTheAssignment"),
            byChecker(
                    withClients("a client that resubmits", BrokenClients.Resubmitter::new),
                    Rule.S4,
                    "lostanswer.theAnswerToASubmitIsLost"),
            byChecker(
                    withClients("a client that leaves its former session", BrokenClients.LeavesItsFormerSession::new),
                    Rule.S4,
                    "submission.aSubmitThatArrivesAfterTheClientGaveItsSessionUpMakesNoSecondTask"),
            byChecker(
                    withMasters("a hasty tidier", BrokenMasters.HastyTidier::new),
                    Rule.S5,
                    "tidying.aCompletedTaskThatNobodyCollectsIsRemovedAfterTheRetention"),
            byChecker(
                    withClients("a client that collects too early", BrokenClients.CollectsTooEarly::new),
                    Rule.S5,
                    "outcome.onlyATaskWithAStatusIsCollectedAndOnlyOnce"),
            byChecker(
                    withClients("a client that invents an outcome", BrokenClients.InventsAnOutcome::new),
                    Rule.S6,
                    "outcome.whenTimeIsUpItIsUnknownAndMayBeLearntLater"),
            byScenario(
                    withClients("a client that forgets to sync", BrokenClients.ForgetsToSync::new),
                    Rule.L4,
                    "outcome.whoAsksAServerThatIsBehindLearnsTheOutcomeAllTheSame",
                    "it takes nothing for certain"),
            byChecker(
                    withWorkers("a worker that adopts a foreign ephemeral", BrokenWorkers.AdoptsAForeignEphemeral::new),
                    Rule.R1,
                    "registration.registeredCompletesOnlyWhenTheWorkersOwnEphemeralExists"),
            byChecker(
                    withWorkers("a usurper", BrokenWorkers.Usurper::new),
                    Rule.R3,
                    "registration.aSecondLiveWorkerOfTheSameIdIsRefusedAndTheFirstGoesOn"),
            byChecker(
                    withWorkers("a worker that leaves its ephemeral", BrokenWorkers.LeavesItsEphemeral::new),
                    Rule.R4,
                    "lifecycle.closingTwiceIsLikeClosingOnceAndLeavesNoEphemeral"),
            byChecker(
                    withWorkers("a worker that talks after its close", BrokenWorkers.TalksAfterItsClose::new),
                    Rule.R4,
                    "lifecycle.aClosedRoleSaysNothingMoreWhateverHappens"),
            byScenario(
                    withMasters("a sleepy standby", BrokenMasters.SleepyStandby::new),
                    Rule.L1,
                    "failover.theStandbyReignsAtOnceAfterAnOrderlyClose",
                    "not within 5000 ms: m2 tells Elected"),
            byScenario(
                    withMasters("a forgetful successor", BrokenMasters.ForgetfulSuccessor::new),
                    Rule.L2,
                    "failover.aMasterLostBeforeItsAssignmentWasSentLosesNoTask",
                    NO_STATUS),
            byScenario(
                    withMasters("a master with its pending tasks in memory only", BrokenMasters.PendingInMemory::new),
                    Rule.L2,
                    "lostanswer.anAssignmentIsLost",
                    NO_STATUS),
            byScenario(
                    withMasters("a master that ignores slots", BrokenMasters.SlotsIgnored::new),
                    Rule.L2,
                    "assignment.aWorkerNeverHoldsMoreThanItsSlots",
                    "w2 is full"),
            byScenario(
                    withMasters(
                            "a master that leaves the lost their tasks", BrokenMasters.LeavesTheLostTheirTasks::new),
                    Rule.L3,
                    "workerloss.theTasksOfALostWorkerWaitForAnother",
                    NO_STATUS),
            byScenario(
                    withMasters("a master that counts in memory", BrokenMasters.CountsInMemory::new),
                    Rule.L3,
                    "workerloss.aTaskIsGivenUpThoughEachLossWasAnotherMasters",
                    NO_STATUS),
            byScenario(
                    withMasters("a master that takes the first worker", BrokenMasters.AlwaysTheFirst::new),
                    Rule.L2,
                    "assignment.onAnIdleClusterTheWorkersTakeTurns",
                    "[executions]"),
            byScenario(
                    withMasters("a new broom", BrokenMasters.NewBroom::new),
                    Rule.L3,
                    "failover.aNewMasterLeavesALiveWorkersTasksAlone",
                    "m2 tells TaskMoved"),
            byScenario(
                    withClients("a client that forgets what it was asked", BrokenClients.ForgetsWhatItWasAsked::new),
                    Rule.L4,
                    "outcome.theOutcomeIsLearntAfterTheClientsOwnSessionWasLost",
                    "not within 20000 ms: the outcome"),
            byScenario(
                    withWorkers("a worker that swallows a watch's gap", BrokenWorkers.SwallowsTheGap::new),
                    Rule.L5,
                    "watchgap.aWorkerFindsTheAssignmentOfTheGap",
                    NO_STATUS),
            byScenario(
                    withWorkers("a worker that begins again", BrokenWorkers.BeginsAgain::new),
                    Rule.L5,
                    "watchgap.aWorkerCompletesInTheGapWhatItHasWhenItIsMended",
                    "[executions]"),
            byScenario(
                    withWorkers("a hot loop on a refusal", BrokenWorkers.HotLoop::new),
                    Rule.L6,
                    "bounds.refusedRegistrationsAreTriedNowAndThen",
                    "requests each"),
            byScenario(
                    withWorkers("a worker that never registers again", BrokenWorkers.NeverRegistersAgain::new),
                    Rule.R2,
                    "registration.aWorkerRegistersAgainAfterItsSessionExpired",
                    "ms: w1 tells Registered"),
            byScenario(
                    withWorkers("a worker that waits by its own timeout", BrokenWorkers.WaitsByItsOwnTimeout::new),
                    Rule.R3,
                    "registration.theDeadSessionOfAWorkerIsWaitedOutAlsoWhereItWasLongerThanTheNextOne",
                    "ms: w1 tells Registered"),
            byScenario(
                    withWorkers(
                            "a worker that does not look who has its name", BrokenWorkers.WaitsByItsOwnTimeout::new),
                    Rule.R3,
                    "registration.aWorkerThatWaitsForItsNameIsToldWhoHasItSinceWhenAndHowLongItWaits",
                    "w1@localhost"),
            byScenario(
                    withWorkers("a worker that dies of its handler", BrokenWorkers.DiesOfItsHandler::new),
                    Rule.R5,
                    "completion.aHandlerThatThrowsMakesFailedAndTheWorkerLivesOn",
                    NO_STATUS),
            byScenario(
                    withMasters("a master that trips over foreign names", BrokenMasters.TripsOverForeignNames::new),
                    Rule.R6,
                    "foreignthings.garbageThatWasThereFirstIsSetAsideAndAllTasksFinish",
                    NO_STATUS));

    private static final Map<String, Scenario> SCENARIOS =
            Scenarios.all().stream().collect(Collectors.toMap(Scenario::id, scenario -> scenario));

    @TestFactory
    Stream<DynamicNode> run(Ensemble ensemble) {
        ExecutorService participants = Executors.newFixedThreadPool(AT_ONCE);
        List<DynamicTest> broken = ALL.stream()
                .map(each -> caught(each, begin(each.implementation, each.scenario, ensemble, participants)))
                .toList();
        List<DynamicTest> correct = Stream.concat(
                        ALL.stream().map(Broken::scenario).distinct().map(scenario -> new Sane(new Plain(), scenario)),
                        EAGER.stream())
                .map(each -> passes(each, begin(each.implementation, each.scenario, ensemble, participants)))
                .toList();
        participants.shutdown();
        return Stream.of(dynamicContainer("broken", broken), dynamicContainer("correct", correct));
    }

    @Test
    void everyRuleIsBrokenByOne() {
        assertThat(ALL.stream().map(Broken::rule))
                .containsAll(Stream.of(Rule.values())
                        .filter(rule -> rule.part() == Rule.Part.PROTOCOL)
                        .toList());
    }

    private static CompletableFuture<Result> begin(
            Plain implementation, String scenario, Ensemble ensemble, ExecutorService participants) {
        Scenario chosen = Objects.requireNonNull(SCENARIOS.get(scenario), scenario);
        return CompletableFuture.supplyAsync(
                () -> ScenarioRunner.run(chosen, Implementations.of(implementation), ensemble), participants);
    }

    private static DynamicTest caught(Broken broken, CompletableFuture<Result> coming) {
        return dynamicTest(broken.title(), () -> {
            Result result = ScenarioContext.await(broken.title(), coming, LONGEST);
            assertThat(result.scenario().rules()).contains(broken.rule);
            assertThat(result.failure()).as("what the scenario found").isPresent();
            assertThat(result.failure().orElseThrow())
                    .hasMessageContaining(broken.foundBy)
                    .hasMessageContaining(broken.evidence);
        });
    }

    private static DynamicTest passes(Sane sane, CompletableFuture<Result> coming) {
        return dynamicTest(sane.implementation.name() + " passes " + sane.scenario, () -> {
            Result result = ScenarioContext.await(sane.scenario, coming, LONGEST);
            assertThat(result.failure()).isEmpty();
        });
    }
}
