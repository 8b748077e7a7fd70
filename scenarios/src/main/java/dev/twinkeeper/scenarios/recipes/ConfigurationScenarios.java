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
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.util.List;
import java.util.Random;

/** One value: every reader is told of the latest, and none goes back. */
public final class ConfigurationScenarios {
    @Verifies(Rule.C1)
    public void everyReaderIsToldOfAChange(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        int many = 10;
        var writer = context.reader("writer");
        var readers = readers(context, many);
        var first = write(writer, "first");
        readers.forEach(reader -> awaitTold(context, reader, first, ScenarioContext.READY));
        awaitTold(context, writer, first, ScenarioContext.READY);
        var before = context.settle();

        var second = writer.role().set(first, bytes("second"), PATIENT).orElseThrow();
        readers.forEach(reader -> awaitTold(context, reader, second, ScenarioContext.AT_ONCE));
        awaitTold(context, writer, second, ScenarioContext.AT_ONCE);

        var change = context.settle().minus(before);
        context.count("configuration: requests per change, a writer and 10 readers", change.total());
        context.count("configuration: notifications per change, a writer and 10 readers", change.notifications());
        assertThat(change.notifications()).isEqualTo(many + 1);
        assertThat(text(second)).isEqualTo("second");
    }

    @Verifies({Rule.C1, Rule.C2})
    public void aBurstEndsInItsLastValueEverywhere(ScenarioContext context) {
        int writes = 200;
        var writer = context.reader("writer");
        var readers = readers(context, 5);

        var last = write(writer, "0");
        for (int i = 1; i < writes; i++) {
            last = writer.role().set(last, bytes(String.valueOf(i)), PATIENT).orElseThrow();
        }

        assertThat(last.version()).isEqualTo(writes - 1);
        for (var reader : readers) {
            awaitTold(context, reader, last, ScenarioContext.READY);
            assertRising(reader);
        }
        assertThat(committed(context)).hasSize(writes);
    }

    @Verifies({Rule.C2, Rule.C1, Rule.X5})
    public void noReaderGoesBackWhileItMovesFromServerToServer(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var readers = readers(context, 3);
        var dice = new Random(context.path().hashCode());

        var last = write(writer, "0");
        for (int i = 1; i < 150; i++) {
            last = writer.role().set(last, bytes(String.valueOf(i)), PATIENT).orElseThrow();
            if (i % 15 == 0) {
                readers.get(dice.nextInt(readers.size())).wire().reset();
            }
        }

        for (var reader : readers) {
            awaitTold(context, reader, last, ScenarioContext.READY);
            assertRising(reader);
        }
    }

    @Verifies(Rule.C1)
    public void aReadSeesWhatWasAcknowledgedBefore(ScenarioContext context) {
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        var last = write(writer, "0");

        for (int i = 1; i <= 20; i++) {
            last = writer.role().set(last, bytes(String.valueOf(i)), PATIENT).orElseThrow();
            assertThat(reader.role().read(PATIENT)).isEqualTo(last);
        }
        var before = context.settle();
        reader.role().read(PATIENT);

        context.count(
                "configuration: requests per read",
                context.settle().minus(before).total());
    }

    @Verifies(Rule.C1)
    public void aValueWrittenInAWatchsGapIsTold(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        var before = write(writer, "before");
        awaitTold(context, reader, before, ScenarioContext.READY);

        reader.wire().cut();
        var between = writer.role().set(before, bytes("between"), PATIENT).orElseThrow();
        var latest = writer.role().set(between, bytes("latest"), PATIENT).orElseThrow();
        reader.wire().mend();

        awaitTold(context, reader, latest, ScenarioContext.READY);
        assertRising(reader);
    }

    @Verifies(Rule.C1)
    public void aValueDeletedAndMadeAgainInAWatchsGapIsTold(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var reader = context.reader("reader");
        awaitTold(context, reader, write(reader, "before"), ScenarioContext.READY);

        // The new one has the version of the old one.
        reader.wire().cut();
        operator.delete(VALUE);
        operator.create(VALUE, "after");
        reader.wire().mend();

        context.eventually(
                "told of the new one",
                ScenarioContext.READY,
                () -> told(reader).stream().anyMatch(value -> text(value).equals("after")));
        assertRising(reader);
    }

    @Verifies({Rule.C1, Rule.C2, Rule.X5})
    public void aReaderWhoseSessionExpiredGoesOn(ScenarioContext context) {
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        var first = write(writer, "first");
        awaitTold(context, reader, first, ScenarioContext.READY);
        var session = reader.session();

        reader.expire();
        var meanwhile = writer.role().set(first, bytes("meanwhile"), PATIENT).orElseThrow();
        awaitTold(context, reader, meanwhile, ScenarioContext.SUCCESSION);
        context.eventually(
                "another session",
                ScenarioContext.SUCCESSION,
                () -> reader.session().id() != session.id());
        var later = writer.role().set(meanwhile, bytes("later"), PATIENT).orElseThrow();
        awaitTold(context, reader, later, ScenarioContext.SUCCESSION);

        assertRising(reader);
        context.eventually("watches one path", ScenarioContext.READY, () -> reader.watches() == 1);
    }

