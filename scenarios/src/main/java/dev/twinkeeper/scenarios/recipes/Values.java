package dev.twinkeeper.scenarios.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Configuration.Value;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.checker.Commit;
import dev.twinkeeper.scenarios.checker.Data;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** What scenarios of a shared value ask and wait for. */
final class Values {
    /** As patient as anybody has to be when nothing is wrong. */
    static final Duration PATIENT = ScenarioContext.READY;

    /** As impatient as one who wants to see it end. */
    static final Duration IMPATIENT = Duration.ofMillis(400);

    /** For sessions that are to outlive what happens to their wire. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    /** The value's znode, for a {@link dev.twinkeeper.scenarios.lab.Operator}. */
    static final String VALUE = ScenarioContext.RECIPE + "/value";

    private Values() {}

    static List<TestParticipant<Configuration>> readers(ScenarioContext context, int many) {
        List<TestParticipant<Configuration>> readers = new ArrayList<>();
        for (int i = 1; i <= many; i++) {
            readers.add(context.reader("reader" + i));
        }
        return readers;
    }

    /** Over whatever there is. */
    static Value write(TestParticipant<Configuration> writer, String text) {
        return writer.role()
                .set(writer.role().read(PATIENT), bytes(text), PATIENT)
                .orElseThrow();
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static String text(Value value) {
        return value.bytes().map(bytes -> new String(bytes, UTF_8)).orElse("missing");
    }

    static List<Value> told(TestParticipant<Configuration> reader) {
        return reader.told(RecipeEvent.NewValue.class).stream()
                .map(RecipeEvent.NewValue::value)
                .toList();
    }

    static Value latest(TestParticipant<Configuration> reader) {
        var told = told(reader);
        return told.get(told.size() - 1);
    }

    static void awaitTold(ScenarioContext context, TestParticipant<Configuration> reader, Value value, Duration bound) {
        context.eventually(
                reader + " is told of " + value, bound, () -> told(reader).contains(value));
        assertThat(reader.role().seen().orElseThrow().revision())
                .as("[C2] the revision that " + reader + " has seen, which was told of " + value)
                .isGreaterThanOrEqualTo(value.revision());
    }

    /** C2. */
    static void assertRising(TestParticipant<Configuration> reader) {
        assertThat(told(reader).stream().map(Value::revision))
                .as("[C2] the revisions that " + reader + " was told")
                .isSorted()
                .doesNotHaveDuplicates();
    }

    static boolean writesValue(Request request) {
        return request.writes() && request.paths().stream().anyMatch(path -> path.endsWith(VALUE));
    }

    /** Cuts the wire before the participant can know that something was lost. */
    static CompletableFuture<Request> cutWith(Wire wire, CompletableFuture<Request> loss) {
        return loss.thenApply(request -> {
            wire.cut();
            return request;
        });
    }

    /** The zxids that wrote the value, as the servers' logs have it. */
    static List<Long> committed(ScenarioContext context) {
        return context.commits().stream()
                .filter(commit -> commit.changes().stream().anyMatch(Values::isWrite))
                .map(Commit::zxid)
                .toList();
    }

    /** What was written to the value and did not create it. */
    static List<Data> writtenTo(ScenarioContext context) {
        return context.commits().stream()
                .flatMap(commit -> commit.changes(Change.SetData.class).stream())
                .filter(Values::isWrite)
                .map(Change.SetData::data)
                .toList();
    }

    static boolean isWrite(Change change) {
        return change instanceof Change.Create create && create.path().endsWith(VALUE)
                || change instanceof Change.SetData set && set.path().endsWith(VALUE)
                || change instanceof Change.Delete delete && delete.path().endsWith(VALUE);
    }

    static Failure failure(Callable<?> call) {
        Failure failure = catchThrowableOfType(Failure.class, () -> {
            try {
                call.call();
            } catch (AssertionError e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        });
        assertThat(failure).as("a failure").isNotNull();
        return failure;
    }

    static void assertProblem(Problem problem, Callable<?> call) {
        assertThat(failure(call).problem()).isEqualTo(problem);
    }
}
