package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.oracle.Change;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Of the group: who is in it, and that everybody knows. */
public final class MembershipScenarios {
    /** For a session that is to outlive the fault. */
    private static final Duration LONG_SESSION = Duration.ofSeconds(20);

    /** For a session that is soon over. */
    private static final Duration SHORT_SESSION = Duration.ofSeconds(1);

    /** Longer than Curator goes on trying, with that session timeout. */
    private static final Duration TRIES = Duration.ofSeconds(3);

    /** For what is not to come. */
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final String A = RecipeStage.RECIPE + "/a";
    private static final String B = RecipeStage.RECIPE + "/b";
    private static final String C = RecipeStage.RECIPE + "/c";

    // M1: joined means it.

    @Verifies(Rule.M1)
    public void joinReturnsWhenTheOwnEphemeralExists(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");

        join(member, "one");

        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
        assertThat(hand.get(A)).isEqualTo("one");
    }

    @Verifies({Rule.M1, Rule.M2})
    public void leaveReturnsWhenTheEphemeralIsGoneAndItGoesOnLooking(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");
        join(member, "one");

        member.recipe().leave(RecipeStage.READY);
        var gone = !hand.exists(A);
        hand.createEphemeral(B, "two");

        assertThat(gone).isTrue();
        awaitTold(stage, member, "joined b two");
        assertThat(told(member)).containsExactly("joined a one", "left a", "joined b two");
    }

    @Verifies(Rule.M1)
    public void theAnswerToAJoiningIsLost(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        var lost = member.wire().loseAnswer(request -> request.does("create", pathOf(stage, "a")));

        join(member, "one");

        stage.await("the answer was lost", lost, RecipeStage.AT_ONCE);
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
        assertThat(creations(stage, "a")).isEqualTo(1);
    }

    @Verifies(Rule.M1)
    public void theRequestOfAJoiningIsLost(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        var lost = member.wire().loseRequest(request -> request.does("create", pathOf(stage, "a")));

        join(member, "one");

        stage.await("the request was lost", lost, RecipeStage.AT_ONCE);
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
        assertThat(creations(stage, "a")).isEqualTo(1);
    }

    @Verifies(Rule.M1)
    public void theAnswerToALeavingIsLost(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "one");
        var lost = member.wire().loseAnswer(request -> request.does("delete", pathOf(stage, "a")));

        member.recipe().leave(RecipeStage.READY);

