package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.MembershipProps.A;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.B;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.SHORT;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.SHORT_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.awaitMembers;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.awaitTold;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.bytes;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.join;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.ownerOfA;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.problem;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.told;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.traffic;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.update;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Of the group: who is in it, and that everybody knows. */
public final class MembershipScenarios {
    @Verifies(Rule.M1)
    public void joinReturnsWhenTheOwnEphemeralExists(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        hand.awaitExists(RecipeStage.RECIPE, RecipeStage.READY);

        member.wire().stallRequests();
        var joining = member.async(() -> {
            join(member, "one");
            return hand.exists(A);
        });
        stage.throughout("the joining waits", SHORT, () -> !joining.isDone());
        member.wire().mend();

        assertThat(stage.await("it has joined", joining, RecipeStage.READY)).isTrue();
        assertThat(ownerOfA(hand)).isEqualTo(member.session().id());
        assertThat(hand.get(A)).isEqualTo("one");
    }

    @Verifies({Rule.M1, Rule.M2})
    public void leaveReturnsWhenTheEphemeralIsGoneAndItGoesOnLooking(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "one");

        member.wire().stallRequests();
        var leaving = member.async(() -> {
            member.recipe().leave(RecipeStage.READY);
            return !hand.exists(A);
        });
        stage.throughout("the leaving waits", SHORT, () -> !leaving.isDone());
        member.wire().mend();
        var gone = stage.await("it has left", leaving, RecipeStage.READY);
        hand.createEphemeral(B, "two");

        assertThat(gone).isTrue();
        awaitTold(stage, member, "joined b two");
        assertThat(told(member)).containsExactly("joined a one", "left a", "joined b two");
    }

    @Verifies(Rule.M1)
    public void patienceMayHaveNoEnd(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");
        var forEver = ChronoUnit.FOREVER.getDuration();

        member.recipe().join("a", bytes("one"), forEver);
        member.recipe().update(bytes("two"), forEver);
        var joined = hand.get(A);
        member.recipe().leave(forEver);

        assertThat(joined).isEqualTo("two");
        assertThat(hand.exists(A)).isFalse();
    }

    @Verifies(Rule.M2)
    public void everybodyHearsOfEveryJoiningChangeAndLeaving(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
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
        stage.sessionTimeout(LONG_SESSION);
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

    @Verifies({Rule.M3, Rule.M2})
    public void aMemberWhoseZnodeAnOperatorDeletedJoinsAgain(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
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

    @Verifies(Rule.M4)
    public void aSecondMemberOfANameIsRefusedAndTheFirstUntouched(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var first = stage.member("a");
        var second = stage.member("a2");
        join(first, "one");
        second.awaitConnected();
        var before = hand.stat(A).orElseThrow();

        var refused = problem(() -> second.recipe().join("a", bytes("mine"), SHORT.multipliedBy(3)));
        second.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(hand.stat(A)).contains(before);
        assertThat(hand.get(A)).isEqualTo("one");
    }

    @Verifies(Rule.M4)
    public void aSecondMemberWithTheSameDataIsRefusedToo(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var first = stage.member("a");
        var second = stage.member("a2");
        join(first, "");
        second.awaitConnected();
        var before = hand.stat(A).orElseThrow();

        var refused = problem(() -> second.recipe().join("a", bytes(""), SHORT.multipliedBy(3)));
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
        stage.sessionTimeout(LONG_SESSION);
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

    @Verifies({Rule.X3, Rule.X4})
    public void closingIsLeaving(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");
        join(member, "one");

        member.close();

        assertThat(hand.exists(A)).isFalse();
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
}
