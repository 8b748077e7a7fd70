package dev.twinkeeper.curator.recipes;

import static dev.twinkeeper.curator.recipes.RecipeDifferences.difference;
import static dev.twinkeeper.curator.recipes.RecipeDifferences.proof;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Rule;
import java.util.List;
import java.util.Set;

/** What those of Curator's recipes do not keep that are here a second time for one contract. */
final class VariantDifferences {
    private VariantDifferences() {}

    /** LeaderSelector. */
    static final List<Difference> SELECTOR = List.of(
            difference(
                    Rule.E2,
                    "a lost connection costs a LeaderSelector its place, and the next one leads, though no session has"
                            + " ended",
                    "read in 5.9.0's LeaderSelectorListenerAdapter",
                    Set.of(
                            "electionleader.aLeaderWhoseWatchWasLostWithTheConnectionStillHearsOfItsDeletion",
                            "election.watchesDoNotPileUp",
                            // where a busy machine loses a connection
                            "election.theFirstOneLeadsAndTheOthersQueueInTheOrderOfTheirComing"),
                    proof("electionleader.aLeaderCutOffForAMomentIsDeposedAndLeadsOn", "a tells Elected")),
            difference(
                    Rule.E4,
                    "a LeaderSelector that waits can't give its place up",
                    "read in 5.9.0's LeaderSelector",
                    Set.of(),
                    proof("election.aCandidateThatWaitsResignsItsPlace", "the queue is [a, c, b]")),
            difference(
                    Rule.E8,
                    "LeaderSelector queues behind any child that sorts before the numbers",
                    "CURATOR-43",
                    Set.of(),
                    proof("electionrefusal.aStrangersZnodeThatSortsFirstHoldsNobodyUp", "a tells Elected"),
                    proof("electionrefusal.aStrangersZnodeInTheQueueIsLeftAlone", "a tells Elected")),
            difference(
                    Rule.E9,
                    "LeaderSelector with autoRequeue tries again at once, for ever, where it is refused",
                    "read in 5.9.0's LeaderSelector",
                    Set.of(),
                    proof("electionrefusal.aCandidateThatTheServersRefuseIsTold", "a tells Failed")));

    /** SharedValue. */
    static final List<Difference> SHARED_VALUE = List.of(
            difference(
                    Rule.C1,
                    "SharedValue has no read as of now, and hears nothing more of a value that was deleted",
                    "read in 5.9.0's SharedValue",
                    Set.of(
                            "configuration.aReadSeesWhatWasAcknowledgedBefore",
                            "configuration.everybodyGoesOnAfterALostQuorumAndARestart",
                            "configurationrefusal.closingEndsWhatWaits"),
                    proof("configuration.aValueDeletedByHandIsMissingAndCanBeMadeAgain", "told at once")),
            difference(
                    Rule.C4,
                    "a SharedValue is never missing: starting it creates the value, if only to read",
                    "read in 5.9.0's SharedValue",
                    Set.of(),
                    proof("configuration.aMissingValueIsToldAsMissingAndAnEmptyOneAsEmpty", "always there"),
                    proof("configuration.aValueRemovedInAWatchsGapIsToldAsMissing", "always there"),
                    proof("configuration.aBurstEndsInItsLastValueEverywhere", "expected: 199"),
                    proof("configuration.thePathDeletedByHandIsMadeAgain", "writer told"),
                    proof("configurationrefusal.siblingsOfTheValueAreLeftAlone", "always there"),
                    proof("configurationrefusal.watchesDoNotPileUpAndEndWithTheReader", "always there"),
                    proof("configurationwrite.aWriterFromBeforeARemovalMisses", "always there")),
            difference(
                    Rule.C3,
                    "trySetValue says false when its answer was lost and Curator tried again; its own creation counts as a"
                            + " write",
                    "read in 5.9.0's SharedValue",
                    Set.of(
                            "configurationwrite.aCreationAndARemovalWhoseAnswersWereLostAreKnownToBeDone",
                            "configurationwrite.aCreationWhoseAnswerWasLostIsKnownToBeDoneAlsoWhenItWasMadeAgainByHand",
                            "configurationwrite.aLostAnswerIsUnknownWhenTheValueWasWrittenSince",
                            "configurationwrite.aRefusalWhoseAnswerWasLostIsARefusal",
                            "configurationwrite.aWriteThatIsNotAnsweredInTimeIsUnknown",
                            "configurationwrite.aWriteThatWasLostIsTriedAgain",
                            "configurationwrite.aWriteWhoseCallerWasInterruptedIsNotSentLater",
                            "configurationwrite.ofManyWritersOfAMissingValueOneSucceeds",
                            "configurationwrite.ofTwoWritersOverTheSameValueOneSucceeds",
                            "configurationwrite.theSameBytesByAnotherAreNotTakenForAWriteThatWasLost",
                            "configurationwrite.theWriteOfAnExpiredSessionIsSettledInTheNext",
                            "configurationwrite.withoutAServerNothingIsWritten"),
                    proof(
                            "configurationwrite.aWriteWhoseAnswerWasLostIsKnownToBeDone",
                            "Expecting Optional to contain a value")),
            difference(
                    Rule.X2,
                    "without a mark at the path nobody notices that somebody else keeps data there",
                    "ours: see SharedValueConfiguration",
                    Set.of(),
                    proof("configurationrefusal.aPathThatHoldsSomebodysDataIsRefused", "tells Failed")));