        stage.await("the answer was lost", lost, RecipeStage.AT_ONCE);
        assertThat(hand.exists(A)).isFalse();
    }

    @Verifies({Rule.M1, Rule.M2})
    public void theAnswerToAnUpdateIsLost(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "one");
        var lost = member.wire().loseAnswer(request -> request.does("setData", pathOf(stage, "a")));

        update(member, "two");

        stage.await("the answer was lost", lost, RecipeStage.AT_ONCE);
        assertThat(hand.get(A)).isEqualTo("two");
        assertThat(hand.stat(A).orElseThrow().getVersion()).as("version").isEqualTo(1);
        awaitTold(stage, member, "changed a two");
    }

    // M2: every change.

    @Verifies(Rule.M2)
    public void everybodyHearsOfEveryJoiningChangeAndLeaving(RecipeStage stage) {
        var onlooker = stage.member("c");
        var a = stage.member("a");
        var b = stage.member("b");
        var all = List.of(onlooker, a, b);

        join(a, "one");
        all.forEach(each -> awaitTold(stage, each, "joined a one"));
        join(b, "two");
        all.forEach(each -> awaitTold(stage, each, "joined b two"));
        update(a, "three");
        all.forEach(each -> awaitTold(stage, each, "changed a three"));
        b.recipe().leave(RecipeStage.READY);
        all.forEach(each -> awaitTold(stage, each, "left b"));

        all.forEach(each ->
                assertThat(told(each)).containsExactly("joined a one", "joined b two", "changed a three", "left b"));
    }

    @Verifies(Rule.M2)
    public void anOnlookerHearsAfterwardsWhatHappenedWhileItWasCutOff(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var onlooker = stage.member("c");
        var a = stage.member("a");
        var b = stage.member("b");
        var later = stage.member("d");
        join(a, "one");
        join(b, "two");
        awaitMembers(stage, onlooker, "a", "b");

        onlooker.wire().cut();
        update(a, "three");
        b.recipe().leave(RecipeStage.READY);
        join(later, "four");
        onlooker.wire().mend();

        awaitMembers(stage, onlooker, "a", "d");
        awaitTold(stage, onlooker, "changed a three");
        awaitTold(stage, onlooker, "left b");
        awaitTold(stage, onlooker, "joined d four");
        assertThat(told(onlooker)).hasSize(5);
    }

    @Verifies(Rule.M2)
    public void anOnlookerHearsAfterwardsWhatHappenedWhileItsSessionEnded(RecipeStage stage) {
        var hand = stage.hand();
        var onlooker = stage.member("c");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        hand.createEphemeral(A, "one");
        hand.createEphemeral(B, "two");
        awaitMembers(stage, onlooker, "a", "b");

        onlooker.wire().cut();
        hand.set(A, "three");
        hand.delete(B);
        hand.createEphemeral(C, "four");
        onlooker.expire();
        onlooker.wire().mend();

        awaitMembers(stage, onlooker, "a", "c");
        awaitTold(stage, onlooker, "changed a three");
        awaitTold(stage, onlooker, "left b");
        awaitTold(stage, onlooker, "joined c four");
        assertThat(told(onlooker)).hasSize(5);
    }

    @Verifies(Rule.M2)
    public void aNamesakeThatCameInAGapIsAnotherMember(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var onlooker = stage.member("c");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        hand.createEphemeral(B, "same");
        awaitTold(stage, onlooker, "joined b same");

        onlooker.wire().cut();
        hand.delete(B);
        hand.createEphemeral(B, "same");
        onlooker.wire().mend();

        awaitTold(stage, onlooker, "left b");
        long since = hand.stat(B).orElseThrow().getCzxid();
        onlooker.awaitHeard(
                Happening.Joined.class, Instant.MIN, news -> news.member().since() == since, RecipeStage.READY);
        assertThat(told(onlooker)).containsExactly("joined b same", "left b", "joined b same");
    }

    @Verifies(Rule.M2)
    public void aGroupThatWasMadeAnewInAGapIsListedAgain(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.createEphemeral(B, "two");
        stage.sessionTimeout(LONG_SESSION);
        var onlooker = stage.member("c");
        awaitMembers(stage, onlooker, "b");

        // As many changes to its children as before: who counts those sees no difference.
        onlooker.wire().cut();
        hand.deleteAll(RecipeStage.RECIPE);
        hand.create(RecipeStage.RECIPE, "");
        hand.createEphemeral(A, "one");
        onlooker.wire().mend();

        awaitMembers(stage, onlooker, "a");
        awaitTold(stage, onlooker, "joined a one");
        assertThat(told(onlooker)).containsExactlyInAnyOrder("joined b two", "left b", "joined a one");
    }

    @Verifies(Rule.M2)
    public void theListIsLostWithTheConnection(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.createEphemeral(A, "one");
        stage.sessionTimeout(SHORT_SESSION);
        var lost = new ArrayList<CompletableFuture<?>>();
        stage.prepareWire(
                wire -> lost.add(wire.loseAnswer(request -> request.operation().startsWith("getChildren"))
                        .thenRun(wire::cut)));

        var onlooker = stage.member("c");
        stage.await("the list was lost", lost.get(0), RecipeStage.READY);
        stage.throughout("it sees nobody", TRIES, () -> members(onlooker).isEmpty());
        onlooker.wire().mend();

        awaitMembers(stage, onlooker, "a");
    }

    @Verifies(Rule.M2)
    public void moreMembersAreSeenThanAreReadAtATime(RecipeStage stage) {
        var hand = stage.hand();
        var onlooker = stage.member("c");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        var names = new TreeSet<String>();
        IntStream.range(0, 200).mapToObj("m%03d"::formatted).forEach(name -> {
            hand.createEphemeral(RecipeStage.RECIPE + "/" + name, name);
            names.add(name);
        });
        awaitMembers(stage, onlooker, names.toArray(String[]::new));

        var late = stage.member("d");
        hand.delete(RecipeStage.RECIPE + "/m100");
        names.remove("m100");

        awaitTold(stage, onlooker, "left m100");
        awaitMembers(stage, onlooker, names.toArray(String[]::new));
        awaitMembers(stage, late, names.toArray(String[]::new));
    }

    @Verifies(Rule.M2)
    public void aChangeCostsEachOnlookerOneNotification(RecipeStage stage) {
        var onlookers = IntStream.range(0, 10)
                .mapToObj(i -> stage.member("onlooker-" + i))
                .toList();
        var a = stage.member("a");
        var b = stage.member("b");
        join(a, "one");
        onlookers.forEach(each -> awaitMembers(stage, each, "a"));
        awaitMembers(stage, b, "a");

        update(a, "two");
        onlookers.forEach(each -> awaitTold(stage, each, "changed a two"));
        var before = traffic(onlookers);
        update(a, "three");
        onlookers.forEach(each -> awaitTold(stage, each, "changed a three"));
        var change = traffic(onlookers).minus(before);
        var alone = traffic(List.of(b));
        join(b, "four");
        awaitTold(stage, b, "joined b four");
        b.recipe().leave(RecipeStage.READY);
        awaitTold(stage, b, "left b");
        var visit = traffic(List.of(b)).minus(alone);

        stage.count("membership: notifications per change, 10 looking", change.notifications());
        stage.count("membership: requests per change, 10 looking", change.total());
        stage.count("membership: requests to join and to leave", visit.total());
        assertThat(change.notifications()).isEqualTo(onlookers.size());
    }

    // M3: joins again.

    @Verifies({Rule.M3, Rule.M2})
    public void aMemberWhoseSessionExpiredJoinsAgainWithItsNewestData(RecipeStage stage) {
        var hand = stage.hand();
        var onlooker = stage.member("c");
        var member = stage.member("a");
        join(member, "one");
        awaitTold(stage, onlooker, "joined a one");
        update(member, "two");
        awaitTold(stage, onlooker, "changed a two");

        member.expire();

        awaitTold(stage, onlooker, "left a");
        awaitTold(stage, onlooker, "joined a two");
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.X5})
    public void aMemberCutOffUntilItsSessionEndedJoinsAgain(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(SHORT_SESSION);
        var member = stage.member("a");
        join(member, "one");

        member.wire().cut();
        hand.awaitGone(A, RecipeStage.SUCCESSION);
        member.wire().mend();

        hand.awaitExists(A, RecipeStage.READY);
        assertThat(hand.get(A)).isEqualTo("one");
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.X5})
    public void whatWasToBeUpdatedWhileCutOffIsWhenTheConnectionIsBack(RecipeStage stage) {
        var onlooker = stage.member("c");
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "one");
        awaitTold(stage, onlooker, "joined a one");

        member.wire().cut();
        var refused = problem(() -> member.recipe().update(bytes("two"), SHORT));
        member.wire().mend();

        assertThat(refused).isEqualTo(Problem.CANNOT_CONNECT);
        awaitTold(stage, onlooker, "changed a two");
    }

    @Verifies({Rule.M3, Rule.M2})
    public void aMemberWhoseZnodeAnOperatorDeletedJoinsAgain(RecipeStage stage) {
        var hand = stage.hand();
        var onlooker = stage.member("c");
        var member = stage.member("a");
        join(member, "one");
        awaitTold(stage, onlooker, "joined a one");
        long first = hand.stat(A).orElseThrow().getCzxid();

        hand.delete(A);

        hand.awaitExists(A, RecipeStage.AT_ONCE);
        awaitTold(stage, onlooker, "left a");
        onlooker.awaitHeard(
                Happening.Joined.class, Instant.MIN, news -> news.member().since() > first, RecipeStage.AT_ONCE);
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.M2})
    public void allJoinAgainWhenAnOperatorDeletedTheGroup(RecipeStage stage) {
        var hand = stage.hand();
        var a = stage.member("a");
        var b = stage.member("b");
        join(a, "one");
        join(b, "two");
        for (var each : List.of(a, b)) {
            awaitMembers(stage, each, "a", "b");
        }
        hand.sync(RecipeStage.RECIPE);

        hand.deleteAll(RecipeStage.RECIPE);

        hand.awaitExists(A, RecipeStage.READY);
        hand.awaitExists(B, RecipeStage.READY);
        for (var each : List.of(a, b)) {
            awaitTold(stage, each, "left a");
            awaitTold(stage, each, "left b");
            awaitMembers(stage, each, "a", "b");
        }
    }

    // M4: one member of a name.

    @Verifies(Rule.M4)
    public void aSecondMemberOfANameIsRefusedAndTheFirstUntouched(RecipeStage stage) {
        var hand = stage.hand();
        var first = stage.member("a");
        var second = stage.member("a2");
        join(first, "one");
        var before = hand.stat(A).orElseThrow();

        var refused = problem(() -> second.recipe().join("a", bytes("mine"), SHORT));
        second.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(hand.stat(A)).contains(before);
        assertThat(hand.get(A)).isEqualTo("one");
    }

    @Verifies(Rule.M4)
    public void aSecondMemberWithTheSameDataIsRefusedToo(RecipeStage stage) {
        var hand = stage.hand();
        var first = stage.member("a");
        var second = stage.member("a2");
        join(first, "");
        var before = hand.stat(A).orElseThrow();

        var refused = problem(() -> second.recipe().join("a", bytes(""), SHORT));
        second.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(hand.stat(A)).contains(before);
    }

    @Verifies(Rule.M4)
    public void theEphemeralOfADeadSessionIsWaitedOut(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(SHORT_SESSION);
        var crashed = stage.member("a");
        join(crashed, "one");
        crashed.wire().cut();
        stage.sessionTimeout(RecipeStage.SESSION_TIMEOUT);
        var restarted = stage.member("a, restarted");

        restarted.recipe().join("a", bytes("two"), RecipeStage.SUCCESSION);

        assertThat(ownerOfA(hand)).isEqualTo(restarted.session().id());
        assertThat(hand.get(A)).isEqualTo("two");
    }

    @Verifies(Rule.M4)
    public void theNameIsFreeWhenTheFirstHasLeft(RecipeStage stage) {
        var hand = stage.hand();
        var first = stage.member("a");
        var second = stage.member("a2");
        join(first, "one");

        var joining = second.async(() -> {
            second.recipe().join("a", bytes("two"), RecipeStage.READY);
            return true;
        });
        stage.throughout("the second waits", SHORT, () -> !joining.isDone());
        first.recipe().leave(RecipeStage.READY);

        stage.await("the second has joined", joining, RecipeStage.AT_ONCE);
        assertThat(ownerOfA(hand)).isEqualTo(second.session().id());
    }

    @Verifies(Rule.M4)
    public void aNamesakeThatTookTheNameMeanwhileIsLeftAlone(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(SHORT_SESSION);
        var member = stage.member("a");
        join(member, "one");

        member.wire().cut();
        hand.awaitGone(A, RecipeStage.SUCCESSION);
        hand.createEphemeral(A, "taken");
        var taken = hand.stat(A).orElseThrow();
        member.wire().mend();

        var told = member.awaitHeard(Happening.Failed.class, RecipeStage.READY);
        assertThat(told.what().why().problem()).isEqualTo(Problem.FOREIGN);
        assertThat(problem(() -> member.recipe().update(bytes("two"), RecipeStage.READY)))
                .isEqualTo(Problem.NOT_HELD);
        member.recipe().leave(RecipeStage.READY);
        assertThat(hand.stat(A)).contains(taken);
    }

    @Verifies({Rule.M3, Rule.M4})
    public void whoWaitedForItsNameStaysAMemberWhenItHasIt(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(SHORT_SESSION);
        var member = stage.member("a");
        join(member, "one");

        member.wire().cut();
        hand.awaitGone(A, RecipeStage.SUCCESSION);
        hand.createEphemeral(A, "taken");
        member.wire().mend();
        awaitTold(stage, member, "joined a taken");
        hand.delete(A);
        hand.awaitExists(A, RecipeStage.READY);

        stage.throughout(
                "it is a member",
                SHORT_SESSION.multipliedBy(5).dividedBy(2),
                () -> member.heard(Happening.Failed.class).isEmpty());
        update(member, "two");
        assertThat(hand.get(A)).isEqualTo("two");
    }

    // X: as every recipe.

    @Verifies(Rule.X1)
    public void badInputIsRefusedBeforeAnythingIsSent(RecipeStage stage) {
        var member = stage.member("a");
        var longest = "n".repeat(Recipe.MAX_NAME);

        var names = Stream.of("", ".", "..", "a/b", "a\u0000", "a\nb", longest + "n")
                .map(name -> problem(() -> member.recipe().join(name, bytes("one"), RecipeStage.READY)))
                .toList();
        var tooLarge = problem(() -> member.recipe().join("a", new byte[Recipe.MAX_DATA + 1], RecipeStage.READY));
        var negative = problem(() -> member.recipe().join("a", bytes("one"), Duration.ofMillis(-1)));
        var sent = stage.traffic();
        member.recipe().join(longest, new byte[Recipe.MAX_DATA], RecipeStage.READY);
        var tooLargeUpdate = problem(() -> member.recipe().update(new byte[Recipe.MAX_DATA + 1], RecipeStage.READY));

        assertThat(names).containsOnly(Problem.INVALID);
        assertThat(tooLarge).isEqualTo(Problem.TOO_LARGE);
        assertThat(tooLargeUpdate).isEqualTo(Problem.TOO_LARGE);
        assertThat(negative).isEqualTo(Problem.INVALID);
        assertThat(sent.sent()).as("bytes").isLessThan(Recipe.MAX_DATA);
        awaitMembers(stage, member, longest);
    }

    @Verifies(Rule.X1)
    public void whatMakesNoSenseNowIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");

        var noMember = problem(() -> member.recipe().update(bytes("one"), RecipeStage.READY));
        member.recipe().leave(RecipeStage.READY);
        join(member, "one");
        var twice = problem(() -> member.recipe().join("b", bytes("two"), RecipeStage.READY));

        assertThat(noMember).isEqualTo(Problem.NOT_HELD);
        assertThat(twice).isEqualTo(Problem.INVALID);
        assertThat(hand.children(RecipeStage.RECIPE)).containsExactly("a");
    }

    @Verifies({Rule.X2, Rule.M4})
    public void aPersistentZnodeOfTheNameIsRefusedAtOnceAndUntouched(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        hand.create(A, "theirs");
        var before = hand.stat(A).orElseThrow();

        var start = Instant.now();
        var refused = problem(() -> member.recipe().join("a", bytes("mine"), RecipeStage.READY));
        var took = Duration.between(start, Instant.now());
        member.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(took).isLessThan(RecipeStage.AT_ONCE);
        assertThat(hand.stat(A)).contains(before);
    }

    @Verifies({Rule.X2, Rule.M3})
    public void aPersistentZnodeInPlaceOfTheOwnIsToldAndUntouched(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(SHORT_SESSION);
        var member = stage.member("a");
        join(member, "one");

        member.wire().cut();
        hand.awaitGone(A, RecipeStage.SUCCESSION);
        hand.create(A, "theirs");
        var before = hand.stat(A).orElseThrow();
        member.wire().mend();

        var told = member.awaitHeard(Happening.Failed.class, RecipeStage.READY);
        member.close();
        assertThat(told.what().why().problem()).isEqualTo(Problem.FOREIGN);
        assertThat(hand.stat(A)).contains(before);
    }

    @Verifies({Rule.X2, Rule.M2})
    public void foreignZnodesInTheGroupAreNoMembers(RecipeStage stage) {
        var hand = stage.hand();
        var onlooker = stage.member("c");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);

        hand.create(A, "persistent");
        hand.createEphemeral(A + "/below", "further down");
        hand.set(A, "changed");
        hand.createEphemeral(B, "a member");
        hand.delete(A + "/below");
        hand.delete(A);
        hand.createEphemeral(A, "a member now");

        awaitMembers(stage, onlooker, "a", "b");
        awaitTold(stage, onlooker, "joined a a member now");
        assertThat(told(onlooker)).containsExactlyInAnyOrder("joined b a member", "joined a a member now");
    }

    @Verifies(Rule.X2)
    public void aGroupThatIsAnEphemeralOfSomebodyIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RecipeStage.RECIPE, "theirs");
        var before = hand.stat(RecipeStage.RECIPE).orElseThrow();
        var member = stage.member("a");

        var refused = problem(() -> join(member, "one"));

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        var told = member.awaitHeard(Happening.Failed.class, RecipeStage.READY);
        assertThat(told.what().why().problem()).isEqualTo(Problem.FOREIGN);
        assertThat(hand.stat(RecipeStage.RECIPE)).contains(before);
    }

    @Verifies(Rule.X2)
    public void aGroupBelowAnEphemeralOfSomebodyIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RecipeStage.RECIPE, "theirs");
        var below = new Recipe.Place(
                stage.ensemble().connectString(), RecipeStage.SESSION_TIMEOUT, stage.path() + "/deep/group");

        try (var member = stage.recipes(0).membership(below, new Silent())) {
            var refused = problem(() -> member.join("a", bytes("one"), RecipeStage.READY));

            assertThat(refused).isEqualTo(Problem.FOREIGN);
        }
    }

    @Verifies(Rule.X3)
    public void closingEndsWhatWaitsAndRefusesWhatComes(RecipeStage stage) {
        var first = stage.member("a");
        var second = stage.member("a2");
        join(first, "one");
        var waiting = second.async(() -> problem(() -> second.recipe().join("a", bytes("two"), RecipeStage.READY)));
        stage.throughout("the second waits", SHORT, () -> !waiting.isDone());

        second.close();
        var recipe = second.recipe();

        assertThat(stage.await("the one that waited is told", waiting, RecipeStage.AT_ONCE))
                .isEqualTo(Problem.CLOSED);
        assertThat(problem(() -> recipe.join("b", bytes("two"), RecipeStage.READY)))
                .isEqualTo(Problem.CLOSED);
        assertThat(problem(() -> recipe.update(bytes("two"), RecipeStage.READY)))
                .isEqualTo(Problem.CLOSED);
        assertThat(problem(() -> recipe.leave(RecipeStage.READY))).isEqualTo(Problem.CLOSED);
        assertThat(problem(recipe::members)).isEqualTo(Problem.CLOSED);
        assertThatCode(recipe::close).doesNotThrowAnyException();
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingIsLeaving(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");
        join(member, "one");

        member.close();

        assertThat(hand.exists(A)).isFalse();
    }

    @Verifies(Rule.X4)
    public void aJoiningThatWasGivenUpLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        // The znode is made, and nobody but the server knows.
        var lost = member.wire()
                .loseAnswer(request -> request.does("create", pathOf(stage, "a")))
                .thenRun(member.wire()::cut);

        var refused = problem(() -> member.recipe().join("a", bytes("one"), Duration.ofSeconds(2)));
        stage.await("the answer was lost", lost, RecipeStage.AT_ONCE);
        var made = hand.exists(A);
        member.wire().mend();

        assertThat(refused).isEqualTo(Problem.CANNOT_CONNECT);
        assertThat(made).isTrue();
        hand.awaitGone(A, RecipeStage.READY);
        join(member, "two");
        assertThat(hand.get(A)).isEqualTo("two");
    }

    @Verifies(Rule.X4)
    public void aJoiningThatWasInterruptedLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        var first = stage.member("a");
        var second = stage.member("a2");
        join(first, "one");
        var caller = new AtomicReference<Thread>();
        var joining = second.async(() -> {
            caller.set(Thread.currentThread());
            return problem(() -> second.recipe().join("a", bytes("two"), RecipeStage.RECOVERY));
        });
        stage.throughout("the second waits", SHORT, () -> !joining.isDone());

        caller.get().interrupt();
        var refused = stage.await("the second is told", joining, RecipeStage.AT_ONCE);
        first.recipe().leave(RecipeStage.READY);

        assertThat(refused).isEqualTo(Problem.CLOSED);
        stage.throughout("nobody has the name", SHORT, () -> !hand.exists(A));
    }

    @Verifies({Rule.X3, Rule.X4})
    public void aListenerThatClosesLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        var place = new Recipe.Place(stage.ensemble().connectString(), LONG_SESSION, stage.path());
        var made = new CompletableFuture<Membership>();
        made.complete(stage.recipes(0).membership(place, new Silent() {
            @Override
            public void joined(Membership.Member member) {
                if (member.name().equals("b")) {
                    made.join().close();
                }
            }
        }));
        made.join().join("a", bytes("one"), RecipeStage.READY);

        hand.createEphemeral(B, "two");

        hand.awaitGone(A, RecipeStage.AT_ONCE);
    }

    @Verifies({Rule.X4, Rule.X5})
    public void aMemberOfAGroupThatMayNotBeReadAnyMoreIsToldAndOut(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "one");

        hand.setAcl(RecipeStage.RECIPE, Perms.CREATE | Perms.DELETE | Perms.ADMIN);
        member.wire().reset();

        var told = member.awaitHeard(Happening.Failed.class, RecipeStage.READY);
        assertThat(told.what().why().problem()).isEqualTo(Problem.NOT_ALLOWED);
        hand.awaitGone(A, RecipeStage.AT_ONCE);
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUp(RecipeStage stage) {
        var member = stage.member("a");
        join(member, "one");
        member.recipe().leave(RecipeStage.READY);
        stage.eventually("one watch is left", RecipeStage.READY, () -> member.watches() == 1);

        for (int round = 1; round <= 5; round++) {
            join(member, "round " + round);
            update(member, "again " + round);
            member.wire().reset();
            member.recipe().leave(RecipeStage.READY);
        }

        stage.eventually("one watch is left", RecipeStage.READY, () -> member.watches() == 1);
        member.close();
        assertThat(member.watches()).isZero();
    }

    @Verifies({Rule.X5, Rule.M1})
    public void aJoiningWaitsForTheConnection(RecipeStage stage) {
        var hand = stage.hand();
        stage.prepareWire(wire -> wire.cut());
        var member = stage.member("a");

        var joining = member.async(() -> {
            member.recipe().join("a", bytes("one"), RecipeStage.READY);
            return true;
        });
        stage.throughout("it waits", SHORT, () -> !joining.isDone());
        member.wire().mend();

        stage.await("it has joined", joining, RecipeStage.READY);
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.M2, Rule.M3})
    public void theGroupLivesOnWhenTheEnsembleWasRestarted(RecipeStage stage) {
        var a = stage.member("a");
        var b = stage.member("b");
        var later = stage.member("d");
        join(a, "one");
        join(b, "two");

        stage.ensemble().loseQuorum();
        stage.ensemble().restart();
        later.recipe().join("d", bytes("three"), RecipeStage.RECOVERY);

        for (var each : List.of(a, b, later)) {
            stage.eventually(
                    each + " sees all",
                    RecipeStage.RECOVERY,
                    () -> members(each).equals(Set.of("a", "b", "d")));
            // Who gave up its session has to wait for its own ephemeral of that one to go.
            stage.eventually(
                    each + " is there",
                    RecipeStage.RECOVERY,
                    () -> ownerOf(stage, each) == each.session().id());
        }
    }

    // In words.

    private static void join(Player<Membership> member, String data) {
        member.recipe().join(member.name(), bytes(data), RecipeStage.READY);
    }

    private static void update(Player<Membership> member, String data) {
        member.recipe().update(bytes(data), RecipeStage.READY);
    }

    private static Set<String> members(Player<Membership> onlooker) {
        return onlooker.recipe().members().keySet();
    }

    private static void awaitMembers(RecipeStage stage, Player<Membership> onlooker, String... names) {
        stage.eventually(
                onlooker + " sees " + List.of(names),
                RecipeStage.READY,
                () -> members(onlooker).equals(Set.of(names)));
    }

    /** What it told, in order, as {@code joined NAME DATA}, {@code changed NAME DATA}, {@code left NAME}. */
    private static List<String> told(Player<Membership> onlooker) {
        return onlooker.heard().stream().map(heard -> text(heard.what())).toList();
    }

    private static String text(Happening what) {
        if (what instanceof Happening.Joined joined) {
            return "joined " + joined.member().name() + " " + text(joined.member());
        } else if (what instanceof Happening.Changed changed) {
            return "changed " + changed.member().name() + " " + text(changed.member());
        } else if (what instanceof Happening.Left left) {
            return "left " + left.member().name();
        }
        return what.toString();
    }

    private static String text(Membership.Member member) {
        return new String(member.data(), StandardCharsets.UTF_8);
    }

    private static void awaitTold(RecipeStage stage, Player<Membership> onlooker, String news) {
        stage.eventually(
                onlooker + " tells: " + news,
                RecipeStage.READY,
                () -> told(onlooker).contains(news));
    }

    private static Traffic traffic(List<Player<Membership>> players) {
        return players.stream().map(each -> each.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }

    private static long ownerOfA(Hand hand) {
        return hand.stat(A).orElseThrow().getEphemeralOwner();
    }

    private static long ownerOf(RecipeStage stage, Player<Membership> member) {
        try (Hand hand = stage.hand()) {
            return hand.stat(RecipeStage.RECIPE + "/" + member.name())
                    .map(stat -> stat.getEphemeralOwner())
                    .orElse(0L);
        }
    }

    private static String pathOf(RecipeStage stage, String name) {
        return stage.path() + "/" + name;
    }

    private static long creations(RecipeStage stage, String name) {
        return stage.commits().stream()
                .flatMap(commit -> commit.changes(Change.Create.class).stream())
                .filter(create -> create.path().endsWith(RecipeStage.RECIPE + "/" + name))
                .count();
    }

    private static Problem problem(ThrowingCallable call) {
        Recipe.Failure failure = catchThrowableOfType(Recipe.Failure.class, call);
        assertThat(failure).as("a refusal").isNotNull();
        return failure.problem();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** For a member that is not on the stage. */
    private static class Silent implements Membership.Listener {
        @Override
        public void joined(Membership.Member member) {}

        @Override
        public void changed(Membership.Member member) {}

        @Override
        public void left(Membership.Member member) {}

        @Override
        public void failed(Recipe.Failure why) {}
    }
}
