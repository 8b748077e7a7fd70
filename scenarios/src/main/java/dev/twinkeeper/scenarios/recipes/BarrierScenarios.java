package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.READY;
import static dev.twinkeeper.scenarios.recipes.RecipeStage.RECIPE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Place;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** The double barrier as long as nobody is lost: together in, together out, and again. */
public final class BarrierScenarios {
    /** Long enough to be told from waiting for ever, short enough to wait for. */
    static final Duration SOON = Duration.ofMillis(500);

    @Verifies({Rule.B1, Rule.B2})
    public void nobodyPassesBeforeTheLastHasComeNorGoesBeforeTheLastIsDone(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 3);

        var first = members.subList(0, 2).stream().map(BarrierScenarios::enter).toList();
        stage.throughout("two of three wait", SOON, () -> first.stream().noneMatch(CompletableFuture::isDone));
        var third = enter(members.get(2));
        assertThat(all(
                        stage,
                        "enter",
                        Stream.concat(first.stream(), Stream.of(third)).toList()))
                .containsOnly(true);
        var gone = members.subList(1, 3).stream().map(BarrierScenarios::leave).toList();
        stage.throughout("two of three are done", SOON, () -> gone.stream().noneMatch(CompletableFuture::isDone));
        var last = leave(members.get(0));

