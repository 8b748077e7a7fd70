package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.QueueFixtures.ROOMY;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.assertProblem;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitEmpty;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitHandled;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.awaitQuiet;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.bytes;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.consume;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.created;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.handled;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.holding;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.itemsCreated;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.listings;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.lose;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.pass;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.problem;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.put;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.queue;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.size;
import static dev.twinkeeper.scenarios.recipes.QueueFixtures.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Server;
import dev.twinkeeper.scenarios.recipes.QueueFixtures.Held;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What a queue makes of lost requests, answers and connections. */
public final class QueueLossScenarios {
    /** How late a reply comes over a slow wire: time enough for something else to happen before it. */
    private static final Duration REPLY = Duration.ofMillis(200);

    /** For what must not happen: longer than anybody waits before it tries again what was lost. */
    private static final Duration REPEATED = Duration.ofSeconds(3);

    @Verifies({Rule.Q2, Rule.Q3})
    public void aClaimWhoseAnswerIsLostIsUsed(ScenarioContext context) {
        aClaimIsLost(context, true);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void aClaimThatIsLostIsMadeAgain(ScenarioContext context) {
        aClaimIsLost(context, false);
    }

    private static void aClaimIsLost(ScenarioContext context, boolean answer) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        Predicate<Request> claim = request -> request.does("create", context.path() + "/claims/");
        var lost = lose(consumer, answer, claim);

        consume(consumer);
        put(producer, "one");
        ScenarioContext.await("the claim is lost", lost, ScenarioContext.READY);

        awaitHandled(context, List.of("one"), List.of(consumer));
        awaitEmpty(context, producer);
        assertThat(handled(consumer)).containsExactly("one");
        // Not by another claim, after the end of the session that made the first.
        assertThat(created(context, "/claims/")).hasSize(1);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void aRemovalWhoseAnswerIsLostIsDone(ScenarioContext context) {
        aRemovalIsLost(context, true);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void aRemovalThatIsLostIsMadeAgain(ScenarioContext context) {
        aRemovalIsLost(context, false);
    }

    private static void aRemovalIsLost(ScenarioContext context, boolean answer) {
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");
        Predicate<Request> removal = request -> request.does("delete", context.path() + "/items/");
        var lost = lose(c1, answer, removal);
        consume(c1);

        put(producer, "one");
        ScenarioContext.await("the removal is lost", lost, ScenarioContext.READY);
        consume(c2);
        put(producer, "two");

        awaitHandled(context, List.of("one", "two"), List.of(c1, c2));
        awaitEmpty(context, producer);
        assertThat(handled(List.of(c1, c2))).containsExactlyInAnyOrder("one", "two");
    }

    @Verifies({Rule.Q3, Rule.Q6})
    public void whoComesTooLateToGiveItsClaimBackLeavesTheNextOneAlone(ScenarioContext context) {
        var operator = context.operator();
        var holder = new Held();
        var producer = queue(context, "p1");
        var c1 = queue(context, "c1");
        var c2 = queue(context, "c2");
        Predicate<Request> release = request -> request.does("delete", context.path() + "/claims/");
        var lost = c1.wire().loseRequest(release).thenRun(c1.wire()::cut);
        consume(c1, item -> {
            throw new IllegalStateException("on purpose");
        });
        put(producer, "whose");
        ScenarioContext.await("the release is lost", lost, ScenarioContext.READY);

        // In the gap an operator does what c1 could not, and another claims it.
        operator.delete("/recipe/claims/queue-0000000000");
        consume(c2, holder);
        holder.awaitBegun();
        c1.wire().mend();

        context.throughout(
                "c2 is alone at it",
                REPEATED,
                () -> c1.told(RecipeEvent.Handling.class).size() == 1);
        holder.release();
        awaitEmpty(context, producer);
        assertThat(handled(List.of(c1, c2))).containsExactly("whose");
        assertThat(created(context, "/claims/")).hasSize(2);
    }

    @Verifies(Rule.Q5)
    public void aPutWhoseAnswerIsLostIsOneItem(ScenarioContext context) {
        var producer = queue(context, "p1");
        var lost = lose(producer, true, put(context));

        put(producer, "one");
        ScenarioContext.await("the answer is lost", lost, ScenarioContext.READY);
        put(producer, "two");

        assertThat(itemsCreated(context)).hasSize(2);
        assertThat(size(producer)).isEqualTo(2);
    }

    @Verifies(Rule.Q5)
    public void aPutThatIsLostIsOneItem(ScenarioContext context) {
        var producer = queue(context, "p1");
        var lost = lose(producer, false, put(context));

        put(producer, "one");
        ScenarioContext.await("the request is lost", lost, ScenarioContext.READY);

        assertThat(itemsCreated(context)).hasSize(1);
    }

    @Verifies({Rule.Q5, Rule.Q3})
    public void aPutWhoseAnswerIsLostIsOneItemAlsoWhenItWasHandledMeanwhile(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        var other = queue(context, "p2");
        consume(consumer);
        var lost = lose(producer, true, put(context));
        lost.thenRun(producer.wire()::cut);

        var coming = producer.async(() -> {
            put(producer, "one");
            return true;
        });
        awaitHandled(context, List.of("one"), List.of(consumer));
        pass(context, "two", other, List.of(consumer));
        producer.expire();
        producer.wire().mend();

        // Neither the item nor the session is there any more; the queue still knows.
        ScenarioContext.await("the put is acknowledged", coming, ScenarioContext.READY);
        assertThat(itemsCreated(context)).hasSize(2);
        assertThat(handled(consumer)).containsExactly("one", "two");
    }

    @Verifies(Rule.Q5)
    public void aPutThatRanOutOfPatienceIsNotAddedLater(ScenarioContext context) {
        var producer = queue(context, "p1");
        put(producer, "one");
        producer.wire().cut();

        assertProblem(() -> producer.role().put(bytes("never"), Duration.ofMillis(300)), Problem.CANNOT_CONNECT);
        producer.wire().mend();
        put(producer, "two");

        assertThat(itemsCreated(context)).hasSize(2);
    }

    @Verifies(Rule.Q5)
    public void aPutWithoutAnAnswerIsSaidToBeUnknown(ScenarioContext context) {
        var producer = queue(context, "p1");
        put(producer, "one");
        var sent = producer.wire().loseAnswer(put(context));
        sent.thenRun(producer.wire()::cut);

        // Long enough for the request to get there also on a busy machine: else it was never sent, and that is known.
        assertProblem(() -> producer.role().put(bytes("unknown"), Duration.ofSeconds(2)), Problem.UNKNOWN);
        producer.wire().mend();
        put(producer, "two");

        assertThat(itemsCreated(context)).hasSize(3);
    }

    @Verifies(Rule.Q5)
    public void aPutOfWhichTheQueueKnowsNoMoreIsSaidToBeUnknown(ScenarioContext context) {
        int others = 110;
        var producer = queue(context, "p1");
        var other = queue(context, "p2");
        put(producer, "before");
        var sent = producer.wire().loseRequest(put(context));
        sent.thenRun(producer.wire()::cut);

        var coming = producer.async(() -> problem(() -> put(producer, "one")));
        ScenarioContext.await("the request is lost", sent, ScenarioContext.READY);
        texts("of another", others).forEach(text -> put(other, text));
        producer.wire().mend();

        // It may neither say that it was added, nor add it a second time.
        assertThat(ScenarioContext.await("it is told", coming, ScenarioContext.READY))
                .isEqualTo(Problem.UNKNOWN);
        assertThat(itemsCreated(context)).hasSize(1 + others);
    }

    @Verifies({Rule.X4, Rule.X5})
    public void watchesDoNotPileUp(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        consume(consumer);
        pass(context, "one", producer, List.of(consumer));
        int watches = consumer.watches();

        for (String text : texts("after a reset", 3)) {
            consumer.wire().reset();
            producer.wire().reset();
            pass(context, text, producer, List.of(consumer));
        }

        awaitEmpty(context, producer);
        context.eventually("as many watches", ScenarioContext.READY, () -> consumer.watches() == watches);
        assertThat(watches).isLessThanOrEqualTo(2);
        assertThat(producer.watches()).isZero();
        assertThat(handled(consumer)).hasSize(4);
    }

    @Verifies({Rule.X5, Rule.Q1, Rule.Q2})
    public void whatWasPutInTheGapOfAWatchIsHandledInItsOrder(ScenarioContext context) {
        var operator = context.operator();
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        consume(consumer);
        pass(context, "before", producer, List.of(consumer));

        consumer.wire().cut();
        texts("in the gap", 3).forEach(text -> put(producer, text));
        put(producer, "taken by hand");
        operator.delete("/recipe/items/queue-0000000004");
        long listings = listings(consumer);
        consumer.wire().mend();
        // It watches again, and hears of what is put now, when the list with what it missed is still on its way.
        consumer.wire().slow(Duration.ZERO, REPLY);
        context.eventually(
                "it watches again",
                ScenarioContext.READY,
                () -> consumer.watches() > 0 || listings(consumer) > listings);
        var after = texts("after the gap", 5);
        after.forEach(text -> put(producer, text));
        awaitHandled(context, texts("in the gap", 1), List.of(consumer));
        consumer.wire().mend();

        awaitHandled(context, after, List.of(consumer));
        awaitEmpty(context, producer);
        assertThat(handled(consumer))
                .containsExactlyElementsOf(Stream.of(List.of("before"), texts("in the gap", 3), after)
                        .flatMap(List::stream)
                        .toList());
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.Q2, Rule.Q5})
    public void allGoesOnWhenTheEnsembleComesBack(ScenarioContext context) {
        var producer = context.queue("p1", ROOMY);
        var c1 = context.queue("c1", ROOMY);
        var c2 = context.queue("c2", ROOMY);
        consume(c1);
        consume(c2);
        pass(context, "before", producer, List.of(c1, c2));

        context.ensemble().servers().forEach(Server::kill);
        var coming = producer.async(() -> {
            producer.role().put(bytes("meanwhile"), ScenarioContext.RECOVERY);
            return true;
        });
        context.ensemble().restore();

        ScenarioContext.await("it is put", coming, ScenarioContext.RECOVERY);
        awaitHandled(context, List.of("meanwhile"), List.of(c1, c2));
        awaitEmpty(context, producer);
        assertThat(itemsCreated(context)).hasSize(2);
    }

    @Verifies({Rule.X5, Rule.Q3})
    public void whoFinishesBeforeItsListIsThereFinishesOnce(ScenarioContext context) {
        var producer = queue(context, "p1");
        var consumer = queue(context, "c1");
        var texts = texts("item", 5);
        var held = holding(consumer, producer, texts.get(0));
        texts.subList(1, 5).forEach(text -> put(producer, text));
        awaitQuiet(context, List.of(consumer));
        long before = listings(consumer);

        // Connected again, and the list is on its way, when the handler returns.
        consumer.wire().slow(Duration.ZERO, REPLY);
        consumer.wire().reset();
        context.eventually("it lists again", ScenarioContext.READY, () -> listings(consumer) >= before + 2);
        held.release();
        awaitHandled(context, texts.subList(0, 2), List.of(consumer));
        consumer.wire().mend(); // the first is removed: for the others the wire need not be slow

        awaitEmpty(context, producer);
        assertThat(handled(consumer)).containsExactlyElementsOf(texts);
        assertThat(created(context, "/claims/")).hasSize(texts.size());
    }
}
