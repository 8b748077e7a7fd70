package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.recipes.Lock.Mode.EXCLUSIVE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.List;

/** The lock and what does not belong to it: bad input, znodes of others, use after the end. */
public final class LockRefusalScenarios {
    @Verifies(Rule.X1)
    public void whatCanNotBeIsRefused(ScenarioContext context) {
        var lock = context.contender("a").role();

        LockQueue.assertRefused(Problem.INVALID, () -> lock.acquire(EXCLUSIVE, Duration.ofMillis(-1)));
        for (var path : List.of("", "/", "lock", "/a//b", "/a/", "/a/./b", "/a\u0000b", "/" + "x".repeat(201))) {
            LockQueue.assertRefused(
                    Problem.INVALID,
                    () -> context.recipes(0)
                            .lock(new Recipe.Place("127.0.0.1:1", ScenarioContext.SESSION_TIMEOUT, path)));
        }
    }

    @Verifies({Rule.K4, Rule.X4})
    public void anInterruptedOneGivesBackWhatItHolds(ScenarioContext context) {
        var participant = context.contender("a");

        try (var hold = LockQueue.take(participant)) {
            assertThat(hold.isHeld()).isTrue();
            Thread.currentThread().interrupt();
        } finally {
            assertThat(Thread.interrupted()).as("interrupted still").isTrue();
        }

        LockQueue.take(participant).release();
    }

    @Verifies(Rule.X2)
    public void aPlaceThatIsAnEphemeralIsRefusedUntilItGoes(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(ScenarioContext.RECIPE, "mine");
        var lock = context.contender("a").role();

        LockQueue.assertRefused(Problem.FOREIGN, () -> lock.acquire(EXCLUSIVE, ScenarioContext.READY));
        assertThat(operator.get(ScenarioContext.RECIPE)).isEqualTo("mine");
        operator.delete(ScenarioContext.RECIPE);

        assertThat(lock.acquire(EXCLUSIVE, ScenarioContext.READY)).isPresent();
    }

    @Verifies({Rule.X2, Rule.K2})
    public void znodesOfOthersThatSortBehindAreSetAside(ScenarioContext context) {
        var queue = new LockQueue(context);
        var operator = queue.operator();
        operator.create(ScenarioContext.RECIPE, "");
        for (var name : List.of("README", "lock-", "_c_", "x__READ__12", "héllo")) {
            operator.create(ScenarioContext.RECIPE + "/" + name, "somebody's");
        }
        var a = context.contender("a");
        var b = context.contender("b");

        var hold = LockQueue.take(a);
        var next = queue.ask(b);
        hold.release();
        queue.holds(next).release();

        assertThat(operator.children(ScenarioContext.RECIPE)).hasSize(5);
        assertThat(operator.get(ScenarioContext.RECIPE + "/README")).isEqualTo("somebody's");
    }

    @Verifies(Rule.K9)
    public void znodesOfOthersThatSortBeforeAreSetAside(ScenarioContext context) {
        context.sessionTimeout(LockQueue.LONG_SESSION);
        var operator = context.operator();
        operator.createChroot();
        operator.create(ScenarioContext.RECIPE, "");
        operator.create(ScenarioContext.RECIPE + "/#notes", "somebody's");
        operator.create(ScenarioContext.RECIPE + "/__WRIT__", "somebody's");

        var hold = context.contender("a").role().acquire(EXCLUSIVE, ScenarioContext.AT_ONCE);

        assertThat(hold).isPresent();
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingGivesBackWhatItHoldsAndEndsWhatWaits(ScenarioContext context) {
        var queue = new LockQueue(context);
        var holder = context.contender("a");
        var hold = LockQueue.take(holder);
        hold.onLost(() -> holder.note(new RecipeEvent.Lost(hold.token())));
        var waiting = queue.ask(holder);
        var next = queue.ask(context.contender("b"));

        holder.close();
        holder.close();

        queue.holds(next);
        assertThat(hold.isHeld()).isFalse();
        assertThat(holder.events()).isEmpty();
        context.eventually("it waits no longer", ScenarioContext.AT_ONCE, waiting::isDone);
        assertThat(LockQueue.problemOf(waiting)).contains(Problem.CLOSED);
        LockQueue.assertRefused(Problem.CLOSED, () -> holder.role().acquire(EXCLUSIVE, Duration.ZERO));
        LockQueue.assertRefused(Problem.NOT_HELD, hold::release);
        hold.close();
    }
}
