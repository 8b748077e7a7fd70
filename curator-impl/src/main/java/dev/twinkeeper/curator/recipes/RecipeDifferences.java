package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Rule;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Curator's recipes do not keep, and what closing it would take more than a few lines for: each with the scenarios that
 * show it. What only luck shows is listed beside, and not held against it.
 */
final class RecipeDifferences {
    private RecipeDifferences() {}

    /** A scenario that has to fail, and a text of its failure. */
    record Proof(String scenario, String text) {}

    static Proof proof(String scenario, String text) {
        return new Proof(scenario, text);
    }

    static Difference difference(Rule rule, String why, String source, Set<String> shown, Proof... proofs) {
        return new Difference(
                rule, why, source, Stream.of(proofs).collect(Collectors.toMap(Proof::scenario, Proof::text)), shown);
    }

    /** LeaderLatch. */
    static final List<Difference> LATCH = List.of(
            difference(
                    Rule.E8,
                    "LeaderLatch queues behind any child that sorts before the numbers, and is deaf once its predecessor's"
                            + " data was set",
                    "read in 5.9.0's LeaderLatch",
                    Set.of(),
                    proof("electionrefusal.aStrangersZnodeThatSortsFirstHoldsNobodyUp", "a tells Elected"),
                    proof("electionrefusal.changedDataOfTheOneBeforeLosesNoHandOver", "b tells Elected")),
            difference(
                    Rule.E9,
                    "LeaderLatch writes a refused create to the log, and tells nobody",
                    "read in 5.9.0's LeaderLatch",
                    Set.of(),
                    proof("electionrefusal.aCandidateThatTheServersRefuseIsTold", "a tells Failed")));

    /** PersistentNode and CuratorCache. */
    static final List<Difference> MEMBERSHIP = List.of(
            difference(
                    Rule.M1,
                    "joining returns while the ephemeral is that of another session, which PersistentNode takes for its own",
                    "CURATOR-154",
                    Set.of(),
                    proof(
                            "membership.nobodyHasJoinedByTheEphemeralOfAnother",
                            "it has an ephemeral of its own, or has not joined")),
            difference(
                    Rule.M4,
                    "PersistentNode takes the znode of a namesake for its own: it overwrites the data, and deletes it on"
                            + " leaving; nobody is refused, and nobody waits",
                    "CURATOR-154",
                    Set.of(
                            "membership.theEphemeralOfADeadSessionIsWaitedOut",
                            "membershiploss.whoWaitedForItsNameStaysAMemberWhenItHasIt"),
                    proof("membership.aSecondMemberOfANameIsRefusedAndTheFirstUntouched", "a refusal"),
                    proof("membership.aSecondMemberWithTheSameDataIsRefusedToo", "a refusal"),
                    proof("membership.theNameIsFreeWhenTheFirstHasLeft", "the second waits"),
                    proof("membershiploss.aNamesakeThatTookTheNameMeanwhileIsLeftAlone", "a tells Failed"),
                    proof("membershiprefusal.closingEndsWhatWaitsAndRefusesWhatComes", "the second waits"),
                    proof("membershiprefusal.aJoiningThatWasInterruptedLeavesNothing", "the second waits")),
            difference(
                    Rule.X2,
                    "PersistentNode takes a persistent znode of somebody, under its name, for its own",
                    "CURATOR-258",
                    Set.of(),
                    proof("membershiprefusal.aPersistentZnodeOfTheNameIsRefusedAtOnceAndUntouched", "a refusal"),
                    proof("membershiprefusal.aPersistentZnodeInPlaceOfTheOwnIsToldAndUntouched", "a tells Failed")),
            difference(
                    Rule.M2,
                    "CuratorCache compares data versions, and of the group the number of changes to its children: it tells"
                            + " nothing of a namesake that came in a gap, nor of a member that left before it was read, nor"
                            + " lists a group that was made anew in one",
                    "read in 5.9.0's CuratorCacheImpl",
                    Set.of("membership.leaveReturnsWhenTheEphemeralIsGoneAndItGoesOnLooking"),
                    proof("membershiploss.aNamesakeThatCameInAGapIsAnotherMember", "c tells: left b"),
                    proof("membershiploss.aGroupThatWasMadeAnewInAGapIsListedAgain", "c sees [a]")),
            difference(
                    Rule.M3,
                    "PersistentNode writes its data again on each reconnect, and Curator each update that was asked for"
                            + " meanwhile",
                    "read in 5.9.0's PersistentNode",
                    Set.of("membershiploss.whatWasToBeUpdatedWhileCutOffIsWhenTheConnectionIsBack"),
                    proof("membershiploss.theAnswerToAnUpdateIsLost", "[version]")),
            difference(
                    Rule.X4,
                    "a PersistentNode that may not delete its znode stays until its session ends; one that leaves on the"
                            + " heels of a reconnect may leave a watch",
                    "read in 5.9.0's PersistentNode",
                    Set.of("membership.watchesDoNotPileUp"),
                    proof("membershiprefusal.aMemberThatMayNotLeaveIsToldAndOut", "/recipe/a is gone")));

