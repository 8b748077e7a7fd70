package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.awaitQueue;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.notifications;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.requests;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.scenarios.RecipeEvent.Deposed;
import dev.twinkeeper.scenarios.RecipeEvent.Elected;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
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
    public void theFirstOneLeadsAndTheOthersQueueInTheOrderOfTheirComing(ScenarioContext context) {
        var operator = context.operator();

        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        var c = enter(context, operator, "c");

        assertThat(Stream.of(a, b, c).map(ElectionFixtures::candidates)).allMatch(List.of("a", "b", "c")::equals);
        assertThat(a.role().term()).contains(a.told(Elected.class).get(0).term());
        assertThat(b.role().term()).isEmpty();
        assertThat(c.role().term()).isEmpty();
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E3, Rule.E4})
    public void theNextLeadsAtOnceAfterAClose(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = enter(context, operator, "a");
        var first = elected(a, ScenarioContext.READY);
        var b = enter(context, operator, "b");
        context.settle();

        var end = Instant.now();
        a.close();
        var second = elected(b, end, ScenarioContext.AT_ONCE);

        context.measure("election: hand-over after a close", Duration.between(end, second.at()));
        assertThat(token(second)).isGreaterThan(token(first));
        assertThat(a.told(Deposed.class))
                .containsExactly(new Deposed(first.event().term()));
        assertThat(candidates(b)).containsExactly("b");
        Candidacies.on(context).check();
    }

    @Verifies(Rule.E4)
    public void aLeaderThatResignsGoesToTheEndOfTheQueue(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        var c = enter(context, operator, "c");
        context.settle();

        var resignation = Instant.now();
        a.role().resign();
        elected(b, resignation, ScenarioContext.AT_ONCE);
        a.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE);
        awaitQueue(context, c, "b", "c", "a");
        b.close();
        elected(c, resignation, ScenarioContext.AT_ONCE);
        c.close();
        elected(a, resignation, ScenarioContext.AT_ONCE);

        assertThat(a.told(Elected.class)).hasSize(2);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.X4})
    public void aCandidateThatWaitsResignsItsPlace(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        var c = enter(context, operator, "c");
        context.settle();

        var resignation = Instant.now();
        b.role().resign();
        awaitQueue(context, a, "a", "c", "b");
        context.settle();
        var watches = b.watches();
        a.close();
        elected(c, resignation, ScenarioContext.AT_ONCE);
        c.close();
        elected(b, resignation, ScenarioContext.AT_ONCE);

        assertThat(watches).as("[X4] its own znode, the one before").isLessThanOrEqualTo(2);
        assertThat(b.told(Elected.class)).hasSize(1);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E3, Rule.E4})
    public void aLoneLeaderThatResignsLeadsAgainWithAGreaterToken(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION); // so that no session ends within READY
        var operator = context.operator();
        var a = enter(context, operator, "a");
        var first = elected(a, ScenarioContext.READY);

        var resignation = Instant.now();
        a.role().resign();
        var second = elected(a, resignation, ScenarioContext.READY);

        assertThat(token(second)).isGreaterThan(token(first));
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E1, Rule.E4})
    public void thoseInBetweenGoInEveryOrder(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var queue = Stream.of("a", "b", "c", "d", "e", "f", "g")
                .map(name -> enter(context, operator, name))
                .toList();
        elected(queue.get(0), ScenarioContext.READY);

        // The one before, one further on, one that died, two at once, the leader with its successor.
        var begin = Instant.now();
        queue.get(5).close();
        queue.get(2).close();
        queue.get(4).close();
        assertThat(queue.get(6).told(Elected.class)).isEmpty();
        var closing = Stream.of(0, 1)
                .map(queue::get)
                .map(participant -> participant.async(() -> {
                    participant.close();
                    return true;
                }))
                .toList();
        elected(queue.get(3), begin, ScenarioContext.READY);
        closing.forEach(each -> ScenarioContext.await("closed", each, ScenarioContext.READY));
        queue.get(3).close();
        elected(queue.get(6), begin, ScenarioContext.AT_ONCE);

        assertThat(candidates(queue.get(6))).containsExactly("g");
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E1, Rule.E4})
    public void theOneBeforeDiesBeforeTheLeader(ScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        var c = enter(context, operator, "c");
        context.settle();

        b.wire().cut();
        b.expire();
        context.settle();
        assertThat(c.role().term()).isEmpty();
        var death = Instant.now();
        a.wire().cut();
        var next = elected(c, death, ScenarioContext.SUCCESSION);

        context.measure("election: hand-over from a leader that was cut off", Duration.between(death, next.at()));
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E4, Rule.E5})
    public void ofFiftyEachLeadsInItsTurnAtTheCostOfOneNotification(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION); // so many at once may keep a busy machine from its heartbeats
        var queue = IntStream.range(0, MANY)
                .mapToObj(i -> context.candidate("c" + i))
                .toList();
        var operator = context.operator();
        queue.forEach(participant -> participant.role().enter());
        context.eventually(
                "all queue",
                ScenarioContext.RECOVERY,
                () -> operator.children(ScenarioContext.RECIPE).size() == MANY);
        var order = candidates(queue.get(0)).stream()
                .map(name -> queue.get(Integer.parseInt(name.substring(1))))
                .toList();
        elected(order.get(0), ScenarioContext.READY);
        context.settle();

        var notifications = notifications(order.subList(1, MANY));
        var requests = requests(order.subList(1, MANY));
        order.get(0).close();
        elected(order.get(1), ScenarioContext.READY);
        context.settle();
        context.count(
                "election: notifications per hand-over, 50 candidates",
                notifications(order.subList(1, MANY)) - notifications);
        context.count("election: requests per hand-over, 50 candidates", requests(order.subList(1, MANY)) - requests);
        assertThat(notifications(order.subList(1, MANY)) - notifications)
                .as("[E5] notifications of one hand-over")
                .isEqualTo(1);
        for (int i = 1; i < HAND_OVERS; i++) {
            notifications = notifications(order.subList(i + 1, MANY));
            order.get(i).close();
            elected(order.get(i + 1), ScenarioContext.READY);
            assertThat(notifications(order.subList(i + 1, MANY)) - notifications)
                    .as("[E5] notifications of hand-over %d", i)
                    .isEqualTo(1);
        }
        var rest = order.subList(HAND_OVERS, MANY);
        for (TestParticipant<Election> next : rest) {
            elected(next, ScenarioContext.READY);
            next.async(() -> {
                next.close();
                return true;
            });
        }

        Candidacies.on(context).check();
    }

    @Verifies({Rule.X4, Rule.E5})
    public void watchesDoNotPileUp(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        var c = enter(context, operator, "c");

        for (int time = 1; time <= 3; time++) {
            var reset = Instant.now();
            Stream.of(a, b, c).forEach(participant -> participant.wire().reset());
            context.settle();
            c.role().resign();
            context.settle();
            b.role().resign();
            context.settle();
            elected(a, reset, ScenarioContext.READY);
        }

        Stream.of(a, b, c)
                .forEach(participant -> context.eventually(
                        "all are connected, and queue",
                        ScenarioContext.READY,
                        () -> candidates(participant).size() == 3));
        context.settle();
        Stream.of(a, b, c)
                .forEach(participant -> assertThat(participant.watches())
                        .as("watches of %s: its own znode, the one before", participant)
                        .isBetween(1, 2));
        var session = a.session().id();
        a.close();
        assertThat(context.ensemble().watches(session))
                .as("watches of a closed one")
                .isZero();
        Candidacies.on(context).check();
    }

    @Verifies(Rule.E5)
    public void whatACandidacyCosts(ScenarioContext context) {
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = context.candidate("b");
        context.eventually(
                "connected", ScenarioContext.READY, () -> candidates(b).size() == 1);
        context.settle();

        var before = b.wire().traffic();
        b.role().enter();
        context.eventually(
                "it is in the queue", ScenarioContext.READY, () -> candidates(a).size() == 2);
        context.settle();
        context.count(
                "election: requests of a candidacy",
                b.wire().traffic().minus(before).total());
        context.count(
                "election: watches of a candidate that waits",
                b.wire().traffic().minus(before).watches());

        assertThat(b.wire().traffic().minus(before).notifications()).isZero();
        Candidacies.on(context).check();
    }
}
