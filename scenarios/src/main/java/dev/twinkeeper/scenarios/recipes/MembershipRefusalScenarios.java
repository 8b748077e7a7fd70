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
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.cutUntilGone;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.join;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.members;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.pathOf;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.problem;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.told;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.toldWhy;
import static dev.twinkeeper.scenarios.recipes.MembershipFixtures.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Operator;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** Others' znodes in a group's place, bad input, and the end. */
public final class MembershipRefusalScenarios {
    private static final int NOT_READ = Perms.CREATE | Perms.DELETE | Perms.ADMIN;

    @Verifies(Rule.X1)
    public void badInputIsRefusedBeforeAnythingIsSent(ScenarioContext context) {
        var member = context.member("a");
        var longest = "n".repeat(Recipe.MAX_NAME);

        var names = Stream.of("", ".", "..", "a/b", "a\u0000", "a\nb", longest + "n")
                .map(name -> problem(() -> member.role().join(name, bytes("one"), ScenarioContext.READY)))
                .toList();
        var tooLarge = problem(() -> member.role().join("a", new byte[Recipe.MAX_DATA + 1], ScenarioContext.READY));
        var negative = problem(() -> member.role().join("a", bytes("one"), Duration.ofMillis(-1)));
        var sent = context.traffic();
        member.role().join(longest, new byte[Recipe.MAX_DATA], ScenarioContext.READY);
        var tooLargeUpdate = problem(() -> member.role().update(new byte[Recipe.MAX_DATA + 1], ScenarioContext.READY));

        assertThat(names).containsOnly(Problem.INVALID);
        assertThat(tooLarge).isEqualTo(Problem.TOO_LARGE);
        assertThat(tooLargeUpdate).isEqualTo(Problem.TOO_LARGE);
        assertThat(negative).isEqualTo(Problem.INVALID);
        assertThat(sent.sent()).as("bytes").isLessThan(Recipe.MAX_DATA);
        awaitMembers(context, member, longest);
    }

    @Verifies(Rule.X1)
    public void whatMakesNoSenseNowIsRefused(ScenarioContext context) {
        var operator = context.operator();
        var member = context.member("a");

        var noMember = problem(() -> member.role().update(bytes("one"), ScenarioContext.READY));
        member.role().leave(ScenarioContext.READY);
        join(member, "one");
        var twice = problem(() -> member.role().join("b", bytes("two"), ScenarioContext.READY));

        assertThat(noMember).isEqualTo(Problem.NOT_HELD);
        assertThat(twice).isEqualTo(Problem.INVALID);
        assertThat(operator.children(ScenarioContext.RECIPE)).containsExactly("a");
    }

    @Verifies({Rule.M1, Rule.M3})
    public void whoFindsNoRoomIsRefusedAndWhoIsInStaysIn(ScenarioContext context) {
        var operator = context.operator();
        var member = context.member("a");
        var late = context.member("b");
        join(member, "one");
        IntStream.range(0, 10)
                .mapToObj(tenth -> late.async(() -> fill(operator, tenth)))
                .toList()
                .forEach(filling -> ScenarioContext.await("the group is full", filling, ScenarioContext.READY));

        var refused = problem(() -> join(late, "two"));
        member.expire();
        operator.awaitExists(A, ScenarioContext.READY);
        operator.delete(ScenarioContext.RECIPE + "/0-0");
        operator.delete(ScenarioContext.RECIPE + "/0-1");
        join(late, "two");

        assertThat(refused).isEqualTo(Problem.FULL);
        assertThat(operator.children(ScenarioContext.RECIPE)).hasSize(Membership.MAX_MEMBERS);
    }

    private static boolean fill(Operator operator, int tenth) {
        for (int i = 0; i < Membership.MAX_MEMBERS / 10; i++) {
            operator.create(ScenarioContext.RECIPE + "/" + tenth + "-" + i, "theirs");
        }
        return true;
    }

    @Verifies({Rule.X2, Rule.M4})
    public void aPersistentZnodeOfTheNameIsRefusedAtOnceAndUntouched(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var member = context.member("a");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);
        operator.create(A, "theirs");
        var before = operator.stat(A).orElseThrow();

