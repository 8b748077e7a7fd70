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
import dev.twinkeeper.scenarios.RecipeEvent.Deposed;
import dev.twinkeeper.scenarios.RecipeEvent.Elected;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What is lost on the wire, and what happens in a gap. */
public final class ElectionLossScenarios {
    @Verifies({Rule.E6, Rule.X5})
    public void theRequestOfACandidacyIsLost(ScenarioContext context) {
        var operator = context.operator();
        context.prepareWire(wire -> wire.loseRequest(request -> isCandidacy(context, request)));
        var a = context.candidate("a");

        a.role().enter();
        elected(a, ScenarioContext.READY);

        awaitOneZnode(context, operator);
        context.count(
                "election: znodes made where the first request is lost",
                Candidacies.on(context).of(a).size());
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E6, Rule.X5})
    public void theAnswerToACandidacyIsLost(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = context.candidate("b");
        b.awaitReady();

        var connections = b.wire().traffic().connections();
        var lost = b.wire().loseAnswer(request -> isCandidacy(context, request));
        b.role().enter();
        ScenarioContext.await("the answer is lost", lost, ScenarioContext.READY);
        context.eventually(
                "it connects again",
                ScenarioContext.READY,
                () -> b.wire().traffic().connections() > connections);
        context.eventually(
                "it is back", ScenarioContext.READY, () -> candidates(b).size() > 1);
        context.settle();
        context.eventually(
                "[E6] the queue is a, b",
                ScenarioContext.SUCCESSION,
                () -> candidates(a).equals(List.of("a", "b")));
        a.close();
        elected(b, ScenarioContext.SUCCESSION);

        awaitOneZnode(context, operator);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E6, Rule.E7})
    public void theAnswerToACandidacyIsLostAndThenItsSession(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var a = leading(context, operator, "a");
        context.sessionTimeout(ScenarioContext.SESSION_TIMEOUT);
        context.prepareWire(wire ->
                wire.loseAnswer(request -> isCandidacy(context, request)).thenRun(wire::cut));
        var b = context.candidate("b");

        b.role().enter();
        awaitQueue(context, a, "a", "b");
        awaitQueue(context, a, "a");
        b.wire().mend();
        awaitQueue(context, a, "a", "b");
        a.close();
        elected(b, ScenarioContext.AT_ONCE);

        awaitOneZnode(context, operator);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theAnswerToAResignationIsLost(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        var lost = a.wire().loseAnswer(request -> request.does("delete", context.path()));
        a.role().resign();
        ScenarioContext.await("the answer is lost", lost, ScenarioContext.READY);
        elected(b, ScenarioContext.AT_ONCE);
        awaitQueue(context, b, "b", "a");

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theRequestOfAResignationIsLost(ScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        a.wire().loseRequest(request -> request.does("delete", context.path()));
        a.role().resign();
        elected(b, ScenarioContext.READY);
        awaitQueue(context, b, "b", "a");

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesBeforeTheWatchOnItIsSet(ScenarioContext context) {
        goesInTheGap(context, false);
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesWhenTheAnswerToTheWatchOnItIsLost(ScenarioContext context) {
        goesInTheGap(context, true);
    }

    @Verifies(Rule.E4)
    public void theLeaderGoesWhileTheWatchOnItIsOnItsWay(ScenarioContext context) {
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
        b.role().enter();
        elected(b, ScenarioContext.READY);

        Candidacies.on(context).check();
    }

    private static void goesInTheGap(ScenarioContext context, boolean answer) {
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
        b.role().enter();
        ScenarioContext.await("the leader goes", closed, ScenarioContext.READY);
        elected(b, ScenarioContext.READY);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesWhileTheNextOneIsCutOff(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        b.wire().cut();
        a.close();
        assertThat(b.told(Elected.class)).isEmpty();
        b.wire().mend();
        elected(b, ScenarioContext.READY);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E7})
    public void aWaitingCandidateWhoseSessionExpiresGoesToTheEnd(ScenarioContext context) {
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
        elected(c, ScenarioContext.AT_ONCE);
        c.close();
        elected(b, ScenarioContext.AT_ONCE);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E7})
    public void aCandidateWhoseLastSessionTheServersKeepForAWhileQueuesAgain(ScenarioContext context) {
        var operator = context.operator();
        context.sessionTimeout(LONG_SESSION);
        var a = leading(context, operator, "a");
        context.sessionTimeout(ScenarioContext.SESSION_TIMEOUT);
        var b = enter(context, operator, "b");
        context.settle();

        b.wire().cut();
        var kept = Sessions.keep(context.ensemble().connectString(), b.session());
        context.throughout(
                "the servers keep its znode, and it gives its session up or not",
                ScenarioContext.SESSION_TIMEOUT.multipliedBy(3).dividedBy(2),
                () -> candidates(a).size() == 2);
        b.wire().mend();
        context.eventually(
                "it is back", ScenarioContext.READY, () -> !candidates(b).isEmpty());
        context.settle();
        kept.close();

        awaitQueue(context, a, "a", "b");
        context.settle();
        awaitQueue(context, a, "a", "b");
        a.close();
        elected(b, ScenarioContext.AT_ONCE);
        Candidacies.on(context).check();
    }

    @Verifies(Rule.X5)
    public void aCandidateThatFindsNoServerWaitsForOne(ScenarioContext context) {
        context.prepareWire(wire -> wire.cut());
        var a = context.candidate("a");

        a.role().enter();
        assertThat(problemOf(() -> a.role().candidates(Duration.ofMillis(300)))).contains(Problem.CANNOT_CONNECT);
        a.wire().mend();
        elected(a, ScenarioContext.READY);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E2, Rule.X5})
    @FaultsEnsemble
    public void aLeaderWithoutAQuorumIsDeposedAndSomebodyLeadsWhenItIsBack(ScenarioContext context) {
        var a = context.candidate("a");
        var b = context.candidate("b");
        a.role().enter();
        elected(a, ScenarioContext.READY);
        b.role().enter();
        awaitQueue(context, a, "a", "b");

        context.ensemble().loseQuorum();
        a.awaitEvent(Deposed.class, ScenarioContext.SUCCESSION);
        assertThat(a.role().term()).isEmpty();
        var back = Instant.now();
        context.ensemble().restore();
        context.eventually("one leads", ScenarioContext.RECOVERY, () -> leaders(back, a, b) == 1);
        context.eventually(
                "both queue", ScenarioContext.RECOVERY, () -> candidates(a).size() == 2);

        Candidacies.on(context).check();
    }

    private static long leaders(Instant since, TestParticipant<?>... participants) {
        return Stream.of(participants)
                .filter(participant -> participant.events().stream()
                        .anyMatch(timed ->
                                timed.event() instanceof Elected && timed.at().isAfter(since)))
                .count();
    }
}
