package dev.twinkeeper.scenarios.topics;

import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Wire;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;

/** Requests and answers that get lost with their connection; each completes when it was lost. */
final class LostMessages {
    private LostMessages() {}

    static Predicate<Request> claim(ScenarioContext context) {
        return request -> request.operation().equals("multi")
                && request.does("create", context.layout().master());
    }

    static CompletableFuture<Request> loseAnswer(TestParticipant<?> participant, String operation, String path) {
        return participant.wire().loseAnswer(request -> request.does(operation, path));
    }

    static CompletableFuture<Request> loseRequest(TestParticipant<?> participant, String operation, String path) {
        return participant.wire().loseRequest(request -> request.does(operation, path));
    }

    /** On the wire of the next participant, before it connects; there is none until then. */
    static AtomicReference<CompletableFuture<Request>> ofTheNext(
            ScenarioContext context, Function<Wire, CompletableFuture<Request>> loss) {
        AtomicReference<CompletableFuture<Request>> lost = new AtomicReference<>();
        context.prepareWire(wire -> lost.set(loss.apply(wire)));
        return lost;
    }
}
