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
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.checker.Data;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Of those that write over the same value one succeeds, and each learns whether it was. */
public final class ConfigurationWriteScenarios {
    @Verifies(Rule.C3)
    public void ofTwoWritersOverTheSameValueOneSucceeds(ScenarioContext context) {
        var one = context.reader("one");
        var two = context.reader("two");
        List<Value> won = new ArrayList<>();
        won.add(write(one, "start"));

        for (int round = 0; round < 15; round++) {
            var base = won.get(won.size() - 1);
            var name = String.valueOf(round);
            var ofOne = one.async(() -> one.role().set(base, bytes("one " + name), PATIENT));
            var ofTwo = two.async(() -> two.role().set(base, bytes("two " + name), PATIENT));
            Stream.of(ofOne, ofTwo)
                    .map(each -> ScenarioContext.await("a write", each, PATIENT))
                    .flatMap(Optional::stream)
                    .forEach(won::add);
            assertThat(won).hasSize(round + 2);
        }
        var base = won.get(won.size() - 1);
        var before = context.settle();
        var first = two.role().set(base, bytes("first"), PATIENT).orElseThrow();
        awaitTold(context, one, first, ScenarioContext.READY);
        var between = context.settle();
        // It has seen the newer one, so it has nothing to ask.
        assertThat(one.role().set(base, bytes("late"), PATIENT)).isEmpty();

        context.count(
                "configuration: requests per write, with one other to hear of it",
                between.minus(before).total());
        assertThat(context.settle().minus(between).total()).isZero();
        assertThat(committed(context))
                .startsWith(won.stream().map(Value::revision).toArray(Long[]::new));
    }

    @Verifies(Rule.C3)
    public void ofManyWritersOfAMissingValueOneSucceeds(ScenarioContext context) {
        var writers = readers(context, 5);
        var missing = writers.get(0).role().read(PATIENT);
        writers.forEach(writer -> writer.awaitEvent(RecipeEvent.NewValue.class, ScenarioContext.READY));

        var created = writers.stream()
                .map(writer -> writer.async(() -> writer.role().set(missing, bytes(writer.name()), PATIENT)))
                .toList();
        var won = created.stream()
                .map(each -> ScenarioContext.await("a write", each, PATIENT))
                .flatMap(Optional::stream)
                .toList();

        assertThat(won).hasSize(1);
        assertThat(committed(context)).containsExactly(won.get(0).revision());
    }

    @Verifies(Rule.C3)
    public void aWriterFromBeforeARemovalMisses(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var early = context.reader("early");
        var writer = context.reader("writer");
        var first = write(early, "first");
        var blind = context.reader("blind");
        blind.wire().stallReplies();

        // The same bytes after the same number of writes, but not the value that was seen.
        var removed = writer.role().remove(writer.role().read(PATIENT), PATIENT).orElseThrow();
        var second = writer.role().set(removed, bytes("first"), PATIENT).orElseThrow();
        blind.wire().mend();
        var ofEarly = early.role().set(first, bytes("early"), PATIENT);
        var ofBlind = blind.role().set(first, bytes("blind"), PATIENT);

        assertThat(ofEarly).isEmpty();
        assertThat(ofBlind).isEmpty();
        assertThat(writer.role().read(PATIENT)).isEqualTo(second);
    }

    @Verifies(Rule.C3)
    public void aWriteWhoseAnswerWasLostIsKnownToBeDone(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var base = write(writer, "base");

        var lost = writer.wire().loseAnswer(Values::writesValue);
        var written = writer.role().set(base, bytes("written"), PATIENT);
        ScenarioContext.await("an answer is lost", lost, ScenarioContext.READY);

        assertThat(written).isPresent();
        assertThat(committed(context))
                .containsExactly(base.revision(), written.orElseThrow().revision());
    }