    /** InterProcessSemaphoreV2 with one lease, which is InterProcessSemaphoreMutex. */
    static final List<Difference> SEMAPHORE = List.of(
            difference(
                    Rule.K6,
                    "a hold of a semaphore costs twice the requests: a lock around a lease",
                    "read in 5.9.0's InterProcessSemaphoreV2",
                    Set.of(),
                    proof("lock.anUndisturbedHoldCostsFourRequests", "create, list, read, delete")),
            difference(
                    Rule.K7,
                    "a protected create that is lost twice in a row leaves a znode in the way until the session ends",
                    "read in 5.9.0's CreateBuilderImpl",
                    Set.of(),
                    proof(
                            "lockpatience.anAttemptThatWasLostTwiceAndWhoseTimeIsUpLeavesNoOrphan",
                            "b does not get what nobody holds")),
            difference(
                    Rule.K8,
                    "a semaphore with one lease is exclusive only",
                    "read in 5.9.0's InterProcessSemaphoreMutex",
                    Set.of(),
                    proof("lock.thoseThatShareHoldTogetherAndTheExclusiveOneWaitsForAll", "exclusive only"),
                    proof("lock.laterOnesThatWouldShareWaitForTheExclusiveOneThatWaits", "exclusive only")));

    /** SimpleDistributedQueue. */
    static final List<Difference> SIMPLE_QUEUE = List.of(
            difference(
                    Rule.Q2,
                    "SimpleDistributedQueue deletes an item before it is handled: with a consumer that dies or closes, or a"
                            + " removal whose answer was lost, it is lost",
                    "read in 5.9.0's SimpleDistributedQueue",
                    Set.of(
                            "queueloss.aPutWhoseAnswerIsLostIsOneItemAlsoWhenItWasHandledMeanwhile",
                            "queue.anItemThatWasDoneAndNotRemovedComesOnceMore",
                            "queuerefusal.aHandlerMayClose"),
                    proof("queue.theItemOfAConsumerThatDiedIsHandledByAnother", "c2 tells Handling"),
                    proof("queue.whoFailsAfterItsSessionEndedLeavesTheItemToItsHolder", "handling has begun"),
                    proof("queueloss.aRemovalWhoseAnswerIsLostIsDone", "[one, two] handled"),
                    proof("queuerefusal.closingLetsTheHandlerFinish", "close waits"),
                    proof("queuerefusal.closingDoesNotWaitForeverForAHandler", "[endless] handled")),
            difference(
                    Rule.Q3,
                    "each consumer lists all items for each that it takes",
                    "read in 5.9.0's SimpleDistributedQueue",
                    Set.of("queue.oneAloneCountsWhatAnItemCosts"),
                    proof("queue.consumersShareTheItemsAndNoneIsHandledTwice", "to satisfy given requirements"),
                    proof("queue.tenWaitForOneItem", "expected: 0L")),
            difference(
                    Rule.Q4,
                    "items are counted, and then one more is put: who puts at the same time goes over the bound",
                    "ours: SimpleDistributedQueue has no bound",
                    Set.of("queuerefusal.theBoundHoldsWhileManyPut"),
                    proof(
                            "queuerefusal.theBoundHoldsWhereAnotherPutsAtTheLastMoment",
                            "Expecting code to raise a throwable")),
            difference(
                    Rule.Q5,
                    "a put whose answer was lost is put again",
                    "read in 5.9.0's SimpleDistributedQueue",
                    Set.of(
                            "queueloss.aPutWithoutAnAnswerIsSaidToBeUnknown",
                            "queueloss.aPutWhoseAnswerIsLostIsOneItem"),
                    proof("queueloss.aPutOfWhichTheQueueKnowsNoMoreIsSaidToBeUnknown", "expected: UNKNOWN")),
            difference(
                    Rule.Q6,
                    "an item whose handler throws is lost",
                    "read in 5.9.0's SimpleDistributedQueue",
                    Set.of(),
                    proof("queue.anItemWhoseHandlerThrowsComesAgainAfterAPauseAndLaterOnesPass", "[bad] handled"),
                    proof("queue.aBadItemOfADeadConsumerIsTriedByAnother", "[bad for c1] handled")));
}
