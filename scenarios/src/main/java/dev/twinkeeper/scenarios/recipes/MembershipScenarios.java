package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.A;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.B;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.SHORT;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.SHORT_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.awaitMembers;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.awaitTold;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.bytes;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.createGroup;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.join;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.ownerOfA;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.problem;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.told;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.traffic;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.update;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Of the group: who is in it, and that everybody knows. */
public final class MembershipScenarios {
    @Verifies(Rule.M1)
    public void joinReturnsWhenTheOwnEphemeralExists(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);

        member.wire().stallRequests();
        var joining = member.async(() -> {
            join(member, "one");
            return operator.exists(A);
        });
        context.throughout("the joining waits", SHORT, () -> !joining.isDone());
        member.wire().mend();

        assertThat(ScenarioContext.await("it has joined", joining, ScenarioContext.READY))
                .isTrue();
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
        assertThat(operator.get(A)).isEqualTo("one");
    }

    @Verifies({Rule.M1, Rule.M2})
    public void leaveReturnsWhenTheEphemeralIsGoneAndItGoesOnLooking(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "one");

        member.wire().stallRequests();
        var leaving = member.async(() -> {
            member.role().leave(ScenarioContext.READY);
            return !operator.exists(A);
        });
        context.throughout("the leaving waits", SHORT, () -> !leaving.isDone());
        member.wire().mend();
        var gone = ScenarioContext.await("it has left", leaving, ScenarioContext.READY);
        operator.createEphemeral(B, "two");

        assertThat(gone).isTrue();
        awaitTold(context, member, "joined b two");
        assertThat(told(member)).containsExactly("joined a one", "left a", "joined b two");
    }

    @Verifies(Rule.M1)
    public void patienceMayHaveNoEnd(ScenarioContext context) {
        var operator = context.operator();
        var member = context.member("a");
        var forEver = ChronoUnit.FOREVER.getDuration();

        member.role().join("a", bytes("one"), forEver);
        member.role().update(bytes("two"), forEver);
        var joined = operator.get(A);
        member.role().leave(forEver);

        assertThat(joined).isEqualTo("two");
        assertThat(operator.exists(A)).isFalse();
    }

    @Verifies(Rule.M2)
    public void everybodyHearsOfEveryJoiningChangeAndLeaving(ScenarioContext context) {
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
        b.role().leave(ScenarioContext.READY);
        all.forEach(each -> awaitTold(context, each, "left b"));

        all.forEach(each ->
                assertThat(told(each)).containsExactly("joined a one", "joined b two", "changed a three", "left b"));
    }

    @Verifies(Rule.M2)
    public void moreMembersAreSeenThanAreReadAtATime(ScenarioContext context) {
        var operator = context.operator();
        var onlooker = context.member("c");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);
        var names = new TreeSet<String>();
        IntStream.range(0, 200).mapToObj("m%03d"::formatted).forEach(name -> {
            operator.createEphemeral(ScenarioContext.RECIPE + "/" + name, name);
            names.add(name);
        });
        awaitMembers(context, onlooker, names.toArray(String[]::new));

        var late = context.member("d");
        operator.delete(ScenarioContext.RECIPE + "/m100");
        names.remove("m100");

        awaitTold(context, onlooker, "left m100");
        awaitMembers(context, onlooker, names.toArray(String[]::new));
        awaitMembers(context, late, names.toArray(String[]::new));
    }

    @Verifies(Rule.M2)
    public void aChangeCostsEachOnlookerOneNotification(ScenarioContext context) {
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
        b.role().leave(ScenarioContext.READY);
        awaitTold(context, b, "left b");
        var visit = traffic(List.of(b)).minus(alone);

        context.count("membership: notifications per change, 10 looking", change.notifications());
        context.count("membership: requests per change, 10 looking", change.total());
        context.count("membership: requests to join and to leave", visit.total());
        assertThat(change.notifications()).isEqualTo(onlookers.size());
    }

    @Verifies({Rule.M3, Rule.M2})
    public void aMemberWhoseZnodeAnOperatorDeletedJoinsAgain(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var onlooker = context.member("c");
        var member = context.member("a");
        join(member, "one");
        awaitTold(context, onlooker, "joined a one");
        long first = operator.stat(A).orElseThrow().getCzxid();

        operator.delete(A);

        operator.awaitExists(A, ScenarioContext.AT_ONCE);
        awaitTold(context, onlooker, "left a");
        onlooker.awaitEvent(
                RecipeEvent.Joined.class, Instant.MIN, news -> news.member().since() > first, ScenarioContext.AT_ONCE);
        assertThat(ownerOfA(operator)).isEqualTo(member.session().id());
    }

    @Verifies({Rule.M3, Rule.M2})
    public void allJoinAgainWhenAnOperatorDeletedTheGroup(ScenarioContext context) {
        var operator = context.operator();
        var a = context.member("a");
        var b = context.member("b");
        join(a, "one");
        join(b, "two");
        for (var each : List.of(a, b)) {
            awaitMembers(context, each, "a", "b");
        }
        operator.sync(ScenarioContext.RECIPE);

        operator.deleteAll(ScenarioContext.RECIPE);

        operator.awaitExists(A, ScenarioContext.READY);
        operator.awaitExists(B, ScenarioContext.READY);
        for (var each : List.of(a, b)) {
            awaitTold(context, each, "left a");
            awaitTold(context, each, "left b");
            awaitMembers(context, each, "a", "b");
        }
    }

    @Verifies(Rule.M4)
    public void aSecondMemberOfANameIsRefusedAndTheFirstUntouched(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "one");
        second.awaitReady();
        var before = operator.stat(A).orElseThrow();

        var refused = problem(() -> second.role().join("a", bytes("mine"), SHORT.multipliedBy(3)));
        second.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(operator.stat(A)).contains(before);
        assertThat(operator.get(A)).isEqualTo("one");
    }

    @Verifies(Rule.M4)
    public void aSecondMemberWithTheSameDataIsRefusedToo(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "");
        second.awaitReady();
        var before = operator.stat(A).orElseThrow();

        var refused = problem(() -> second.role().join("a", bytes(""), SHORT.multipliedBy(3)));
        second.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(operator.stat(A)).contains(before);
    }

    @Verifies(Rule.M1)
    public void nobodyHasJoinedByTheEphemeralOfAnother(ScenarioContext context) {
        var operator = context.operator();
        createGroup(operator);
        operator.createEphemeral(A, "of another session");
        var member = context.member("a");
        member.awaitReady();

        var joining = member.async(() -> {
            member.role().join("a", bytes("mine"), SHORT.multipliedBy(3));
            return true;
        });
        context.eventually("it has joined, or not", ScenarioContext.READY, joining::isDone);

        assertThat(joining.isCompletedExceptionally()
                        || ownerOfA(operator) == member.session().id())
                .as("it has an ephemeral of its own, or has not joined")
                .isTrue();
    }

    @Verifies(Rule.M4)
    public void theEphemeralOfADeadSessionIsWaitedOut(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(SHORT_SESSION);
        var crashed = context.member("a");
        join(crashed, "one");
        crashed.wire().cut();
        context.sessionTimeout(ScenarioContext.SESSION_TIMEOUT);
        var restarted = context.member("a, restarted");

        restarted.role().join("a", bytes("two"), ScenarioContext.SUCCESSION);

        assertThat(ownerOfA(operator)).isEqualTo(restarted.session().id());
        assertThat(operator.get(A)).isEqualTo("two");
    }

    @Verifies(Rule.M4)
    public void theNameIsFreeWhenTheFirstHasLeft(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "one");

        var joining = second.async(() -> {
            second.role().join("a", bytes("two"), ScenarioContext.READY);
            return true;
        });
        context.throughout("the second waits", SHORT, () -> !joining.isDone());
        first.role().leave(ScenarioContext.READY);

        ScenarioContext.await("the second has joined", joining, ScenarioContext.AT_ONCE);
        assertThat(ownerOfA(operator)).isEqualTo(second.session().id());
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingIsLeaving(ScenarioContext context) {
        var operator = context.operator();
        var member = context.member("a");
        join(member, "one");

        member.close();

        assertThat(operator.exists(A)).isFalse();
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUp(ScenarioContext context) {
        var member = context.member("a");
        join(member, "one");
        member.role().leave(ScenarioContext.READY);
        context.eventually("one watch is left", ScenarioContext.READY, () -> member.watches() == 1);

        for (int round = 1; round <= 5; round++) {
            join(member, "round " + round);
            update(member, "again " + round);
            member.wire().reset();
            member.role().leave(ScenarioContext.READY);
        }

        context.eventually("one watch is left", ScenarioContext.READY, () -> member.watches() == 1);
        member.close();
        assertThat(member.watches()).isZero();
    }
}
