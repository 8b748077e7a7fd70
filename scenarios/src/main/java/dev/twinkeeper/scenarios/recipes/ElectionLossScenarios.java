package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.awaitOneZnode;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.awaitQueue;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.isCandidacy;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.isWatch;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.onTheWire;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.problemOf;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.znodeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.recipes.RecipeEvent.Deposed;
import dev.twinkeeper.scenarios.recipes.RecipeEvent.Elected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What is lost on the wire, and what happens in a gap. */
public final class ElectionLossScenarios {
    @Verifies({Rule.E6, Rule.X5})
    public void theRequestOfACandidacyIsLost(RecipeScenarioContext context) {
        var operator = context.operator();
        context.prepareWire(wire -> wire.loseRequest(request -> isCandidacy(context, request)));
        var a = context.candidate("a");

        a.recipe().enter();
        elected(a, RecipeScenarioContext.READY);

        awaitOneZnode(context, operator);
        context.count(
                "election: znodes made where the first request is lost",
                Candidacies.on(context).of(a).size());
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E6, Rule.X5})
    public void theAnswerToACandidacyIsLost(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = context.candidate("b");
        b.awaitConnected();

        var connections = b.wire().traffic().connections();
        var lost = b.wire().loseAnswer(request -> isCandidacy(context, request));
        b.recipe().enter();
        context.await("the answer is lost", lost, RecipeScenarioContext.READY);
        context.eventually(
                "it connects again",
                RecipeScenarioContext.READY,
                () -> b.wire().traffic().connections() > connections);
        context.eventually(
                "it is back", RecipeScenarioContext.READY, () -> candidates(b).size() > 1);
        context.settle();
        context.eventually(
                "[E6] the queue is a, b",
                RecipeScenarioContext.SUCCESSION,
                () -> candidates(a).equals(List.of("a", "b")));
        a.close();
        elected(b, RecipeScenarioContext.SUCCESSION);

        awaitOneZnode(context, operator);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E6, Rule.E7})
    public void theAnswerToACandidacyIsLostAndThenItsSession(RecipeScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var a = leading(context, operator, "a");
        context.sessionTimeout(RecipeScenarioContext.SESSION_TIMEOUT);
        context.prepareWire(wire ->
                wire.loseAnswer(request -> isCandidacy(context, request)).thenRun(wire::cut));
        var b = context.candidate("b");

        b.recipe().enter();
        awaitQueue(context, a, "a", "b");
        awaitQueue(context, a, "a");
        b.wire().mend();
        awaitQueue(context, a, "a", "b");
        a.close();
        elected(b, RecipeScenarioContext.AT_ONCE);

        awaitOneZnode(context, operator);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theAnswerToAResignationIsLost(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        var lost = a.wire().loseAnswer(request -> request.does("delete", context.path()));
        a.recipe().resign();
        context.await("the answer is lost", lost, RecipeScenarioContext.READY);
        elected(b, RecipeScenarioContext.AT_ONCE);
        awaitQueue(context, b, "b", "a");

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theRequestOfAResignationIsLost(RecipeScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        a.wire().loseRequest(request -> request.does("delete", context.path()));
        a.recipe().resign();
        elected(b, RecipeScenarioContext.READY);
        awaitQueue(context, b, "b", "a");

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesBeforeTheWatchOnItIsSet(RecipeScenarioContext context) {
        goesInTheGap(context, false);
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesWhenTheAnswerToTheWatchOnItIsLost(RecipeScenarioContext context) {
        goesInTheGap(context, true);
    }

    @Verifies(Rule.E4)
    public void theLeaderGoesWhileTheWatchOnItIsOnItsWay(RecipeScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var leaders = onTheWire(context, znodeOf(operator, "a"));
        var b = context.candidate("b");

        b.wire().loseRequest(request -> {
            if (isWatch(request, leaders)) {
                a.close(); // the wire lets no request pass before it knows that it is not to be lost
            }
            return false;
        });
        b.recipe().enter();
        elected(b, RecipeScenarioContext.READY);

        Candidacies.on(context).check();
    }

    private static void goesInTheGap(RecipeScenarioContext context, boolean answer) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var leaders = onTheWire(context, znodeOf(operator, "a"));
        var b = context.candidate("b");
        var lost = answer
                ? b.wire().loseAnswer(request -> isWatch(request, leaders))
                : b.wire().loseRequest(request -> isWatch(request, leaders));

        var closed = lost.thenApplyAsync(request -> {
            a.close();
            return request;
        });
        b.recipe().enter();
        context.await("the leader goes", closed, RecipeScenarioContext.READY);
        elected(b, RecipeScenarioContext.READY);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesWhileTheNextOneIsCutOff(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        b.wire().cut();
        a.close();
        assertThat(b.events(Elected.class)).isEmpty();
        b.wire().mend();
        elected(b, RecipeScenarioContext.READY);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E7})
    public void aWaitingCandidateWhoseSessionExpiresGoesToTheEnd(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        var c = enter(context, operator, "c");
        context.settle();

        b.expire();
        awaitQueue(context, c, "a", "c", "b");
        context.settle();
        a.close();
        elected(c, RecipeScenarioContext.AT_ONCE);
        c.close();
        elected(b, RecipeScenarioContext.AT_ONCE);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E7})
    public void aCandidateWhoseLastSessionTheServersKeepForAWhileQueuesAgain(RecipeScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var a = leading(context, operator, "a");
        context.sessionTimeout(RecipeScenarioContext.SESSION_TIMEOUT);
        var b = enter(context, operator, "b");
        context.settle();

        b.wire().cut();
        var kept = Sessions.keep(context.ensemble().connectString(), b.session());
        context.throughout(
                "the servers keep its znode, and it gives its session up or not",
                RecipeScenarioContext.SESSION_TIMEOUT.multipliedBy(3).dividedBy(2),
                () -> candidates(a).size() == 2);
        b.wire().mend();
        context.eventually(
                "it is back", RecipeScenarioContext.READY, () -> !candidates(b).isEmpty());
        context.settle();
        kept.close();

        awaitQueue(context, a, "a", "b");
        context.settle();
        awaitQueue(context, a, "a", "b");
        a.close();
        elected(b, RecipeScenarioContext.AT_ONCE);
        Candidacies.on(context).check();
    }

    @Verifies(Rule.X5)
    public void aCandidateThatFindsNoServerWaitsForOne(RecipeScenarioContext context) {
        context.prepareWire(wire -> wire.cut());
        var a = context.candidate("a");

        a.recipe().enter();
        assertThat(problemOf(() -> a.recipe().candidates(Duration.ofMillis(300))))
                .contains(Problem.CANNOT_CONNECT);
        a.wire().mend();
        elected(a, RecipeScenarioContext.READY);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E2, Rule.X5})
    @FaultsEnsemble
    public void aLeaderWithoutAQuorumIsDeposedAndSomebodyLeadsWhenItIsBack(RecipeScenarioContext context) {
        var a = context.candidate("a");
        var b = context.candidate("b");
        a.recipe().enter();
        elected(a, RecipeScenarioContext.READY);
        b.recipe().enter();
        awaitQueue(context, a, "a", "b");

        context.ensemble().loseQuorum();
        a.awaitEvent(Deposed.class, RecipeScenarioContext.SUCCESSION);
        assertThat(a.recipe().term()).isEmpty();
        var back = Instant.now();
        context.ensemble().restore();
        context.eventually("one leads", RecipeScenarioContext.RECOVERY, () -> leaders(back, a, b) == 1);
        context.eventually(
                "both queue",
                RecipeScenarioContext.RECOVERY,
                () -> candidates(a).size() == 2);

        Candidacies.on(context).check();
    }

    private static long leaders(Instant since, RecipeParticipant<?>... participants) {
        return Stream.of(participants)
                .filter(participant -> participant.events().stream()
                        .anyMatch(timed ->
                                timed.what() instanceof Elected && timed.at().isAfter(since)))
                .count();
    }
}
