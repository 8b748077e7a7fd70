package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionProps.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.awaitOneZnode;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.awaitQueue;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.isCandidacy;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.isWatch;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.onTheWire;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.problemOf;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.znodeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.recipes.Happening.Deposed;
import dev.twinkeeper.scenarios.recipes.Happening.Elected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What is lost on the wire, and what happens in a gap. */
public final class ElectionLossScenarios {
    @Verifies({Rule.E6, Rule.X5})
    public void theRequestOfACandidacyIsLost(RecipeStage stage) {
        var hand = stage.hand();
        stage.prepareWire(wire -> wire.loseRequest(request -> isCandidacy(stage, request)));
        var a = stage.candidate("a");

        a.recipe().enter();
        elected(a, RecipeStage.READY);

        awaitOneZnode(stage, hand);
        stage.count(
                "election: znodes made where the first request is lost",
                Candidacies.on(stage).of(a).size());
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E6, Rule.X5})
    public void theAnswerToACandidacyIsLost(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = stage.candidate("b");
        b.awaitConnected();

        var connections = b.wire().traffic().connections();
        var lost = b.wire().loseAnswer(request -> isCandidacy(stage, request));
        b.recipe().enter();
        stage.await("the answer is lost", lost, RecipeStage.READY);
        stage.eventually(
                "it connects again", RecipeStage.READY, () -> b.wire().traffic().connections() > connections);
        stage.eventually("it is back", RecipeStage.READY, () -> candidates(b).size() > 1);
        stage.settle();
        stage.eventually(
                "[E6] the queue is a, b",
                RecipeStage.SUCCESSION,
                () -> candidates(a).equals(List.of("a", "b")));
        a.close();
        elected(b, RecipeStage.SUCCESSION);

        awaitOneZnode(stage, hand);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E6, Rule.E7})
    public void theAnswerToACandidacyIsLostAndThenItsSession(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var a = leading(stage, hand, "a");
        stage.sessionTimeout(RecipeStage.SESSION_TIMEOUT);
        stage.prepareWire(
                wire -> wire.loseAnswer(request -> isCandidacy(stage, request)).thenRun(wire::cut));
        var b = stage.candidate("b");

        b.recipe().enter();
        awaitQueue(stage, a, "a", "b");
        awaitQueue(stage, a, "a");
        b.wire().mend();
        awaitQueue(stage, a, "a", "b");
        a.close();
        elected(b, RecipeStage.AT_ONCE);

        awaitOneZnode(stage, hand);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theAnswerToAResignationIsLost(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        var lost = a.wire().loseAnswer(request -> request.does("delete", stage.path()));
        a.recipe().resign();
        stage.await("the answer is lost", lost, RecipeStage.READY);
        elected(b, RecipeStage.AT_ONCE);
        awaitQueue(stage, b, "b", "a");

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theRequestOfAResignationIsLost(RecipeStage stage) {
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        a.wire().loseRequest(request -> request.does("delete", stage.path()));
        a.recipe().resign();
        elected(b, RecipeStage.READY);
        awaitQueue(stage, b, "b", "a");

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesBeforeTheWatchOnItIsSet(RecipeStage stage) {
        goesInTheGap(stage, false);
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesWhenTheAnswerToTheWatchOnItIsLost(RecipeStage stage) {
        goesInTheGap(stage, true);
    }

    @Verifies(Rule.E4)
    public void theLeaderGoesWhileTheWatchOnItIsOnItsWay(RecipeStage stage) {
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var leaders = onTheWire(stage, znodeOf(hand, "a"));
        var b = stage.candidate("b");

        b.wire().loseRequest(request -> {
            if (isWatch(request, leaders)) {
                a.close(); // the wire lets no request pass before it knows that it is not to be lost
            }
            return false;
        });
        b.recipe().enter();
        elected(b, RecipeStage.READY);

        Candidacies.on(stage).judge();
    }

    private static void goesInTheGap(RecipeStage stage, boolean answer) {
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var leaders = onTheWire(stage, znodeOf(hand, "a"));
        var b = stage.candidate("b");
        var lost = answer
                ? b.wire().loseAnswer(request -> isWatch(request, leaders))
                : b.wire().loseRequest(request -> isWatch(request, leaders));

        var closed = lost.thenApplyAsync(request -> {
            a.close();
            return request;
        });
        b.recipe().enter();
        stage.await("the leader goes", closed, RecipeStage.READY);
        elected(b, RecipeStage.READY);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesWhileTheNextOneIsCutOff(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        b.wire().cut();
        a.close();
        assertThat(b.heard(Elected.class)).isEmpty();
        b.wire().mend();
        elected(b, RecipeStage.READY);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E7})
    public void aWaitingCandidateWhoseSessionExpiresGoesToTheEnd(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        stage.settle();

        b.expire();
        awaitQueue(stage, c, "a", "c", "b");
        stage.settle();
        a.close();
        elected(c, RecipeStage.AT_ONCE);
        c.close();
        elected(b, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E7})
    public void aCandidateWhoseLastSessionTheServersKeepForAWhileQueuesAgain(RecipeStage stage) {
        var hand = stage.hand();
        stage.sessionTimeout(LONG_SESSION);
        var a = leading(stage, hand, "a");
        stage.sessionTimeout(RecipeStage.SESSION_TIMEOUT);
        var b = enter(stage, hand, "b");
        stage.settle();

        b.wire().cut();
        var kept = Sessions.keep(stage.ensemble().connectString(), b.session());
        stage.throughout(
                "the servers keep its znode, and it gives its session up or not",
                RecipeStage.SESSION_TIMEOUT.multipliedBy(3).dividedBy(2),
                () -> candidates(a).size() == 2);
        b.wire().mend();
        stage.eventually("it is back", RecipeStage.READY, () -> !candidates(b).isEmpty());
        stage.settle();
        kept.close();

        awaitQueue(stage, a, "a", "b");
        stage.settle();
        awaitQueue(stage, a, "a", "b");
        a.close();
        elected(b, RecipeStage.AT_ONCE);
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.X5)
    public void aCandidateThatFindsNoServerWaitsForOne(RecipeStage stage) {
        stage.prepareWire(wire -> wire.cut());
        var a = stage.candidate("a");

        a.recipe().enter();
        assertThat(problemOf(() -> a.recipe().candidates(Duration.ofMillis(300))))
                .contains(Problem.CANNOT_CONNECT);
        a.wire().mend();
        elected(a, RecipeStage.READY);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    @FaultsEnsemble
    public void aLeaderWithoutAQuorumIsDeposedAndSomebodyLeadsWhenItIsBack(RecipeStage stage) {
        var a = stage.candidate("a");
        var b = stage.candidate("b");
        a.recipe().enter();
        elected(a, RecipeStage.READY);
        b.recipe().enter();
        awaitQueue(stage, a, "a", "b");

        stage.ensemble().loseQuorum();
        a.awaitHeard(Deposed.class, RecipeStage.SUCCESSION);
        assertThat(a.recipe().term()).isEmpty();
        var back = Instant.now();
        stage.ensemble().restore();
        stage.eventually("one leads", RecipeStage.RECOVERY, () -> leaders(back, a, b) == 1);
        stage.eventually("both queue", RecipeStage.RECOVERY, () -> candidates(a).size() == 2);

        Candidacies.on(stage).judge();
    }

    private static long leaders(Instant since, Player<?>... players) {
        return Stream.of(players)
                .filter(player -> player.heard().stream()
                        .anyMatch(heard ->
                                heard.what() instanceof Elected && heard.at().isAfter(since)))
                .count();
    }
}
