package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.EXCLUSIVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.List;

/** The lock and what does not belong to it: bad input, znodes of others, use after the end. */
public final class LockRefusalScenarios {
    @Verifies(Rule.X1)
    public void whatCanNotBeIsRefused(RecipeStage stage) {
        var lock = stage.contender("a").recipe();

        LockQueue.assertRefused(Problem.INVALID, () -> lock.acquire(EXCLUSIVE, Duration.ofMillis(-1)));
        for (var path : List.of("", "/", "lock", "/a//b", "/a/", "/a/./b", "/a\u0000b", "/" + "x".repeat(201))) {
            LockQueue.assertRefused(
                    Problem.INVALID,
                    () -> stage.recipes(0).lock(new Recipe.Place("127.0.0.1:1", RecipeStage.SESSION_TIMEOUT, path)));
        }
    }

    @Verifies({Rule.K4, Rule.X4})
    public void anInterruptedOneGivesBackWhatItHolds(RecipeStage stage) {
        var player = stage.contender("a");

        try (var hold = LockQueue.take(player)) {
            assertThat(hold.isHeld()).isTrue();
            Thread.currentThread().interrupt();
        } finally {
            assertThat(Thread.interrupted()).as("interrupted still").isTrue();
        }

        LockQueue.take(player).release();
    }

    @Verifies(Rule.X2)
    public void aPlaceThatIsAnEphemeralIsRefusedUntilItGoes(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RecipeStage.RECIPE, "mine");
        var lock = stage.contender("a").recipe();

        LockQueue.assertRefused(Problem.FOREIGN, () -> lock.acquire(EXCLUSIVE, RecipeStage.READY));
        assertThat(hand.get(RecipeStage.RECIPE)).isEqualTo("mine");
        hand.delete(RecipeStage.RECIPE);

        assertThat(lock.acquire(EXCLUSIVE, RecipeStage.READY)).isPresent();
    }

    @Verifies({Rule.X2, Rule.K2})
    public void znodesOfOthersThatSortBehindAreSetAside(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var hand = queue.hand();
        hand.create(RecipeStage.RECIPE, "");
        for (var name : List.of("README", "lock-", "_c_", "x__READ__12", "héllo")) {
            hand.create(RecipeStage.RECIPE + "/" + name, "somebody's");
        }
        var a = stage.contender("a");
        var b = stage.contender("b");

        var hold = LockQueue.take(a);
        var next = queue.ask(b);
        hold.release();
        queue.holds(next).release();

        assertThat(hand.children(RecipeStage.RECIPE)).hasSize(5);
        assertThat(hand.get(RecipeStage.RECIPE + "/README")).isEqualTo("somebody's");
    }

    @Verifies(Rule.K9)
    public void znodesOfOthersThatSortBeforeAreSetAside(RecipeStage stage) {
        stage.sessionTimeout(LockQueue.LONG_SESSION);
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.create(RecipeStage.RECIPE + "/#notes", "somebody's");
        hand.create(RecipeStage.RECIPE + "/__WRIT__", "somebody's");

        var hold = stage.contender("a").recipe().acquire(EXCLUSIVE, RecipeStage.AT_ONCE);

        assertThat(hold).isPresent();
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingGivesBackWhatItHoldsAndEndsWhatWaits(RecipeStage stage) {
        var queue = new LockQueue(stage);
        var holder = stage.contender("a");
        var hold = LockQueue.take(holder);
        hold.onLost(() -> holder.hear(new Happening.Lost(hold.token())));
        var waiting = queue.ask(holder);
        var next = queue.ask(stage.contender("b"));

        holder.close();
        holder.close();

        queue.holds(next);
        assertThat(hold.isHeld()).isFalse();
        assertThat(holder.heard()).isEmpty();
        stage.eventually("it waits no longer", RecipeStage.AT_ONCE, waiting::isDone);
        assertThat(LockQueue.problemOf(waiting)).contains(Problem.CLOSED);
        LockQueue.assertRefused(Problem.CLOSED, () -> holder.recipe().acquire(EXCLUSIVE, Duration.ZERO));
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        hold.close();
    }
}
