package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.QueueFixtures.ROOMY;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitAnotherSession;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitEmpty;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitHandled;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitQuiet;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitWatching;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.consume;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.handled;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.holding;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.listings;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.nothingOverlaps;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.pass;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.problem;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.put;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.queue;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.text;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.texts;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.traffic;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TimedEvent;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.recipes.QueueFixtures.Held;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Items go in at one end and are handled at the other, also when a handler throws, or its consumer dies. */
public final class QueueScenarios {
    /** Q6: less than the first pause of any implementation, much more than no pause at all. */
    private static final Duration SOME_PAUSE = Duration.ofMillis(180);

    /** For what must not happen: enough for it to happen several times. */
    private static final Duration A_WHILE = Duration.ofSeconds(2);

    @Verifies({Rule.Q1, Rule.Q5})
    public void oneConsumerHandlesTheItemsInTheOrderOfTheirAcknowledgement(ScenarioContext context) {
        var p1 = queue(context, "p1");
        var p2 = queue(context, "p2");
        var consumer = queue(context, "c1");
        var before = texts("before", 10);
        var after = texts("after", 10);

        for (int i = 0; i < 10; i++) {
            put(i % 2 == 0 ? p1 : p2, before.get(i));
        }
        consume(consumer);
        for (int i = 0; i < 10; i++) {
            put(i % 3 == 0 ? p1 : p2, after.get(i));
        }

        var all = Stream.concat(before.stream(), after.stream()).toList();
        context.eventually(
                "all are handled",
                ScenarioContext.READY,
                () -> handled(consumer).containsAll(all));
        assertThat(handled(consumer)).containsExactlyElementsOf(all);
        assertThat(consumer.told(RecipeEvent.Handled.class))
                .extracting(each -> each.item().name())
                .isSorted();
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void consumersShareTheItemsAndNoneIsHandledTwice(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumers =
                Stream.of("c1", "c2", "c3").map(name -> queue(context, name)).toList();
        var texts = texts("item", 60);
        var all = new CountDownLatch(consumers.size());

        texts.forEach(text -> put(producer, text));
        // Nobody is done with its first before all have one: else the quick might leave nothing to the slow.
        consumers.forEach(each -> consume(each, item -> {
            all.countDown();
            all.await(ScenarioContext.READY.toMillis(), TimeUnit.MILLISECONDS);
        }));

        awaitHandled(context, texts, consumers);
        awaitEmpty(context, producer);
        assertThat(handled(consumers)).containsExactlyInAnyOrderElementsOf(texts);
        assertThat(consumers).allSatisfy(each -> assertThat(handled(each)).isNotEmpty());
        // A list for each connection, and for each look of a producer none: a burst costs no list an item.
        assertThat(consumers).allSatisfy(each -> assertThat(listings(each)).isLessThanOrEqualTo(6));
        nothingOverlaps(consumers);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void tenWaitForOneItem(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumers = IntStream.rangeClosed(1, 10)
                .mapToObj(i -> queue(context, "c" + i))
                .toList();
        consumers.forEach(QueueFixtures::consume);
        pass(context, "first of all", producer, consumers);
        awaitWatching(context, consumers);
        awaitQuiet(context, consumers);
        var before = traffic(consumers);
        var beforePut = producer.wire().traffic();

        var texts = texts("item", 5);
        for (String text : texts) {
            pass(context, text, producer, consumers);
        }
        var costOfPuts = producer.wire().traffic().minus(beforePut);
        awaitEmpty(context, producer);
        awaitQuiet(context, consumers);

        var cost = traffic(consumers).minus(before);
        context.count("queue: requests per put", costOfPuts.total() / 5);
        context.count("queue: notifications per item, 10 waiting", cost.notifications() / 5);
        context.count("queue: requests per item, 10 waiting", cost.total() / 5);
        assertThat(handled(consumers)).hasSize(6);
        // All hear of an item; nobody lists for it, and each tries to claim it once at the most.
        assertThat(cost.notifications()).isLessThanOrEqualTo(5 * 6 * 10);
        assertThat(cost.requests("getChildren") + cost.requests("getChildren2")).isZero();
        assertThat(cost.requests("multi")).isLessThanOrEqualTo(5 * (10 + 2));
    }

    @Verifies(Rule.Q1)
    public void oneAloneCountsWhatAnItemCosts(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        consume(consumer);
        pass(context, "first of all", producer, List.of(consumer));
        awaitQuiet(context, List.of(consumer));
        var before = consumer.wire().traffic();
        var texts = texts("item", 10);

        texts.forEach(text -> put(producer, text));
        awaitHandled(context, texts, List.of(consumer));
        awaitEmpty(context, producer);
        awaitQuiet(context, List.of(consumer));

        var cost = consumer.wire().traffic().minus(before);
        context.count("queue: requests per item handled", cost.total() / 10);
        assertThat(handled(consumer)).hasSize(11);
        assertThat(cost.total()).isLessThanOrEqualTo(10 * 4);
    }

    @Verifies(Rule.Q2)
    public void theItemOfAConsumerThatDiedIsHandledByAnother(ScenarioContext context) {
        var producer = context.queue("p1", ROOMY);
        var c1 = context.queue("c1", ROOMY);
        var c2 = context.queue("c2", ROOMY);
        var held = holding(c1, producer, "whose");
        consume(c2);
        awaitWatching(context, List.of(c2));

        var dead = Instant.now();
        c1.wire().cut();

        // Q2 says no time; the server's clock for the session is a part of it.
        var handling = c2.awaitEvent(RecipeEvent.Handling.class, ScenarioContext.READY);
        context.measure("queue: item of a dead consumer", Duration.between(dead, handling.at()));
        assertThat(text(handling.event().item())).isEqualTo("whose");
        held.release();
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void anItemThatWasDoneAndNotRemovedComesOnceMore(ScenarioContext context) {
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");

        // Between take and done: whatever it says after the work does not arrive while its session lives.
        consume(c1, item -> c1.wire().stallRequests());
        pass(context, "twice", producer, List.of(c1));
        c1.expire();
        consume(c2);
        awaitHandled(context, List.of("twice"), List.of(c2));
        c1.wire().mend();
        awaitEmpty(context, producer);

        pass(context, "next", producer, List.of(c1, c2));
        assertThat(handled(List.of(c1, c2))).containsExactlyInAnyOrder("twice", "twice", "next");
    }

    @Verifies(Rule.Q3)
    public void whoFinishesAfterItsSessionEndedRemovesTheItem(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        var held = holding(consumer, producer, "once");

        consumer.expire();
        held.release();
        awaitEmpty(context, producer);

        pass(context, "next", producer, List.of(consumer));
        assertThat(handled(consumer)).containsExactly("once", "next");
    }

    @Verifies(Rule.Q3)
    public void whoFailsAfterItsSessionEndedLeavesTheItemToItsHolder(ScenarioContext context) {
        var zombie = new Held();
        var holder = new Held();
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");
        var c3 = queue(context, "c3");
        consume(c1, item -> {
            zombie.handle(item);
            throw new IllegalStateException("too late");
        });
        put(producer, "whose");
        zombie.awaitBegun();

        c1.expire();
        consume(c2, holder);
        holder.awaitBegun();
        consume(c3);
        awaitAnotherSession(context, c1);
        zombie.release();

        context.throughout(
                "nobody takes it from c2",
                A_WHILE,
                () -> c3.events().isEmpty()
                        && c1.told(RecipeEvent.Handling.class).size() == 1);
        holder.release();
        awaitEmpty(context, producer);
        assertThat(handled(c2)).containsExactly("whose");
        assertThat(c1.told(RecipeEvent.Handling.class)).hasSize(1);
        assertThat(c3.events()).isEmpty();
    }

    @Verifies({Rule.Q6, Rule.Q2})
    public void anItemWhoseHandlerThrowsComesAgainAfterAPauseAndLaterOnesPass(ScenarioContext context) {
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");
        var tries = new CountDownLatch(3);
        Queue.Handler moody = item -> {
            tries.countDown();
            if (text(item).equals("bad") && tries.getCount() > 0) {
                throw new IllegalStateException("on purpose");
            }
        };
        Queue.Handler picky = item -> {
            if (text(item).equals("bad")) {
                moody.handle(item);
            }
        };
        consume(c1, picky);
        consume(c2, picky);

        put(producer, "bad");
        texts("good", 5).forEach(text -> put(producer, text));
        awaitHandled(context, texts("good", 5), List.of(c1, c2));
        awaitHandled(context, List.of("bad"), List.of(c1, c2));
        awaitEmpty(context, producer);

        var attempts = Stream.of(c1, c2)
                .flatMap(each -> each.events().stream())
                .filter(each -> each.event() instanceof RecipeEvent.Handling handling
                        && text(handling.item()).equals("bad"))
                .map(TimedEvent::at)
                .sorted()
                .toList();
        assertThat(attempts).hasSize(3);
        for (int i = 1; i < attempts.size(); i++) {
            assertThat(Duration.between(attempts.get(i - 1), attempts.get(i))).isGreaterThan(SOME_PAUSE);
        }
    }

    @Verifies({Rule.Q6, Rule.Q2})
    public void aBadItemOfADeadConsumerIsTriedByAnother(ScenarioContext context) {
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");
        consume(c1, item -> {
            throw new IllegalStateException("on purpose");
        });
        put(producer, "bad for c1");
        c1.awaitEvent(RecipeEvent.Handling.class, ScenarioContext.READY);

        consume(c2);
        c1.wire().cut();
        c1.expire();

        awaitHandled(context, List.of("bad for c1"), List.of(c2));
        awaitEmpty(context, producer);
    }

    @Verifies({Rule.X5, Rule.Q2, Rule.Q3})
    public void anOperatorTakesAwayWhatIsBeingHandled(ScenarioContext context) {
        var operator = context.operator();
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        var held = holding(consumer, producer, "one");

        // Item, claim, and all above them.
        operator.deleteAll("/recipe/claims");
        operator.deleteAll("/recipe/items");
        operator.delete("/recipe");
        // Unknown, where it was read at a server that is behind, and the parent is another by the time of the create.
        context.eventually("it is put", ScenarioContext.READY, () -> problem(() -> put(producer, "two")) == null);
        held.release();

        // The second is the first of a new queue, and has the first one's name: it is not mistaken for it.
        awaitHandled(context, List.of("two"), List.of(consumer));
        awaitEmpty(context, producer);
        assertThat(handled(consumer)).containsExactly("one", "two");
    }

    @Verifies(Rule.Q3)
    public void whoLostItsClaimBeforeItBeganDoesNotBegin(ScenarioContext context) {
        var holder = new Held();
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");
        var claimed = c1.wire()
                .loseRequest(request ->
                        request.operation().equals("getData") && request.path().startsWith(context.path() + "/items/"));
        claimed.thenRun(c1.wire()::cut);
        consume(c1);
        put(producer, "whose");
        ScenarioContext.await("c1 has claimed it", claimed, ScenarioContext.READY);

        c1.expire();
        consume(c2, holder);
        holder.awaitBegun();
        c1.wire().mend();
        awaitAnotherSession(context, c1);

        context.throughout("c2 is alone at it", A_WHILE, () -> c1.events().isEmpty());
        holder.release();
        awaitEmpty(context, producer);
        assertThat(handled(List.of(c1, c2))).containsExactly("whose");
    }
}