    /** CuratorCache, and a versioned setData. */
    static final List<Difference> CONFIGURATION = List.of(
            difference(
                    Rule.C3,
                    "Curator repeats a write whose answer was lost: the same bytes by another are taken for one's own, and"
                            + " who was first is told \"no\" where a third one wrote since",
                    "read in 5.9.0's RetryLoop",
                    Set.of(),
                    proof(
                            "configurationwrite.theSameBytesByAnotherAreNotTakenForAWriteThatWasLost",
                            "Expecting an empty Optional"),
                    proof("configurationwrite.aLostAnswerIsUnknownWhenTheValueWasWrittenSince", "a failure"),
                    proof(
                            "configurationwrite.aCreationWhoseAnswerWasLostIsKnownToBeDoneAlsoWhenItWasMadeAgainByHand",
                            "Expecting Optional to contain")),
            difference(
                    Rule.X2,
                    "without a mark at the path nobody notices that somebody else keeps data there",
                    "ours: see ConfigurationRecipe",
                    Set.of(),
                    proof("configurationrefusal.aPathThatHoldsSomebodysDataIsRefused", "tells Failed")));

    /** InterProcessReadWriteLock. */
    static final List<Difference> LOCK = List.of(
            difference(
                    Rule.K7,
                    "a protected create that is lost twice in a row comes back without a name: the attempt fails, and its"
                            + " znode is in the way until its session ends",
                    "read in 5.9.0's CreateBuilderImpl",
                    Set.of(),
                    proof("lockloss.theCreateIsLostAndThenItsAnswerAndThereIsOneZnode", "lost twice"),
                    proof("lockpatience.anAttemptThatWasLostTwiceAndWhoseTimeIsUpLeavesNoOrphan", "0 in the queue")),
            difference(
                    Rule.K9,
                    "InterProcessReadWriteLock counts every child that sorts before its own",
                    "CURATOR-43",
                    Set.of(),
                    proof(
                            "lockrefusal.znodesOfOthersThatSortBeforeAreSetAside",
                            "Expecting Optional to contain a value")),
            difference(
                    Rule.K10,
                    "InterProcessReadWriteLock has readers watch the first writer in the queue",
                    "read in 5.9.0's InterProcessReadWriteLock",
                    Set.of(),
                    proof(
                            "lock.thoseThatWouldShareAreLeftAloneByAnExclusiveOneBeforeAnother",
                            "notifications to one that can't enter yet")),
            difference(
                    Rule.K11,
                    "LockInternals leaves the watch of an attempt whose time was up",
                    "read in 5.9.0's LockInternals",
                    Set.of(),
                    proof("lockpatience.anAttemptWhoseTimeIsUpLeavesNoWatch", "no watch is left"),
                    proof("lockpatience.anAttemptThatAskedAgainAndGaveUpLeavesNoWatch", "no watch is left")));

