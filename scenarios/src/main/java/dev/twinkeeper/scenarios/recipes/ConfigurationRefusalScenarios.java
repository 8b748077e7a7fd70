package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.Values.IMPATIENT;
import static dev.twinkeeper.scenarios.recipes.Values.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.Values.PATIENT;
import static dev.twinkeeper.scenarios.recipes.Values.VALUE;
import static dev.twinkeeper.scenarios.recipes.Values.assertProblem;
import static dev.twinkeeper.scenarios.recipes.Values.awaitTold;
import static dev.twinkeeper.scenarios.recipes.Values.bytes;
import static dev.twinkeeper.scenarios.recipes.Values.latest;
import static dev.twinkeeper.scenarios.recipes.Values.readers;
import static dev.twinkeeper.scenarios.recipes.Values.told;
import static dev.twinkeeper.scenarios.recipes.Values.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Configuration.Value;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a shared value refuses, what it leaves alone, and how it ends. */
public final class ConfigurationRefusalScenarios {
    @Verifies({Rule.X1, Rule.C1})
    public void aLargeValueIsReadWholeAndATooLargeOneRefused(RecipeScenarioContext context) {
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        var large = new byte[Recipe.MAX_DATA];
        new Random(1).nextBytes(large);

        var written = writer.recipe()
                .set(writer.recipe().read(PATIENT), large, PATIENT)
                .orElseThrow();
        awaitTold(context, reader, written, RecipeScenarioContext.READY);
        awaitTold(context, writer, written, RecipeScenarioContext.READY);
        var sent = writer.wire().traffic().sent();
        assertProblem(Problem.TOO_LARGE, () -> writer.recipe().set(written, new byte[large.length + 1], PATIENT));

        assertThat(latest(reader).bytes()).hasValue(large);
        assertThat(writer.wire().traffic().sent() - sent).isLessThan(large.length);
    }

    @Verifies(Rule.X1)
    public void whatMakesNoSenseIsRefused(RecipeScenarioContext context) {
        var participant = context.reader("participant");
        var missing = participant.recipe().read(PATIENT);

        assertProblem(Problem.INVALID, () -> new Value(Optional.of(bytes("any")), -1, 0)); // would overwrite anything
        assertProblem(Problem.INVALID, () -> participant.recipe().remove(missing, PATIENT));
        assertProblem(Problem.INVALID, () -> participant.recipe().read(PATIENT.negated()));
        assertProblem(Problem.INVALID, () -> participant.recipe().set(missing, bytes("any"), PATIENT.negated()));
        assertProblem(
                Problem.INVALID,
                () -> new Recipe.Place("localhost:2181", RecipeScenarioContext.SESSION_TIMEOUT, "/a//b"));

        assertThat(participant.wire().traffic().operations("setData")).isZero();
    }

    @Verifies(Rule.X2)
    public void aPathThatHoldsSomebodysDataIsRefused(RecipeScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.create(RecipeScenarioContext.RECIPE, "precious");

        var participant = context.reader("participant");
        var failed = participant.awaitEvent(RecipeEvent.Failed.class, RecipeScenarioContext.READY);

        assertThat(failed.what().why().problem()).isEqualTo(Problem.FOREIGN);
        assertProblem(Problem.FOREIGN, () -> participant.recipe().read(PATIENT));
        assertThat(operator.get(RecipeScenarioContext.RECIPE)).isEqualTo("precious");
        assertThat(participant.events(RecipeEvent.NewValue.class)).isEmpty();
    }

    @Verifies(Rule.X2)
    public void aPathThatIsSomebodysEphemeralIsRefused(RecipeScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(RecipeScenarioContext.RECIPE, "");

        var participant = context.reader("participant");
        participant.awaitEvent(RecipeEvent.Failed.class, RecipeScenarioContext.READY);

        assertProblem(Problem.FOREIGN, () -> participant.recipe().read(PATIENT));
        assertThat(operator.exists(RecipeScenarioContext.RECIPE)).isTrue();
    }

