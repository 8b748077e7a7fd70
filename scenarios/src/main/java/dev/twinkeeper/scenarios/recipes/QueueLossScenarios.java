package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.QueueProps.ROOMY;
import static dev.twinkeeper.scenarios.recipes.QueueProps.assertProblem;
import static dev.twinkeeper.scenarios.recipes.QueueProps.awaitEmpty;
import static dev.twinkeeper.scenarios.recipes.QueueProps.awaitHandled;
import static dev.twinkeeper.scenarios.recipes.QueueProps.awaitQuiet;
import static dev.twinkeeper.scenarios.recipes.QueueProps.bytes;
import static dev.twinkeeper.scenarios.recipes.QueueProps.consume;
import static dev.twinkeeper.scenarios.recipes.QueueProps.created;
import static dev.twinkeeper.scenarios.recipes.QueueProps.handled;
import static dev.twinkeeper.scenarios.recipes.QueueProps.holding;
import static dev.twinkeeper.scenarios.recipes.QueueProps.itemsCreated;
import static dev.twinkeeper.scenarios.recipes.QueueProps.listings;
import static dev.twinkeeper.scenarios.recipes.QueueProps.lose;
import static dev.twinkeeper.scenarios.recipes.QueueProps.pass;
import static dev.twinkeeper.scenarios.recipes.QueueProps.problem;
import static dev.twinkeeper.scenarios.recipes.QueueProps.put;
import static dev.twinkeeper.scenarios.recipes.QueueProps.queue;
import static dev.twinkeeper.scenarios.recipes.QueueProps.size;
import static dev.twinkeeper.scenarios.recipes.QueueProps.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Server;
import dev.twinkeeper.scenarios.recipes.QueueProps.Held;
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
    public void aClaimWhoseAnswerIsLostIsUsed(RecipeStage stage) {
        aClaimIsLost(stage, true);
    }

    @Verifies({Rule.Q2, Rule.Q3})
    public void aClaimThatIsLostIsMadeAgain(RecipeStage stage) {
        aClaimIsLost(stage, false);
    }

    private static void aClaimIsLost(RecipeStage stage, boolean answer) {
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
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
        var producer = queue(stage, "p1");
        var c1 = queue(stage, "c1");
        var c2 = queue(stage, "c2");
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

    @Verifies({Rule.Q3, Rule.Q6})
    public void whoComesTooLateToGiveItsClaimBackLeavesTheNextOneAlone(RecipeStage stage) {
        var hand = stage.hand();
        var holder = new Held();
        var producer = queue(stage, "p1");
        var c1 = queue(stage, "c1");
        var c2 = queue(stage, "c2");
        Predicate<Request> release = request -> request.does("delete", stage.path() + "/claims/");
        var lost = c1.wire().loseRequest(release).thenRun(c1.wire()::cut);
        consume(c1, item -> {
            throw new IllegalStateException("on purpose");
        });
        put(producer, "whose");
        stage.await("the release is lost", lost, RecipeStage.READY);

        // In the gap an operator does what c1 could not, and another claims it.
        hand.delete("/recipe/claims/queue-0000000000");
        consume(c2, holder);
        holder.awaitBegun();
        c1.wire().mend();

        stage.throughout(
                "c2 is alone at it",
                REPEATED,
                () -> c1.heard(Happening.Handling.class).size() == 1);
        holder.release();
        awaitEmpty(stage, producer);
        assertThat(handled(List.of(c1, c2))).containsExactly("whose");
        assertThat(created(stage, "/claims/")).hasSize(2);
    }

    @Verifies(Rule.Q5)
    public void aPutWhoseAnswerIsLostIsOneItem(RecipeStage stage) {
        var producer = queue(stage, "p1");
        var lost = lose(producer, true, put(stage));

        put(producer, "one");
        stage.await("the answer is lost", lost, RecipeStage.READY);
        put(producer, "two");

        assertThat(itemsCreated(stage)).hasSize(2);
        assertThat(size(producer)).isEqualTo(2);
    }

    @Verifies(Rule.Q5)
    public void aPutThatIsLostIsOneItem(RecipeStage stage) {
        var producer = queue(stage, "p1");
        var lost = lose(producer, false, put(stage));

        put(producer, "one");
        stage.await("the request is lost", lost, RecipeStage.READY);

        assertThat(itemsCreated(stage)).hasSize(1);
    }

    @Verifies({Rule.Q5, Rule.Q3})
    public void aPutWhoseAnswerIsLostIsOneItemAlsoWhenItWasHandledMeanwhile(RecipeStage stage) {
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        var other = queue(stage, "p2");
        consume(consumer);
        var lost = lose(producer, true, put(stage));
        lost.thenRun(producer.wire()::cut);

        var coming = producer.async(() -> {
            put(producer, "one");
            return true;
        });
        awaitHandled(stage, List.of("one"), List.of(consumer));
        pass(stage, "two", other, List.of(consumer));
        producer.expire();
        producer.wire().mend();

        // Neither the item nor the session is there any more; the queue still knows.
        stage.await("the put is acknowledged", coming, RecipeStage.READY);
        assertThat(itemsCreated(stage)).hasSize(2);
        assertThat(handled(consumer)).containsExactly("one", "two");
    }

    @Verifies(Rule.Q5)
    public void aPutThatRanOutOfPatienceIsNotAddedLater(RecipeStage stage) {
        var producer = queue(stage, "p1");
        put(producer, "one");
        producer.wire().cut();

        assertProblem(() -> producer.recipe().put(bytes("never"), Duration.ofMillis(300)), Problem.CANNOT_CONNECT);
        producer.wire().mend();
        put(producer, "two");

        assertThat(itemsCreated(stage)).hasSize(2);
    }

    @Verifies(Rule.Q5)
    public void aPutWithoutAnAnswerIsSaidToBeUnknown(RecipeStage stage) {
        var producer = queue(stage, "p1");
        put(producer, "one");
        var sent = producer.wire().loseAnswer(put(stage));
        sent.thenRun(producer.wire()::cut);

        // Long enough for the request to get there also on a busy machine: else it was never sent, and that is known.
        assertProblem(() -> producer.recipe().put(bytes("unknown"), Duration.ofSeconds(2)), Problem.UNKNOWN);
        producer.wire().mend();
        put(producer, "two");

        assertThat(itemsCreated(stage)).hasSize(3);
    }

    @Verifies(Rule.Q5)
    public void aPutOfWhichTheQueueKnowsNoMoreIsSaidToBeUnknown(RecipeStage stage) {
        int others = 110;
        var producer = queue(stage, "p1");
        var other = queue(stage, "p2");
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

    @Verifies({Rule.X4, Rule.X5})
    public void watchesDoNotPileUp(RecipeStage stage) {
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        consume(consumer);
        pass(stage, "one", producer, List.of(consumer));
        int watches = consumer.watches();

        for (String text : texts("after a reset", 3)) {
            consumer.wire().reset();
            producer.wire().reset();
            pass(stage, text, producer, List.of(consumer));
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
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        consume(consumer);
        pass(stage, "before", producer, List.of(consumer));

        consumer.wire().cut();
        texts("in the gap", 3).forEach(text -> put(producer, text));
        put(producer, "taken by hand");
        hand.delete("/recipe/items/queue-0000000004");
        consumer.wire().mend();
        // It watches again, and hears of what is put now, when the list with what it missed is still on its way.
        consumer.wire().slow(Duration.ZERO, REPLY);
        stage.eventually("it watches again", RecipeStage.READY, () -> consumer.watches() > 0);
        var after = texts("after the gap", 5);
        after.forEach(text -> put(producer, text));
        awaitHandled(stage, texts("in the gap", 1), List.of(consumer));
        consumer.wire().mend();

        awaitHandled(stage, after, List.of(consumer));
        awaitEmpty(stage, producer);
        assertThat(handled(consumer))
                .containsExactlyElementsOf(Stream.of(List.of("before"), texts("in the gap", 3), after)
                        .flatMap(List::stream)
                        .toList());
    }

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.Q2, Rule.Q5})
    public void allGoesOnWhenTheEnsembleComesBack(RecipeStage stage) {
        var producer = stage.queue("p1", ROOMY);
        var c1 = stage.queue("c1", ROOMY);
        var c2 = stage.queue("c2", ROOMY);
        consume(c1);
        consume(c2);
        pass(stage, "before", producer, List.of(c1, c2));

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

    @Verifies({Rule.X5, Rule.Q3})
    public void whoFinishesBeforeItsListIsThereFinishesOnce(RecipeStage stage) {
        var producer = queue(stage, "p1");
        var consumer = queue(stage, "c1");
        var texts = texts("item", 5);
        var held = holding(consumer, producer, texts.get(0));
        texts.subList(1, 5).forEach(text -> put(producer, text));
        awaitQuiet(stage, List.of(consumer));
        long before = listings(consumer);

        // Connected again, and the list is on its way, when the handler returns.
        consumer.wire().slow(Duration.ZERO, REPLY);
        consumer.wire().reset();
        stage.eventually("it lists again", RecipeStage.READY, () -> listings(consumer) >= before + 2);
        held.release();
        awaitHandled(stage, texts.subList(0, 2), List.of(consumer));
        consumer.wire().mend(); // the first is removed: for the others the wire need not be slow

        awaitEmpty(stage, producer);
        assertThat(handled(consumer)).containsExactlyElementsOf(texts);
        assertThat(created(stage, "/claims/")).hasSize(texts.size());
    }
}
