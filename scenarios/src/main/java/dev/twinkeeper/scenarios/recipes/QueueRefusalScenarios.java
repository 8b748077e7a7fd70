package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.QueueFixtures.ROOMY;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.assertProblem;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitEmpty;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitHandled;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitQuiet;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.consume;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.handled;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.holding;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.itemsCreated;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.listings;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.pass;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.problem;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.put;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.queue;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.size;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.Perms;

/** The bound of a queue, bad input, others' znodes, and the end. */
public final class QueueRefusalScenarios {
    @Verifies(Rule.Q4)
    public void aFullQueueRefusesUntilThereIsRoom(ScenarioContext context) {
        var producer = context.queue("p1", 3);
        var consumer = context.queue("c1", 3);
        texts("item", 3).forEach(text -> put(producer, text));

        assertProblem(() -> put(producer, "too many"), Problem.FULL);
        assertProblem(() -> put(consumer, "too many"), Problem.FULL);
        assertThat(size(producer)).isEqualTo(3);
        consume(consumer);
        awaitEmpty(context, producer);
        pass(context, "again", producer, List.of(consumer));
        assertThat(itemsCreated(context)).hasSize(4);
    }

    @Verifies(Rule.Q4)
    public void theBoundHoldsWhereAnotherPutsAtTheLastMoment(ScenarioContext context) {
        var one = context.queue("p1", 2);
        var other = context.queue("p2", 2);
        put(other, "first");
        var once = new AtomicBoolean();

        // The wire lets no request pass before it knows that it is not to be lost: the other one comes between.
        one.wire().loseRequest(request -> {
            if (QueueFixtures.put(context).test(request) && once.compareAndSet(false, true)) {
                put(other, "at the last moment");
            }
            return false;
        });
        assertProblem(() -> put(one, "too many"), Problem.FULL);

        assertThat(itemsCreated(context)).hasSize(2);
    }

    @Verifies({Rule.Q4, Rule.Q5})
    public void theBoundHoldsWhileManyPut(ScenarioContext context) {
        int capacity = 10;
        var producers = Stream.of("p1", "p2", "p3", "p4")
                .map(name -> context.queue(name, capacity))
                .toList();

        var results = producers.stream()
                .map(producer -> producer.async(() -> putMany(producer, 6)))
                .toList();
        int acknowledged = results.stream()
                .mapToInt(each -> ScenarioContext.await("all are put", each, ScenarioContext.READY))
                .sum();

        assertThat(acknowledged).isEqualTo(capacity);
        assertThat(itemsCreated(context)).hasSize(capacity);
    }

