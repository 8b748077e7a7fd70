package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.Values.PATIENT;
import static dev.twinkeeper.scenarios.recipes.Values.VALUE;
import static dev.twinkeeper.scenarios.recipes.Values.assertProblem;
import static dev.twinkeeper.scenarios.recipes.Values.assertRising;
import static dev.twinkeeper.scenarios.recipes.Values.awaitTold;
import static dev.twinkeeper.scenarios.recipes.Values.bytes;
import static dev.twinkeeper.scenarios.recipes.Values.committed;
import static dev.twinkeeper.scenarios.recipes.Values.cutWith;
import static dev.twinkeeper.scenarios.recipes.Values.failure;
import static dev.twinkeeper.scenarios.recipes.Values.latest;
import static dev.twinkeeper.scenarios.recipes.Values.quiet;
import static dev.twinkeeper.scenarios.recipes.Values.readers;
import static dev.twinkeeper.scenarios.recipes.Values.text;
import static dev.twinkeeper.scenarios.recipes.Values.told;
import static dev.twinkeeper.scenarios.recipes.Values.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Configuration.Value;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.FaultsEnsemble;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** One value: every reader is told of the latest, none goes back, and of those that write over the same one succeeds. */
public final class ConfigurationScenarios {
    /** For sessions that are to outlive what happens to their wire. */
    private static final Duration LONG_SESSION = Duration.ofSeconds(20);

    /** As impatient as one who wants to see it end. */
    private static final Duration IMPATIENT = Duration.ofMillis(400);

    // C1 and C2: the latest value, in order.

