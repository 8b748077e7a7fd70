package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionProps.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.problemOf;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.znodeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.recipes.Happening.Deposed;
import dev.twinkeeper.scenarios.recipes.Happening.Failed;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** Others' znodes in an election's place, bad input, and the end. */
public final class ElectionRefusalScenarios {
    // Others in its place.

    @Verifies(Rule.X2)
    public void aPlaceThatIsSomebodysEphemeralIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RecipeStage.RECIPE, "somebody's");
        var a = stage.candidate("a");

        a.recipe().enter();
        var failed = a.awaitHeard(Failed.class, RecipeStage.READY);

        assertThat(failed.what().why().problem()).isEqualTo(Problem.FOREIGN);
        assertThat(hand.get(RecipeStage.RECIPE)).isEqualTo("somebody's");
        assertThat(a.recipe().term()).isEmpty();
    }

    @Verifies(Rule.X2)
    public void aStrangersZnodeInTheQueueIsLeftAlone(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.create(RecipeStage.RECIPE + "/notes", "somebody's");
        hand.create(RecipeStage.RECIPE + "/lock-0000000000", "somebody's");

        var a = stage.candidate("a");
        a.recipe().enter();
        elected(a, RecipeStage.READY);
        var b = stage.candidate("b");
        b.recipe().enter();
        stage.settle();
        a.close();
        elected(b, RecipeStage.AT_ONCE);
        b.close();

        assertThat(hand.children(RecipeStage.RECIPE)).containsExactlyInAnyOrder("notes", "lock-0000000000");
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E8)
    public void aStrangersZnodeThatSortsFirstHoldsNobodyUp(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.create(RecipeStage.RECIPE + "/-notes", "somebody's");
        var a = stage.candidate("a");

        a.recipe().enter();
        elected(a, RecipeStage.SUCCESSION);

        assertThat(candidates(a)).containsExactly("a");
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E8)
    public void changedDataOfTheOneBeforeLosesNoHandOver(RecipeStage stage) {
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        hand.set(znodeOf(hand, "a"), "a");
        stage.settle();
        a.close();
        elected(b, RecipeStage.SUCCESSION);

        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E9)
    public void aCandidateThatTheServersRefuseIsTold(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.setAcl(RecipeStage.RECIPE, Perms.READ | Perms.ADMIN);
        var a = stage.candidate("a");

        a.recipe().enter();
        var failed = a.awaitHeard(Failed.class, RecipeStage.SUCCESSION);

        assertThat(failed.what().why().problem()).isEqualTo(Problem.NOT_ALLOWED);
    }

    // Bad input, and the end.

    @Verifies(Rule.X1)
    public void namesThatCanNotBeAreRefused(RecipeStage stage) {
        var good = new Recipe.Place(stage.ensemble().connectString(), RecipeStage.SESSION_TIMEOUT, stage.path());
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
                                stage.recipes(0).election(good, name, nobody).close()))
                        .as("'%s'", name)
                        .contains(Problem.INVALID));
        Stream.of("/", "", "election", "/a//b", "/a/", "/a/../b", "/a\u0001")
                .forEach(path -> assertThat(
                                problemOf(() -> new Recipe.Place(good.servers(), RecipeStage.SESSION_TIMEOUT, path)))
                        .as("'%s'", path)
                        .contains(Problem.INVALID));
    }

    @Verifies({Rule.E6, Rule.X1})
    public void enteringTwiceIsOneCandidacyAndANameMayBeLong(RecipeStage stage) {
        var hand = stage.hand();
        var name = "é".repeat(Recipe.MAX_NAME);
        var a = stage.candidate(name);

        a.recipe().enter();
        a.recipe().enter();
        elected(a, RecipeStage.READY);
        a.recipe().enter();
        stage.settle();

        assertThat(hand.children(RecipeStage.RECIPE)).hasSize(1);
        assertThat(candidates(a)).containsExactly(name);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.X3, Rule.E2})
    public void aClosedCandidateIsDeposedAndAnswersNothingMore(RecipeStage stage) {
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var election = a.recipe();

        a.close();
        var told = a.heard(Deposed.class);
        a.close();

        assertThat(told).as("deposed when close returned").hasSize(1);
        assertThat(election.term()).isEmpty();
        assertThat(problemOf(election::enter)).contains(Problem.CLOSED);
        assertThat(problemOf(election::resign)).contains(Problem.CLOSED);
        assertThat(problemOf(() -> election.candidates(RecipeStage.READY))).contains(Problem.CLOSED);
        assertThat(hand.children(RecipeStage.RECIPE)).isEmpty();
    }

    @Verifies(Rule.X3)
    public void closingEndsACallThatWaits(RecipeStage stage) {
        stage.prepareWire(wire -> wire.cut());
        var a = stage.candidate("a");

        var waiting = a.async(() -> a.recipe().candidates(Duration.ofMinutes(1)));
        stage.throughout("it waits", Duration.ofMillis(100), () -> !waiting.isDone());
        a.close();

        stage.eventually("it has ended", RecipeStage.AT_ONCE, waiting::isDone);
        var failure = catchThrowableOfType(ExecutionException.class, waiting::get);
        assertThat(((Failure) failure.getCause()).problem()).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X3, Rule.X4})
    public void closingWhileTheCandidacyIsUnderWayLeavesNothing(RecipeStage stage) {
        var hand = stage.hand();
        var a = stage.candidate("a");
        stage.eventually("connected", RecipeStage.READY, () -> candidates(a).isEmpty());

        a.wire().slow(Duration.ofMillis(20), Duration.ofMillis(20));
        a.recipe().enter();
        a.close();

        stage.eventually(
                "nothing is there",
                RecipeStage.SUCCESSION,
                () -> hand.children(RecipeStage.RECIPE).isEmpty());
        assertThat(a.heard()).isEmpty();
    }
}
