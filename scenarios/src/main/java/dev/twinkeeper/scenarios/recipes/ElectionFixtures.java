package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.RecipeEvent.Elected;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.TimedEvent;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the scenarios of elections are told with. */
final class ElectionFixtures {
    /** Long enough that no session ends while a wire is cut for a moment, nor within {@link ScenarioContext#AT_ONCE}. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    private ElectionFixtures() {}

    static TestParticipant<Election> enter(ScenarioContext context, Operator operator, String name) {
        int before = operator.children(ScenarioContext.RECIPE).size();
        TestParticipant<Election> participant = context.candidate(name);
        participant.role().enter();
        context.eventually(
                name + " is in the queue",
                ScenarioContext.READY,
                () -> operator.children(ScenarioContext.RECIPE).size() > before);
        return participant;
    }

    /** Enters, and leads; nobody is before it. */
    static TestParticipant<Election> leading(ScenarioContext context, Operator operator, String name) {
        TestParticipant<Election> participant = enter(context, operator, name);
        elected(participant, ScenarioContext.READY);
        return participant;
    }

    /** For the first time. */
    static TimedEvent<Elected> elected(TestParticipant<Election> participant, Duration bound) {
        return elected(participant, Instant.MIN, bound);
    }

    static TimedEvent<Elected> elected(TestParticipant<Election> participant, Instant after, Duration bound) {
        return participant.awaitEvent(Elected.class, after, any -> true, bound);
    }

    static long token(TimedEvent<Elected> elected) {
        return elected.event().term().token();
    }

    static List<String> candidates(TestParticipant<Election> participant) {
        return participant.role().candidates(ScenarioContext.READY);
    }

    static void awaitQueue(ScenarioContext context, TestParticipant<Election> onlooker, String... names) {
        context.eventually(
                "the queue is " + List.of(names),
                ScenarioContext.READY,
                () -> candidates(onlooker).equals(List.of(names)));
    }

    /** One is left, and stays. */
    static void awaitOneZnode(ScenarioContext context, Operator operator) {
        context.eventually(
                "[E6] one znode is left",
                ScenarioContext.SUCCESSION,
                () -> operator.children(ScenarioContext.RECIPE).size() == 1);
        context.settle();
        assertThat(operator.children(ScenarioContext.RECIPE)).as("[E6] znodes").hasSize(1);
    }

    /** The path of a candidate's znode, for the operator. */
    static String znodeOf(Operator operator, String name) {
        return operator.children(ScenarioContext.RECIPE).stream()
                .map(child -> ScenarioContext.RECIPE + "/" + child)
                .filter(path -> operator.get(path).equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** An operator's path as it is on the wire. */
    static String onTheWire(ScenarioContext context, String path) {
        return context.path() + path.substring(ScenarioContext.RECIPE.length());
    }

    static boolean isCandidacy(ScenarioContext context, Request request) {
        return request.does("create", context.path() + "/");
    }

    static boolean isWatch(Request request, String path) {
        return request.operation().equals("getData") && request.path().equals(path);
    }

    static long notifications(List<TestParticipant<Election>> participants) {
        return participants.stream()
                .mapToLong(participant -> participant.wire().traffic().notifications())
                .sum();
    }

    static long requests(List<TestParticipant<Election>> participants) {
        return participants.stream()
                .mapToLong(participant -> participant.wire().traffic().total())
                .sum();
    }

    /** Empty where it is not refused. */
    static Optional<Problem> problemOf(ThrowingCallable call) {
        return Optional.ofNullable(catchThrowableOfType(Failure.class, call)).map(Failure::problem);
    }
}