    @Verifies(Rule.C1)
    public void everyReaderIsToldOfAChange(RecipeStage stage) {
        int many = 10;
        var writer = stage.reader("writer");
        var readers = readers(stage, many);
        var first = write(writer, "first");
        readers.forEach(reader -> awaitTold(stage, reader, first, RecipeStage.READY));
        awaitTold(stage, writer, first, RecipeStage.READY);
        var before = quiet(stage);

        var second = writer.recipe().set(first, bytes("second"), PATIENT).orElseThrow();
        readers.forEach(reader -> awaitTold(stage, reader, second, RecipeStage.AT_ONCE));
        awaitTold(stage, writer, second, RecipeStage.AT_ONCE);

        var change = quiet(stage).minus(before);
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
        var before = quiet(stage);
        reader.recipe().read(PATIENT);

        stage.count(
                "configuration: requests per read", quiet(stage).minus(before).total());
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
        write(reader, "before");

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
        var hand = stage.hand();
        var player = stage.reader("player");
        var first = write(player, "first");

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

    // C3: compare and set.

    @Verifies(Rule.C3)
    public void ofTwoWritersOverTheSameValueOneSucceeds(RecipeStage stage) {
        var one = stage.reader("one");
        var two = stage.reader("two");
        List<Value> won = new ArrayList<>();
        won.add(write(one, "start"));

        for (int round = 0; round < 15; round++) {
            var base = won.get(won.size() - 1);
            var name = String.valueOf(round);
            var ofOne = one.async(() -> one.recipe().set(base, bytes("one " + name), PATIENT));
            var ofTwo = two.async(() -> two.recipe().set(base, bytes("two " + name), PATIENT));
            Stream.of(ofOne, ofTwo)
                    .map(each -> stage.await("a write", each, PATIENT))
                    .flatMap(Optional::stream)
                    .forEach(won::add);
            assertThat(won).hasSize(round + 2);
        }
        var base = won.get(won.size() - 1);
        var before = quiet(stage);
        two.recipe().set(base, bytes("first"), PATIENT);
        var between = quiet(stage);
        // It has seen the newer one, so it has nothing to ask.
        assertThat(one.recipe().set(base, bytes("late"), PATIENT)).isEmpty();

        stage.count(
                "configuration: requests per write, with one other to hear of it",
                between.minus(before).total());
        assertThat(quiet(stage).minus(between).total()).isZero();
        assertThat(committed(stage))
                .startsWith(won.stream().map(Value::revision).toArray(Long[]::new));
    }

    @Verifies(Rule.C3)
    public void ofManyWritersOfAMissingValueOneSucceeds(RecipeStage stage) {
        var writers = readers(stage, 5);
        var missing = writers.get(0).recipe().read(PATIENT);
        writers.forEach(writer -> writer.awaitHeard(Happening.NewValue.class, RecipeStage.READY));

        var created = writers.stream()
                .map(writer -> writer.async(() -> writer.recipe().set(missing, bytes(writer.name()), PATIENT)))
                .toList();
        var won = created.stream()
                .map(each -> stage.await("a write", each, PATIENT))
                .flatMap(Optional::stream)
                .toList();

        assertThat(won).hasSize(1);
        assertThat(committed(stage)).containsExactly(won.get(0).revision());
    }

    @Verifies(Rule.C3)
    public void aWriterFromBeforeARemovalMisses(RecipeStage stage) {
        var early = stage.reader("early");
        var writer = stage.reader("writer");
        var first = write(early, "first");
        var blind = stage.reader("blind");
        blind.wire().stallReplies();

        // The same bytes after the same number of writes, but not the value that was seen.
        var removed =
                writer.recipe().remove(writer.recipe().read(PATIENT), PATIENT).orElseThrow();
        var second = writer.recipe().set(removed, bytes("first"), PATIENT).orElseThrow();
        blind.wire().mend();
        var ofEarly = early.recipe().set(first, bytes("early"), PATIENT);
        var ofBlind = blind.recipe().set(first, bytes("blind"), PATIENT);

        assertThat(ofEarly).isEmpty();
        assertThat(ofBlind).isEmpty();
        assertThat(writer.recipe().read(PATIENT)).isEqualTo(second);
    }

    @Verifies(Rule.C3)
    public void aWriteWhoseAnswerWasLostIsKnownToBeDone(RecipeStage stage) {
        var writer = stage.reader("writer");
        var base = write(writer, "base");

        var lost = writer.wire().loseAnswer(Values::writesValue);
        var written = writer.recipe().set(base, bytes("written"), PATIENT);
        stage.await("an answer is lost", lost, RecipeStage.READY);

        assertThat(written).isPresent();
        assertThat(committed(stage))
                .containsExactly(base.revision(), written.orElseThrow().revision());
    }

    @Verifies({Rule.C3, Rule.C4})
    public void aCreationAndARemovalWhoseAnswersWereLostAreKnownToBeDone(RecipeStage stage) {
        var writer = stage.reader("writer");
        var missing = writer.recipe().read(PATIENT);

        var lost = writer.wire().loseAnswer(Values::writesValue);
        var created = writer.recipe().set(missing, bytes("created"), PATIENT);
        stage.await("an answer is lost", lost, RecipeStage.READY);
        lost = writer.wire().loseAnswer(Values::writesValue);
        var removed = writer.recipe().remove(created.orElseThrow(), PATIENT);
        stage.await("another answer is lost", lost, RecipeStage.READY);

        assertThat(removed).isPresent();
        assertThat(committed(stage))
                .containsExactly(
                        created.orElseThrow().revision(), removed.orElseThrow().revision());
    }

    @Verifies(Rule.C3)
    public void aWriteThatWasLostIsTriedAgain(RecipeStage stage) {
        var writer = stage.reader("writer");
        var base = write(writer, "base");

        var lost = writer.wire().loseRequest(Values::writesValue);
        var written = writer.recipe().set(base, bytes("written"), PATIENT);
        stage.await("a request is lost", lost, RecipeStage.READY);

        assertThat(written).isPresent();
        assertThat(committed(stage))
                .containsExactly(base.revision(), written.orElseThrow().revision());
    }

    @Verifies(Rule.C3)
    public void theSameBytesByAnotherAreNotTakenForAWriteThatWasLost(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var loser = stage.reader("loser");
        var winner = stage.reader("winner");
        var base = write(winner, "base");
        loser.recipe().read(PATIENT);

        var lost = cutWith(loser.wire(), loser.wire().loseRequest(Values::writesValue));
        var ofLoser = loser.async(() -> loser.recipe().set(base, bytes("the same"), PATIENT));
        stage.await("a request is lost", lost, RecipeStage.READY);
        var ofWinner = winner.recipe().set(base, bytes("the same"), PATIENT);
        loser.wire().mend();

        assertThat(ofWinner).isPresent();
        assertThat(stage.await("the loser hears", ofLoser, PATIENT)).isEmpty();
    }

    @Verifies(Rule.C3)
    public void aRefusalWhoseAnswerWasLostIsARefusal(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var winner = stage.reader("winner");
        var loser = stage.reader("loser");
        var base = write(winner, "base");
        loser.recipe().read(PATIENT);

        // It does not hear of the other's write, and its own is refused unheard.
        loser.wire().stallReplies();
        var lost = loser.wire().loseAnswer(Values::writesValue);
        var ofWinner = winner.recipe().set(base, bytes("winner"), PATIENT).orElseThrow();
        var ofLoser = loser.async(() -> loser.recipe().set(base, bytes("loser"), PATIENT));
        loser.wire().mend();

        assertThat(stage.await("the loser hears", ofLoser, PATIENT)).isEmpty();
        assertThat(committed(stage)).containsExactly(base.revision(), ofWinner.revision());
        lost.cancel(false);
    }

    @Verifies(Rule.C3)
    public void aLostAnswerIsUnknownWhenTheValueWasWrittenSince(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var first = stage.reader("first");
        var second = stage.reader("second");
        var base = write(second, "base");
        first.recipe().read(PATIENT);

        var lost = cutWith(first.wire(), first.wire().loseAnswer(Values::writesValue));
        var ofFirst = first.async(() -> first.recipe().set(base, bytes("first"), PATIENT));
        stage.await("an answer is lost", lost, RecipeStage.READY);
        var over = second.recipe().set(second.recipe().read(PATIENT), bytes("second"), PATIENT);
        first.wire().mend();

        assertProblem(Problem.UNKNOWN, () -> stage.await("the first hears", ofFirst, PATIENT));
        awaitTold(stage, first, over.orElseThrow(), RecipeStage.READY);
    }

    @Verifies({Rule.C3, Rule.X5})
    public void theWriteOfAnExpiredSessionIsSettledInTheNext(RecipeStage stage) {
        var zombie = stage.reader("zombie");
        var other = stage.reader("other");
        var base = write(other, "base");
        zombie.recipe().read(PATIENT);

        // Its write is under way when its session ends; it arrives after the other's.
        zombie.wire().stallRequests();
        var ofZombie = zombie.async(() -> zombie.recipe().set(base, bytes("zombie"), PATIENT));
        stage.eventually(
                "its write is held up", RecipeStage.READY, () -> zombie.wire().heldUp() > 0);
        zombie.expire();
        var ofOther = other.recipe().set(base, bytes("other"), PATIENT).orElseThrow();
        zombie.wire().mend();

        assertThat(stage.await("the zombie hears", ofZombie, PATIENT)).isEmpty();
        awaitTold(stage, zombie, ofOther, RecipeStage.SUCCESSION);
        assertThat(committed(stage)).containsExactly(base.revision(), ofOther.revision());
    }

    @Verifies({Rule.C3, Rule.X5})
    public void withoutAServerNothingIsWritten(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var writer = stage.reader("writer");
        var base = write(writer, "base");

        writer.wire().cut();
        assertProblem(Problem.CANNOT_CONNECT, () -> writer.recipe().read(IMPATIENT));
        assertProblem(Problem.CANNOT_CONNECT, () -> writer.recipe().set(base, bytes("never"), IMPATIENT));
        writer.wire().mend();

        assertThat(writer.recipe().read(PATIENT)).isEqualTo(base);
        assertThat(committed(stage)).containsExactly(base.revision());
    }

    @Verifies(Rule.C3)
    public void aWriteThatIsNotAnsweredInTimeIsUnknown(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var writer = stage.reader("writer");
        var base = write(writer, "base");

        writer.wire().stallReplies();
        assertProblem(Problem.UNKNOWN, () -> writer.recipe().set(base, bytes("who knows"), IMPATIENT));
        writer.wire().mend();

        assertThat(text(writer.recipe().read(PATIENT))).isEqualTo("who knows");
    }

    // X1 to X5.

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
        assertProblem(Problem.INVALID, () -> new Recipe.Place("localhost:2181", RecipeStage.SESSION_TIMEOUT, "/a//b"));

        assertThat(player.wire().traffic().requests("multi")).isZero();
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

        assertThat(removed).isPresent();
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
        var read = player.async(() -> player.recipe().read(PATIENT));
        var set = player.async(() -> player.recipe().set(base, bytes("any"), PATIENT));
        stage.throughout("both wait", IMPATIENT, () -> !read.isDone() && !set.isDone());

        player.wire().cut();
        player.close();
        player.close();

        assertProblem(Problem.CLOSED, () -> stage.await("the read ends", read, RecipeStage.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> stage.await("the write ends", set, RecipeStage.AT_ONCE));
        assertProblem(Problem.CLOSED, () -> player.recipe().read(PATIENT));
        assertProblem(Problem.CLOSED, () -> player.recipe().set(base, bytes("any"), PATIENT));
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
