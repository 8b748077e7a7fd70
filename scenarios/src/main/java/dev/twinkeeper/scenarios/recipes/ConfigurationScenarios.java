package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.Values.IMPATIENT;
import static dev.twinkeeper.scenarios.recipes.Values.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.Values.PATIENT;
import static dev.twinkeeper.scenarios.recipes.Values.VALUE;
import static dev.twinkeeper.scenarios.recipes.Values.assertRising;
import static dev.twinkeeper.scenarios.recipes.Values.awaitTold;
import static dev.twinkeeper.scenarios.recipes.Values.bytes;
import static dev.twinkeeper.scenarios.recipes.Values.committed;
import static dev.twinkeeper.scenarios.recipes.Values.failure;
import static dev.twinkeeper.scenarios.recipes.Values.latest;
import static dev.twinkeeper.scenarios.recipes.Values.readers;
import static dev.twinkeeper.scenarios.recipes.Values.text;
import static dev.twinkeeper.scenarios.recipes.Values.told;
import static dev.twinkeeper.scenarios.recipes.Values.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import java.util.List;
import java.util.Random;

/** One value: every reader is told of the latest, and none goes back. */
public final class ConfigurationScenarios {
    @Verifies(Rule.C1)
    public void everyReaderIsToldOfAChange(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        int many = 10;
        var writer = stage.reader("writer");
        var readers = readers(stage, many);
        var first = write(writer, "first");
        readers.forEach(reader -> awaitTold(stage, reader, first, RecipeStage.READY));
        awaitTold(stage, writer, first, RecipeStage.READY);
        var before = stage.settle();

        var second = writer.recipe().set(first, bytes("second"), PATIENT).orElseThrow();
        readers.forEach(reader -> awaitTold(stage, reader, second, RecipeStage.AT_ONCE));
        awaitTold(stage, writer, second, RecipeStage.AT_ONCE);

        var change = stage.settle().minus(before);
        stage.count("configuration: requests per change, a writer and 10 readers", change.total());
        stage.count("configuration: notifications per change, a writer and 10 readers", change.notifications());
        assertThat(change.notifications()).isEqualTo(many + 1);
        assertThat(text(second)).isEqualTo("second");
    }

    @Verifies({Rule.C1, Rule.C2})
    public void aBurstEndsInItsLastValueEverywhere(RecipeStage stage) {
        int writes = 200;
        var writer = stage.reader("writer");
        var readers = readers(stage, 5);

        var last = write(writer, "0");
        for (int i = 1; i < writes; i++) {
            last = writer.recipe().set(last, bytes(String.valueOf(i)), PATIENT).orElseThrow();
        }

        assertThat(last.version()).isEqualTo(writes - 1);
        for (var reader : readers) {
            awaitTold(stage, reader, last, RecipeStage.READY);
            assertRising(reader);
        }
        assertThat(committed(stage)).hasSize(writes);
    }

    @Verifies({Rule.C2, Rule.C1, Rule.X5})
    public void noReaderGoesBackWhileItMovesFromServerToServer(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var writer = stage.reader("writer");
        var readers = readers(stage, 3);
        var dice = new Random(stage.path().hashCode());

        var last = write(writer, "0");
        for (int i = 1; i < 150; i++) {
            last = writer.recipe().set(last, bytes(String.valueOf(i)), PATIENT).orElseThrow();
            if (i % 15 == 0) {
                readers.get(dice.nextInt(readers.size())).wire().reset();
            }
        }

        for (var reader : readers) {
            awaitTold(stage, reader, last, RecipeStage.READY);
            assertRising(reader);
        }
    }

    @Verifies(Rule.C1)
    public void aReadSeesWhatWasAcknowledgedBefore(RecipeStage stage) {
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");
        var last = write(writer, "0");

        for (int i = 1; i <= 20; i++) {
            last = writer.recipe().set(last, bytes(String.valueOf(i)), PATIENT).orElseThrow();
            assertThat(reader.recipe().read(PATIENT)).isEqualTo(last);
        }
        var before = stage.settle();
        reader.recipe().read(PATIENT);

        stage.count(
                "configuration: requests per read", stage.settle().minus(before).total());
    }

    @Verifies(Rule.C1)
    public void aValueWrittenInAWatchsGapIsTold(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");
        var before = write(writer, "before");
        awaitTold(stage, reader, before, RecipeStage.READY);

        reader.wire().cut();
        var between = writer.recipe().set(before, bytes("between"), PATIENT).orElseThrow();
        var latest = writer.recipe().set(between, bytes("latest"), PATIENT).orElseThrow();
        reader.wire().mend();

        awaitTold(stage, reader, latest, RecipeStage.READY);
        assertRising(reader);
    }

    @Verifies(Rule.C1)
    public void aValueDeletedAndMadeAgainInAWatchsGapIsTold(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var reader = stage.reader("reader");
        awaitTold(stage, reader, write(reader, "before"), RecipeStage.READY);

        // The new one has the version of the old one.
        reader.wire().cut();
        hand.delete(VALUE);
        hand.create(VALUE, "after");
        reader.wire().mend();

        stage.eventually(
                "told of the new one",
                RecipeStage.READY,
                () -> told(reader).stream().anyMatch(value -> text(value).equals("after")));
        assertRising(reader);
    }

