package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionProps.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.awaitQueue;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.notifications;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.requests;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.recipes.Happening.Deposed;
import dev.twinkeeper.scenarios.recipes.Happening.Elected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Who leads, who comes next, and what that costs. */
public final class ElectionScenarios {
    private static final int MANY = 50;

    /** Enough to see that a hand-over costs the same wherever in the queue it is. */
    private static final int HAND_OVERS = 10;

    @Verifies(Rule.E1)
    public void theFirstOneLeadsAndTheOthersQueueInTheOrderOfTheirComing(RecipeStage stage) {
        var hand = stage.hand();

        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");

        assertThat(Stream.of(a, b, c).map(ElectionProps::candidates)).allMatch(List.of("a", "b", "c")::equals);
        assertThat(a.recipe().term()).contains(a.heard(Elected.class).get(0).term());
        assertThat(b.recipe().term()).isEmpty();
        assertThat(c.recipe().term()).isEmpty();
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E3, Rule.E4})
    public void theNextLeadsAtOnceAfterAClose(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var first = elected(a, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        stage.settle();

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
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        stage.settle();

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
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        stage.settle();

        var resignation = Instant.now();
        b.recipe().resign();
        awaitQueue(stage, a, "a", "c", "b");
        stage.settle();
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
        stage.sessionTimeout(LONG_SESSION); // so that no session ends within READY
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var first = elected(a, RecipeStage.READY);

        var resignation = Instant.now();
        a.recipe().resign();
        var second = elected(a, resignation, RecipeStage.READY);

        assertThat(token(second)).isGreaterThan(token(first));
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E4})
    public void thoseInBetweenGoInEveryOrder(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var queue = Stream.of("a", "b", "c", "d", "e", "f", "g")
                .map(name -> enter(stage, hand, name))
                .toList();
        elected(queue.get(0), RecipeStage.READY);

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
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        stage.settle();

        b.wire().cut();
        b.expire();
        stage.settle();
        assertThat(c.recipe().term()).isEmpty();
        var death = Instant.now();
        a.wire().cut();
        var next = elected(c, death, RecipeStage.SUCCESSION);

        stage.measure("election: hand-over from a leader that was cut off", Duration.between(death, next.at()));
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E4, Rule.E5})
    public void ofFiftyEachLeadsInItsTurnAtTheCostOfOneNotification(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION); // so many at once may keep a busy machine from its heartbeats
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
        elected(order.get(0), RecipeStage.READY);
        stage.settle();

        var notifications = notifications(order.subList(1, MANY));
        var requests = requests(order.subList(1, MANY));
        order.get(0).close();
        elected(order.get(1), RecipeStage.READY);
        stage.settle();
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
            elected(order.get(i + 1), RecipeStage.READY);
            assertThat(notifications(order.subList(i + 1, MANY)) - notifications)
                    .as("[E5] notifications of hand-over %d", i)
                    .isEqualTo(1);
        }
        var rest = order.subList(HAND_OVERS, MANY);
        for (Player<Election> next : rest) {
            elected(next, RecipeStage.READY);
            next.async(() -> {
                next.close();
                return true;
            });
        }

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.X4, Rule.E5})
    public void watchesDoNotPileUp(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");

        for (int time = 1; time <= 3; time++) {
            var reset = Instant.now();
            Stream.of(a, b, c).forEach(player -> player.wire().reset());
            stage.settle();
            c.recipe().resign();
            stage.settle();
            b.recipe().resign();
            stage.settle();
            elected(a, reset, RecipeStage.READY);
        }

        Stream.of(a, b, c)
                .forEach(player -> stage.eventually(
                        "all are connected, and queue",
                        RecipeStage.READY,
                        () -> candidates(player).size() == 3));
        stage.settle();
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
        var a = leading(stage, hand, "a");
        var b = stage.candidate("b");
        stage.eventually("connected", RecipeStage.READY, () -> candidates(b).size() == 1);
        stage.settle();

        var before = b.wire().traffic();
        b.recipe().enter();
        stage.eventually(
                "it is in the queue", RecipeStage.READY, () -> candidates(a).size() == 2);
        stage.settle();
        stage.count(
                "election: requests of a candidacy",
                b.wire().traffic().minus(before).total());
        stage.count(
                "election: watches of a candidate that waits",
                b.wire().traffic().minus(before).watches());

        assertThat(b.wire().traffic().minus(before).notifications()).isZero();
        Candidacies.on(stage).judge();
    }
}
