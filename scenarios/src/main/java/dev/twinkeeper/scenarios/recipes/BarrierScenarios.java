package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.ScenarioContext.READY;
import static dev.twinkeeper.scenarios.ScenarioContext.RECIPE;
import static dev.twinkeeper.scenarios.recipes.BarrierLossScenarios.LONG_SESSION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Place;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
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
    public void nobodyPassesBeforeTheLastHasComeNorGoesBeforeTheLastIsDone(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 3);

        var first = members.subList(0, 2).stream().map(BarrierScenarios::enter).toList();
        context.throughout("two of three wait", SOON, () -> first.stream().noneMatch(CompletableFuture::isDone));
        var third = enter(members.get(2));
        assertThat(all("enter", Stream.concat(first.stream(), Stream.of(third)).toList()))
                .containsOnly(true);
        var gone = members.subList(1, 3).stream().map(BarrierScenarios::leave).toList();
        context.throughout("two of three are done", SOON, () -> gone.stream().noneMatch(CompletableFuture::isDone));
        var last = leave(members.get(0));

        assertThat(all("leave", Stream.concat(gone.stream(), Stream.of(last)).toList()))
                .containsOnly(true);
        assertThat(Gathering.times(context, members)).isEqualTo(1);
    }

    @Verifies({Rule.B1, Rule.B2, Rule.B4})
    public void roundAfterRoundNobodyOvertakesAnother(ScenarioContext context) {
        int rounds = 6;
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 4);
        var came = new AtomicIntegerArray(rounds);
        var done = new AtomicIntegerArray(rounds);

        var runs = members.stream()
                .map(member -> member.async(() -> {
                    for (int round = 0; round < rounds; round++) {
                        came.incrementAndGet(round);
                        assertThat(member.role().enter(READY)).isTrue();
                        assertThat(came.get(round)).as("came, when one passed").isEqualTo(4);
                        done.incrementAndGet(round);
                        assertThat(member.role().leave(READY)).isTrue();
                        assertThat(done.get(round))
                                .as("done, when one was through")
                                .isEqualTo(4);
                    }
                    return true;
                }))
                .toList();

        assertThat(all("all rounds", runs)).containsOnly(true);
        assertThat(Gathering.times(context, members)).isEqualTo(rounds);
    }

    @Verifies({Rule.B1, Rule.B4, Rule.X4})
    public void whoComesWhileARoundIsOnIsRefusedUntilItIsOver(ScenarioContext context) {
        var members = members(context, 2);
        var late = context.barrier("late", 2);
        pass(context, members);

        assertThat(problem(context, enter(late))).isEqualTo(Problem.FULL);
        assertThat(late.watches()).as("watches of the refused one").isZero();
        out(context, members);

        assertThat(Gathering.times(context, members)).isEqualTo(1);

        var next = List.of(members.get(1), late);
        pass(context, next);
        out(context, next);
    }

    @Verifies({Rule.B1, Rule.X4})
    public void ofThreeThatComeForTwoPlacesOneIsRefused(ScenarioContext context) {
        var three =
                Stream.of("a", "b", "c").map(name -> context.barrier(name, 2)).toList();

        var entered = three.stream().map(BarrierScenarios::enter).toList();
        context.eventually("all know", READY, () -> entered.stream().allMatch(CompletableFuture::isDone));
        var in = IntStream.range(0, 3)
                .filter(i -> !entered.get(i).isCompletedExceptionally())
                .mapToObj(three::get)
                .toList();

        assertThat(in).as("who passed").hasSize(2);
        assertThat(entered.stream()
                        .filter(CompletableFuture::isCompletedExceptionally)
                        .map(one -> problem(context, one)))
                .containsExactly(Problem.FULL);
        out(context, in);
    }

    @Verifies({Rule.B3, Rule.B4, Rule.X4})
    public void whoseTimeIsUpIsNotCounted(ScenarioContext context) {
        var members = members(context, 2);
        var one = members.get(0);
        var another = members.get(1);

        assertThat(await(context, one.async(() -> one.role().enter(SOON)))).isFalse();
        assertThat(await(context, another.async(() -> another.role().enter(SOON))))
                .as("the other one passes alone")
                .isFalse();
        assertThat(one.watches()).as("watches of the one that gave up").isZero();
        assertThat(Gathering.times(context, members)).isZero();

        pass(context, members);
        out(context, members);
    }

    @Verifies({Rule.B2, Rule.B4, Rule.X4})
    public void whoDoesNotWaitForTheOthersToLeaveHasLeftAllTheSame(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 3);
        pass(context, members);

        for (var hasty : members.subList(0, 2)) {
            assertThat(await(context, hasty.async(() -> hasty.role().leave(SOON))))
                    .isFalse();
            assertThat(hasty.watches()).as("watches of the hasty one").isZero();
        }
        assertThat(problem(context, enter(members.get(0)))).isEqualTo(Problem.FULL);
        assertThat(await(context, leave(members.get(2)))).isTrue();

        pass(context, members);
        out(context, members);
        assertThat(Gathering.times(context, members)).isEqualTo(2);
    }

    @Verifies({Rule.X2, Rule.B1})
    public void somebodyElsesChildrenAreNotCountedAndStay(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.create(RECIPE, "");
        var member = context.barrier("m1", 3);
        List<String> foreign = new ArrayList<>();
        foreign.add(operator.create(RECIPE + "/garbage", "somebody's"));
        foreign.add(operator.create(RECIPE + "/lock-0000000000", "somebody's"));
        foreign.add(operator.createEphemeral(RECIPE + "/somebody", "somebody's"));

        assertThat(await(context, member.async(() -> member.role().enter(SOON))))
                .as("garbage counts as members")
                .isFalse();
        var members = List.of(member, context.barrier("m2", 3), context.barrier("m3", 3));
        pass(context, members);
        out(context, members);

        assertThat(foreign).allMatch(operator::exists);
        assertThat(operator.children(RECIPE)).hasSize(3);
    }

    @Verifies({Rule.X2, Rule.B1})
    public void aZnodeThatSomebodyMadeInAMembersPlaceIsNoMember(ScenarioContext context) {
        var operator = context.operator();
        var members = members(context, 2);
        pass(context, members);
        var names = operator.children(RECIPE);
        out(context, members);
        names.forEach(name -> operator.create(RECIPE + "/" + name, "somebody's"));

        members.forEach(member -> assertThat(problem(context, enter(member)))
                .as(member + " enters")
                .isEqualTo(Problem.FOREIGN));
        operator.delete(RECIPE + "/" + names.get(0));
        var one = context.barrier(names.get(0).contains("m1") ? "m1" : "m2", 2);
        assertThat(await(context, one.async(() -> one.role().enter(SOON)))).isFalse();

        assertThat(operator.get(RECIPE + "/" + names.get(1))).isEqualTo("somebody's");
    }

    @Verifies({Rule.X2})
    public void aPlaceThatIsSomethingElseIsRefusedAndLeftAlone(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(RECIPE, "somebody's");
        var member = context.barrier("m1", 1);
        assertThat(problem(context, enter(member))).isEqualTo(Problem.FOREIGN);

        operator.delete(RECIPE);
        operator.create(RECIPE, "somebody's");
        assertThat(problem(context, enter(context.barrier("m2", 1)))).isEqualTo(Problem.FOREIGN);

        assertThat(operator.get(RECIPE)).isEqualTo("somebody's");
        assertThat(operator.children(RECIPE)).isEmpty();
    }

    @Verifies({Rule.X2, Rule.X5})
    public void whoWasRefusedEntersWhenItIsAllowed(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.setAcl("", Perms.ALL & ~Perms.CREATE);
        var members = members(context, 2);
        members.forEach(member ->
                assertThat(problem(context, enter(member))).as("the path").isEqualTo(Problem.NOT_ALLOWED));

        operator.setAcl("", Perms.ALL);

        pass(context, members);
        out(context, members);
    }

    @Verifies({Rule.X1})
    public void whatCannotBeIsRefusedBeforeAnythingIsSent(ScenarioContext context) {
        var member = context.barrier("m1", 2);
        var place = new Place(member.wire().connectString(), ScenarioContext.SESSION_TIMEOUT, context.path());
        await(context, member.async(() -> member.role().enter(Duration.ZERO)));
        var before = member.wire().traffic();

        for (String name : List.of("", "a/b", ".", "..", "a\nb", "x".repeat(201))) {
            assertThat(problem(() -> context.recipes(0).barrier(place, name, 2)))
                    .isEqualTo(Problem.INVALID);
        }
        for (int count : List.of(-1, 0, Barrier.MAX_MEMBERS + 1)) {
            assertThat(problem(() -> context.recipes(0).barrier(place, "m", count)))
                    .isEqualTo(Problem.INVALID);
        }
        var longest = new Place(place.servers(), place.sessionTimeout(), ("/" + "x".repeat(200)).repeat(4));
        assertThat(problem(() -> context.recipes(0).barrier(longest, "y".repeat(200), Barrier.MAX_MEMBERS)))
                .isEqualTo(Problem.TOO_LARGE);
        assertThat(problem(() -> member.role().enter(Duration.ofMillis(-1)))).isEqualTo(Problem.INVALID);
        assertThat(problem(() -> member.role().leave(SOON))).isEqualTo(Problem.NOT_HELD);

        assertThat(member.wire().traffic().minus(before).total()).isZero();
    }

    @Verifies({Rule.X1, Rule.B5})
    public void whoIsInOrOnItsWayCannotEnterAgain(ScenarioContext context) {
        var members = members(context, 2);
        var waiting = enter(members.get(0));
        context.operator().awaitExists(RECIPE, READY);
        context.eventually(
                "it is there", READY, () -> !context.operator().children(RECIPE).isEmpty());

        assertThat(problem(context, enter(members.get(0)))).isEqualTo(Problem.INVALID);
        assertThat(problem(context, leave(members.get(0)))).isEqualTo(Problem.NOT_HELD);
        assertThat(await(context, enter(members.get(1)))).isTrue();
        assertThat(await(context, waiting)).isTrue();
        assertThat(problem(context, enter(members.get(0)))).isEqualTo(Problem.INVALID);

        out(context, members);
        assertThat(problem(context, leave(members.get(0)))).isEqualTo(Problem.NOT_HELD);
    }

    @Verifies({Rule.B2, Rule.B3, Rule.B4})
    public void whoIsInterruptedIsNotWaitedFor(ScenarioContext context) {
        var operator = context.operator();
        var members = members(context, 2);
        var one = members.get(0);

        interrupt(context, one, () -> one.role().enter(READY));
        context.eventually("it is gone", READY, () -> operator.children(RECIPE).isEmpty());
        var first = enter(one); // the first in stays until the others have gone
        context.eventually(
                "it is there", READY, () -> !operator.children(RECIPE).isEmpty());
        assertThat(await(context, enter(members.get(1)))).isTrue();
        assertThat(await(context, first)).isTrue();
        interrupt(context, one, () -> one.role().leave(READY));

        assertThat(await(context, leave(members.get(1)))).isTrue();
        assertThat(await(context, one.async(() -> one.role().enter(SOON)))).isFalse();
    }

    private static void interrupt(ScenarioContext context, TestParticipant<Barrier> member, Callable<Boolean> call) {
        var caller = new CompletableFuture<Thread>();
        var coming = member.async(() -> {
            caller.complete(Thread.currentThread());
            return call.call();
        });
        context.throughout("it waits", SOON, () -> !coming.isDone());
        caller.join().interrupt();
        assertThat(problem(context, coming)).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingEndsWhatWaitsAndLeavesNothing(ScenarioContext context) {
        var operator = context.operator();
        var entering = context.barrier("m1", 2);
        var coming = enter(entering);
        operator.awaitExists(RECIPE, READY);
        context.eventually(
                "it is there", READY, () -> !operator.children(RECIPE).isEmpty());

        entering.close();
        assertThat(problem(context, coming)).isEqualTo(Problem.CLOSED);
        assertThat(operator.children(RECIPE)).isEmpty();
        entering.close();

        assertThat(problem(context, enter(entering))).isEqualTo(Problem.CLOSED);
        assertThat(problem(context, leave(entering))).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.B6, Rule.X4})
    public void aRoundOfTenCostsAFewRequestsEach(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var members = members(context, 10);
        pass(context, members);
        out(context, members); // the connections, and the path, are there
        var before = context.traffic();

        var nine = members.subList(0, 9).stream().map(BarrierScenarios::enter).toList();
        context.throughout("nine wait", SOON, () -> nine.stream().noneMatch(CompletableFuture::isDone));
        assertThat(await(context, enter(members.get(9)))).isTrue();
        assertThat(all("enter", nine)).containsOnly(true);
        var between = context.traffic();
        out(context, members);
        context.eventually("all heard", READY, () -> members.stream().allMatch(member -> member.watches() == 0));

        var entering = between.minus(before);
        var leaving = context.traffic().minus(between);
        context.count("barrier: requests, 10 enter", entering.total());
        context.count("barrier: notifications, 10 enter", entering.notifications());
        context.count("barrier: requests, 10 leave", leaving.total());
        context.count("barrier: notifications, 10 leave", leaving.notifications());
        assertThat(entering.notifications()).as("notifications of entering").isLessThanOrEqualTo(10);
        assertThat(lists(entering)).as("listings of entering").isLessThanOrEqualTo(10);
        assertThat(leaving.notifications()).as("notifications of leaving").isLessThanOrEqualTo(30);
    }

    private static long lists(Traffic traffic) {
        return traffic.requests("getChildren") + traffic.requests("getChildren2");
    }

    // Shared with the other topic.

    static List<TestParticipant<Barrier>> members(ScenarioContext context, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> context.barrier("m" + i, count))
                .toList();
    }

    static CompletableFuture<Boolean> enter(TestParticipant<Barrier> member) {
        return member.async(() -> member.role().enter(READY));
    }

    static CompletableFuture<Boolean> leave(TestParticipant<Barrier> member) {
        return member.async(() -> member.role().leave(READY));
    }

    static boolean await(ScenarioContext context, CompletableFuture<Boolean> coming) {
        return ScenarioContext.await("the answer", coming, READY.multipliedBy(2));
    }

    static List<Boolean> all(String what, List<CompletableFuture<Boolean>> coming) {
        return coming.stream()
                .map(one -> ScenarioContext.await(what, one, READY.multipliedBy(2)))
                .toList();
    }

    static void pass(ScenarioContext context, List<TestParticipant<Barrier>> members) {
        var entering = members.stream().map(BarrierScenarios::enter).toList();
        assertThat(all("enter", entering)).as("all enter").containsOnly(true);
    }

    static void out(ScenarioContext context, List<TestParticipant<Barrier>> members) {
        var leaving = members.stream().map(BarrierScenarios::leave).toList();
        assertThat(all("leave", leaving)).as("all leave").containsOnly(true);
    }

    /** Why it was refused. */
    static Problem problem(ScenarioContext context, CompletableFuture<Boolean> coming) {
        return problem(() -> await(context, coming));
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