    @Verifies(Rule.X2)
    public void siblingsOfTheValueAreLeftAlone(RecipeScenarioContext context) {
        var operator = context.operator();
        var participant = context.reader("participant");
        var missing = participant.recipe().read(PATIENT);

        operator.create(RecipeScenarioContext.RECIPE + "/value2", "of somebody");
        var value = participant.recipe().set(missing, bytes("mine"), PATIENT).orElseThrow();
        operator.create(VALUE + "/below", "of somebody");
        var removed = participant.recipe().remove(value, PATIENT);

        awaitTold(context, participant, removed.orElseThrow(), RecipeScenarioContext.READY);
        assertThat(told(participant)).containsExactly(missing, value, removed.orElseThrow());
        assertThat(operator.get(RecipeScenarioContext.RECIPE + "/value2")).isEqualTo("of somebody");
        assertThat(operator.get(VALUE + "/below")).isEqualTo("of somebody");
    }

    @Verifies(Rule.X3)
    public void closingEndsWhatWaits(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var participant = context.reader("participant");
        var base = write(participant, "base");
        participant.wire().stallReplies();
        // With more patience than is waited for: it is the closing that ends them.
        var read = participant.async(() -> participant.recipe().read(RecipeScenarioContext.RECOVERY));
        var set = participant.async(() -> participant.recipe().set(base, bytes("any"), RecipeScenarioContext.RECOVERY));
        context.throughout("both wait", IMPATIENT, () -> !read.isDone() && !set.isDone());

        participant.wire().cut();
        participant.close();
        participant.close();

        assertProblem(Problem.CLOSED, () -> context.await("the read ends", read, RecipeScenarioContext.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> context.await("the write ends", set, RecipeScenarioContext.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> participant.recipe().read(PATIENT));
        assertProblem(Problem.CLOSED, () -> participant.recipe().set(base, bytes("any"), PATIENT));
    }

    @Verifies(Rule.X3)
    public void nothingIsToldAfterAReaderClosedAmidChanges(RecipeScenarioContext context) {
        var writer = context.reader("writer");
        var readers = readers(context, 5);
        var base = write(writer, "base");
        readers.forEach(reader -> awaitTold(context, reader, base, RecipeScenarioContext.READY));
        var closed = new AtomicBoolean();

        var writing = writer.async(() -> {
            var last = base;
            while (!closed.get()) {
                last = writer.recipe().set(last, bytes("more"), PATIENT).orElseThrow();
            }
            return last;
        });
        for (var reader : readers) {
            var before = told(reader).size();
            context.eventually(
                    reader + " is told more",
                    RecipeScenarioContext.READY,
                    () -> told(reader).size() > before + 1);
            reader.close();
        }
        closed.set(true);

        // That nobody was told late is looked at at the teardown.
        awaitTold(context, writer, context.await("the last one", writing, PATIENT), RecipeScenarioContext.READY);
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUpAndEndWithTheReader(RecipeScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var participant = context.reader("participant");
        var last = write(participant, "0");

        for (int i = 1; i <= 5; i++) {
            participant.wire().reset();
            last = participant
                    .recipe()
                    .set(last, bytes(String.valueOf(i)), PATIENT)
                    .orElseThrow();
            last = participant
                    .recipe()
                    .set(participant.recipe().remove(last, PATIENT).orElseThrow(), bytes("again"), PATIENT)
                    .orElseThrow();
        }
        context.eventually("watches one path", RecipeScenarioContext.READY, () -> participant.watches() == 1);
        var notifications = participant.wire().traffic().notifications();
        awaitTold(
                context,
                participant,
                participant.recipe().set(last, bytes("last"), PATIENT).orElseThrow(),
                RecipeScenarioContext.AT_ONCE);
        participant.close();

        assertThat(participant.wire().traffic().notifications() - notifications).isLessThanOrEqualTo(1);
        context.eventually("watches nothing", RecipeScenarioContext.READY, () -> participant.watches() == 0);
    }
}