    @Verifies({Rule.C3, Rule.C4})
    public void aCreationAndARemovalWhoseAnswersWereLostAreKnownToBeDone(ScenarioContext context) {
        var writer = context.reader("writer");
        var missing = writer.role().read(PATIENT);

        var lost = writer.wire().loseAnswer(Values::writesValue);
        var created = writer.role().set(missing, bytes("created"), PATIENT);
        ScenarioContext.await("an answer is lost", lost, ScenarioContext.READY);
        lost = writer.wire().loseAnswer(Values::writesValue);
        var removed = writer.role().remove(created.orElseThrow(), PATIENT);
        ScenarioContext.await("another answer is lost", lost, ScenarioContext.READY);

        assertThat(removed).isPresent();
        assertThat(committed(context))
                .containsExactly(
                        created.orElseThrow().revision(), removed.orElseThrow().revision());
    }

    @Verifies(Rule.C3)
    public void aWriteThatWasLostIsTriedAgain(ScenarioContext context) {
        var writer = context.reader("writer");
        var base = write(writer, "base");

        var lost = writer.wire().loseRequest(Values::writesValue);
        var written = writer.role().set(base, bytes("written"), PATIENT);
        ScenarioContext.await("a request is lost", lost, ScenarioContext.READY);

        assertThat(written).isPresent();
        assertThat(committed(context))
                .containsExactly(base.revision(), written.orElseThrow().revision());
    }

    @Verifies(Rule.C3)
    public void theSameBytesByAnotherAreNotTakenForAWriteThatWasLost(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var loser = context.reader("loser");
        var winner = context.reader("winner");
        var base = write(winner, "base");
        loser.role().read(PATIENT);

        var lost = cutWith(loser.wire(), loser.wire().loseRequest(Values::writesValue));
        var ofLoser = loser.async(() -> loser.role().set(base, bytes("the same"), PATIENT));
        ScenarioContext.await("a request is lost", lost, ScenarioContext.READY);
        var ofWinner = winner.role().set(base, bytes("the same"), PATIENT);
        loser.wire().mend();

        assertThat(ofWinner).isPresent();
        assertThat(ScenarioContext.await("the loser hears", ofLoser, PATIENT)).isEmpty();
    }

    @Verifies(Rule.C3)
    public void aRefusalWhoseAnswerWasLostIsARefusal(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var winner = context.reader("winner");
        var loser = context.reader("loser");
        var base = write(winner, "base");
        loser.role().read(PATIENT);

        // It does not hear of the other's write, and its own is refused unheard.
        loser.wire().stallReplies();
        var lost = loser.wire().loseAnswer(Values::writesValue);
        var ofWinner = winner.role().set(base, bytes("winner"), PATIENT).orElseThrow();
        var ofLoser = loser.async(() -> loser.role().set(base, bytes("loser"), PATIENT));
        context.eventually(
                "its write is under way",
                ScenarioContext.READY,
                () -> loser.wire().traffic().operations("setData")
                                + loser.wire().traffic().requests("setData")
                        > 0);
        loser.wire().mend();
        ScenarioContext.await("an answer is lost", lost, ScenarioContext.READY);

        assertThat(ScenarioContext.await("the loser hears", ofLoser, PATIENT)).isEmpty();
        assertThat(committed(context)).containsExactly(base.revision(), ofWinner.revision());
    }

    @Verifies(Rule.C3)
    public void aLostAnswerIsUnknownWhenTheValueWasWrittenSince(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var first = context.reader("first");
        var second = context.reader("second");
        var base = write(second, "base");
        first.role().read(PATIENT);

        var lost = cutWith(first.wire(), first.wire().loseAnswer(Values::writesValue));
        var ofFirst = first.async(() -> first.role().set(base, bytes("first"), PATIENT));
        ScenarioContext.await("an answer is lost", lost, ScenarioContext.READY);
        var over = second.role().set(second.role().read(PATIENT), bytes("second"), PATIENT);
        first.wire().mend();

        assertProblem(Problem.UNKNOWN, () -> ScenarioContext.await("the first hears", ofFirst, PATIENT));
        awaitTold(context, first, over.orElseThrow(), ScenarioContext.READY);
    }

