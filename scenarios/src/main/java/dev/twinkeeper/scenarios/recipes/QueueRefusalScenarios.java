package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.QueueProps.ROOMY;
import static dev.twinkeeper.scenarios.recipes.QueueProps.assertProblem;
import static dev.twinkeeper.scenarios.recipes.QueueProps.awaitEmpty;
import static dev.twinkeeper.scenarios.recipes.QueueProps.awaitHandled;
import static dev.twinkeeper.scenarios.recipes.QueueProps.awaitQuiet;
import static dev.twinkeeper.scenarios.recipes.QueueProps.consume;
import static dev.twinkeeper.scenarios.recipes.QueueProps.handled;
import static dev.twinkeeper.scenarios.recipes.QueueProps.holding;
import static dev.twinkeeper.scenarios.recipes.QueueProps.itemsCreated;
import static dev.twinkeeper.scenarios.recipes.QueueProps.listings;
import static dev.twinkeeper.scenarios.recipes.QueueProps.pass;
import static dev.twinkeeper.scenarios.recipes.QueueProps.problem;
import static dev.twinkeeper.scenarios.recipes.QueueProps.put;
import static dev.twinkeeper.scenarios.recipes.QueueProps.queue;
import static dev.twinkeeper.scenarios.recipes.QueueProps.size;
import static dev.twinkeeper.scenarios.recipes.QueueProps.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** The bound of a queue, bad input, others' znodes, and the end. */
public final class QueueRefusalScenarios {
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
        pass(stage, "again", producer, List.of(consumer));
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

    @Verifies(Rule.X1)
    public void whatCannotBeIsRefused(RecipeStage stage) {
        var producer = queue(stage, "p1");
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
        var producer = queue(stage, "p1");
        var c1 = queue(stage, "c1");
        var c2 = queue(stage, "c2");
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
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");

        consume(consumer);
        assertProblem(() -> put(producer, "nowhere"), Problem.FOREIGN);
        assertProblem(() -> put(consumer, "nowhere"), Problem.FOREIGN);

        awaitQuiet(stage, List.of(producer, consumer));
        assertThat(hand.get(RecipeStage.RECIPE)).isEqualTo("mine");
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void closingLetsTheHandlerFinish(RecipeStage stage) {
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        var held = holding(consumer, producer, "one");
        put(producer, "two");

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
        var producer = stage.queue("p1", ROOMY);
        var consumer = stage.queue("c1", ROOMY);
        var other = stage.queue("c2", ROOMY);
        holding(consumer, producer, "endless");

        var closing = consumer.async(() -> {
            consumer.close();
            return true;
        });
        consume(other);

        // A session timeout, and what ending the session takes.
        stage.await("closed", closing, RecipeStage.READY);
        awaitHandled(stage, List.of("endless"), List.of(other));
        assertThat(handled(consumer)).isEmpty();
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void aHandlerMayClose(RecipeStage stage) {
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        var other = queue(stage, "c2");
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
        var producer = queue(stage, "p1");
        put(producer, "one");
        producer.wire().cut();
        var waiting = producer.async(() -> problem(() -> put(producer, "two")));
        var queued = producer.async(() -> problem(() -> size(producer)));

        stage.throughout("both wait", Duration.ofMillis(200), () -> !waiting.isDone() && !queued.isDone());
        producer.close();

        assertThat(stage.await("it is told", waiting, RecipeStage.READY)).isEqualTo(Problem.CLOSED);
        assertThat(stage.await("it is told", queued, RecipeStage.READY)).isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X5, Rule.Q2})
    public void whatWasRefusedIsDoneWhenItIsAllowedAgain(RecipeStage stage) {
        var hand = stage.hand();
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        consume(consumer);
        pass(stage, "before", producer, List.of(consumer));
        awaitEmpty(stage, producer);

        hand.setAcl("/recipe/claims", Perms.READ | Perms.ADMIN);
        hand.setAcl("/recipe/items", Perms.READ | Perms.CREATE | Perms.ADMIN);
        assertProblem(() -> put(producer, "too early"), Problem.NOT_ALLOWED);
        hand.setAcl("/recipe/items", Perms.ALL);
        stage.eventually("it can be put", RecipeStage.READY, () -> problem(() -> put(producer, "after")) == null);
        put(producer, "later");
        awaitQuiet(stage, List.of(consumer));
        hand.setAcl("/recipe/claims", Perms.ALL);

        awaitHandled(stage, List.of("after", "later"), List.of(consumer));
        awaitEmpty(stage, producer);
        assertThat(handled(consumer)).containsExactly("before", "after", "later");
    }

    @Verifies({Rule.X5, Rule.Q2, Rule.Q6})
    public void aClaimThatMayNotBeGivenBackIsGivenBackWhenItMay(RecipeStage stage) {
        var hand = stage.hand();
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        consume(consumer, item -> {
            if (consumer.heard(Happening.Handling.class).size() == 1) {
                hand.setAcl("/recipe/claims", Perms.READ | Perms.CREATE | Perms.ADMIN);
                throw new IllegalStateException("on purpose");
            }
        });

        put(producer, "bad once");
        stage.eventually(
                "it is refused",
                RecipeStage.READY,
                () -> consumer.wire().traffic().requests("delete") > 0);
        awaitQuiet(stage, List.of(consumer));
        hand.setAcl("/recipe/claims", Perms.ALL);

        awaitHandled(stage, List.of("bad once"), List.of(consumer));
        awaitEmpty(stage, producer);
    }

    @Verifies({Rule.X5, Rule.Q2})
    public void whoMayNotListListsWhenItMay(RecipeStage stage) {
        var hand = stage.hand();
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        consume(consumer);
        pass(stage, "before", producer, List.of(consumer));
        awaitEmpty(stage, producer);
        long before = listings(consumer);

        hand.setAcl("/recipe/claims", Perms.ALL & ~Perms.READ);
        consumer.wire().reset();
        stage.eventually("it is refused", RecipeStage.READY, () -> listings(consumer) > before + 1);
        awaitQuiet(stage, List.of(consumer));
        hand.setAcl("/recipe/claims", Perms.ALL);

        pass(stage, "after", producer, List.of(consumer));
    }
}
