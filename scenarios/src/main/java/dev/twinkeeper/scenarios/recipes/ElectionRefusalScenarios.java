package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.problemOf;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.znodeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.recipes.RecipeEvent.Deposed;
import dev.twinkeeper.scenarios.recipes.RecipeEvent.Failed;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** Others' znodes in an election's place, bad input, and the end. */
public final class ElectionRefusalScenarios {
    // Others in its place.

    @Verifies(Rule.X2)
    public void aPlaceThatIsSomebodysEphemeralIsRefused(RecipeScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(RecipeScenarioContext.RECIPE, "somebody's");
        var a = context.candidate("a");

        a.recipe().enter();
        var failed = a.awaitEvent(Failed.class, RecipeScenarioContext.READY);

        assertThat(failed.what().why().problem()).isEqualTo(Problem.FOREIGN);
        assertThat(operator.get(RecipeScenarioContext.RECIPE)).isEqualTo("somebody's");
        assertThat(a.recipe().term()).isEmpty();
    }

    @Verifies(Rule.X2)
    public void aStrangersZnodeInTheQueueIsLeftAlone(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        operator.createChroot();
        operator.create(RecipeScenarioContext.RECIPE, "");
        operator.create(RecipeScenarioContext.RECIPE + "/notes", "somebody's");
        operator.create(RecipeScenarioContext.RECIPE + "/lock-0000000000", "somebody's");

        var a = context.candidate("a");
        a.recipe().enter();
        elected(a, RecipeScenarioContext.READY);
        var b = context.candidate("b");
        b.recipe().enter();
        context.settle();
        a.close();
        elected(b, RecipeScenarioContext.AT_ONCE);
        b.close();

        assertThat(operator.children(RecipeScenarioContext.RECIPE))
                .containsExactlyInAnyOrder("notes", "lock-0000000000");
        Candidacies.on(context).check();
    }

    @Verifies(Rule.E8)
    public void aStrangersZnodeThatSortsFirstHoldsNobodyUp(RecipeScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.create(RecipeScenarioContext.RECIPE, "");
        operator.create(RecipeScenarioContext.RECIPE + "/-notes", "somebody's");
        var a = context.candidate("a");

        a.recipe().enter();
        elected(a, RecipeScenarioContext.SUCCESSION);

        assertThat(candidates(a)).containsExactly("a");
        Candidacies.on(context).check();
    }

    @Verifies(Rule.E8)
    public void changedDataOfTheOneBeforeLosesNoHandOver(RecipeScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        operator.set(znodeOf(operator, "a"), "a");
        context.settle();
        a.close();
        elected(b, RecipeScenarioContext.SUCCESSION);

        Candidacies.on(context).check();
    }

    @Verifies(Rule.E9)
    public void aCandidateThatTheServersRefuseIsTold(RecipeScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.create(RecipeScenarioContext.RECIPE, "");
        operator.setAcl(RecipeScenarioContext.RECIPE, Perms.READ | Perms.ADMIN);
        var a = context.candidate("a");

        a.recipe().enter();
        var failed = a.awaitEvent(Failed.class, RecipeScenarioContext.SUCCESSION);

        assertThat(failed.what().why().problem()).isEqualTo(Problem.NOT_ALLOWED);
    }

    // Bad input, and the end.

    @Verifies(Rule.X1)
    public void namesThatCanNotBeAreRefused(RecipeScenarioContext context) {
        var good = new Recipe.Place(
                context.ensemble().connectString(), RecipeScenarioContext.SESSION_TIMEOUT, context.path());
        var nobody = new Election.Listener() {
            @Override
            public void elected(Election.Term term) {}

            @Override
            public void deposed(Election.Term term) {}

            @Override
            public void failed(Failure why) {}
        };

        Stream.of("", "a/b", "a\u0000b", "line\nfeed", ".", "..", "x".repeat(Recipe.MAX_NAME + 1))
                .forEach(name -> assertThat(problemOf(() ->
                                context.recipes(0).election(good, name, nobody).close()))
                        .as("'%s'", name)
                        .contains(Problem.INVALID));
        Stream.of("/", "", "election", "/a//b", "/a/", "/a/../b", "/a\u0001")
                .forEach(path -> assertThat(problemOf(
                                () -> new Recipe.Place(good.servers(), RecipeScenarioContext.SESSION_TIMEOUT, path)))
                        .as("'%s'", path)
                        .contains(Problem.INVALID));
    }

    @Verifies({Rule.E6, Rule.X1})
    public void enteringTwiceIsOneCandidacyAndANameMayBeLong(RecipeScenarioContext context) {
        var operator = context.operator();
        var name = "é".repeat(Recipe.MAX_NAME);
        var a = context.candidate(name);

        a.recipe().enter();
        a.recipe().enter();
        elected(a, RecipeScenarioContext.READY);
        a.recipe().enter();
        context.settle();

        assertThat(operator.children(RecipeScenarioContext.RECIPE)).hasSize(1);
        assertThat(candidates(a)).containsExactly(name);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.X3, Rule.E2})
    public void aClosedCandidateIsDeposedAndAnswersNothingMore(RecipeScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var election = a.recipe();

        a.close();
        var told = a.events(Deposed.class);
        a.close();

        assertThat(told).as("deposed when close returned").hasSize(1);
        assertThat(election.term()).isEmpty();
        assertThat(problemOf(election::enter)).contains(Problem.CLOSED);
        assertThat(problemOf(election::resign)).contains(Problem.CLOSED);
        assertThat(problemOf(() -> election.candidates(RecipeScenarioContext.READY)))
                .contains(Problem.CLOSED);
        assertThat(operator.children(RecipeScenarioContext.RECIPE)).isEmpty();
    }

    @Verifies(Rule.X3)
    public void closingEndsACallThatWaits(RecipeScenarioContext context) {
        context.prepareWire(wire -> wire.cut());
        var a = context.candidate("a");

        var waiting = a.async(() -> a.recipe().candidates(Duration.ofMinutes(1)));
        context.throughout("it waits", Duration.ofMillis(100), () -> !waiting.isDone());
        a.close();

        context.eventually("it has ended", RecipeScenarioContext.AT_ONCE, waiting::isDone);
        var failure = catchThrowableOfType(ExecutionException.class, waiting::get);
        assertThat(((Failure) failure.getCause()).problem()).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingWhileTheCandidacyIsUnderWayLeavesNothing(RecipeScenarioContext context) {
        var operator = context.operator();
        var a = context.candidate("a");
        context.eventually(
                "connected", RecipeScenarioContext.READY, () -> candidates(a).isEmpty());

        a.wire().slow(Duration.ofMillis(20), Duration.ofMillis(20));
        a.recipe().enter();
        a.close();

        context.eventually(
                "nothing is there",
                RecipeScenarioContext.SUCCESSION,
                () -> operator.children(RecipeScenarioContext.RECIPE).isEmpty());
        assertThat(a.events()).isEmpty();
    }
}
