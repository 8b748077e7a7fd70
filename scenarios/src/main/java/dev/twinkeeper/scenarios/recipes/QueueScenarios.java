package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Server;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.oracle.Change;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Items go in at one end and are handled at the other, whatever is lost between. */
public final class QueueScenarios {
    private static final int ROOMY = 100;

    /** Q6: much less than the first pause of any implementation, much more than no pause at all. */
    private static final Duration SOME_PAUSE = Duration.ofMillis(100);

    /** For what must not happen: enough for it to happen several times. */
    private static final Duration A_WHILE = Duration.ofSeconds(1);

    /** After that long without a request nothing is under way. */
    private static final Duration QUIET = Duration.ofMillis(200);

    // Putting and handling, when nothing is wrong.

    @Verifies({Rule.Q1, Rule.Q5})
    public void oneConsumerHandlesTheItemsInTheOrderOfTheirAcknowledgement(RecipeStage stage) {
        var p1 = stage.queue("p1", ROOMY);
        var p2 = stage.queue("p2", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
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
        stage.eventually(
                "all are handled", RecipeStage.READY, () -> handled(consumer).containsAll(all));
        assertThat(handled(consumer)).containsExactlyElementsOf(all);
        assertThat(consumer.heard(Happening.Handled.class))
                .extracting(each -> each.item().name())
                .isSorted();
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void consumersShareTheItemsAndNoneIsHandledTwice(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var consumers = Stream.of("c1", "c2", "c3")
                .map(name -> stage.queue(name, ROOMY))
                .toList();
        var texts = texts("item", 60);

        texts.forEach(text -> put(producer, text));
        consumers.forEach(QueueScenarios::consume);

        awaitHandled(stage, texts, consumers);
        awaitEmpty(stage, producer);
        assertThat(handled(consumers)).containsExactlyInAnyOrderElementsOf(texts);
        assertThat(consumers).allSatisfy(each -> assertThat(handled(each)).isNotEmpty());
        // A list for each connection, and for each look of a producer none: a burst costs no list an item.
        assertThat(consumers).allSatisfy(each -> assertThat(listings(each)).isLessThanOrEqualTo(6));
        nothingOverlaps(consumers);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void tenWaitForOneItem(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var consumers = IntStream.rangeClosed(1, 10)
                .mapToObj(i -> stage.queue("c" + i, ROOMY))
                .toList();
        consumers.forEach(QueueScenarios::consume);
        put(producer, "first of all");
        awaitHandled(stage, List.of("first of all"), consumers);
        awaitWatching(stage, consumers);
        awaitQuiet(stage, consumers);
        var before = traffic(consumers);
        var beforePut = producer.wire().traffic();

        var texts = texts("item", 5);
        for (String text : texts) {
            put(producer, text);
            awaitHandled(stage, List.of(text), consumers);
        }
        var costOfPuts = producer.wire().traffic().minus(beforePut);
        awaitEmpty(stage, producer);
        awaitQuiet(stage, consumers);

        var cost = traffic(consumers).minus(before);
        stage.count("queue: requests per put", costOfPuts.total() / 5);
        stage.count("queue: notifications per item, 10 waiting", cost.notifications() / 5);
        stage.count("queue: requests per item, 10 waiting", cost.total() / 5);
        assertThat(handled(consumers)).hasSize(6);
        // All hear of an item; nobody lists for it, and each tries to claim it once at the most.
        assertThat(cost.notifications()).isLessThanOrEqualTo(5 * 6 * 10);
        assertThat(cost.requests("getChildren") + cost.requests("getChildren2")).isZero();
        assertThat(cost.requests("multi")).isLessThanOrEqualTo(5 * (10 + 2));
    }

    @Verifies(Rule.Q1)
    public void oneAloneCountsWhatAnItemCosts(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        consume(consumer);
        put(producer, "first of all");
        awaitHandled(stage, List.of("first of all"), List.of(consumer));
        awaitQuiet(stage, List.of(consumer));
        var before = consumer.wire().traffic();
        var texts = texts("item", 10);

        texts.forEach(text -> put(producer, text));
        awaitHandled(stage, texts, List.of(consumer));
        awaitEmpty(stage, producer);
        awaitQuiet(stage, List.of(consumer));

        var cost = consumer.wire().traffic().minus(before);
        stage.count("queue: requests per item handled", cost.total() / 10);
        assertThat(handled(consumer)).hasSize(11);
        assertThat(cost.total()).isLessThanOrEqualTo(10 * 4);
    }

    @Verifies({Rule.Q1, Rule.Q2})
    public void anItemOfSeveralPartsIsHandledPartByPart(RecipeStage stage) {
        var hand = stage.hand();
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        put(producer, "first");

        // As Curator's putMulti writes it: a version, and each part with a mark and its length.
        hand.create(
                "/recipe/items/queue-0000000001", new byte[] {0, 1, 0, 1, 1, 0, 0, 0, 1, 'a', 1, 0, 0, 0, 1, 'b', 2});
        consume(consumer);

        awaitHandled(stage, List.of("first", "a", "b"), List.of(consumer));
        awaitEmpty(stage, producer);
        assertThat(handled(consumer)).containsExactly("first", "a", "b");
    }

    // A consumer dies.

    @Verifies(Rule.Q2)
    public void theItemOfAConsumerThatDiedIsHandledByAnother(RecipeStage stage) {
        var held = new Held();
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
        consume(c1, held);
        put(producer, "whose");
        held.awaitBegun();
        consume(c2);
        awaitWatching(stage, List.of(c2));

        var dead = Instant.now();
        c1.wire().cut();

        var handling = c2.awaitHeard(Happening.Handling.class, RecipeStage.SUCCESSION);
        stage.measure("queue: item of a dead consumer", Duration.between(dead, handling.at()));
        assertThat(text(handling.what().item())).isEqualTo("whose");
        held.release();
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void anItemThatWasDoneAndNotRemovedComesOnceMore(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);

        // Between take and done: whatever it says after the work does not arrive while its session lives.
        consume(c1, item -> c1.wire().stallRequests());
        put(producer, "twice");
        c1.awaitHeard(Happening.Handled.class, RecipeStage.READY);
        consume(c2);
        c2.awaitHeard(Happening.Handled.class, RecipeStage.SUCCESSION);
        c1.wire().mend();
        awaitEmpty(stage, producer);

        put(producer, "next");
        awaitHandled(stage, List.of("next"), List.of(c1, c2));
        assertThat(handled(List.of(c1, c2))).containsExactlyInAnyOrder("twice", "twice", "next");
    }

    @Verifies(Rule.Q3)
    public void whoFinishesAfterItsSessionEndedRemovesTheItem(RecipeStage stage) {
        var held = new Held();
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        consume(consumer, held);
        put(producer, "once");
        held.awaitBegun();

        consumer.expire();
        held.release();
        awaitEmpty(stage, producer);

        put(producer, "next");
        awaitHandled(stage, List.of("next"), List.of(consumer));
        assertThat(handled(consumer)).containsExactly("once", "next");
    }

    @Verifies(Rule.Q3)
    public void whoFailsAfterItsSessionEndedLeavesTheItemToItsHolder(RecipeStage stage) {
        var zombie = new Held();
        var holder = new Held();
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
        var c3 = stage.queue("c3", ROOMY);
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
        stage.eventually(
                "c1 has another session",
                RecipeStage.READY,
                () -> c1.wire().sessions().size() > 1);
        zombie.release();

        stage.throughout(
                "nobody takes it from c2",
                A_WHILE,
                () -> c3.heard().isEmpty() && c1.heard(Happening.Handling.class).size() == 1);
        holder.release();
        awaitEmpty(stage, producer);
        assertThat(handled(c2)).containsExactly("whose");
        assertThat(c1.heard(Happening.Handling.class)).hasSize(1);
        assertThat(c3.heard()).isEmpty();
    }

    // Lost on the wire.

    @Verifies({Rule.Q2, Rule.Q3})
    public void aClaimWhoseAnswerIsLostIsUsed(RecipeStage stage) {
        aClaimIsLost(stage, true);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void aClaimThatIsLostIsMadeAgain(RecipeStage stage) {
        aClaimIsLost(stage, false);
    }

    private static void aClaimIsLost(RecipeStage stage, boolean answer) {
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        Predicate<Request> claim = request -> request.does("create", stage.path() + "/claims/");
        var lost = lose(consumer, answer, claim);

        consume(consumer);
        put(producer, "one");
        stage.await("the claim is lost", lost, RecipeStage.READY);

        awaitHandled(stage, List.of("one"), List.of(consumer));
        awaitEmpty(stage, producer);
        assertThat(handled(consumer)).containsExactly("one");
        // Not by another claim, after the end of the session that made the first.
        assertThat(created(stage, "/claims/")).hasSize(1);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void aRemovalWhoseAnswerIsLostIsDone(RecipeStage stage) {
        aRemovalIsLost(stage, true);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void aRemovalThatIsLostIsMadeAgain(RecipeStage stage) {
        aRemovalIsLost(stage, false);
    }

    private static void aRemovalIsLost(RecipeStage stage, boolean answer) {
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
        Predicate<Request> removal = request -> request.does("delete", stage.path() + "/items/");
        var lost = lose(c1, answer, removal);
        consume(c1);

        put(producer, "one");
        stage.await("the removal is lost", lost, RecipeStage.READY);
        consume(c2);
        put(producer, "two");

        awaitHandled(stage, List.of("one", "two"), List.of(c1, c2));
        awaitEmpty(stage, producer);
        assertThat(handled(List.of(c1, c2))).containsExactlyInAnyOrder("one", "two");
    }

    @Verifies(Rule.Q5)
    public void aPutWhoseAnswerIsLostIsOneItem(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var lost = lose(producer, true, put(stage));

        put(producer, "one");
        stage.await("the answer is lost", lost, RecipeStage.READY);
        put(producer, "two");

        assertThat(itemsCreated(stage)).hasSize(2);
        assertThat(size(producer)).isEqualTo(2);
    }

    @Verifies(Rule.Q5)
    public void aPutThatIsLostIsOneItem(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var lost = lose(producer, false, put(stage));

        put(producer, "one");
        stage.await("the request is lost", lost, RecipeStage.READY);

        assertThat(itemsCreated(stage)).hasSize(1);
    }

    @Verifies({Rule.Q5, Rule.Q3})
    public void aPutWhoseAnswerIsLostIsOneItemAlsoWhenItWasHandledMeanwhile(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        var other = stage.queue("p2", ROOMY);
        consume(consumer);
        var lost = lose(producer, true, put(stage));
        lost.thenRun(producer.wire()::cut);

        var coming = producer.async(() -> {
            put(producer, "one");
            return true;
        });
        awaitHandled(stage, List.of("one"), List.of(consumer));
        put(other, "two");
        awaitHandled(stage, List.of("two"), List.of(consumer));
        producer.expire();
        producer.wire().mend();

        // Neither the item nor the session is there any more; the queue still knows.
        stage.await("the put is acknowledged", coming, RecipeStage.READY);
        assertThat(itemsCreated(stage)).hasSize(2);
        assertThat(handled(consumer)).containsExactly("one", "two");
    }

    @Verifies(Rule.Q5)
    public void aPutThatRanOutOfPatienceIsNotAddedLater(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        put(producer, "one");
        producer.wire().cut();

        assertProblem(() -> producer.recipe().put(bytes("never"), Duration.ofMillis(300)), Problem.CANNOT_CONNECT);
        producer.wire().mend();
        put(producer, "two");

        assertThat(itemsCreated(stage)).hasSize(2);
    }

    @Verifies(Rule.Q5)
    public void aPutWithoutAnAnswerIsSaidToBeUnknown(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        put(producer, "one");
        var sent = producer.wire().loseAnswer(put(stage));
        sent.thenRun(producer.wire()::cut);

        assertProblem(() -> producer.recipe().put(bytes("unknown"), Duration.ofSeconds(1)), Problem.UNKNOWN);
        producer.wire().mend();
        put(producer, "two");

        assertThat(itemsCreated(stage)).hasSize(3);
    }

    @Verifies(Rule.Q5)
    public void aPutOfWhichTheQueueKnowsNoMoreIsSaidToBeUnknown(RecipeStage stage) {
        int others = 110;
        var producer = stage.queue("p1", 2 * others);
        var other = stage.queue("p2", 2 * others);
        put(producer, "before");
        var sent = producer.wire().loseRequest(put(stage));
        sent.thenRun(producer.wire()::cut);

        var coming = producer.async(() -> problem(() -> put(producer, "one")));
        stage.await("the request is lost", sent, RecipeStage.READY);
        texts("of another", others).forEach(text -> put(other, text));
        producer.wire().mend();

        // It may neither say that it was added, nor add it a second time.
        assertThat(stage.await("it is told", coming, RecipeStage.READY)).isEqualTo(Problem.UNKNOWN);
        assertThat(itemsCreated(stage)).hasSize(1 + others);
    }

    // The bound.

    @Verifies(Rule.Q4)
    public void aFullQueueRefusesUntilThereIsRoom(RecipeStage stage) {
        var producer = stage.queue("p1", 3);
        var consumer = stage.queue("c1", 3);
        texts("item", 3).forEach(text -> put(producer, text));

        assertProblem(() -> put(producer, "too many"), Problem.FULL);
        assertProblem(() -> put(consumer, "too many"), Problem.FULL);
        assertThat(size(producer)).isEqualTo(3);
        consume(consumer);
        awaitEmpty(stage, producer);
        put(producer, "again");

        awaitHandled(stage, List.of("again"), List.of(consumer));
        assertThat(itemsCreated(stage)).hasSize(4);
    }

    @Verifies({Rule.Q4, Rule.Q5})
    public void theBoundHoldsWhileManyPut(RecipeStage stage) {
        int capacity = 10;
        var producers = Stream.of("p1", "p2", "p3", "p4")
                .map(name -> stage.queue(name, capacity))
                .toList();

        var results = producers.stream()
                .map(producer -> producer.async(() -> putMany(producer, 6)))
                .toList();
        int acknowledged = results.stream()
                .mapToInt(each -> stage.await("all are put", each, RecipeStage.READY))
                .sum();

        assertThat(acknowledged).isEqualTo(capacity);
        assertThat(itemsCreated(stage)).hasSize(capacity);
    }

    private static int putMany(Player<Queue> producer, int times) {
        int put = 0;
        for (int i = 0; i < times; i++) {
            try {
                put(producer, producer + " " + i);
                put++;
            } catch (Failure e) {
                assertThat(e.problem()).isEqualTo(Problem.FULL);
            }
        }
        return put;
    }

    // A bad item.

    @Verifies({Rule.Q6, Rule.Q2})
    public void anItemWhoseHandlerThrowsComesAgainAfterAPauseAndLaterOnesPass(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
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
        awaitHandled(stage, texts("good", 5), List.of(c1, c2));
        awaitHandled(stage, List.of("bad"), List.of(c1, c2));
        awaitEmpty(stage, producer);

        var attempts = Stream.of(c1, c2)
                .flatMap(each -> each.heard().stream())
                .filter(each -> each.what() instanceof Happening.Handling handling
                        && text(handling.item()).equals("bad"))
                .map(Happening.Heard::at)
                .sorted()
                .toList();
        assertThat(attempts).hasSize(3);
        for (int i = 1; i < attempts.size(); i++) {
            assertThat(Duration.between(attempts.get(i - 1), attempts.get(i))).isGreaterThan(SOME_PAUSE);
        }
    }

    @Verifies({Rule.Q6, Rule.Q2})
    public void aBadItemOfADeadConsumerIsTriedByAnother(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
        consume(c1, item -> {
            throw new IllegalStateException("on purpose");
        });
        put(producer, "bad for c1");
        c1.awaitHeard(Happening.Handling.class, RecipeStage.READY);

        consume(c2);
        c1.wire().cut();

        awaitHandled(stage, List.of("bad for c1"), List.of(c2));
        awaitEmpty(stage, producer);
    }

    // All that is true of every recipe.

    @Verifies(Rule.X1)
    public void whatCannotBeIsRefused(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var place = new Recipe.Place(producer.wire().connectString(), RecipeStage.SESSION_TIMEOUT, stage.path());
        put(producer, "");
        put(producer, "x".repeat(Recipe.MAX_DATA));
        long sent = producer.wire().traffic().sent();

        assertProblem(() -> stage.recipes(0).queue(place, 0).close(), Problem.INVALID);
        assertProblem(() -> stage.recipes(1).queue(place, 0).close(), Problem.INVALID);
        assertProblem(() -> stage.recipes(0).queue(place, Queue.MAX_ITEMS + 1).close(), Problem.INVALID);
        assertProblem(() -> put(producer, "x".repeat(Recipe.MAX_DATA + 1)), Problem.TOO_LARGE);
        assertThat(producer.wire().traffic().sent() - sent).isLessThan(Recipe.MAX_DATA);
        consume(producer);
        assertProblem(() -> consume(producer), Problem.INVALID);

        awaitEmpty(stage, producer);
        assertThat(producer.heard(Happening.Handled.class))
                .extracting(each -> each.item().data().length)
                .containsExactly(0, Recipe.MAX_DATA);
    }

    @Verifies({Rule.X2, Rule.Q1})
    public void whatIsNoItemIsLeftAlone(RecipeStage stage) {
        var hand = stage.hand();
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
        put(producer, "one");
        hand.create("/recipe/items/queue-0000000100", "not as the queue writes it");
        hand.create("/recipe/items/read.me", "neither");
        hand.createEphemeral("/recipe/claims/read.me", "nor this");

        consume(c1);
        consume(c2);
        put(producer, "two");

        awaitHandled(stage, List.of("one", "two"), List.of(c1, c2));
        stage.eventually(
                "the claims are gone",
                RecipeStage.READY,
                () -> hand.children("/recipe/claims").equals(List.of("read.me")));
        awaitQuiet(stage, List.of(c1, c2));
        assertThat(hand.children("/recipe/items")).containsExactlyInAnyOrder("queue-0000000100", "read.me");
        assertThat(handled(List.of(c1, c2))).containsExactlyInAnyOrder("one", "two");
    }

    @Verifies({Rule.X2, Rule.X3})
    public void aPlaceThatIsAnEphemeralIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RecipeStage.RECIPE, "mine");
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);

        consume(consumer);
        assertProblem(() -> put(producer, "nowhere"), Problem.FOREIGN);
        assertProblem(() -> put(consumer, "nowhere"), Problem.FOREIGN);

        awaitQuiet(stage, List.of(producer, consumer));
        assertThat(hand.get(RecipeStage.RECIPE)).isEqualTo("mine");
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void closingLetsTheHandlerFinish(RecipeStage stage) {
        var held = new Held();
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        consume(consumer, held);
        put(producer, "one");
        put(producer, "two");
        held.awaitBegun();

        var closing = consumer.async(() -> {
            consumer.recipe().close();
            return true;
        });
        stage.throughout("close waits", Duration.ofMillis(200), () -> !closing.isDone());
        held.release();
        stage.await("closed", closing, RecipeStage.READY);
        consumer.close();

        assertThat(size(producer)).isEqualTo(1);
        assertThat(handled(consumer)).containsExactly("one");
        assertProblem(() -> put(consumer, "late"), Problem.CLOSED);
        assertProblem(() -> size(consumer), Problem.CLOSED);
        assertProblem(() -> consume(consumer), Problem.CLOSED);
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void closingDoesNotWaitForeverForAHandler(RecipeStage stage) {
        var held = new Held();
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        var other = stage.queue("c2", ROOMY);
        consume(consumer, held);
        put(producer, "endless");
        held.awaitBegun();

        var closing = consumer.async(() -> {
            consumer.close();
            return true;
        });
        consume(other);

        stage.await("closed", closing, RecipeStage.SUCCESSION);
        awaitHandled(stage, List.of("endless"), List.of(other));
        assertThat(handled(consumer)).isEmpty();
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void aHandlerMayClose(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        var other = stage.queue("c2", ROOMY);
        consume(consumer, item -> consumer.recipe().close());

        put(producer, "the last");
        awaitEmpty(stage, producer);
        put(producer, "of another");
        consume(other);

        awaitHandled(stage, List.of("of another"), List.of(other));
        assertThat(handled(consumer)).containsExactly("the last");
        assertThat(handled(other)).containsExactly("of another");
    }

    @Verifies(Rule.X3)
    public void whoeverWaitsIsToldOfTheClose(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        put(producer, "one");
        producer.wire().cut();
        var waiting = producer.async(() -> problem(() -> put(producer, "two")));
        var queued = producer.async(() -> problem(() -> size(producer)));

        stage.throughout("both wait", Duration.ofMillis(200), () -> !waiting.isDone() && !queued.isDone());
        producer.close();

        assertThat(stage.await("it is told", waiting, RecipeStage.READY)).isEqualTo(Problem.CLOSED);
        assertThat(stage.await("it is told", queued, RecipeStage.READY)).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X4, Rule.X5})
    public void watchesDoNotPileUp(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        consume(consumer);
        put(producer, "one");
        awaitHandled(stage, List.of("one"), List.of(consumer));
        int watches = consumer.watches();

        for (String text : texts("after a reset", 3)) {
            consumer.wire().reset();
            producer.wire().reset();
            put(producer, text);
            awaitHandled(stage, List.of(text), List.of(consumer));
        }

        awaitEmpty(stage, producer);
        stage.eventually("as many watches", RecipeStage.READY, () -> consumer.watches() == watches);
        assertThat(watches).isLessThanOrEqualTo(2);
        assertThat(producer.watches()).isZero();
        assertThat(handled(consumer)).hasSize(4);
    }

    @Verifies({Rule.X5, Rule.Q1, Rule.Q2})
    public void whatWasPutInTheGapOfAWatchIsHandledInItsOrder(RecipeStage stage) {
        var hand = stage.hand();
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        consume(consumer);
        put(producer, "before");
        awaitHandled(stage, List.of("before"), List.of(consumer));

        consumer.wire().cut();
        texts("in the gap", 3).forEach(text -> put(producer, text));
        put(producer, "taken by hand");
        hand.delete("/recipe/items/queue-0000000004");
        consumer.wire().mend();
        var after = texts("after the gap", 20);
        after.forEach(text -> put(producer, text));

        awaitHandled(stage, after, List.of(consumer));
        awaitEmpty(stage, producer);
        assertThat(handled(consumer))
                .containsExactlyElementsOf(Stream.of(List.of("before"), texts("in the gap", 3), after)
                        .flatMap(List::stream)
                        .toList());
    }

    @Verifies({Rule.X5, Rule.Q2, Rule.Q3})
    public void anOperatorTakesAwayWhatIsBeingHandled(RecipeStage stage) {
        var hand = stage.hand();
        var held = new Held();
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        consume(consumer, held);
        put(producer, "one");
        held.awaitBegun();

        // Item, claim, and all above them.
        hand.deleteAll("/recipe/claims");
        hand.deleteAll("/recipe/items");
        hand.delete("/recipe");
        put(producer, "two");
        held.release();

        // The second is the first of a new queue, and has the first one's name: it is not mistaken for it.
        awaitHandled(stage, List.of("two"), List.of(consumer));
        awaitEmpty(stage, producer);
        assertThat(handled(consumer)).containsExactly("one", "two");
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.Q2, Rule.Q5})
    public void allGoesOnWhenTheEnsembleComesBack(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
        consume(c1);
        consume(c2);
        put(producer, "before");
        awaitHandled(stage, List.of("before"), List.of(c1, c2));

        stage.ensemble().servers().forEach(Server::kill);
        var coming = producer.async(() -> {
            producer.recipe().put(bytes("meanwhile"), RecipeStage.RECOVERY);
            return true;
        });
        stage.ensemble().restore();

        stage.await("it is put", coming, RecipeStage.RECOVERY);
        awaitHandled(stage, List.of("meanwhile"), List.of(c1, c2));
        awaitEmpty(stage, producer);
        assertThat(itemsCreated(stage)).hasSize(2);
    }

    // Helpers.

    /** A handler that does not end before it may. */
    private static final class Held implements Queue.Handler {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public void handle(Queue.Item item) throws InterruptedException {
            begun.countDown();
            released.await();
        }

        void awaitBegun() {
            try {
                assertThat(begun.await(RecipeStage.READY.toMillis(), TimeUnit.MILLISECONDS))
                        .as("handling has begun")
                        .isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        void release() {
            released.countDown();
        }
    }

    private static void consume(Player<Queue> player) {
        consume(player, item -> {});
    }

    /** Takes down what is handled; what the handler throws is thrown on. */
    private static void consume(Player<Queue> player, Queue.Handler handler) {
        player.recipe().consume(item -> {
            player.hear(new Happening.Handling(item));
            handler.handle(item);
            player.hear(new Happening.Handled(item));
        });
    }

    private static void put(Player<Queue> player, String text) {
        player.recipe().put(bytes(text), RecipeStage.READY);
    }

    private static int size(Player<Queue> player) {
        return player.recipe().size(RecipeStage.READY);
    }

    private static Predicate<Request> put(RecipeStage stage) {
        return request -> request.does("create", stage.path() + "/items/");
    }

    private static CompletableFuture<Request> lose(Player<Queue> player, boolean answer, Predicate<Request> which) {
        return answer ? player.wire().loseAnswer(which) : player.wire().loseRequest(which);
    }

    private static List<String> handled(Player<Queue> player) {
        return player.heard(Happening.Handled.class).stream()
                .map(each -> text(each.item()))
                .toList();
    }

    private static List<String> handled(Collection<Player<Queue>> players) {
        return players.stream().flatMap(each -> handled(each).stream()).toList();
    }

    private static void awaitHandled(RecipeStage stage, List<String> texts, Collection<Player<Queue>> players) {
        stage.eventually(
                texts + " handled", RecipeStage.READY, () -> handled(players).containsAll(texts));
    }

    private static void awaitWatching(RecipeStage stage, Collection<Player<Queue>> players) {
        stage.eventually(
                "all watch",
                RecipeStage.READY,
                () -> players.stream().allMatch(each -> each.wire().session().isPresent() && each.watches() > 0));
    }

    private static void awaitEmpty(RecipeStage stage, Player<Queue> player) {
        stage.eventually("the queue is empty", RecipeStage.READY, () -> size(player) == 0);
    }

    /** Waits until nothing but pings goes over their wires. */
    private static void awaitQuiet(RecipeStage stage, Collection<Player<Queue>> players) {
        var quiet = new Object() {
            private Traffic last = Traffic.NONE;
            private Instant since = Instant.now();

            boolean isLongEnough() {
                Traffic now = traffic(players);
                Traffic more = now.minus(last);
                if (more.total() + more.notifications() > 0) {
                    last = now;
                    since = Instant.now();
                }
                return since.plus(QUIET).isBefore(Instant.now());
            }
        };
        stage.eventually("all is quiet", RecipeStage.READY, quiet::isLongEnough);
    }

    private static Traffic traffic(Collection<Player<Queue>> players) {
        return players.stream().map(each -> each.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }

    private static long listings(Player<Queue> player) {
        Traffic traffic = player.wire().traffic();
        return traffic.requests("getChildren") + traffic.requests("getChildren2");
    }

    /** Q5: by the servers' logs. */
    private static List<String> itemsCreated(RecipeStage stage) {
        return created(stage, "/items/");
    }

    private static List<String> created(RecipeStage stage, String parent) {
        List<String> created = new ArrayList<>();
        for (var commit : stage.commits()) {
            for (var create : commit.changes(Change.Create.class)) {
                if (create.path().startsWith(stage.path() + parent)) {
                    created.add(create.path());
                }
            }
        }
        return created;
    }

    /** Q3: no item is begun by one while another is at it. */
    private static void nothingOverlaps(Collection<Player<Queue>> players) {
        List<String> names = players.stream()
                .flatMap(each -> each.heard(Happening.Handling.class).stream())
                .map(each -> each.item().name())
                .toList();
        assertThat(names).doesNotHaveDuplicates();
    }

    private static void assertProblem(ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Failure.class, why -> assertThat(why.problem()).isEqualTo(problem));
    }

    private static Problem problem(Runnable call) {
        try {
            call.run();
            return null;
        } catch (Failure why) {
            return why.problem();
        }
    }

    private static List<String> texts(String what, int count) {
        return IntStream.range(0, count).mapToObj(i -> what + " " + i).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Queue.Item item) {
        return new String(item.data(), StandardCharsets.UTF_8);
    }
}
