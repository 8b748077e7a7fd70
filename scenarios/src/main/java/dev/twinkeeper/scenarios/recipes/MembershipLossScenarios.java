package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.MembershipProps.A;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.B;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.SHORT;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.SHORT_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.WAITED;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.awaitMembers;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.awaitTold;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.bytes;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.createGroup;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.creations;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.cutUntilGone;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.join;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.members;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.ownerOf;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.ownerOfA;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.pathOf;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.problem;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.told;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.toldWhy;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.update;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** What is lost on the wire, with the session, or in a gap. */
public final class MembershipLossScenarios {
    /** Longer than Curator goes on trying, with that session timeout. */
    private static final Duration TRIES = Duration.ofSeconds(5);

    private static final String C = RecipeStage.RECIPE + "/c";

    @Verifies(Rule.M1)
    public void theAnswerToAJoiningIsLost(RecipeStage stage) {
        joiningLoses(stage, Wire::loseAnswer);
    }

    @Verifies(Rule.M1)
    public void theRequestOfAJoiningIsLost(RecipeStage stage) {
        joiningLoses(stage, Wire::loseRequest);
    }

    private static void joiningLoses(
            RecipeStage stage, BiFunction<Wire, Predicate<Request>, CompletableFuture<Request>> loss) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);
        var lost = loss.apply(member.wire(), request -> request.does("create", pathOf(stage, "a")));

        join(member, "one");

        stage.await("it was lost", lost, RecipeStage.AT_ONCE);
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
        awaitTold(stage, member, "joined a one"); // else it may hear of the newer data only
        var lost = member.wire().loseAnswer(request -> request.does("setData", pathOf(stage, "a")));

        update(member, "two");

        stage.await("the answer was lost", lost, RecipeStage.AT_ONCE);
        assertThat(hand.get(A)).isEqualTo("two");
        assertThat(hand.stat(A).orElseThrow().getVersion()).as("version").isEqualTo(1);
        awaitTold(stage, member, "changed a two");
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
        createGroup(hand);
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
        createGroup(hand);
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

        cutUntilGone(hand, member);
        member.wire().mend();

        hand.awaitExists(A, RecipeStage.READY);
        assertThat(hand.get(A)).isEqualTo("one");
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.X5})
    public void whatWasToBeUpdatedWhileCutOffIsWhenTheConnectionIsBack(RecipeStage stage) {
        var hand = stage.hand();
        var onlooker = stage.member("c");
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "zero");
        awaitTold(stage, onlooker, "joined a zero");

        member.wire().cut();
        var refused = IntStream.rangeClosed(1, 50)
                .mapToObj(i -> problem(() -> member.recipe().update(bytes("" + i), Duration.ZERO)))
                .toList();
        member.wire().mend();

        assertThat(refused).containsOnly(Problem.CANNOT_CONNECT);
        awaitTold(stage, onlooker, "changed a 50");
        // That which was under way when the connection went, and the newest.
        assertThat(hand.stat(A).orElseThrow().getVersion()).as("writes").isLessThanOrEqualTo(2);
    }

    @Verifies(Rule.M4)
    public void aNamesakeThatTookTheNameMeanwhileIsLeftAlone(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(SHORT_SESSION);
        var member = stage.member("a");
        join(member, "one");

        cutUntilGone(hand, member);
        hand.createEphemeral(A, "taken");
        var taken = hand.stat(A).orElseThrow();
        member.wire().mend();

        assertThat(toldWhy(member, WAITED)).isEqualTo(Problem.FOREIGN);
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

        cutUntilGone(hand, member);
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
}