    private static int putMany(TestParticipant<Queue> producer, int times) {
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
    public void whatCannotBeIsRefused(ScenarioContext context) {
        var producer = queue(context, "p1");
        var place = new Recipe.Place(producer.wire().connectString(), ScenarioContext.SESSION_TIMEOUT, context.path());
        put(producer, "");
        put(producer, "x".repeat(Recipe.MAX_DATA));
        long sent = producer.wire().traffic().sent();

        assertProblem(() -> context.recipes(0).queue(place, 0).close(), Problem.INVALID);
        assertProblem(() -> context.recipes(1).queue(place, 0).close(), Problem.INVALID);
        assertProblem(() -> context.recipes(0).queue(place, Queue.MAX_ITEMS + 1).close(), Problem.INVALID);
        assertProblem(() -> put(producer, "x".repeat(Recipe.MAX_DATA + 1)), Problem.TOO_LARGE);
        assertThat(producer.wire().traffic().sent() - sent).isLessThan(Recipe.MAX_DATA);
        consume(producer);
        assertProblem(() -> consume(producer), Problem.INVALID);

        awaitEmpty(context, producer);
        assertThat(producer.told(RecipeEvent.Handled.class))
                .extracting(each -> each.item().data().length)
                .containsExactly(0, Recipe.MAX_DATA);
    }

    @Verifies({Rule.X2, Rule.Q1})
    public void whatIsNoItemIsLeftAlone(ScenarioContext context) {
        var operator = context.operator();
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");
        put(producer, "one");
        operator.create("/recipe/items/queue-0000000100", "not as the queue writes it");
        operator.create("/recipe/items/read.me", "neither");
        operator.createEphemeral("/recipe/claims/read.me", "nor this");

        consume(c1);
        consume(c2);
        put(producer, "two");

        awaitHandled(context, List.of("one", "two"), List.of(c1, c2));
        context.eventually(
                "the claims are gone",
                ScenarioContext.READY,
                () -> operator.children("/recipe/claims").equals(List.of("read.me")));
        awaitQuiet(context, List.of(c1, c2));
        assertThat(operator.children("/recipe/items")).containsExactlyInAnyOrder("queue-0000000100", "read.me");
        assertThat(handled(List.of(c1, c2))).containsExactlyInAnyOrder("one", "two");
    }

    @Verifies({Rule.X2, Rule.X3})
    public void aPlaceThatIsAnEphemeralIsRefused(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(ScenarioContext.RECIPE, "mine");
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");

        consume(consumer);
        assertProblem(() -> put(producer, "nowhere"), Problem.FOREIGN);
        assertProblem(() -> put(consumer, "nowhere"), Problem.FOREIGN);

        awaitQuiet(context, List.of(producer, consumer));
        assertThat(operator.get(ScenarioContext.RECIPE)).isEqualTo("mine");
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void closingLetsTheHandlerFinish(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        var held = holding(consumer, producer, "one");
        put(producer, "two");

        var closing = consumer.async(() -> {
            consumer.role().close();
            return true;
        });
        context.throughout("close waits", Duration.ofMillis(200), () -> !closing.isDone());
        held.release();
        ScenarioContext.await("closed", closing, ScenarioContext.READY);
        consumer.close();

        assertThat(size(producer)).isEqualTo(1);
        assertThat(handled(consumer)).containsExactly("one");
        assertProblem(() -> put(consumer, "late"), Problem.CLOSED);
        assertProblem(() -> size(consumer), Problem.CLOSED);
        assertProblem(() -> consume(consumer), Problem.CLOSED);
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void closingDoesNotWaitForeverForAHandler(ScenarioContext context) {
        var producer = context.queue("p1", ROOMY);
        var consumer = context.queue("c1", ROOMY);
        var other = context.queue("c2", ROOMY);
        holding(consumer, producer, "endless");

        var closing = consumer.async(() -> {
            consumer.close();
            return true;
        });
        consume(other);

        // A session timeout, and what ending the session takes.
        ScenarioContext.await("closed", closing, ScenarioContext.READY);
        awaitHandled(context, List.of("endless"), List.of(other));
        assertThat(handled(consumer)).isEmpty();
    }

    @Verifies({Rule.X3, Rule.Q2})
    public void aHandlerMayClose(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        var other = queue(context, "c2");
        consume(consumer, item -> consumer.role().close());

        put(producer, "the last");
        awaitEmpty(context, producer);
        put(producer, "of another");
        consume(other);

        awaitHandled(context, List.of("of another"), List.of(other));
        assertThat(handled(consumer)).containsExactly("the last");
        assertThat(handled(other)).containsExactly("of another");
    }

    @Verifies(Rule.X3)
    public void whoeverWaitsIsToldOfTheClose(ScenarioContext context) {
        var producer = queue(context, "p1");
        put(producer, "one");
        producer.wire().cut();
        var waiting = producer.async(() -> problem(() -> put(producer, "two")));
        var queued = producer.async(() -> problem(() -> size(producer)));

        context.throughout("both wait", Duration.ofMillis(200), () -> !waiting.isDone() && !queued.isDone());
        producer.close();

        assertThat(ScenarioContext.await("it is told", waiting, ScenarioContext.READY))
                .isEqualTo(Problem.CLOSED);
        assertThat(ScenarioContext.await("it is told", queued, ScenarioContext.READY))
                .isEqualTo(Problem.CLOSED);
    }

    @Verifies({Rule.X5, Rule.Q2})
    public void whatWasRefusedIsDoneWhenItIsAllowedAgain(ScenarioContext context) {
        var operator = context.operator();
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        consume(consumer);
        pass(context, "before", producer, List.of(consumer));
        awaitEmpty(context, producer);

        operator.setAcl("/recipe/claims", Perms.READ | Perms.ADMIN);
        operator.setAcl("/recipe/items", Perms.READ | Perms.ADMIN);
        assertProblem(() -> put(producer, "too early"), Problem.NOT_ALLOWED);
        operator.setAcl("/recipe/items", Perms.ALL);
        context.eventually("it can be put", ScenarioContext.READY, () -> problem(() -> put(producer, "after")) == null);
        put(producer, "later");
        awaitQuiet(context, List.of(consumer));
        operator.setAcl("/recipe/claims", Perms.ALL);

        awaitHandled(context, List.of("after", "later"), List.of(consumer));
        awaitEmpty(context, producer);
        assertThat(handled(consumer)).containsExactly("before", "after", "later");
    }

    @Verifies({Rule.X5, Rule.Q2, Rule.Q6})
    public void aClaimThatMayNotBeGivenBackIsGivenBackWhenItMay(ScenarioContext context) {
        var operator = context.operator();
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        consume(consumer, item -> {
            if (consumer.told(RecipeEvent.Handling.class).size() == 1) {
                operator.setAcl("/recipe/claims", Perms.READ | Perms.CREATE | Perms.ADMIN);
                throw new IllegalStateException("on purpose");
            }
        });

        put(producer, "bad once");
        context.eventually(
                "it is refused",
                ScenarioContext.READY,
                () -> consumer.wire().traffic().requests("delete") > 0);
        awaitQuiet(context, List.of(consumer));
        operator.setAcl("/recipe/claims", Perms.ALL);

        awaitHandled(context, List.of("bad once"), List.of(consumer));
        awaitEmpty(context, producer);
    }

    @Verifies({Rule.X5, Rule.Q2})
    public void whoMayNotListListsWhenItMay(ScenarioContext context) {
        var operator = context.operator();
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        consume(consumer);
        pass(context, "before", producer, List.of(consumer));
        awaitEmpty(context, producer);
        long before = listings(consumer);

        operator.setAcl("/recipe/claims", Perms.ALL & ~Perms.READ);
        consumer.wire().reset();
        context.eventually("it is refused", ScenarioContext.READY, () -> listings(consumer) > before + 1);
        awaitQuiet(context, List.of(consumer));
        operator.setAcl("/recipe/claims", Perms.ALL);

        pass(context, "after", producer, List.of(consumer));
    }
}