    @Verifies({Rule.C1, Rule.C2, Rule.X5})
    public void aReaderWhoseSessionExpiredGoesOn(RecipeStage stage) {
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");
        var first = write(writer, "first");
        awaitTold(stage, reader, first, RecipeStage.READY);
        var session = reader.session();

        reader.expire();
        var meanwhile = writer.recipe().set(first, bytes("meanwhile"), PATIENT).orElseThrow();
        awaitTold(stage, reader, meanwhile, RecipeStage.SUCCESSION);
        stage.eventually(
                "another session",
                RecipeStage.SUCCESSION,
                () -> reader.session().id() != session.id());
        var later = writer.recipe().set(meanwhile, bytes("later"), PATIENT).orElseThrow();
        awaitTold(stage, reader, later, RecipeStage.SUCCESSION);

        assertRising(reader);
        stage.eventually("watches one path", RecipeStage.READY, () -> reader.watches() == 1);
    }

    @Verifies({Rule.C1, Rule.C3})
    public void aValueSetByHandIsAValueLikeAnother(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var player = stage.reader("player");
        var first = write(player, "first");
        awaitTold(stage, player, first, RecipeStage.READY);

        hand.set(VALUE, "by hand");
        stage.eventually(
                "told of it", RecipeStage.AT_ONCE, () -> text(latest(player)).equals("by hand"));
        var over = player.recipe().set(first, bytes("over the first"), PATIENT);
        var after = player.recipe().set(latest(player), bytes("over the one by hand"), PATIENT);

        assertThat(over).isEmpty();
        assertThat(after).isPresent();
        assertThat(hand.get(VALUE)).isEqualTo("over the one by hand");
    }

    // C4: missing.

    @Verifies(Rule.C4)
    public void aMissingValueIsToldAsMissingAndAnEmptyOneAsEmpty(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");

        var missing = reader.awaitHeard(Happening.NewValue.class, RecipeStage.READY)
                .what()
                .value();
        var empty = writer.recipe()
                .set(writer.recipe().read(PATIENT), new byte[0], PATIENT)
                .orElseThrow();
        awaitTold(stage, reader, empty, RecipeStage.AT_ONCE);
        var removed = writer.recipe().remove(empty, PATIENT).orElseThrow();
        awaitTold(stage, reader, removed, RecipeStage.AT_ONCE);
        var again = writer.recipe().set(removed, bytes("again"), PATIENT).orElseThrow();
        awaitTold(stage, reader, again, RecipeStage.AT_ONCE);

        assertThat(missing.bytes()).isEmpty();
        assertThat(empty.bytes()).hasValueSatisfying(bytes -> assertThat(bytes).isEmpty());
        assertThat(removed.bytes()).isEmpty();
        assertThat(text(again)).isEqualTo("again");
        assertRising(reader);
    }

    @Verifies({Rule.C4, Rule.C1})
    public void aValueRemovedInAWatchsGapIsToldAsMissing(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");
        var value = write(writer, "soon gone");
        awaitTold(stage, reader, value, RecipeStage.READY);

        reader.wire().cut();
        var removed = writer.recipe().remove(value, PATIENT).orElseThrow();
        reader.wire().mend();

        awaitTold(stage, reader, removed, RecipeStage.READY);
        assertThat(latest(reader).bytes()).isEmpty();
    }

    @Verifies({Rule.C4, Rule.C1})
    public void aValueDeletedByHandIsMissingAndCanBeMadeAgain(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var cutOff = stage.reader("cut-off");
        var reader = stage.reader("reader");
        var value = write(cutOff, "deleted");
        awaitTold(stage, reader, value, RecipeStage.READY);

        cutOff.wire().cut();
        hand.delete(VALUE);
        stage.eventually(
                "told at once",
                RecipeStage.AT_ONCE,
                () -> latest(reader).bytes().isEmpty());
        cutOff.wire().mend();
        stage.eventually(
                "told when mended",
                RecipeStage.READY,
                () -> latest(cutOff).bytes().isEmpty());
        var again = cutOff.recipe().set(cutOff.recipe().read(PATIENT), bytes("again"), PATIENT);

        awaitTold(stage, reader, again.orElseThrow(), RecipeStage.AT_ONCE);
        assertRising(reader);
        assertRising(cutOff);
    }

    @Verifies({Rule.C4, Rule.X5})
    public void thePathDeletedByHandIsMadeAgain(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");
        awaitTold(stage, reader, write(writer, "deleted"), RecipeStage.READY);

        hand.deleteAll(RecipeStage.RECIPE);
        for (var each : List.of(writer, reader)) {
            stage.eventually(
                    each + " told",
                    RecipeStage.READY,
                    () -> latest(each).bytes().isEmpty());
        }
        var again = writer.recipe().set(writer.recipe().read(PATIENT), bytes("again"), PATIENT);

        awaitTold(stage, reader, again.orElseThrow(), RecipeStage.AT_ONCE);
        assertRising(reader);
    }

    // X5: everything at once.

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.C1, Rule.C2})
    public void everybodyGoesOnAfterALostQuorumAndARestart(RecipeStage stage) {
        var writer = stage.reader("writer");
        var reader = stage.reader("reader");
        var base = write(writer, "base");
        awaitTold(stage, reader, base, RecipeStage.READY);

        stage.ensemble().loseQuorum();
        var refused = failure(() -> writer.recipe().set(base, bytes("meanwhile"), IMPATIENT));
        stage.ensemble().restore();
        var afterQuorum = writer.recipe()
                .set(writer.recipe().read(RecipeStage.RECOVERY), bytes("after"), RecipeStage.RECOVERY)
                .orElseThrow();
        awaitTold(stage, reader, afterQuorum, RecipeStage.RECOVERY);
        stage.ensemble().restart();
        var afterRestart = writer.recipe()
                .set(afterQuorum, bytes("after the restart"), RecipeStage.RECOVERY)
                .orElseThrow();

        awaitTold(stage, reader, afterRestart, RecipeStage.RECOVERY);
        assertRising(reader);
        assertThat(refused.problem()).isIn(Problem.UNKNOWN, Problem.CANNOT_CONNECT);
    }
}
