package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.Values.IMPATIENT;
import static dev.twinkeeper.scenarios.recipes.Values.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.Values.PATIENT;
import static dev.twinkeeper.scenarios.recipes.Values.VALUE;
import static dev.twinkeeper.scenarios.recipes.Values.assertProblem;
import static dev.twinkeeper.scenarios.recipes.Values.awaitTold;
import static dev.twinkeeper.scenarios.recipes.Values.bytes;
import static dev.twinkeeper.scenarios.recipes.Values.committed;
import static dev.twinkeeper.scenarios.recipes.Values.cutWith;
import static dev.twinkeeper.scenarios.recipes.Values.failure;
import static dev.twinkeeper.scenarios.recipes.Values.readers;
import static dev.twinkeeper.scenarios.recipes.Values.text;
import static dev.twinkeeper.scenarios.recipes.Values.write;
import static dev.twinkeeper.scenarios.recipes.Values.writtenTo;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Configuration.Value;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.oracle.Data;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Of those that write over the same value one succeeds, and each learns whether it was. */
public final class ConfigurationWriteScenarios {
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
        var before = stage.settle();
        var first = two.recipe().set(base, bytes("first"), PATIENT).orElseThrow();
        awaitTold(stage, one, first, RecipeStage.READY);
        var between = stage.settle();
        // It has seen the newer one, so it has nothing to ask.
        assertThat(one.recipe().set(base, bytes("late"), PATIENT)).isEmpty();

        stage.count(
                "configuration: requests per write, with one other to hear of it",
                between.minus(before).total());
        assertThat(stage.settle().minus(between).total()).isZero();
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
        stage.sessionTimeout(LONG_SESSION);
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
        stage.sessionTimeout(LONG_SESSION);
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
        stage.eventually(
                "its write is under way",
                RecipeStage.READY,
                () -> loser.wire().traffic().operations("setData") > 0);
        loser.wire().mend();
        stage.await("an answer is lost", lost, RecipeStage.READY);

        assertThat(stage.await("the loser hears", ofLoser, PATIENT)).isEmpty();
        assertThat(committed(stage)).containsExactly(base.revision(), ofWinner.revision());
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

    @Verifies({Rule.C3, Rule.C4})
    public void aCreationWhoseAnswerWasLostIsKnownToBeDoneAlsoWhenItWasMadeAgainByHand(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var writer = stage.reader("writer");
        var missing = writer.recipe().read(PATIENT);

        var lost = cutWith(writer.wire(), writer.wire().loseAnswer(Values::writesValue));
        var written = writer.async(() -> writer.recipe().set(missing, bytes("created"), PATIENT));
        stage.await("an answer is lost", lost, RecipeStage.READY);
        stage.eventually(
                "it is there", RecipeStage.READY, () -> !committed(stage).isEmpty());
        hand.delete(VALUE);
        hand.create(VALUE, "by hand");
        writer.wire().mend();

        var created = stage.await("the writer hears", written, PATIENT);
        assertThat(created.map(Value::revision)).hasValue(committed(stage).get(0));
        assertThat(text(writer.recipe().read(PATIENT))).isEqualTo("by hand");
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

        // What it sent before it knew that it is cut off is unknown. From then on it sends nothing.
        writer.wire().cut();
        List<String> tried = new ArrayList<>();
        stage.eventually("it knows", RecipeStage.READY, () -> {
            tried.add("try " + tried.size());
            return failure(() -> writer.recipe().set(base, bytes(tried.get(tried.size() - 1)), IMPATIENT))
                            .problem()
                    == Problem.CANNOT_CONNECT;
        });
        assertProblem(Problem.CANNOT_CONNECT, () -> writer.recipe().read(IMPATIENT));
        writer.wire().mend();
        writer.recipe().read(PATIENT);

        assertThat(writtenTo(stage)).doesNotContain(Data.of(tried.get(tried.size() - 1)));
    }

    @Verifies(Rule.C3)
    public void aWriteWhoseCallerWasInterruptedIsNotSentLater(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var writer = stage.reader("writer");
        var base = write(writer, "base");
        writer.wire().cut();
        stage.eventually(
                "it knows",
                RecipeStage.READY,
                () -> failure(() -> writer.recipe().set(base, bytes("tried"), IMPATIENT))
                                .problem()
                        == Problem.CANNOT_CONNECT);
        var caller = new Thread(() -> assertProblem(
                Problem.CLOSED, () -> writer.recipe().set(base, bytes("late"), ChronoUnit.FOREVER.getDuration())));

        caller.start();
        stage.eventually("it waits", RecipeStage.READY, () -> caller.getState() == Thread.State.TIMED_WAITING);
        caller.interrupt();
        stage.eventually("it is back", RecipeStage.AT_ONCE, () -> !caller.isAlive());
        writer.wire().mend();
        writer.recipe().read(PATIENT);

        assertThat(writtenTo(stage)).doesNotContain(Data.of("late"));
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
}
