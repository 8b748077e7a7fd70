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
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a shared value refuses, what it leaves alone, and how it ends. */
public final class ConfigurationRefusalScenarios {
    @Verifies({Rule.X1, Rule.C1})
    public void aLargeValueIsReadWholeAndATooLargeOneRefused(ScenarioContext context) {
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        var large = new byte[Recipe.MAX_DATA];
        new Random(1).nextBytes(large);

        var written =
                writer.role().set(writer.role().read(PATIENT), large, PATIENT).orElseThrow();
        awaitTold(context, reader, written, ScenarioContext.READY);
        awaitTold(context, writer, written, ScenarioContext.READY);
        var sent = writer.wire().traffic().sent();
        assertProblem(Problem.TOO_LARGE, () -> writer.role().set(written, new byte[large.length + 1], PATIENT));

        assertThat(latest(reader).bytes()).hasValue(large);
        assertThat(writer.wire().traffic().sent() - sent).isLessThan(large.length);
    }

    @Verifies(Rule.X1)
    public void whatMakesNoSenseIsRefused(ScenarioContext context) {
        var participant = context.reader("participant");
        var missing = participant.role().read(PATIENT);

        assertProblem(Problem.INVALID, () -> new Value(Optional.of(bytes("any")), -1, 0)); // would overwrite anything
        assertProblem(Problem.INVALID, () -> participant.role().remove(missing, PATIENT));
        assertProblem(Problem.INVALID, () -> participant.role().read(PATIENT.negated()));
        assertProblem(Problem.INVALID, () -> participant.role().set(missing, bytes("any"), PATIENT.negated()));
        assertProblem(
                Problem.INVALID, () -> new Recipe.Place("localhost:2181", ScenarioContext.SESSION_TIMEOUT, "/a//b"));

        assertThat(participant.wire().traffic().operations("setData")).isZero();
    }

    @Verifies(Rule.X2)
    public void aPathThatHoldsSomebodysDataIsRefused(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.create(ScenarioContext.RECIPE, "precious");

        var participant = context.reader("participant");
        var failed = participant.awaitEvent(RecipeEvent.Failed.class, ScenarioContext.READY);

        assertThat(failed.event().why().problem()).isEqualTo(Problem.FOREIGN);
        assertProblem(Problem.FOREIGN, () -> participant.role().read(PATIENT));
        assertThat(operator.get(ScenarioContext.RECIPE)).isEqualTo("precious");
        assertThat(participant.told(RecipeEvent.NewValue.class)).isEmpty();
    }

    @Verifies(Rule.X2)
    public void aPathThatIsSomebodysEphemeralIsRefused(ScenarioContext context) {
        var operator = context.operator();
        operator.createChroot();
        operator.createEphemeral(ScenarioContext.RECIPE, "");

        var participant = context.reader("participant");
        participant.awaitEvent(RecipeEvent.Failed.class, ScenarioContext.READY);

        assertProblem(Problem.FOREIGN, () -> participant.role().read(PATIENT));
        assertThat(operator.exists(ScenarioContext.RECIPE)).isTrue();
    }

    @Verifies(Rule.X2)
    public void siblingsOfTheValueAreLeftAlone(ScenarioContext context) {
        var operator = context.operator();
        var participant = context.reader("participant");
        var missing = participant.role().read(PATIENT);

        operator.create(ScenarioContext.RECIPE + "/value2", "of somebody");
        var value = participant.role().set(missing, bytes("mine"), PATIENT).orElseThrow();
        operator.create(VALUE + "/below", "of somebody");
        var removed = participant.role().remove(value, PATIENT);

        awaitTold(context, participant, removed.orElseThrow(), ScenarioContext.READY);
        assertThat(told(participant)).containsExactly(missing, value, removed.orElseThrow());
        assertThat(operator.get(ScenarioContext.RECIPE + "/value2")).isEqualTo("of somebody");
        assertThat(operator.get(VALUE + "/below")).isEqualTo("of somebody");
    }

    @Verifies(Rule.X3)
    public void closingEndsWhatWaits(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var participant = context.reader("participant");
        var base = write(participant, "base");
        participant.wire().stallReplies();
        // With more patience than is waited for: it is the closing that ends them.
        var read = participant.async(() -> participant.role().read(ScenarioContext.RECOVERY));
        var set = participant.async(() -> participant.role().set(base, bytes("any"), ScenarioContext.RECOVERY));
        context.throughout("both wait", IMPATIENT, () -> !read.isDone() && !set.isDone());

        participant.wire().cut();
        participant.close();
        participant.close();

        assertProblem(Problem.CLOSED, () -> ScenarioContext.await("the read ends", read, ScenarioContext.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> ScenarioContext.await("the write ends", set, ScenarioContext.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> participant.role().read(PATIENT));
        assertProblem(Problem.CLOSED, () -> participant.role().set(base, bytes("any"), PATIENT));
    }

    @Verifies(Rule.X3)
    public void nothingIsToldAfterAReaderClosedAmidChanges(ScenarioContext context) {
        var writer = context.reader("writer");
        var readers = readers(context, 5);
        var base = write(writer, "base");
        readers.forEach(reader -> awaitTold(context, reader, base, ScenarioContext.READY));
        var closed = new AtomicBoolean();

        var writing = writer.async(() -> {
            var last = base;
            while (!closed.get()) {
                last = writer.role().set(last, bytes("more"), PATIENT).orElseThrow();
            }
            return last;
        });
        for (var reader : readers) {
            var before = told(reader).size();
            context.eventually(
                    reader + " is told more",
                    ScenarioContext.READY,
                    () -> told(reader).size() > before + 1);
            reader.close();
        }
        closed.set(true);

        // That nobody was told late is looked at at the teardown.
        awaitTold(context, writer, ScenarioContext.await("the last one", writing, PATIENT), ScenarioContext.READY);
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUpAndEndWithTheReader(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var participant = context.reader("participant");
        var last = write(participant, "0");

        for (int i = 1; i <= 5; i++) {
            participant.wire().reset();
            last = participant
                    .role()
                    .set(last, bytes(String.valueOf(i)), PATIENT)
                    .orElseThrow();
            last = participant
                    .role()
                    .set(participant.role().remove(last, PATIENT).orElseThrow(), bytes("again"), PATIENT)
                    .orElseThrow();
        }
        context.eventually("watches one path", ScenarioContext.READY, () -> participant.watches() == 1);
        var notifications = participant.wire().traffic().notifications();
        awaitTold(
                context,
                participant,
                participant.role().set(last, bytes("last"), PATIENT).orElseThrow(),
                ScenarioContext.AT_ONCE);
        participant.close();

        assertThat(participant.wire().traffic().notifications() - notifications).isLessThanOrEqualTo(1);
        context.eventually("watches nothing", ScenarioContext.READY, () -> participant.watches() == 0);
    }
}
