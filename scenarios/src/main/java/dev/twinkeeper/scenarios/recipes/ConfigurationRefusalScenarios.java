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
    public void aLargeValueIsReadWholeAndATooLargeOneRefused(RecipeStage stage) {
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");
        var large = new byte[Recipe.MAX_DATA];
        new Random(1).nextBytes(large);

        var written = writer.recipe()
                .set(writer.recipe().read(PATIENT), large, PATIENT)
                .orElseThrow();
        awaitTold(stage, reader, written, RecipeStage.READY);
        awaitTold(stage, writer, written, RecipeStage.READY);
        var sent = writer.wire().traffic().sent();
        assertProblem(Problem.TOO_LARGE, () -> writer.recipe().set(written, new byte[large.length + 1], PATIENT));

        assertThat(latest(reader).bytes()).hasValue(large);
        assertThat(writer.wire().traffic().sent() - sent).isLessThan(large.length);
    }

    @Verifies(Rule.X1)
    public void whatMakesNoSenseIsRefused(RecipeStage stage) {
        var player = stage.reader("player");
        var missing = player.recipe().read(PATIENT);

        assertProblem(Problem.INVALID, () -> new Value(Optional.of(bytes("any")), -1, 0)); // would overwrite anything
        assertProblem(Problem.INVALID, () -> player.recipe().remove(missing, PATIENT));
        assertProblem(Problem.INVALID, () -> player.recipe().read(PATIENT.negated()));
        assertProblem(Problem.INVALID, () -> player.recipe().set(missing, bytes("any"), PATIENT.negated()));
        assertProblem(Problem.INVALID, () -> new Recipe.Place("localhost:2181", RecipeStage.SESSION_TIMEOUT, "/a//b"));

        assertThat(player.wire().traffic().operations("setData")).isZero();
    }

    @Verifies(Rule.X2)
    public void aPathThatHoldsSomebodysDataIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "precious");

        var player = stage.reader("player");
        var failed = player.awaitHeard(Happening.Failed.class, RecipeStage.READY);

        assertThat(failed.what().why().problem()).isEqualTo(Problem.FOREIGN);
        assertProblem(Problem.FOREIGN, () -> player.recipe().read(PATIENT));
        assertThat(hand.get(RecipeStage.RECIPE)).isEqualTo("precious");
        assertThat(player.heard(Happening.NewValue.class)).isEmpty();
    }

    @Verifies(Rule.X2)
    public void aPathThatIsSomebodysEphemeralIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        hand.createChroot();
        hand.createEphemeral(RecipeStage.RECIPE, "");

        var player = stage.reader("player");
        player.awaitHeard(Happening.Failed.class, RecipeStage.READY);

        assertProblem(Problem.FOREIGN, () -> player.recipe().read(PATIENT));
        assertThat(hand.exists(RecipeStage.RECIPE)).isTrue();
    }

    @Verifies(Rule.X2)
    public void siblingsOfTheValueAreLeftAlone(RecipeStage stage) {
        var hand = stage.hand();
        var player = stage.reader("player");
        var missing = player.recipe().read(PATIENT);

        hand.create(RecipeStage.RECIPE + "/value2", "of somebody");
        var value = player.recipe().set(missing, bytes("mine"), PATIENT).orElseThrow();
        hand.create(VALUE + "/below", "of somebody");
        var removed = player.recipe().remove(value, PATIENT);

        awaitTold(stage, player, removed.orElseThrow(), RecipeStage.READY);
        assertThat(told(player)).containsExactly(missing, value, removed.orElseThrow());
        assertThat(hand.get(RecipeStage.RECIPE + "/value2")).isEqualTo("of somebody");
        assertThat(hand.get(VALUE + "/below")).isEqualTo("of somebody");
    }

    @Verifies(Rule.X3)
    public void closingEndsWhatWaits(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var player = stage.reader("player");
        var base = write(player, "base");
        player.wire().stallReplies();
        // With more patience than is waited for: it is the closing that ends them.
        var read = player.async(() -> player.recipe().read(RecipeStage.RECOVERY));
        var set = player.async(() -> player.recipe().set(base, bytes("any"), RecipeStage.RECOVERY));
        stage.throughout("both wait", IMPATIENT, () -> !read.isDone() && !set.isDone());

        player.wire().cut();
        player.close();
        player.close();

        assertProblem(Problem.CLOSED, () -> stage.await("the read ends", read, RecipeStage.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> stage.await("the write ends", set, RecipeStage.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> player.recipe().read(PATIENT));
        assertProblem(Problem.CLOSED, () -> player.recipe().set(base, bytes("any"), PATIENT));
    }

    @Verifies(Rule.X3)
    public void nothingIsToldAfterAReaderClosedAmidChanges(RecipeStage stage) {
        var writer = stage.reader("writer");
        var readers = readers(stage, 5);
        var base = write(writer, "base");
        readers.forEach(reader -> awaitTold(stage, reader, base, RecipeStage.READY));
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
            stage.eventually(
                    reader + " is told more",
                    RecipeStage.READY,
                    () -> told(reader).size() > before + 1);
            reader.close();
        }
        closed.set(true);

        // That nobody was told late is looked at when the stage is left.
        awaitTold(stage, writer, stage.await("the last one", writing, PATIENT), RecipeStage.READY);
    }

    @Verifies(Rule.X4)
    public void watchesDoNotPileUpAndEndWithTheReader(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var player = stage.reader("player");
        var last = write(player, "0");

        for (int i = 1; i <= 5; i++) {
            player.wire().reset();
            last = player.recipe().set(last, bytes(String.valueOf(i)), PATIENT).orElseThrow();
            last = player.recipe()
                    .set(player.recipe().remove(last, PATIENT).orElseThrow(), bytes("again"), PATIENT)
                    .orElseThrow();
        }
        stage.eventually("watches one path", RecipeStage.READY, () -> player.watches() == 1);
        var notifications = player.wire().traffic().notifications();
        awaitTold(
                stage, player, player.recipe().set(last, bytes("last"), PATIENT).orElseThrow(), RecipeStage.AT_ONCE);
        player.close();

        assertThat(player.wire().traffic().notifications() - notifications).isLessThanOrEqualTo(1);
        stage.eventually("watches nothing", RecipeStage.READY, () -> player.watches() == 0);
    }
}