    /** DistributedDoubleBarrier. */
    static final List<Difference> BARRIER = List.of(
            difference(
                    Rule.B1,
                    "DistributedDoubleBarrier counts every child, and whoever comes while the child ready is there walks in",
                    "read in 5.9.0's DistributedDoubleBarrier",
                    Set.of(),
                    proof("barrier.whoComesWhileARoundIsOnIsRefusedUntilItIsOver", "not refused"),
                    proof("barrier.ofThreeThatComeForTwoPlacesOneIsRefused", "[who passed]"),
                    proof("barrier.somebodyElsesChildrenAreNotCountedAndStay", "garbage counts as members"),
                    proof("barrier.aZnodeThatSomebodyMadeInAMembersPlaceIsNoMember", "not refused")),
            difference(
                    Rule.B2,
                    "DistributedDoubleBarrier ends the leaving of a member whose znode is gone with an error, at once, while"
                            + " others are in",
                    "read in 5.9.0's DistributedDoubleBarrier",
                    Set.of(),
                    proof(
                            "barrierloss.whoLostItsSessionIsNotThroughBeforeTheOthersHaveLeft",
                            "it waits for the other one")),
            difference(
                    Rule.B3,
                    "DistributedDoubleBarrier leaves the znode of a member that gave up, whose name it tells nobody: it is"
                            + " counted until its session ends",
                    "CURATOR-318",
                    Set.of(
                            "barrierloss.whoDiedWhileItWaitedIsNotCounted",
                            "barrierloss.whoDiesAsTheLastOneCountsIsNotCounted",
                            "barriertime.whoseTimeIsUpInTheGapOfAConnectionLeavesNothing",
                            "barriertime.whoseTimeIsUpAsTheLastOneCountsIsNotCounted",
                            "barriertime.whoMayNotTakeItBackIsNotCountedAllTheSame",
                            "barriertime.whoIsCutOffWhenItsTimeIsUpIsToldSoAndTakenBack"),
                    proof("barrier.whoseTimeIsUpIsNotCounted", "the other one passes alone"),
                    proof("barrier.whoIsInterruptedIsNotWaitedFor", "it is gone"),
                    proof(
                            "barriertime.whoseTimeIsUpJustAfterAllWereThereIsIn",
                            "Expecting value to be false but was true"),
                    proof("barrierloss.aMemberThatCameBackIsNotCountedTwice", "it is alone")),
            difference(
                    Rule.B4,
                    "DistributedDoubleBarrier leaves its child ready where all have died, and is open from then on",
                    "read in 5.9.0's DistributedDoubleBarrier",
                    Set.of(),
                    proof("barrierloss.aRoundInWhichAllDiedIsOver", "one of two waits")),
            difference(
                    Rule.B4,
                    "a member that hears late that all have left waits for those who have come again since, and they for it",
                    "read in 5.9.0's DistributedDoubleBarrier",
                    Set.of("barrier.roundAfterRoundNobodyOvertakesAnother"),
                    proof("barriertime.whoHearsLateThatAllHaveLeftIsThroughAllTheSame", "it is through")),
            difference(
                    Rule.B5,
                    "DistributedDoubleBarrier takes its own znode, whose answer was lost, for another's, and any wake-up for"
                            + " the start: a connection that comes and goes ends the waiting, or lets one pass alone",
                    "https://github.com/apache/curator/issues/1290",
                    Set.of(
                            "barrierloss.whoWaitsAloneWaitsOnWhenItsConnectionComesAndGoes",
                            "barrierloss.whatHappensInAWatchsGapIsHeard"),
                    proof("barrierloss.everyAnswerMayBeLost", "NodeExists")),
            difference(
                    Rule.X5,
                    "DistributedDoubleBarrier ends its waiting with a lost connection, and does not make its znode again",
                    "read in 5.9.0's DistributedDoubleBarrier",
                    Set.of(
                            "barriertime.whoIsCutOffWhenItsTimeToLeaveIsUpIsToldSoAndHasLeft",
                            "barrierloss.theBarrierOutlivesALostQuorumAndARestartedEnsemble"),
                    proof("barrierloss.whatAnOperatorDeletesComesAgain", "there are [1]")),
            difference(
                    Rule.X4,
                    "DistributedDoubleBarrier leaves its watches",
                    "read in 5.9.0's DistributedDoubleBarrier",
                    Set.of("barrier.aRoundOfTenCostsAFewRequestsEach"),
                    proof("barrier.whoDoesNotWaitForTheOthersToLeaveHasLeftAllTheSame", "[watches of the hasty one]")),
            difference(
                    Rule.X2,
                    "DistributedDoubleBarrier does not look at what the path is used for",
                    "read in 5.9.0's DistributedDoubleBarrier",
                    Set.of(),
                    proof("barrier.aPlaceThatIsSomethingElseIsRefusedAndLeftAlone", "not refused")));

