package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.MembershipProps.A;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.B;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.SHORT;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.SHORT_SESSION;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.awaitMembers;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.awaitTold;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.bytes;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.createGroup;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.cutUntilGone;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.join;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.members;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.pathOf;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.problem;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.told;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.toldWhy;
import static dev.twinkeeper.scenarios.recipes.MembershipProps.update;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
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

    @Verifies({Rule.M1, Rule.M3})
    public void whoFindsNoRoomIsRefusedAndWhoIsInStaysIn(RecipeStage stage) {
        var hand = stage.hand();
        var member = stage.member("a");
        var late = stage.member("b");
        join(member, "one");
        IntStream.range(0, 10)
                .mapToObj(tenth -> late.async(() -> fill(hand, tenth)))
                .toList()
                .forEach(filling -> stage.await("the group is full", filling, RecipeStage.READY));

        var refused = problem(() -> join(late, "two"));
        member.expire();
        hand.awaitExists(A, RecipeStage.READY);
        hand.delete(RecipeStage.RECIPE + "/0-0");
        hand.delete(RecipeStage.RECIPE + "/0-1");
        join(late, "two");

        assertThat(refused).isEqualTo(Problem.FULL);
        assertThat(hand.children(RecipeStage.RECIPE)).hasSize(Membership.MAX_MEMBERS);
    }

    private static boolean fill(Hand hand, int tenth) {
        for (int i = 0; i < Membership.MAX_MEMBERS / 10; i++) {
            hand.create(RecipeStage.RECIPE + "/" + tenth + "-" + i, "theirs");
        }
        return true;
    }

    @Verifies({Rule.X2, Rule.M4})
    public void aPersistentZnodeOfTheNameIsRefusedAtOnceAndUntouched(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
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

        cutUntilGone(hand, member);
        hand.create(A, "theirs");
        var before = hand.stat(A).orElseThrow();
        member.wire().mend();

        var told = toldWhy(member, RecipeStage.READY);
        member.close();
        assertThat(told).isEqualTo(Problem.FOREIGN);
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
        assertThat(toldWhy(member, RecipeStage.READY)).isEqualTo(Problem.FOREIGN);
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
        stage.sessionTimeout(LONG_SESSION);
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
        stage.sessionTimeout(LONG_SESSION);
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
        awaitMembers(stage, member, "a");

        hand.setAcl(RecipeStage.RECIPE, NOT_READ);
        member.wire().reset();

        assertThat(toldWhy(member, RecipeStage.READY)).isEqualTo(Problem.NOT_ALLOWED);
        hand.awaitGone(A, RecipeStage.AT_ONCE);
    }

    @Verifies({Rule.M1, Rule.X4})
    public void aMemberThatMayNotLeaveIsToldAndOut(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "one");

        hand.setAcl(RecipeStage.RECIPE, Perms.ALL & ~Perms.DELETE);
        stage.settle(); // the leader may judge by the old list for a moment

        assertThat(problem(() -> member.recipe().leave(RecipeStage.READY))).isEqualTo(Problem.NOT_ALLOWED);
        hand.awaitGone(A, RecipeStage.AT_ONCE);
    }

    @Verifies(Rule.X4)
    public void whoClosesAsSoonAsItIsRefusedLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");
        join(member, "one");
        awaitMembers(stage, member, "a");

        // So slow that it still ends its session by itself when it is closed.
        hand.setAcl(RecipeStage.RECIPE, NOT_READ);
        member.wire().slow(Duration.ZERO, Duration.ofMillis(100));
        member.wire().reset();
        stage.eventually("it is refused", RecipeStage.READY, () -> catchThrowable(() -> members(member)) != null);
        member.close();

        hand.awaitGone(A, RecipeStage.AT_ONCE);
    }

    @Verifies({Rule.X5, Rule.M1})
    public void aGroupThatIsThereNeedsNoPermissionAboveIt(RecipeStage stage) {
        var hand = stage.hand();
        createGroup(hand);
        hand.setAcl("", Perms.ALL & ~Perms.CREATE);
        stage.sessionTimeout(LONG_SESSION);
        var member = stage.member("a");

        join(member, "one");
        member.wire().reset();
        update(member, "two");

        assertThat(hand.get(A)).isEqualTo("two");
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