        assertThat(all(
                        stage,
                        "leave",
                        Stream.concat(gone.stream(), Stream.of(last)).toList()))
                .containsOnly(true);
        assertThat(Gathering.times(stage, members)).isEqualTo(1);
    }

    @Verifies({Rule.B1, Rule.B2, Rule.B4})
    public void roundAfterRoundNobodyOvertakesAnother(RecipeStage stage) {
        int rounds = 6;
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 4);
        var came = new AtomicIntegerArray(rounds);
        var done = new AtomicIntegerArray(rounds);

        var runs = members.stream()
                .map(member -> member.async(() -> {
                    for (int round = 0; round < rounds; round++) {
                        came.incrementAndGet(round);
                        assertThat(member.recipe().enter(READY)).isTrue();
                        assertThat(came.get(round)).as("came, when one passed").isEqualTo(4);
                        done.incrementAndGet(round);
                        assertThat(member.recipe().leave(READY)).isTrue();
                        assertThat(done.get(round))
                                .as("done, when one was through")
                                .isEqualTo(4);
                    }
                    return true;
                }))
                .toList();

        assertThat(all(stage, "all rounds", runs)).containsOnly(true);
        assertThat(Gathering.times(stage, members)).isEqualTo(rounds);
    }

    @Verifies({Rule.B1, Rule.B4, Rule.X4})
    public void whoComesWhileARoundIsOnIsRefusedUntilItIsOver(RecipeStage stage) {
        var members = members(stage, 2);
        var late = stage.barrier("late", 2);
        pass(stage, members);

        assertThat(problem(stage, enter(late))).isEqualTo(Problem.FULL);
        assertThat(late.watches()).as("watches of the refused one").isZero();
        out(stage, members);

        assertThat(Gathering.times(stage, members)).isEqualTo(1);

        var next = List.of(members.get(1), late);
        pass(stage, next);
        out(stage, next);
    }

    @Verifies({Rule.B1, Rule.X4})
    public void ofThreeThatComeForTwoPlacesOneIsRefused(RecipeStage stage) {
        var three = Stream.of("a", "b", "c").map(name -> stage.barrier(name, 2)).toList();

        var entered = three.stream().map(BarrierScenarios::enter).toList();
        stage.eventually("all know", READY, () -> entered.stream().allMatch(CompletableFuture::isDone));
        var in = IntStream.range(0, 3)
                .filter(i -> !entered.get(i).isCompletedExceptionally())
                .mapToObj(three::get)
                .toList();

        assertThat(in).as("who passed").hasSize(2);
        assertThat(entered.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .map(one -> problem(stage, one)))
                .containsExactly(Problem.FULL);
        out(stage, in);
    }

    @Verifies({Rule.B3, Rule.B4, Rule.X4})
    public void whoseTimeIsUpIsNotCounted(RecipeStage stage) {
        var members = members(stage, 2);
        var one = members.get(0);
        var another = members.get(1);

        assertThat(await(stage, one.async(() -> one.recipe().enter(SOON)))).isFalse();
        assertThat(await(stage, another.async(() -> another.recipe().enter(SOON))))
                .as("the other one passes alone")
                .isFalse();
        assertThat(one.watches()).as("watches of the one that gave up").isZero();
        assertThat(Gathering.times(stage, members)).isZero();

        pass(stage, members);
        out(stage, members);
    }

    @Verifies({Rule.B2, Rule.B4, Rule.X4})
    public void whoDoesNotWaitForTheOthersToLeaveHasLeftAllTheSame(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 3);
        pass(stage, members);

        for (var hasty : members.subList(0, 2)) {
            assertThat(await(stage, hasty.async(() -> hasty.recipe().leave(SOON))))
                    .isFalse();
            assertThat(hasty.watches()).as("watches of the hasty one").isZero();
        }
        assertThat(problem(stage, enter(members.get(0)))).isEqualTo(Problem.FULL);
        assertThat(await(stage, leave(members.get(2)))).isTrue();

        pass(stage, members);
        out(stage, members);
        assertThat(Gathering.times(stage, members)).isEqualTo(2);
    }

    @Verifies({Rule.X2, Rule.B1})
    public void somebodyElsesChildrenAreNotCountedAndStay(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RECIPE, "");
        var member = stage.barrier("m1", 3);
        List<String> foreign = new ArrayList<>();
        foreign.add(hand.create(RECIPE + "/garbage", "somebody's"));
        foreign.add(hand.create(RECIPE + "/lock-0000000000", "somebody's"));
        foreign.add(hand.createEphemeral(RECIPE + "/somebody", "somebody's"));

        assertThat(await(stage, member.async(() -> member.recipe().enter(SOON))))
                .as("garbage counts as members")
                .isFalse();
        var members = List.of(member, stage.barrier("m2", 3), stage.barrier("m3", 3));
        pass(stage, members);
        out(stage, members);

        assertThat(foreign).allMatch(hand::exists);
        assertThat(hand.children(RECIPE)).hasSize(3);
    }

    @Verifies({Rule.X2, Rule.B1})
    public void aZnodeThatSomebodyMadeInAMembersPlaceIsNoMember(RecipeStage stage) {
        var hand = stage.hand();
        var members = members(stage, 2);
        pass(stage, members);
        var names = hand.children(RECIPE);
        out(stage, members);
        names.forEach(name -> hand.create(RECIPE + "/" + name, "somebody's"));

        members.forEach(member ->
                assertThat(problem(stage, enter(member))).as(member + " enters").isEqualTo(Problem.FOREIGN));
        hand.delete(RECIPE + "/" + names.get(0));
        var one = stage.barrier(names.get(0).contains("m1") ? "m1" : "m2", 2);
        assertThat(await(stage, one.async(() -> one.recipe().enter(SOON)))).isFalse();

        assertThat(hand.get(RECIPE + "/" + names.get(1))).isEqualTo("somebody's");
    }

    @Verifies({Rule.X2})
    public void aPlaceThatIsSomethingElseIsRefusedAndLeftAlone(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RECIPE, "somebody's");
        var member = stage.barrier("m1", 1);
        assertThat(problem(stage, enter(member))).isEqualTo(Problem.FOREIGN);

        hand.delete(RECIPE);
        hand.create(RECIPE, "somebody's");
        assertThat(problem(stage, enter(stage.barrier("m2", 1)))).isEqualTo(Problem.FOREIGN);

        assertThat(hand.get(RECIPE)).isEqualTo("somebody's");
        assertThat(hand.children(RECIPE)).isEmpty();
    }

    @Verifies({Rule.X2, Rule.X5})
    public void whoWasRefusedEntersWhenItIsAllowed(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.setAcl("", Perms.ALL & ~Perms.CREATE);
        var members = members(stage, 2);
        members.forEach(member ->
                assertThat(problem(stage, enter(member))).as("the path").isEqualTo(Problem.NOT_ALLOWED));

        hand.setAcl("", Perms.ALL);

        pass(stage, members);
        out(stage, members);
    }

    @Verifies({Rule.X1})
    public void whatCannotBeIsRefusedBeforeAnythingIsSent(RecipeStage stage) {
        var member = stage.barrier("m1", 2);
        var place = new Place(member.wire().connectString(), RecipeStage.SESSION_TIMEOUT, stage.path());
        await(stage, member.async(() -> member.recipe().enter(Duration.ZERO)));
        var before = member.wire().traffic();

        for (String name : List.of("", "a/b", ".", "..", "a\nb", "x".repeat(201))) {
            assertThat(problem(() -> stage.recipes(0).barrier(place, name, 2))).isEqualTo(Problem.INVALID);
        }
        for (int count : List.of(-1, 0, Barrier.MAX_MEMBERS + 1)) {
            assertThat(problem(() -> stage.recipes(0).barrier(place, "m", count)))
                    .isEqualTo(Problem.INVALID);
        }
        var longest = new Place(place.servers(), place.sessionTimeout(), ("/" + "x".repeat(200)).repeat(4));
        assertThat(problem(() -> stage.recipes(0).barrier(longest, "y".repeat(200), Barrier.MAX_MEMBERS)))
                .isEqualTo(Problem.TOO_LARGE);
        assertThat(problem(() -> member.recipe().enter(Duration.ofMillis(-1)))).isEqualTo(Problem.INVALID);
        assertThat(problem(() -> member.recipe().leave(SOON))).isEqualTo(Problem.NOT_HELD);

        assertThat(member.wire().traffic().minus(before).total()).isZero();
    }

    @Verifies({Rule.X1, Rule.B5})
    public void whoIsInOrOnItsWayCannotEnterAgain(RecipeStage stage) {
        var members = members(stage, 2);
        var waiting = enter(members.get(0));
        stage.hand().awaitExists(RECIPE, READY);
        stage.eventually(
                "it is there", READY, () -> !stage.hand().children(RECIPE).isEmpty());

        assertThat(problem(stage, enter(members.get(0)))).isEqualTo(Problem.INVALID);
        assertThat(problem(stage, leave(members.get(0)))).isEqualTo(Problem.NOT_HELD);
        assertThat(await(stage, enter(members.get(1)))).isTrue();
        assertThat(await(stage, waiting)).isTrue();
        assertThat(problem(stage, enter(members.get(0)))).isEqualTo(Problem.INVALID);

        out(stage, members);
        assertThat(problem(stage, leave(members.get(0)))).isEqualTo(Problem.NOT_HELD);
    }

    @Verifies({Rule.B2, Rule.B3, Rule.B4})
    public void whoIsInterruptedIsNotWaitedFor(RecipeStage stage) {
        var hand = stage.hand();
        var members = members(stage, 2);
        var one = members.get(0);

        interrupt(stage, one, () -> one.recipe().enter(READY));
        stage.eventually("it is gone", READY, () -> hand.children(RECIPE).isEmpty());
        var first = enter(one); // the first in stays until the others have gone
        stage.eventually("it is there", READY, () -> !hand.children(RECIPE).isEmpty());
        assertThat(await(stage, enter(members.get(1)))).isTrue();
        assertThat(await(stage, first)).isTrue();
        interrupt(stage, one, () -> one.recipe().leave(READY));

        assertThat(await(stage, leave(members.get(1)))).isTrue();
        assertThat(await(stage, one.async(() -> one.recipe().enter(SOON)))).isFalse();
    }

    private static void interrupt(RecipeStage stage, Player<Barrier> member, Callable<Boolean> call) {
        var caller = new CompletableFuture<Thread>();
        var coming = member.async(() -> {
            caller.complete(Thread.currentThread());
            return call.call();
        });
        stage.throughout("it waits", SOON, () -> !coming.isDone());
        caller.join().interrupt();
        assertThat(problem(stage, coming)).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingEndsWhatWaitsAndLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        var entering = stage.barrier("m1", 2);
        var coming = enter(entering);
        hand.awaitExists(RECIPE, READY);
        stage.eventually("it is there", READY, () -> !hand.children(RECIPE).isEmpty());

        entering.close();
        assertThat(problem(stage, coming)).isEqualTo(Problem.CLOSED);
        assertThat(hand.children(RECIPE)).isEmpty();
        entering.close();

        assertThat(problem(stage, enter(entering))).isEqualTo(Problem.CLOSED);
        assertThat(problem(stage, leave(entering))).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.B6, Rule.X4})
    public void aRoundOfTenCostsAFewRequestsEach(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var members = members(stage, 10);
        pass(stage, members);
        out(stage, members); // the connections, and the path, are there
        var before = stage.traffic();

        var nine = members.subList(0, 9).stream().map(BarrierScenarios::enter).toList();
        stage.throughout("nine wait", SOON, () -> nine.stream().noneMatch(CompletableFuture::isDone));
        assertThat(await(stage, enter(members.get(9)))).isTrue();
        assertThat(all(stage, "enter", nine)).containsOnly(true);
        var between = stage.traffic();
        out(stage, members);
        stage.eventually("all heard", READY, () -> members.stream().allMatch(member -> member.watches() == 0));

        var entering = between.minus(before);
        var leaving = stage.traffic().minus(between);
        stage.count("barrier: requests, 10 enter", entering.total());
        stage.count("barrier: notifications, 10 enter", entering.notifications());
        stage.count("barrier: requests, 10 leave", leaving.total());
        stage.count("barrier: notifications, 10 leave", leaving.notifications());
        assertThat(entering.notifications()).as("notifications of entering").isLessThanOrEqualTo(10);
        assertThat(lists(entering)).as("listings of entering").isLessThanOrEqualTo(10);
        assertThat(leaving.notifications()).as("notifications of leaving").isLessThanOrEqualTo(30);
    }

    private static long lists(Traffic traffic) {
        return traffic.requests("getChildren") + traffic.requests("getChildren2");
    }

    // Shared with the other topic.

    static List<Player<Barrier>> members(RecipeStage stage, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> stage.barrier("m" + i, count))
                .toList();
    }

    static CompletableFuture<Boolean> enter(Player<Barrier> member) {
        return member.async(() -> member.recipe().enter(READY));
    }

    static CompletableFuture<Boolean> leave(Player<Barrier> member) {
        return member.async(() -> member.recipe().leave(READY));
    }

    static boolean await(RecipeStage stage, CompletableFuture<Boolean> coming) {
        return stage.await("the answer", coming, READY.multipliedBy(2));
    }

    static List<Boolean> all(RecipeStage stage, String what, List<CompletableFuture<Boolean>> coming) {
        return coming.stream()
                .map(one -> stage.await(what, one, READY.multipliedBy(2)))
                .toList();
    }

    static void pass(RecipeStage stage, List<Player<Barrier>> members) {
        var entering = members.stream().map(BarrierScenarios::enter).toList();
        assertThat(all(stage, "enter", entering)).as("all enter").containsOnly(true);
    }

    static void out(RecipeStage stage, List<Player<Barrier>> members) {
        var leaving = members.stream().map(BarrierScenarios::leave).toList();
        assertThat(all(stage, "leave", leaving)).as("all leave").containsOnly(true);
    }

    /** Why it was refused. */
    static Problem problem(RecipeStage stage, CompletableFuture<Boolean> coming) {
        return problem(() -> await(stage, coming));
    }

    static Problem problem(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof Failure failure) {
                    return failure.problem();
                }
            }
            throw new AssertionError("refused in another way", e);
        }
        throw new AssertionError("not refused");
    }
}