    /** DistributedQueue with a lock path. */
    static final List<Difference> QUEUE = List.of(
            difference(
                    Rule.Q1,
                    "DistributedQueue lists all items whenever one comes or goes, in each consumer",
                    "read in 5.9.0's ChildrenCache",
                    Set.of("queueloss.whoFinishesBeforeItsListIsThereFinishesOnce"),
                    proof("queue.oneAloneCountsWhatAnItemCosts", "to be less than or equal to"),
                    proof("queue.consumersShareTheItemsAndNoneIsHandledTwice", "to satisfy given requirements"),
                    proof("queue.tenWaitForOneItem", "expected: 0L")),
            difference(
                    Rule.Q2,
                    "DistributedQueue does not watch its locks: the item of a dead consumer, and one whose lock was made and"
                            + " the answer lost, waits until something is put or removed",
                    "read in 5.9.0's DistributedQueue",
                    Set.of("queue.aBadItemOfADeadConsumerIsTriedByAnother", "queueloss.aClaimThatIsLostIsMadeAgain"),
                    proof("queue.theItemOfAConsumerThatDiedIsHandledByAnother", "c2 tells Handling"),
                    proof("queueloss.aClaimWhoseAnswerIsLostIsUsed", "[one] handled"),
                    proof("queuerefusal.closingDoesNotWaitForeverForAHandler", "[endless] handled")),
            difference(
                    Rule.Q3,
                    "DistributedQueue handles, and requeues, an item whose lock it lost and another holds by now",
                    "CURATOR-605",
                    Set.of(),
                    proof("queue.whoFailsAfterItsSessionEndedLeavesTheItemToItsHolder", "nobody takes it from c2"),
                    proof("queue.whoLostItsClaimBeforeItBeganDoesNotBegin", "c2 is alone at it")),
            difference(
                    Rule.Q4,
                    "items are counted, and then one more is put: who puts at the same time goes over the bound, as with"
                            + " Curator's own maxItems",
                    "read in 5.9.0's DistributedQueue",
                    Set.of("queuerefusal.theBoundHoldsWhileManyPut"),
                    proof(
                            "queuerefusal.theBoundHoldsWhereAnotherPutsAtTheLastMoment",
                            "Expecting code to raise a throwable")),
            difference(
                    Rule.Q5,
                    "DistributedQueue puts again what was put, and its answer lost; also after who put it has given up",
                    "read in 5.9.0's DistributedQueue",
                    Set.of("queueloss.aPutWithoutAnAnswerIsSaidToBeUnknown"),
                    proof("queueloss.aPutWhoseAnswerIsLostIsOneItem", "Expected size: 2 but was: 3"),
                    proof(
                            "queueloss.aPutWhoseAnswerIsLostIsOneItemAlsoWhenItWasHandledMeanwhile",
                            "Expected size: 2 but was: 3"),
                    proof("queueloss.aPutOfWhichTheQueueKnowsNoMoreIsSaidToBeUnknown", "expected: UNKNOWN")),
            difference(
                    Rule.X2,
                    "DistributedQueue deletes what it can't read",
                    "read in 5.9.0's DistributedQueue",
                    Set.of(),
                    proof("queuerefusal.whatIsNoItemIsLeftAlone", "queue-0000000100")),
            difference(
                    Rule.X5,
                    "DistributedQueue watches no more where its path was deleted, and asks no more for a lock that was"
                            + " refused, until its connection is lost or something is put",
                    "read in 5.9.0's ChildrenCache",
                    Set.of(),
                    proof("queue.anOperatorTakesAwayWhatIsBeingHandled", "[two] handled"),
                    proof("queuerefusal.whatWasRefusedIsDoneWhenItIsAllowedAgain", "[after, later] handled")));
}
