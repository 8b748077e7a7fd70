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
import dev.twinkeeper.scenarios.RecipeEvent.Deposed;
import dev.twinkeeper.scenarios.RecipeEvent.Failed;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** Others' znodes in an election's place, bad input, and the end. */
public final class ElectionRefusalScenarios {
    // Others in its place.

    @Verifies(Rule.X2)
    public void aPlaceThatIsSomebodysEphemeralIsRefused(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(ScenarioContext.RECIPE, "somebody's");
        var a = context.candidate("a");

        a.role().enter();
        var failed = a.awaitEvent(Failed.class, ScenarioContext.READY);

        assertThat(failed.event().why().problem()).isEqualTo(Problem.FOREIGN);
        assertThat(operator.get(ScenarioContext.RECIPE)).isEqualTo("somebody's");
        assertThat(a.role().term()).isEmpty();
    }

    @Verifies(Rule.X2)
    public void aStrangersZnodeInTheQueueIsLeftAlone(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        operator.createChroot();
        operator.create(ScenarioContext.RECIPE, "");
        operator.create(ScenarioContext.RECIPE + "/notes", "somebody's");
        operator.create(ScenarioContext.RECIPE + "/lock-0000000000", "somebody's");

        var a = context.candidate("a");
        a.role().enter();
        elected(a, ScenarioContext.READY);
        var b = context.candidate("b");
        b.role().enter();
        context.settle();
        a.close();
        elected(b, ScenarioContext.AT_ONCE);
        b.close();

        assertThat(operator.children(ScenarioContext.RECIPE)).containsExactlyInAnyOrder("notes", "lock-0000000000");
        Candidacies.on(context).check();
    }

    @Verifies(Rule.E8)
    public void aStrangersZnodeThatSortsFirstHoldsNobodyUp(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.create(ScenarioContext.RECIPE, "");
        operator.create(ScenarioContext.RECIPE + "/-notes", "somebody's");
        var a = context.candidate("a");

        a.role().enter();
        elected(a, ScenarioContext.SUCCESSION);

        assertThat(candidates(a)).containsExactly("a");
        Candidacies.on(context).check();
    }

    @Verifies(Rule.E8)
    public void changedDataOfTheOneBeforeLosesNoHandOver(ScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        operator.set(znodeOf(operator, "a"), "a");
        context.settle();
        a.close();
        elected(b, ScenarioContext.SUCCESSION);

        Candidacies.on(context).check();
    }

    @Verifies(Rule.E9)
    public void aCandidateThatTheServersRefuseIsTold(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.create(ScenarioContext.RECIPE, "");
        operator.setAcl(ScenarioContext.RECIPE, Perms.READ | Perms.ADMIN);
        var a = context.candidate("a");

        a.role().enter();
        var failed = a.awaitEvent(Failed.class, ScenarioContext.SUCCESSION);

        assertThat(failed.event().why().problem()).isEqualTo(Problem.NOT_ALLOWED);
    }

    // Bad input, and the end.

    @Verifies(Rule.X1)
    public void namesThatCanNotBeAreRefused(ScenarioContext context) {
        var good =
                new Recipe.Place(context.ensemble().connectString(), ScenarioContext.SESSION_TIMEOUT, context.path());
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
                                () -> new Recipe.Place(good.servers(), ScenarioContext.SESSION_TIMEOUT, path)))
                        .as("'%s'", path)
                        .contains(Problem.INVALID));
    }

    @Verifies({Rule.E6, Rule.X1})
    public void enteringTwiceIsOneCandidacyAndANameMayBeLong(ScenarioContext context) {
        var operator = context.operator();
        var name = "é".repeat(Recipe.MAX_NAME);
        var a = context.candidate(name);

        a.role().enter();
        a.role().enter();
        elected(a, ScenarioContext.READY);
        a.role().enter();
        context.settle();

        assertThat(operator.children(ScenarioContext.RECIPE)).hasSize(1);
        assertThat(candidates(a)).containsExactly(name);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.X3, Rule.E2})
    public void aClosedCandidateIsDeposedAndAnswersNothingMore(ScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var election = a.role();

        a.close();
        var told = a.told(Deposed.class);
        a.close();

        assertThat(told).as("deposed when close returned").hasSize(1);
        assertThat(election.term()).isEmpty();
        assertThat(problemOf(election::enter)).contains(Problem.CLOSED);
        assertThat(problemOf(election::resign)).contains(Problem.CLOSED);
        assertThat(problemOf(() -> election.candidates(ScenarioContext.READY))).contains(Problem.CLOSED);
        assertThat(operator.children(ScenarioContext.RECIPE)).isEmpty();
    }

    @Verifies(Rule.X3)
    public void closingEndsACallThatWaits(ScenarioContext context) {
        context.prepareWire(wire -> wire.cut());
        var a = context.candidate("a");

        var waiting = a.async(() -> a.role().candidates(Duration.ofMinutes(1)));
        context.throughout("it waits", Duration.ofMillis(100), () -> !waiting.isDone());
        a.close();

        context.eventually("it has ended", ScenarioContext.AT_ONCE, waiting::isDone);
        var failure = catchThrowableOfType(ExecutionException.class, waiting::get);
        assertThat(((Failure) failure.getCause()).problem()).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingWhileTheCandidacyIsUnderWayLeavesNothing(ScenarioContext context) {
        var operator = context.operator();
        var a = context.candidate("a");
        context.eventually(
                "connected", ScenarioContext.READY, () -> candidates(a).isEmpty());

        a.wire().slow(Duration.ofMillis(20), Duration.ofMillis(20));
        a.role().enter();
        a.close();

        context.eventually(
                "nothing is there",
                ScenarioContext.SUCCESSION,
                () -> operator.children(ScenarioContext.RECIPE).isEmpty());
        assertThat(a.events()).isEmpty();
    }
}
