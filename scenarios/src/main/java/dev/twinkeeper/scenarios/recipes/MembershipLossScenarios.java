package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.A;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.B;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.SHORT;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.SHORT_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.WAITED;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.awaitMembers;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.awaitTold;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.bytes;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.createGroup;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.creations;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.cutUntilGone;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.join;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.members;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.ownerOf;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.ownerOfA;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.pathOf;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.problem;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.told;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.toldWhy;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.update;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
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

    private static final String C = ScenarioContext.RECIPE + "/c";

    @Verifies(Rule.M1)
    public void theAnswerToAJoiningIsLost(ScenarioContext context) {
        joiningLoses(context, Wire::loseAnswer);
    }

    @Verifies(Rule.M1)
    public void theRequestOfAJoiningIsLost(ScenarioContext context) {
        joiningLoses(context, Wire::loseRequest);
    }

    private static void joiningLoses(
            ScenarioContext context, BiFunction<Wire, Predicate<Request>, CompletableFuture<Request>> loss) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);
        var lost = loss.apply(member.wire(), request -> request.does("create", pathOf(context, "a")));

        join(member, "one");

        ScenarioContext.await("it was lost", lost, ScenarioContext.AT_ONCE);
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
        assertThat(creations(context, "a")).isEqualTo(1);
    }

    @Verifies(Rule.M1)
    public void theAnswerToALeavingIsLost(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "one");
        var lost = member.wire().loseAnswer(request -> request.does("delete", pathOf(context, "a")));

        member.role().leave(ScenarioContext.READY);

        ScenarioContext.await("the answer was lost", lost, ScenarioContext.AT_ONCE);
        assertThat(operator.exists(A)).isFalse();
    }

    @Verifies({Rule.M1, Rule.M2})
    public void theAnswerToAnUpdateIsLost(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "one");
        awaitTold(context, member, "joined a one"); // else it may hear of the newer data only
        var lost = member.wire().loseAnswer(request -> request.does("setData", pathOf(context, "a")));

        update(member, "two");

        ScenarioContext.await("the answer was lost", lost, ScenarioContext.AT_ONCE);
        assertThat(operator.get(A)).isEqualTo("two");
        assertThat(operator.stat(A).orElseThrow().getVersion()).as("version").isEqualTo(1);
        awaitTold(context, member, "changed a two");
    }

    @Verifies(Rule.M2)
    public void anOnlookerHearsAfterwardsWhatHappenedWhileItWasCutOff(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var onlooker = context.member("c");
        var a = context.member("a");
        var b = context.member("b");
        var later = context.member("d");
        join(a, "one");
        join(b, "two");
        awaitMembers(context, onlooker, "a", "b");

        onlooker.wire().cut();
        update(a, "three");
        b.role().leave(ScenarioContext.READY);
        join(later, "four");
        onlooker.wire().mend();

        awaitMembers(context, onlooker, "a", "d");
        awaitTold(context, onlooker, "changed a three");
        awaitTold(context, onlooker, "left b");
        awaitTold(context, onlooker, "joined d four");
        assertThat(told(onlooker)).hasSize(5);
    }

    @Verifies(Rule.M2)
    public void anOnlookerHearsAfterwardsWhatHappenedWhileItsSessionEnded(ScenarioContext context) {
        var operator = context.operator();
        var onlooker = context.member("c");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);
        operator.createEphemeral(A, "one");
        operator.createEphemeral(B, "two");
        awaitMembers(context, onlooker, "a", "b");

        onlooker.wire().cut();
        operator.set(A, "three");
        operator.delete(B);
        operator.createEphemeral(C, "four");
        onlooker.expire();
        onlooker.wire().mend();

        awaitMembers(context, onlooker, "a", "c");
        awaitTold(context, onlooker, "changed a three");
        awaitTold(context, onlooker, "left b");
        awaitTold(context, onlooker, "joined c four");
        assertThat(told(onlooker)).hasSize(5);
    }

    @Verifies(Rule.M2)
    public void aNamesakeThatCameInAGapIsAnotherMember(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var onlooker = context.member("c");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);
        operator.createEphemeral(B, "same");
        awaitTold(context, onlooker, "joined b same");

        onlooker.wire().cut();
        operator.delete(B);
        operator.createEphemeral(B, "same");
        onlooker.wire().mend();

        awaitTold(context, onlooker, "left b");
        long since = operator.stat(B).orElseThrow().getCzxid();
        onlooker.awaitEvent(
                RecipeEvent.Joined.class, Instant.MIN, news -> news.member().since() == since, ScenarioContext.READY);
        assertThat(told(onlooker)).containsExactly("joined b same", "left b", "joined b same");
    }

    @Verifies(Rule.M2)
    public void aGroupThatWasMadeAnewInAGapIsListedAgain(ScenarioContext context) {
        var operator = context.operator();
        createGroup(operator);
        operator.createEphemeral(B, "two");
        context.sessionTimeout(LONG_SESSION);
        var onlooker = context.member("c");
        awaitMembers(context, onlooker, "b");

        // As many changes to its children as before: who counts those sees no difference.
        onlooker.wire().cut();
        operator.deleteAll(ScenarioContext.RECIPE);
        operator.create(ScenarioContext.RECIPE, "");
        operator.createEphemeral(A, "one");
        onlooker.wire().mend();

        awaitMembers(context, onlooker, "a");
        awaitTold(context, onlooker, "joined a one");
        assertThat(told(onlooker)).containsExactlyInAnyOrder("joined b two", "left b", "joined a one");
    }

    @Verifies(Rule.M2)
    public void theListIsLostWithTheConnection(ScenarioContext context) {
        var operator = context.operator();
        createGroup(operator);
        operator.createEphemeral(A, "one");
        context.sessionTimeout(SHORT_SESSION);
        var lost = new ArrayList<CompletableFuture<?>>();
        context.prepareWire(
                wire -> lost.add(wire.loseAnswer(request -> request.operation().startsWith("getChildren"))
                        .thenRun(wire::cut)));

        var onlooker = context.member("c");
        ScenarioContext.await("the list was lost", lost.get(0), ScenarioContext.READY);
        context.throughout("it sees nobody", TRIES, () -> members(onlooker).isEmpty());
        onlooker.wire().mend();

        awaitMembers(context, onlooker, "a");
    }

    @Verifies({Rule.M3, Rule.M2})
    public void aMemberWhoseSessionExpiredJoinsAgainWithItsNewestData(ScenarioContext context) {
        var operator = context.operator();
        var onlooker = context.member("c");
        var member = context.member("a");
        join(member, "one");
        awaitTold(context, onlooker, "joined a one");
        update(member, "two");
        awaitTold(context, onlooker, "changed a two");

        member.expire();

        awaitTold(context, onlooker, "left a");
        awaitTold(context, onlooker, "joined a two");
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.X5})
    public void aMemberCutOffUntilItsSessionEndedJoinsAgain(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(SHORT_SESSION);
        var member = context.member("a");
        join(member, "one");

        cutUntilGone(operator, member);
        member.wire().mend();

        operator.awaitExists(A, ScenarioContext.READY);
        assertThat(operator.get(A)).isEqualTo("one");
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.X5})
    public void whatWasToBeUpdatedWhileCutOffIsWhenTheConnectionIsBack(ScenarioContext context) {
        var operator = context.operator();
        var onlooker = context.member("c");
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "zero");
        awaitTold(context, onlooker, "joined a zero");

        member.wire().cut();
        var refused = IntStream.rangeClosed(1, 50)
                .mapToObj(i -> problem(() -> member.role().update(bytes("" + i), Duration.ZERO)))
                .toList();
        member.wire().mend();

        assertThat(refused).containsOnly(Problem.CANNOT_CONNECT);
        awaitTold(context, onlooker, "changed a 50");
        // That which was under way when the connection went, and the newest.
        assertThat(operator.stat(A).orElseThrow().getVersion()).as("writes").isLessThanOrEqualTo(2);
    }

    @Verifies(Rule.M4)
    public void aNamesakeThatTookTheNameMeanwhileIsLeftAlone(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(SHORT_SESSION);
        var member = context.member("a");
        join(member, "one");

        cutUntilGone(operator, member);
        operator.createEphemeral(A, "taken");
        var taken = operator.stat(A).orElseThrow();
        member.wire().mend();

        assertThat(toldWhy(member, WAITED)).isEqualTo(Problem.FOREIGN);
        assertThat(problem(() -> member.role().update(bytes("two"), ScenarioContext.READY)))
                .isEqualTo(Problem.NOT_HELD);
        member.role().leave(ScenarioContext.READY);
        assertThat(operator.stat(A)).contains(taken);
    }

    @Verifies({Rule.M3, Rule.M4})
    public void whoWaitedForItsNameStaysAMemberWhenItHasIt(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(SHORT_SESSION);
        var member = context.member("a");
        join(member, "one");

        cutUntilGone(operator, member);
        operator.createEphemeral(A, "taken");
        member.wire().mend();
        awaitTold(context, member, "joined a taken");
        operator.delete(A);
        operator.awaitExists(A, ScenarioContext.READY);

        context.throughout(
                "it is a member",
                SHORT_SESSION.multipliedBy(5).dividedBy(2),
                () -> member.told(RecipeEvent.Failed.class).isEmpty());
        update(member, "two");
        assertThat(operator.get(A)).isEqualTo("two");
    }

    @Verifies({Rule.X5, Rule.M1})
    public void aJoiningWaitsForTheConnection(ScenarioContext context) {
        var operator = context.operator();
        context.prepareWire(wire -> wire.cut());
        var member = context.member("a");

        var joining = member.async(() -> {
            member.role().join("a", bytes("one"), ScenarioContext.READY);
            return true;
        });
        context.throughout("it waits", SHORT, () -> !joining.isDone());
        member.wire().mend();

        ScenarioContext.await("it has joined", joining, ScenarioContext.READY);
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.M2, Rule.M3})
    public void theGroupLivesOnWhenTheEnsembleWasRestarted(ScenarioContext context) {
        var a = context.member("a");
        var b = context.member("b");
        var later = context.member("d");
        join(a, "one");
        join(b, "two");

        context.ensemble().loseQuorum();
        context.ensemble().restart();
        later.role().join("d", bytes("three"), ScenarioContext.RECOVERY);

        for (var each : List.of(a, b, later)) {
            context.eventually(
                    each + " sees all",
                    ScenarioContext.RECOVERY,
                    () -> members(each).equals(Set.of("a", "b", "d")));
            // Who gave up its session has to wait for its own ephemeral of that one to go.
            context.eventually(
                    each + " is there",
                    ScenarioContext.RECOVERY,
                    () -> ownerOf(context, each) == each.session().id());
        }
    }
}