    @Verifies({Rule.C1, Rule.C3})
    public void aValueSetByHandIsAValueLikeAnother(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var participant = context.reader("participant");
        var first = write(participant, "first");
        awaitTold(context, participant, first, ScenarioContext.READY);

        operator.set(VALUE, "by hand");
        context.eventually(
                "told of it",
                ScenarioContext.AT_ONCE,
                () -> text(latest(participant)).equals("by hand"));
        var over = participant.role().set(first, bytes("over the first"), PATIENT);
        var after = participant.role().set(latest(participant), bytes("over the one by hand"), PATIENT);

        assertThat(over).isEmpty();
        assertThat(after).isPresent();
        assertThat(operator.get(VALUE)).isEqualTo("over the one by hand");
    }

    // C4: missing.

    @Verifies(Rule.C4)
    public void aMissingValueIsToldAsMissingAndAnEmptyOneAsEmpty(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var reader = context.reader("reader");

        var missing = reader.awaitEvent(RecipeEvent.NewValue.class, ScenarioContext.READY)
                .event()
                .value();
        var empty = writer.role()
                .set(writer.role().read(PATIENT), new byte[0], PATIENT)
                .orElseThrow();
        awaitTold(context, reader, empty, ScenarioContext.AT_ONCE);
        var removed = writer.role().remove(empty, PATIENT).orElseThrow();
        awaitTold(context, reader, removed, ScenarioContext.AT_ONCE);
        var again = writer.role().set(removed, bytes("again"), PATIENT).orElseThrow();
        awaitTold(context, reader, again, ScenarioContext.AT_ONCE);

        assertThat(missing.bytes()).isEmpty();
        assertThat(empty.bytes()).hasValueSatisfying(bytes -> assertThat(bytes).isEmpty());
        assertThat(removed.bytes()).isEmpty();
        assertThat(text(again)).isEqualTo("again");
        assertRising(reader);
    }

    @Verifies({Rule.C4, Rule.C1})
    public void aValueRemovedInAWatchsGapIsToldAsMissing(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        var value = write(writer, "soon gone");
        awaitTold(context, reader, value, ScenarioContext.READY);

        reader.wire().cut();
        var removed = writer.role().remove(value, PATIENT).orElseThrow();
        reader.wire().mend();

        awaitTold(context, reader, removed, ScenarioContext.READY);
        assertThat(latest(reader).bytes()).isEmpty();
    }

    @Verifies({Rule.C4, Rule.C1})
    public void aValueDeletedByHandIsMissingAndCanBeMadeAgain(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var cutOff = context.reader("cut-off");
        var reader = context.reader("reader");
        var value = write(cutOff, "deleted");
        awaitTold(context, reader, value, ScenarioContext.READY);

        cutOff.wire().cut();
        operator.delete(VALUE);
        context.eventually(
                "told at once",
                ScenarioContext.AT_ONCE,
                () -> latest(reader).bytes().isEmpty());
        cutOff.wire().mend();
        context.eventually(
                "told when mended",
                ScenarioContext.READY,
                () -> latest(cutOff).bytes().isEmpty());
        var again = cutOff.role().set(cutOff.role().read(PATIENT), bytes("again"), PATIENT);

        awaitTold(context, reader, again.orElseThrow(), ScenarioContext.AT_ONCE);
        assertRising(reader);
        assertRising(cutOff);
    }

    @Verifies({Rule.C4, Rule.X5})
    public void thePathDeletedByHandIsMadeAgain(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        awaitTold(context, reader, write(writer, "deleted"), ScenarioContext.READY);

        operator.deleteAll(ScenarioContext.RECIPE);
        for (var each : List.of(writer, reader)) {
            context.eventually(
                    each + " told",
                    ScenarioContext.READY,
                    () -> latest(each).bytes().isEmpty());
        }
        var again = writer.role().set(writer.role().read(PATIENT), bytes("again"), PATIENT);

        awaitTold(context, reader, again.orElseThrow(), ScenarioContext.AT_ONCE);
        assertRising(reader);
    }

    // X5: everything at once.

    @FaultsEnsemble
    @Verifies({Rule.X5, Rule.C1, Rule.C2})
    public void everybodyGoesOnAfterALostQuorumAndARestart(ScenarioContext context) {
        var writer = context.reader("writer");
        var reader = context.reader("reader");
        var base = write(writer, "base");
        awaitTold(context, reader, base, ScenarioContext.READY);

        context.ensemble().loseQuorum();
        var refused = failure(() -> writer.role().set(base, bytes("meanwhile"), IMPATIENT));
        context.ensemble().restore();
        var afterQuorum = writer.role()
                .set(writer.role().read(ScenarioContext.RECOVERY), bytes("after"), ScenarioContext.RECOVERY)
                .orElseThrow();
        awaitTold(context, reader, afterQuorum, ScenarioContext.RECOVERY);
        context.ensemble().restart();
        var afterRestart = writer.role()
                .set(afterQuorum, bytes("after the restart"), ScenarioContext.RECOVERY)
                .orElseThrow();

        awaitTold(context, reader, afterRestart, ScenarioContext.RECOVERY);
        assertRising(reader);
        assertThat(refused.problem()).isIn(Problem.UNKNOWN, Problem.CANNOT_CONNECT);
    }
}
