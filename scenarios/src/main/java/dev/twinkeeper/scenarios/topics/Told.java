package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Short words for what roles answer. */
final class Told {
    private Told() {}

    static Outcome done(String result) {
        return new Outcome.Done(Payload.of(result));
    }

    /** The problem that the answer fails with. */
    static CoordinationException.Problem problem(CompletionStage<?> refused) {
        var future = refused.toCompletableFuture().orTimeout(ScenarioContext.OUTCOME.toMillis(), TimeUnit.MILLISECONDS);
        Throwable thrown = catchThrowableOfType(CompletionException.class, future::join);
        assertThat(thrown).as("a refusal").isNotNull().hasCauseInstanceOf(CoordinationException.class);
        return ((CoordinationException) thrown.getCause()).problem();
    }

    /** {@code command 1} to {@code command n}. */
    static List<String> commands(int n) {
        return IntStream.rangeClosed(1, n).mapToObj(i -> "command " + i).toList();
    }

    static List<String> names(List<TaskId> tasks) {
        return tasks.stream().map(TaskId::name).toList();
    }

    /** Why an outcome is unknown, which it has to be. */
    static Outcome.Reason whyUnknown(Outcome outcome) {
        if (outcome instanceof Outcome.Unknown unknown) {
            return unknown.reason();
        }
        throw new AssertionError("this is known: " + outcome);
    }
}
