package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.A;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.B;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.SHORT;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.SHORT_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.awaitMembers;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.awaitTold;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.bytes;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.join;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.ownerOfA;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.problem;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.told;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.traffic;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.update;
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
    public void joinReturnsWhenTheOwnEphemeralExists(RecipeScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        operator.awaitExists(RecipeScenarioContext.RECIPE, RecipeScenarioContext.READY);

        member.wire().stallRequests();
        var joining = member.async(() -> {
            join(member, "one");
            return operator.exists(A);
        });
        context.throughout("the joining waits", SHORT, () -> !joining.isDone());
        member.wire().mend();

        assertThat(context.await("it has joined", joining, RecipeScenarioContext.READY))
                .isTrue();
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
        assertThat(operator.get(A)).isEqualTo("one");
    }

    @Verifies({Rule.M1, Rule.M2})
    public void leaveReturnsWhenTheEphemeralIsGoneAndItGoesOnLooking(RecipeScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "one");

        member.wire().stallRequests();
        var leaving = member.async(() -> {
            member.recipe().leave(RecipeScenarioContext.READY);
            return !operator.exists(A);
        });
        context.throughout("the leaving waits", SHORT, () -> !leaving.isDone());
        member.wire().mend();
        var gone = context.await("it has left", leaving, RecipeScenarioContext.READY);
        operator.createEphemeral(B, "two");

        assertThat(gone).isTrue();
        awaitTold(context, member, "joined b two");
        assertThat(told(member)).containsExactly("joined a one", "left a", "joined b two");
    }

    @Verifies(Rule.M1)
    public void patienceMayHaveNoEnd(RecipeScenarioContext context) {
        var operator = context.operator();
        var member = context.member("a");
        var forEver = ChronoUnit.FOREVER.getDuration();

        member.recipe().join("a", bytes("one"), forEver);
        member.recipe().update(bytes("two"), forEver);
        var joined = operator.get(A);
        member.recipe().leave(forEver);

        assertThat(joined).isEqualTo("two");
        assertThat(operator.exists(A)).isFalse();
    }

    @Verifies(Rule.M2)
    public void everybodyHearsOfEveryJoiningChangeAndLeaving(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var onlooker = context.member("c");
        var a = context.member("a");
        var b = context.member("b");
        var all = List.of(onlooker, a, b);

        join(a, "one");
        all.forEach(each -> awaitTold(context, each, "joined a one"));
        join(b, "two");
        all.forEach(each -> awaitTold(context, each, "joined b two"));
        update(a, "three");
        all.forEach(each -> awaitTold(context, each, "changed a three"));
        b.recipe().leave(RecipeScenarioContext.READY);
        all.forEach(each -> awaitTold(context, each, "left b"));

        all.forEach(each ->
                assertThat(told(each)).containsExactly("joined a one", "joined b two", "changed a three", "left b"));
    }

    @Verifies(Rule.M2)
    public void moreMembersAreSeenThanAreReadAtATime(RecipeScenarioContext context) {
        var operator = context.operator();
        var onlooker = context.member("c");
        operator.awaitExists(RecipeScenarioContext.RECIPE, RecipeScenarioContext.READY);
        var names = new TreeSet<String>();
        IntStream.range(0, 200).mapToObj("m%03d"::formatted).forEach(name -> {
            operator.createEphemeral(RecipeScenarioContext.RECIPE + "/" + name, name);
            names.add(name);
        });
        awaitMembers(context, onlooker, names.toArray(String[]::new));

        var late = context.member("d");
        operator.delete(RecipeScenarioContext.RECIPE + "/m100");
        names.remove("m100");

        awaitTold(context, onlooker, "left m100");
        awaitMembers(context, onlooker, names.toArray(String[]::new));
        awaitMembers(context, late, names.toArray(String[]::new));
    }

    @Verifies(Rule.M2)
    public void aChangeCostsEachOnlookerOneNotification(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var onlookers = IntStream.range(0, 10)
                .mapToObj(i -> context.member("onlooker-" + i))
                .toList();
        var a = context.member("a");
        var b = context.member("b");
        join(a, "one");
        onlookers.forEach(each -> awaitMembers(context, each, "a"));
        awaitMembers(context, b, "a");

        update(a, "two");
        onlookers.forEach(each -> awaitTold(context, each, "changed a two"));
        var before = traffic(onlookers);
        update(a, "three");
        onlookers.forEach(each -> awaitTold(context, each, "changed a three"));
        var change = traffic(onlookers).minus(before);
        var alone = traffic(List.of(b));
        join(b, "four");
        awaitTold(context, b, "joined b four");
        b.recipe().leave(RecipeScenarioContext.READY);
        awaitTold(context, b, "left b");
        var visit = traffic(List.of(b)).minus(alone);

        context.count("membership: notifications per change, 10 looking", change.notifications());
        context.count("membership: requests per change, 10 looking", change.total());
        context.count("membership: requests to join and to leave", visit.total());
        assertThat(change.notifications()).isEqualTo(onlookers.size());
    }

    @Verifies({Rule.M3, Rule.M2})
    public void aMemberWhoseZnodeAnOperatorDeletedJoinsAgain(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var onlooker = context.member("c");
        var member = context.member("a");
        join(member, "one");
        awaitTold(context, onlooker, "joined a one");
        long first = operator.stat(A).orElseThrow().getCzxid();

        operator.delete(A);

        operator.awaitExists(A, RecipeScenarioContext.AT_ONCE);
        awaitTold(context, onlooker, "left a");
        onlooker.awaitEvent(
                RecipeEvent.Joined.class,
                Instant.MIN,
                news -> news.member().since() > first,
                RecipeScenarioContext.AT_ONCE);
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.M2})
    public void allJoinAgainWhenAnOperatorDeletedTheGroup(RecipeScenarioContext context) {
        var operator = context.operator();
        var a = context.member("a");
        var b = context.member("b");
        join(a, "one");
        join(b, "two");
        for (var each : List.of(a, b)) {
            awaitMembers(context, each, "a", "b");
        }
        operator.sync(RecipeScenarioContext.RECIPE);

        operator.deleteAll(RecipeScenarioContext.RECIPE);

        operator.awaitExists(A, RecipeScenarioContext.READY);
        operator.awaitExists(B, RecipeScenarioContext.READY);
        for (var each : List.of(a, b)) {
            awaitTold(context, each, "left a");
            awaitTold(context, each, "left b");
            awaitMembers(context, each, "a", "b");
        }
    }

    @Verifies(Rule.M4)
    public void aSecondMemberOfANameIsRefusedAndTheFirstUntouched(RecipeScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "one");
        second.awaitConnected();
        var before = operator.stat(A).orElseThrow();

        var refused = problem(() -> second.recipe().join("a", bytes("mine"), SHORT.multipliedBy(3)));
        second.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(operator.stat(A)).contains(before);
        assertThat(operator.get(A)).isEqualTo("one");
    }

    @Verifies(Rule.M4)
    public void aSecondMemberWithTheSameDataIsRefusedToo(RecipeScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "");
        second.awaitConnected();
        var before = operator.stat(A).orElseThrow();

        var refused = problem(() -> second.recipe().join("a", bytes(""), SHORT.multipliedBy(3)));
        second.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(operator.stat(A)).contains(before);
    }

    @Verifies(Rule.M4)
    public void theEphemeralOfADeadSessionIsWaitedOut(RecipeScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(SHORT_SESSION);
        var crashed = context.member("a");
        join(crashed, "one");
        crashed.wire().cut();
        context.sessionTimeout(RecipeScenarioContext.SESSION_TIMEOUT);
        var restarted = context.member("a, restarted");

        restarted.recipe().join("a", bytes("two"), RecipeScenarioContext.SUCCESSION);

        assertThat(ownerOfA(operator)).isEqualTo(restarted.session().id());
        assertThat(operator.get(A)).isEqualTo("two");
    }

    @Verifies(Rule.M4)
    public void theNameIsFreeWhenTheFirstHasLeft(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "one");

        var joining = second.async(() -> {
            second.recipe().join("a", bytes("two"), RecipeScenarioContext.READY);
            return true;
        });
        context.throughout("the second waits", SHORT, () -> !joining.isDone());
        first.recipe().leave(RecipeScenarioContext.READY);

        context.await("the second has joined", joining, RecipeScenarioContext.AT_ONCE);
        assertThat(ownerOfA(operator)).isEqualTo(second.session().id());
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingIsLeaving(RecipeScenarioContext context) {
        var operator = context.operator();
        var member = context.member("a");
        join(member, "one");

        member.close();

        assertThat(operator.exists(A)).isFalse();
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUp(RecipeScenarioContext context) {
        var member = context.member("a");
        join(member, "one");
        member.recipe().leave(RecipeScenarioContext.READY);
        context.eventually("one watch is left", RecipeScenarioContext.READY, () -> member.watches() == 1);

        for (int round = 1; round <= 5; round++) {
            join(member, "round " + round);
            update(member, "again " + round);
            member.wire().reset();
            member.recipe().leave(RecipeScenarioContext.READY);
        }

        context.eventually("one watch is left", RecipeScenarioContext.READY, () -> member.watches() == 1);
        member.close();
        assertThat(member.watches()).isZero();
    }
}