    @Verifies({Rule.C3, Rule.C4})
    public void aCreationWhoseAnswerWasLostIsKnownToBeDoneAlsoWhenItWasMadeAgainByHand(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var writer = context.reader("writer");
        var missing = writer.role().read(PATIENT);

        var lost = cutWith(writer.wire(), writer.wire().loseAnswer(Values::writesValue));
        var written = writer.async(() -> writer.role().set(missing, bytes("created"), PATIENT));
        ScenarioContext.await("an answer is lost", lost, ScenarioContext.READY);
        context.eventually(
                "it is there", ScenarioContext.READY, () -> !committed(context).isEmpty());
        operator.delete(VALUE);
        operator.create(VALUE, "by hand");
        writer.wire().mend();

        var created = ScenarioContext.await("the writer hears", written, PATIENT);
        assertThat(created.map(Value::revision)).hasValue(committed(context).get(0));
        assertThat(text(writer.role().read(PATIENT))).isEqualTo("by hand");
    }

    @Verifies({Rule.C3, Rule.X5})
    public void theWriteOfAnExpiredSessionIsSettledInTheNext(ScenarioContext context) {
        var zombie = context.reader("zombie");
        var other = context.reader("other");
        var base = write(other, "base");
        zombie.role().read(PATIENT);

        // Its write is under way when its session ends; it arrives after the other's.
        zombie.wire().stallRequests();
        var ofZombie = zombie.async(() -> zombie.role().set(base, bytes("zombie"), PATIENT));
        context.eventually(
                "its write is held up",
                ScenarioContext.READY,
                () -> zombie.wire().heldUp() > 0);
        zombie.expire();
        var ofOther = other.role().set(base, bytes("other"), PATIENT).orElseThrow();
        zombie.wire().mend();

        assertThat(ScenarioContext.await("the zombie hears", ofZombie, PATIENT)).isEmpty();
        awaitTold(context, zombie, ofOther, ScenarioContext.SUCCESSION);
        assertThat(committed(context)).containsExactly(base.revision(), ofOther.revision());
    }

    @Verifies({Rule.C3, Rule.X5})
    public void withoutAServerNothingIsWritten(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var base = write(writer, "base");

        // What it sent before it knew that it is cut off is unknown. From then on it sends nothing.
        writer.wire().cut();
        List<String> tried = new ArrayList<>();
        context.eventually("it knows", ScenarioContext.READY, () -> {
            tried.add("try " + tried.size());
            return failure(() -> writer.role().set(base, bytes(tried.get(tried.size() - 1)), IMPATIENT))
                            .problem()
                    == Problem.CANNOT_CONNECT;
        });
        assertProblem(Problem.CANNOT_CONNECT, () -> writer.role().read(IMPATIENT));
        writer.wire().mend();
        writer.role().read(PATIENT);

        assertThat(writtenTo(context)).doesNotContain(Data.of(tried.get(tried.size() - 1)));
    }

    @Verifies(Rule.C3)
    public void aWriteWhoseCallerWasInterruptedIsNotSentLater(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var base = write(writer, "base");
        writer.wire().cut();
        context.eventually(
                "it knows",
                ScenarioContext.READY,
                () -> failure(() -> writer.role().set(base, bytes("tried"), IMPATIENT))
                                .problem()
                        == Problem.CANNOT_CONNECT);
        var caller = new Thread(() -> assertProblem(
                Problem.CLOSED, () -> writer.role().set(base, bytes("late"), ChronoUnit.FOREVER.getDuration())));

        caller.start();
        context.eventually("it waits", ScenarioContext.READY, () -> caller.getState() == Thread.State.TIMED_WAITING);
        caller.interrupt();
        context.eventually("it is back", ScenarioContext.AT_ONCE, () -> !caller.isAlive());
        writer.wire().mend();
        writer.role().read(PATIENT);

        assertThat(writtenTo(context)).doesNotContain(Data.of("late"));
    }

    @Verifies(Rule.C3)
    public void aWriteThatIsNotAnsweredInTimeIsUnknown(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var writer = context.reader("writer");
        var base = write(writer, "base");

        writer.wire().stallReplies();
        assertProblem(Problem.UNKNOWN, () -> writer.role().set(base, bytes("who knows"), IMPATIENT));
        writer.wire().mend();

        assertThat(text(writer.role().read(PATIENT))).isEqualTo("who knows");
    }
}
