package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.recipes.Happening.Deposed;
import dev.twinkeeper.scenarios.recipes.Happening.Elected;
import dev.twinkeeper.scenarios.recipes.Happening.Failed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Who leads, who knows it, and who comes next. */
public final class ElectionScenarios {
    /** Long enough that no session ends while a wire is cut for a moment. */
    private static final Duration LONG_SESSION = Duration.ofSeconds(20);

    private static final int MANY = 50;

    /** Looks without traffic, 10 ms apart, after which nobody is about to ask. */
    private static final int QUIET = 15;

    /** Enough to see that a hand-over costs the same wherever in the queue it is. */
    private static final int HAND_OVERS = 10;

    // One leader, and the next.

    @Verifies(Rule.E1)
    public void theFirstOneLeadsAndTheOthersQueueInTheOrderOfTheirComing(RecipeStage stage) {
        var hand = stage.hand();

        var a = enter(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        elected(a, Instant.MIN, RecipeStage.READY);

        assertThat(Stream.of(a, b, c).map(ElectionScenarios::candidates)).allMatch(List.of("a", "b", "c")::equals);
        assertThat(a.recipe().term()).contains(a.heard(Elected.class).get(0).term());
        assertThat(b.recipe().term()).isEmpty();
        assertThat(c.recipe().term()).isEmpty();
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E3, Rule.E4})
    public void theNextLeadsAtOnceAfterAClose(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var first = elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        var end = Instant.now();
        a.close();
        var second = elected(b, end, RecipeStage.AT_ONCE);

        stage.measure("election: hand-over after a close", Duration.between(end, second.at()));
        assertThat(token(second)).isGreaterThan(token(first));
        assertThat(a.heard(Deposed.class))
                .containsExactly(new Deposed(first.what().term()));
        assertThat(candidates(b)).containsExactly("b");
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E4)
    public void aLeaderThatResignsGoesToTheEndOfTheQueue(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        elected(a, Instant.MIN, RecipeStage.READY);
        settle(stage);

        var resignation = Instant.now();
        a.recipe().resign();
        elected(b, resignation, RecipeStage.AT_ONCE);
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        awaitQueue(stage, c, "b", "c", "a");
        b.close();
        elected(c, resignation, RecipeStage.AT_ONCE);
        c.close();
        elected(a, resignation, RecipeStage.AT_ONCE);

        assertThat(a.heard(Elected.class)).hasSize(2);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.X4})
    public void aCandidateThatWaitsResignsItsPlace(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        elected(a, Instant.MIN, RecipeStage.READY);
        settle(stage);

        var resignation = Instant.now();
        b.recipe().resign();
        awaitQueue(stage, a, "a", "c", "b");
        settle(stage);
        var watches = b.watches();
        a.close();
        elected(c, resignation, RecipeStage.AT_ONCE);
        c.close();
        elected(b, resignation, RecipeStage.AT_ONCE);

        assertThat(watches).as("[X4] its own znode, the one before").isLessThanOrEqualTo(2);
        assertThat(b.heard(Elected.class)).hasSize(1);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E3, Rule.E4})
    public void aLoneLeaderThatResignsLeadsAgainWithAGreaterToken(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var first = elected(a, Instant.MIN, RecipeStage.READY);

        var resignation = Instant.now();
        a.recipe().resign();
        var second = elected(a, resignation, RecipeStage.AT_ONCE);

        assertThat(token(second)).isGreaterThan(token(first));
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E4})
    public void thoseInBetweenGoInEveryOrder(RecipeStage stage) {
        var hand = stage.hand();
        var queue = Stream.of("a", "b", "c", "d", "e", "f", "g")
                .map(name -> enter(stage, hand, name))
                .toList();
        elected(queue.get(0), Instant.MIN, RecipeStage.READY);

        // The one before, one further on, one that died, two at once, the leader with its successor.
        var begin = Instant.now();
        queue.get(5).close();
        queue.get(2).close();
        queue.get(4).close();
        assertThat(queue.get(6).heard(Elected.class)).isEmpty();
        var closing = Stream.of(0, 1)
                .map(queue::get)
                .map(player -> player.async(() -> {
                    player.close();
                    return true;
                }))
                .toList();
        elected(queue.get(3), begin, RecipeStage.READY);
        closing.forEach(each -> stage.await("closed", each, RecipeStage.READY));
        queue.get(3).close();
        elected(queue.get(6), begin, RecipeStage.AT_ONCE);

        assertThat(candidates(queue.get(6))).containsExactly("g");
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E4})
    public void theOneBeforeDiesBeforeTheLeader(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        elected(a, Instant.MIN, RecipeStage.READY);

        b.wire().cut();
        b.expire();
        settle(stage);
        assertThat(c.recipe().term()).isEmpty();
        var death = Instant.now();
        a.wire().cut();
        var next = elected(c, death, RecipeStage.SUCCESSION);

        stage.measure("election: hand-over from a leader that was cut off", Duration.between(death, next.at()));
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E5})
    public void ofFiftyEachLeadsInItsTurnAtTheCostOfOneNotification(RecipeStage stage) {
        var queue =
                IntStream.range(0, MANY).mapToObj(i -> stage.candidate("c" + i)).toList();
        var hand = stage.hand();
        queue.forEach(player -> player.recipe().enter());
        stage.eventually(
                "all queue",
                RecipeStage.RECOVERY,
                () -> hand.children(RecipeStage.RECIPE).size() == MANY);
        var order = candidates(queue.get(0)).stream()
                .map(name -> queue.get(Integer.parseInt(name.substring(1))))
                .toList();
        elected(order.get(0), Instant.MIN, RecipeStage.READY);
        settle(stage);

        var notifications = notifications(order.subList(1, MANY));
        var requests = requests(order.subList(1, MANY));
        order.get(0).close();
        elected(order.get(1), Instant.MIN, RecipeStage.READY);
        settle(stage);
        stage.count(
                "election: notifications per hand-over, 50 candidates",
                notifications(order.subList(1, MANY)) - notifications);
        stage.count("election: requests per hand-over, 50 candidates", requests(order.subList(1, MANY)) - requests);
        assertThat(notifications(order.subList(1, MANY)) - notifications)
                .as("[E5] notifications of one hand-over")
                .isEqualTo(1);
        for (int i = 1; i < HAND_OVERS; i++) {
            notifications = notifications(order.subList(i + 1, MANY));
            order.get(i).close();
            elected(order.get(i + 1), Instant.MIN, RecipeStage.READY);
            assertThat(notifications(order.subList(i + 1, MANY)) - notifications)
                    .as("[E5] notifications of hand-over %d", i)
                    .isEqualTo(1);
        }
        var rest = order.subList(HAND_OVERS, MANY);
        for (Player<Election> next : rest) {
            elected(next, Instant.MIN, RecipeStage.READY);
            next.async(() -> {
                next.close();
                return true;
            });
        }

        Candidacies.on(stage).judge();
    }

    // A leader that is lost.

    @Verifies({Rule.E2, Rule.E3, Rule.E4, Rule.E7})
    public void anotherLeadsWhenTheLeadersSessionExpires(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var first = elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        var fault = Instant.now();
        a.expire();
        var second = elected(b, fault, RecipeStage.AT_ONCE);
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        awaitQueue(stage, b, "b", "a");
        b.close();
        var third = elected(a, fault, RecipeStage.AT_ONCE);

        assertThat(token(second)).isGreaterThan(token(first));
        assertThat(token(third)).isGreaterThan(token(second));
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2, Rule.E7})
    public void aLeaderThatIsCutOffHasStoppedWhenAnotherLeads(RecipeStage stage) {
        var hand = stage.hand();
        var zombie = enter(stage, hand, "a");
        elected(zombie, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        var fault = Instant.now();
        zombie.wire().cut();
        var deposed = zombie.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        var another = elected(b, fault, RecipeStage.SUCCESSION);
        var believes = zombie.recipe().term();
        zombie.wire().mend();
        awaitQueue(stage, b, "b", "a");

        assertThat(deposed.at()).isBefore(another.at());
        assertThat(believes).isEmpty();
        assertThat(zombie.heard(Elected.class)).hasSize(1);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderThatCanNotBeHeardHasStoppedWhenAnotherLeads(RecipeStage stage) {
        var hand = stage.hand();
        var mute = enter(stage, hand, "a");
        elected(mute, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        var fault = Instant.now();
        mute.wire().stallRequests();
        var another = elected(b, fault, RecipeStage.SUCCESSION);
        var believes = mute.recipe().term();
        var deposed = mute.heard(Deposed.class);
        mute.wire().mend();
        awaitQueue(stage, b, "b", "a");

        assertThat(deposed).as("told by the time that another was").hasSize(1);
        assertThat(believes).isEmpty();
        assertThat(mute.awaitHeard(Deposed.class, RecipeStage.AT_ONCE).at()).isBefore(another.at());
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E3)
    public void aZombiesWriteWithItsOldTokenIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        var resource = new FencedResource();
        var zombie = enter(stage, hand, "a");
        var old = elected(zombie, Instant.MIN, RecipeStage.READY).what().term();
        var b = enter(stage, hand, "b");
        assertThat(resource.write(old)).isTrue();

        // It had the write in its hands when it was cut off, and looks at nothing before it goes on.
        zombie.wire().cut();
        var next = elected(b, Instant.MIN, RecipeStage.SUCCESSION).what().term();

        assertThat(resource.write(next)).isTrue();
        assertThat(resource.write(old)).as("[E3] the zombie's write").isFalse();
        assertThat(resource.write(next)).isTrue();
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderCutOffForAMomentIsDeposedAndLeadsOn(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var before = elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");

        for (int time = 1; time <= 3; time++) {
            var fault = Instant.now();
            a.wire().cut();
            a.awaitHeard(Deposed.class, fault, any -> true, RecipeStage.AT_ONCE);
            assertThat(a.recipe().term()).isEmpty();
            a.wire().mend();
            var after = elected(a, fault, RecipeStage.READY);
            assertThat(after.what()).as("the same term").isEqualTo(before.what());
            assertThat(a.recipe().term()).contains(before.what().term());
        }
        settle(stage);

        assertThat(a.watches()).as("[X4] its own znode").isEqualTo(1);
        assertThat(b.heard(Elected.class)).isEmpty();
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderWhoseZnodeIsDeletedIsToldAndQueuesAgain(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        var fault = Instant.now();
        hand.delete(znodeOf(hand, "a"));
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        elected(b, fault, RecipeStage.AT_ONCE);
        awaitQueue(stage, b, "b", "a");
        b.close();
        elected(a, fault, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderWhoseZnodeIsDeletedWhileItIsCutOffQueuesAgain(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        a.wire().cut();
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        hand.delete(znodeOf(hand, "a"));
        elected(b, Instant.MIN, RecipeStage.AT_ONCE);
        a.wire().mend();
        awaitQueue(stage, b, "b", "a");

        assertThat(a.heard(Elected.class)).hasSize(1);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderWhoseZnodesDataWasSetStillHearsOfItsDeletion(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        settle(stage);

        hand.set(znodeOf(hand, "a"), "a");
        settle(stage);
        var fault = Instant.now();
        hand.delete(znodeOf(hand, "a"));
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        elected(a, fault, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E4)
    public void aWaitingCandidateWhoseZnodeWasDeletedLeadsInTheEnd(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        elected(a, Instant.MIN, RecipeStage.READY);
        settle(stage);

        hand.delete(znodeOf(hand, "b"));
        settle(stage);
        a.close();
        elected(c, Instant.MIN, RecipeStage.AT_ONCE);
        awaitQueue(stage, c, "c", "b");
        c.close();
        elected(b, Instant.MIN, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aQueueThatAnOperatorDeletedIsMadeAgain(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        var fault = Instant.now();
        hand.deleteAll(RecipeStage.RECIPE);
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        stage.eventually(
                "both queue again", RecipeStage.READY, () -> candidates(a).size() == 2);
        var leader = candidates(a).get(0).equals("a") ? a : b;
        elected(leader, fault, RecipeStage.AT_ONCE);
        leader.close();
        elected(leader == a ? b : a, fault, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    // Lost on the wire.

    @Verifies({Rule.E6, Rule.X5})
    public void theRequestOfACandidacyIsLost(RecipeStage stage) {
        var hand = stage.hand();
        stage.prepareWire(wire -> wire.loseRequest(request -> isCandidacy(stage, request)));
        var a = stage.candidate("a");

        a.recipe().enter();
        elected(a, Instant.MIN, RecipeStage.READY);

        awaitOneZnode(stage, hand);
        stage.count(
                "election: znodes made where the first request is lost",
                Candidacies.on(stage).of(a).size());
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E6, Rule.X5})
    public void theAnswerToACandidacyIsLost(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = stage.candidate("b");
        stage.eventually(
                "it has a session", RecipeStage.READY, () -> b.wire().session().isPresent());

        var connections = b.wire().traffic().connections();
        var lost = b.wire().loseAnswer(request -> isCandidacy(stage, request));
        b.recipe().enter();
        stage.await("the answer is lost", lost, RecipeStage.READY);
        stage.eventually(
                "it connects again", RecipeStage.READY, () -> b.wire().traffic().connections() > connections);
        stage.eventually("it is back", RecipeStage.READY, () -> candidates(b).size() > 1);
        settle(stage);
        stage.eventually(
                "[E6] the queue is a, b",
                RecipeStage.SUCCESSION,
                () -> candidates(a).equals(List.of("a", "b")));
        a.close();
        elected(b, Instant.MIN, RecipeStage.SUCCESSION);

        awaitOneZnode(stage, hand);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E6, Rule.E7})
    public void theAnswerToACandidacyIsLostAndThenItsSession(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        stage.prepareWire(
                wire -> wire.loseAnswer(request -> isCandidacy(stage, request)).thenRun(wire::cut));
        var b = stage.candidate("b");

        b.recipe().enter();
        awaitQueue(stage, a, "a", "b");
        awaitQueue(stage, a, "a");
        b.wire().mend();
        awaitQueue(stage, a, "a", "b");
        a.close();
        elected(b, Instant.MIN, RecipeStage.AT_ONCE);

        awaitOneZnode(stage, hand);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theAnswerToAResignationIsLost(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        var lost = a.wire().loseAnswer(request -> request.does("delete", stage.path()));
        a.recipe().resign();
        stage.await("the answer is lost", lost, RecipeStage.READY);
        elected(b, Instant.MIN, RecipeStage.AT_ONCE);
        awaitQueue(stage, b, "b", "a");

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E6})
    public void theRequestOfAResignationIsLost(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        a.wire().loseRequest(request -> request.does("delete", stage.path()));
        a.recipe().resign();
        elected(b, Instant.MIN, RecipeStage.READY);
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

    private static void goesInTheGap(RecipeStage stage, boolean answer) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var leaders = stage.path() + znodeOf(hand, "a").substring(RecipeStage.RECIPE.length());
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
        elected(b, Instant.MIN, RecipeStage.READY);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.X5})
    public void theLeaderGoesWhileTheNextOneIsCutOff(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        b.wire().cut();
        a.close();
        assertThat(b.heard(Elected.class)).isEmpty();
        b.wire().mend();
        elected(b, Instant.MIN, RecipeStage.READY);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E7})
    public void aWaitingCandidateWhoseSessionExpiresGoesToTheEnd(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        elected(a, Instant.MIN, RecipeStage.READY);
        settle(stage);

        b.expire();
        awaitQueue(stage, c, "a", "c", "b");
        settle(stage);
        a.close();
        elected(c, Instant.MIN, RecipeStage.AT_ONCE);
        c.close();
        elected(b, Instant.MIN, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.X5)
    public void aCandidateThatFindsNoServerWaitsForOne(RecipeStage stage) {
        stage.prepareWire(wire -> wire.cut());
        var a = stage.candidate("a");

        a.recipe().enter();
        assertThat(problemOf(() -> a.recipe().candidates(Duration.ofMillis(300))))
                .isEqualTo(Problem.CANNOT_CONNECT);
        a.wire().mend();
        elected(a, Instant.MIN, RecipeStage.READY);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    @FaultsEnsemble
    public void aLeaderWithoutAQuorumIsDeposedAndSomebodyLeadsWhenItIsBack(RecipeStage stage) {
        var a = stage.candidate("a");
        var b = stage.candidate("b");
        a.recipe().enter();
        elected(a, Instant.MIN, RecipeStage.READY);
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
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
        hand.create(RecipeStage.RECIPE + "/notes", "somebody's");
        hand.create(RecipeStage.RECIPE + "/lock-0000000000", "somebody's");

        var a = stage.candidate("a");
        a.recipe().enter();
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = stage.candidate("b");
        b.recipe().enter();
        settle(stage);
        a.close();
        elected(b, Instant.MIN, RecipeStage.AT_ONCE);
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
        elected(a, Instant.MIN, RecipeStage.SUCCESSION);

        assertThat(candidates(a)).containsExactly("a");
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E8)
    public void changedDataOfTheOneBeforeLosesNoHandOver(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        settle(stage);

        hand.set(znodeOf(hand, "a"), "a");
        settle(stage);
        a.close();
        elected(b, Instant.MIN, RecipeStage.SUCCESSION);

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

    // Bad input, the end, and what it costs.

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
                .forEach(name -> assertThat(problemOf(() -> stage.recipes(0).election(good, name, nobody)))
                        .as("'%s'", name)
                        .isEqualTo(Problem.INVALID));
        Stream.of("/", "", "election", "/a//b", "/a/", "/a/../b", "/a\u0001")
                .forEach(path -> assertThat(
                                problemOf(() -> new Recipe.Place(good.servers(), RecipeStage.SESSION_TIMEOUT, path)))
                        .as("'%s'", path)
                        .isEqualTo(Problem.INVALID));
    }

    @Verifies({Rule.E6, Rule.X1})
    public void enteringTwiceIsOneCandidacyAndANameMayBeLong(RecipeStage stage) {
        var hand = stage.hand();
        var name = "é".repeat(Recipe.MAX_NAME);
        var a = stage.candidate(name);

        a.recipe().enter();
        a.recipe().enter();
        elected(a, Instant.MIN, RecipeStage.READY);
        a.recipe().enter();
        settle(stage);

        assertThat(hand.children(RecipeStage.RECIPE)).hasSize(1);
        assertThat(candidates(a)).containsExactly(name);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.X3, Rule.E2})
    public void aClosedCandidateIsDeposedAndAnswersNothingMore(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var election = a.recipe();

        a.close();
        var told = a.heard(Deposed.class);
        a.close();

        assertThat(told).as("deposed when close returned").hasSize(1);
        assertThat(election.term()).isEmpty();
        assertThat(problemOf(election::enter)).isEqualTo(Problem.CLOSED);
        assertThat(problemOf(election::resign)).isEqualTo(Problem.CLOSED);
        assertThat(problemOf(() -> election.candidates(RecipeStage.READY))).isEqualTo(Problem.CLOSED);
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

    @Verifies({Rule.X4, Rule.E5})
    public void watchesDoNotPileUp(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        elected(a, Instant.MIN, RecipeStage.READY);

        for (int time = 1; time <= 3; time++) {
            Stream.of(a, b, c).forEach(player -> player.wire().reset());
            settle(stage);
            c.recipe().resign();
            settle(stage);
            b.recipe().resign();
            settle(stage);
            elected(a, Instant.MIN, RecipeStage.READY);
        }

        Stream.of(a, b, c)
                .forEach(player -> stage.eventually(
                        "all are connected, and queue",
                        RecipeStage.READY,
                        () -> candidates(player).size() == 3));
        settle(stage);
        Stream.of(a, b, c)
                .forEach(player -> assertThat(player.watches())
                        .as("watches of %s: its own znode, the one before", player)
                        .isBetween(1, 2));
        var session = a.session().id();
        a.close();
        assertThat(stage.ensemble().watches(session))
                .as("watches of a closed one")
                .isZero();
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E5)
    public void whatACandidacyCosts(RecipeStage stage) {
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        elected(a, Instant.MIN, RecipeStage.READY);
        var b = stage.candidate("b");
        stage.eventually("connected", RecipeStage.READY, () -> candidates(b).size() == 1);
        settle(stage);

        var before = b.wire().traffic();
        b.recipe().enter();
        stage.eventually(
                "it is in the queue", RecipeStage.READY, () -> candidates(a).size() == 2);
        settle(stage);
        stage.count(
                "election: requests of a candidacy",
                b.wire().traffic().minus(before).total());
        stage.count(
                "election: watches of a candidate that waits",
                b.wire().traffic().minus(before).watches());

        assertThat(b.wire().traffic().minus(before).notifications()).isZero();
        Candidacies.on(stage).judge();
    }

    // What the scenarios are told with.

    /** Something elsewhere that takes tokens: what a leader does to it counts only until a later leader came. */
    private static final class FencedResource {
        private long highest;

        boolean write(Election.Term term) {
            if (term.token() < highest) {
                return false;
            }
            highest = term.token();
            return true;
        }
    }

    private static Player<Election> enter(RecipeStage stage, Hand hand, String name) {
        int before = hand.children(RecipeStage.RECIPE).size();
        Player<Election> player = stage.candidate(name);
        player.recipe().enter();
        stage.eventually(
                name + " is in the queue",
                RecipeStage.READY,
                () -> hand.children(RecipeStage.RECIPE).size() > before);
        return player;
    }

    private static Happening.Heard<Elected> elected(Player<Election> player, Instant after, Duration bound) {
        return player.awaitHeard(Elected.class, after, any -> true, bound);
    }

    private static long token(Happening.Heard<Elected> elected) {
        return elected.what().term().token();
    }

    private static List<String> candidates(Player<Election> player) {
        return player.recipe().candidates(RecipeStage.READY);
    }

    private static void awaitQueue(RecipeStage stage, Player<Election> onlooker, String... names) {
        stage.eventually(
                "the queue is " + List.of(names),
                RecipeStage.READY,
                () -> candidates(onlooker).equals(List.of(names)));
    }

    /** One is left, and stays. */
    private static void awaitOneZnode(RecipeStage stage, Hand hand) {
        stage.eventually(
                "[E6] one znode is left",
                RecipeStage.SUCCESSION,
                () -> hand.children(RecipeStage.RECIPE).size() == 1);
        settle(stage);
        assertThat(hand.children(RecipeStage.RECIPE)).as("[E6] znodes").hasSize(1);
    }

    /** The path of a candidate's znode, for the hand. */
    private static String znodeOf(Hand hand, String name) {
        return hand.children(RecipeStage.RECIPE).stream()
                .map(child -> RecipeStage.RECIPE + "/" + child)
                .filter(path -> hand.get(path).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isCandidacy(RecipeStage stage, Request request) {
        return request.does("create", stage.path() + "/");
    }

    private static boolean isWatch(Request request, String path) {
        return request.operation().equals("getData") && request.path().equals(path);
    }

    /** Waits until nobody asks the servers for anything any more: then all that was to be watched is. */
    private static void settle(RecipeStage stage) {
        List<Long> totals = new ArrayList<>();
        stage.eventually("all is quiet", RecipeStage.READY, () -> {
            totals.add(stage.traffic().total());
            int quiet = totals.size() - QUIET;
            return quiet >= 0 && totals.get(quiet).equals(totals.get(totals.size() - 1));
        });
    }

    private static long notifications(List<Player<Election>> players) {
        return players.stream()
                .mapToLong(player -> player.wire().traffic().notifications())
                .sum();
    }

    private static long requests(List<Player<Election>> players) {
        return players.stream()
                .mapToLong(player -> player.wire().traffic().total())
                .sum();
    }

    private static Problem problemOf(ThrowingCallable call) {
        return catchThrowableOfType(Failure.class, call).problem();
    }
}