        var start = Instant.now();
        var refused = problem(() -> member.role().join("a", bytes("mine"), ScenarioContext.READY));
        var took = Duration.between(start, Instant.now());
        member.close();

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(took).isLessThan(ScenarioContext.AT_ONCE);
        assertThat(operator.stat(A)).contains(before);
    }

    @Verifies({Rule.X2, Rule.M3})
    public void aPersistentZnodeInPlaceOfTheOwnIsToldAndUntouched(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(SHORT_SESSION);
        var member = context.member("a");
        join(member, "one");

        cutUntilGone(operator, member);
        operator.create(A, "theirs");
        var before = operator.stat(A).orElseThrow();
        member.wire().mend();

        var told = toldWhy(member, ScenarioContext.READY);
        member.close();
        assertThat(told).isEqualTo(Problem.FOREIGN);
        assertThat(operator.stat(A)).contains(before);
    }

    @Verifies({Rule.X2, Rule.M2})
    public void foreignZnodesInTheGroupAreNoMembers(ScenarioContext context) {
        var operator = context.operator();
        var onlooker = context.member("c");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);

        operator.create(A, "persistent");
        operator.createEphemeral(A + "/below", "further down");
        operator.set(A, "changed");
        operator.createEphemeral(B, "a member");
        operator.delete(A + "/below");
        operator.delete(A);
        operator.createEphemeral(A, "a member now");

        awaitMembers(context, onlooker, "a", "b");
        awaitTold(context, onlooker, "joined a a member now");
        assertThat(told(onlooker)).containsExactlyInAnyOrder("joined b a member", "joined a a member now");
    }

    @Verifies(Rule.X2)
    public void aGroupThatIsAnEphemeralOfSomebodyIsRefused(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(ScenarioContext.RECIPE, "theirs");
        var before = operator.stat(ScenarioContext.RECIPE).orElseThrow();
        var member = context.member("a");

        var refused = problem(() -> join(member, "one"));

        assertThat(refused).isEqualTo(Problem.FOREIGN);
        assertThat(toldWhy(member, ScenarioContext.READY)).isEqualTo(Problem.FOREIGN);
        assertThat(operator.stat(ScenarioContext.RECIPE)).contains(before);
    }

    @Verifies(Rule.X2)
    public void aGroupBelowAnEphemeralOfSomebodyIsRefused(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(ScenarioContext.RECIPE, "theirs");
        var below = new Recipe.Place(
                context.ensemble().connectString(), ScenarioContext.SESSION_TIMEOUT, context.path() + "/deep/group");

        try (var member = context.recipes(0).membership(below, new Silent())) {
            var refused = problem(() -> member.join("a", bytes("one"), ScenarioContext.READY));

            assertThat(refused).isEqualTo(Problem.FOREIGN);
        }
    }

    @Verifies(Rule.X3)
    public void closingEndsWhatWaitsAndRefusesWhatComes(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "one");
        var waiting = second.async(() -> problem(() -> second.role().join("a", bytes("two"), ScenarioContext.READY)));
        context.throughout("the second waits", SHORT, () -> !waiting.isDone());

        second.close();
        var recipe = second.role();

        assertThat(ScenarioContext.await("the one that waited is told", waiting, ScenarioContext.AT_ONCE))
                .isEqualTo(Problem.CLOSED);
        assertThat(problem(() -> recipe.join("b", bytes("two"), ScenarioContext.READY)))
                .isEqualTo(Problem.CLOSED);
        assertThat(problem(() -> recipe.update(bytes("two"), ScenarioContext.READY)))
                .isEqualTo(Problem.CLOSED);
        assertThat(problem(() -> recipe.leave(ScenarioContext.READY))).isEqualTo(Problem.CLOSED);
        assertThat(problem(recipe::members)).isEqualTo(Problem.CLOSED);
        assertThatCode(recipe::close).doesNotThrowAnyException();
    }

    @Verifies(Rule.X4)
    public void aJoiningThatWasGivenUpLeavesNothing(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        operator.awaitExists(ScenarioContext.RECIPE, ScenarioContext.READY);
        // The znode is made, and nobody but the server knows.
        var lost = member.wire()
                .loseAnswer(request -> request.does("create", pathOf(context, "a")))
                .thenRun(member.wire()::cut);

        var refused = problem(() -> member.role().join("a", bytes("one"), Duration.ofSeconds(2)));
        ScenarioContext.await("the answer was lost", lost, ScenarioContext.AT_ONCE);
        var made = operator.exists(A);
        member.wire().mend();

        assertThat(refused).isEqualTo(Problem.CANNOT_CONNECT);
        assertThat(made).isTrue();
        operator.awaitGone(A, ScenarioContext.READY);
        join(member, "two");
        assertThat(operator.get(A)).isEqualTo("two");
    }

    @Verifies(Rule.X4)
    public void aJoiningThatWasInterruptedLeavesNothing(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var first = context.member("a");
        var second = context.member("a2");
        join(first, "one");
        var caller = new AtomicReference<Thread>();
        var joining = second.async(() -> {
            caller.set(Thread.currentThread());
            return problem(() -> second.role().join("a", bytes("two"), ScenarioContext.RECOVERY));
        });
        context.throughout("the second waits", SHORT, () -> !joining.isDone());

        caller.get().interrupt();
        var refused = ScenarioContext.await("the second is told", joining, ScenarioContext.AT_ONCE);
        first.role().leave(ScenarioContext.READY);

        assertThat(refused).isEqualTo(Problem.CLOSED);
        context.throughout("nobody has the name", SHORT, () -> !operator.exists(A));
    }

    @Verifies({Rule.X3, Rule.X4})
    public void aListenerThatClosesLeavesNothing(ScenarioContext context) {
        var operator = context.operator();
        var place = new Recipe.Place(context.ensemble().connectString(), LONG_SESSION, context.path());
        var made = new CompletableFuture<Membership>();
        made.complete(context.recipes(0).membership(place, new Silent() {
            @Override
            public void joined(Membership.Member member) {
                if (member.name().equals("b")) {
                    made.join().close();
                }
            }
        }));
        made.join().join("a", bytes("one"), ScenarioContext.READY);

        operator.createEphemeral(B, "two");

        operator.awaitGone(A, ScenarioContext.AT_ONCE);
    }

    @Verifies({Rule.X4, Rule.X5})
    public void aMemberOfAGroupThatMayNotBeReadAnyMoreIsToldAndOut(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "one");
        awaitMembers(context, member, "a");

        operator.setAcl(ScenarioContext.RECIPE, NOT_READ);
        member.wire().reset();

        assertThat(toldWhy(member, ScenarioContext.READY)).isEqualTo(Problem.NOT_ALLOWED);
        operator.awaitGone(A, ScenarioContext.AT_ONCE);
    }

    @Verifies({Rule.M1, Rule.X4})
    public void aMemberThatMayNotLeaveIsToldAndOut(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "one");

        operator.setAcl(ScenarioContext.RECIPE, Perms.ALL & ~Perms.DELETE);
        context.settle(); // the leader may judge by the old list for a moment

        assertThat(problem(() -> member.role().leave(ScenarioContext.READY))).isEqualTo(Problem.NOT_ALLOWED);
        operator.awaitGone(A, ScenarioContext.AT_ONCE);
    }

    @Verifies(Rule.X4)
    public void whoClosesAsSoonAsItIsRefusedLeavesNothing(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");
        join(member, "one");
        awaitMembers(context, member, "a");

        // So slow that it still ends its session by itself when it is closed.
        operator.setAcl(ScenarioContext.RECIPE, NOT_READ);
        member.wire().slow(Duration.ZERO, Duration.ofMillis(100));
        member.wire().reset();
        context.eventually("it is refused", ScenarioContext.READY, () -> catchThrowable(() -> members(member)) != null);
        member.close();

        operator.awaitGone(A, ScenarioContext.AT_ONCE);
    }

    @Verifies({Rule.X5, Rule.M1})
    public void aGroupThatIsThereNeedsNoPermissionAboveIt(ScenarioContext context) {
        var operator = context.operator();
        createGroup(operator);
        operator.setAcl("", Perms.ALL & ~Perms.CREATE);
        context.sessionTimeout(LONG_SESSION);
        var member = context.member("a");

        join(member, "one");
        member.wire().reset();
        update(member, "two");

        assertThat(operator.get(A)).isEqualTo("two");
    }

    /** For a member that is not of the scenario. */
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
