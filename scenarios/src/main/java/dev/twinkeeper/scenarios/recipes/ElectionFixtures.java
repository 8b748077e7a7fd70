package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.recipes.RecipeEvent.Elected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the scenarios of elections are told with. */
final class ElectionFixtures {
    /** Long enough that no session ends while a wire is cut for a moment, nor within {@link RecipeScenarioContext#AT_ONCE}. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    private ElectionFixtures() {}

    static RecipeParticipant<Election> enter(RecipeScenarioContext context, Operator operator, String name) {
        int before = operator.children(RecipeScenarioContext.RECIPE).size();
        RecipeParticipant<Election> participant = context.candidate(name);
        participant.recipe().enter();
        context.eventually(
                name + " is in the queue",
                RecipeScenarioContext.READY,
                () -> operator.children(RecipeScenarioContext.RECIPE).size() > before);
        return participant;
    }

    /** Enters, and leads; nobody is before it. */
    static RecipeParticipant<Election> leading(RecipeScenarioContext context, Operator operator, String name) {
        RecipeParticipant<Election> participant = enter(context, operator, name);
        elected(participant, RecipeScenarioContext.READY);
        return participant;
    }

    /** For the first time. */
    static RecipeEvent.Timed<Elected> elected(RecipeParticipant<Election> participant, Duration bound) {
        return elected(participant, Instant.MIN, bound);
    }

    static RecipeEvent.Timed<Elected> elected(RecipeParticipant<Election> participant, Instant after, Duration bound) {
        return participant.awaitEvent(Elected.class, after, any -> true, bound);
    }

    static long token(RecipeEvent.Timed<Elected> elected) {
        return elected.what().term().token();
    }

    static List<String> candidates(RecipeParticipant<Election> participant) {
        return participant.recipe().candidates(RecipeScenarioContext.READY);
    }

    static void awaitQueue(RecipeScenarioContext context, RecipeParticipant<Election> onlooker, String... names) {
        context.eventually(
                "the queue is " + List.of(names),
                RecipeScenarioContext.READY,
                () -> candidates(onlooker).equals(List.of(names)));
    }

    /** One is left, and stays. */
    static void awaitOneZnode(RecipeScenarioContext context, Operator operator) {
        context.eventually(
                "[E6] one znode is left",
                RecipeScenarioContext.SUCCESSION,
                () -> operator.children(RecipeScenarioContext.RECIPE).size() == 1);
        context.settle();
        assertThat(operator.children(RecipeScenarioContext.RECIPE))
                .as("[E6] znodes")
                .hasSize(1);
    }

    /** The path of a candidate's znode, for the operator. */
    static String znodeOf(Operator operator, String name) {
        return operator.children(RecipeScenarioContext.RECIPE).stream()
                .map(child -> RecipeScenarioContext.RECIPE + "/" + child)
                .filter(path -> operator.get(path).equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** An operator's path as it is on the wire. */
    static String onTheWire(RecipeScenarioContext context, String path) {
        return context.path() + path.substring(RecipeScenarioContext.RECIPE.length());
    }

    static boolean isCandidacy(RecipeScenarioContext context, Request request) {
        return request.does("create", context.path() + "/");
    }

    static boolean isWatch(Request request, String path) {
        return request.operation().equals("getData") && request.path().equals(path);
    }

    static long notifications(List<RecipeParticipant<Election>> participants) {
        return participants.stream()
                .mapToLong(participant -> participant.wire().traffic().notifications())
                .sum();
    }

    static long requests(List<RecipeParticipant<Election>> participants) {
        return participants.stream()
                .mapToLong(participant -> participant.wire().traffic().total())
                .sum();
    }

    /** Empty where it is not refused. */
    static Optional<Problem> problemOf(ThrowingCallable call) {
        return Optional.ofNullable(catchThrowableOfType(Failure.class, call)).map(Failure::problem);
    }
}
