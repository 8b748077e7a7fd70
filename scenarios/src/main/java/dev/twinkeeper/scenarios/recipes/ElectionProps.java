package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.recipes.Happening.Elected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the scenarios of elections are told with. */
final class ElectionProps {
    /** Long enough that no session ends while a wire is cut for a moment, nor within {@link RecipeStage#AT_ONCE}. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    private ElectionProps() {}

    static Player<Election> enter(RecipeStage stage, Hand hand, String name) {
        int before = hand.children(RecipeStage.RECIPE).size();
        Player<Election> player = stage.candidate(name);
        player.recipe().enter();
        stage.eventually(
                name + " is in the queue",
                RecipeStage.READY,
                () -> hand.children(RecipeStage.RECIPE).size() > before);
        return player;
    }

    /** Enters, and leads; nobody is before it. */
    static Player<Election> leading(RecipeStage stage, Hand hand, String name) {
        Player<Election> player = enter(stage, hand, name);
        elected(player, RecipeStage.READY);
        return player;
    }

    /** For the first time. */
    static Happening.Heard<Elected> elected(Player<Election> player, Duration bound) {
        return elected(player, Instant.MIN, bound);
    }

    static Happening.Heard<Elected> elected(Player<Election> player, Instant after, Duration bound) {
        return player.awaitHeard(Elected.class, after, any -> true, bound);
    }

    static long token(Happening.Heard<Elected> elected) {
        return elected.what().term().token();
    }

    static List<String> candidates(Player<Election> player) {
        return player.recipe().candidates(RecipeStage.READY);
    }

    static void awaitQueue(RecipeStage stage, Player<Election> onlooker, String... names) {
        stage.eventually(
                "the queue is " + List.of(names),
                RecipeStage.READY,
                () -> candidates(onlooker).equals(List.of(names)));
    }

    /** One is left, and stays. */
    static void awaitOneZnode(RecipeStage stage, Hand hand) {
        stage.eventually(
                "[E6] one znode is left",
                RecipeStage.SUCCESSION,
                () -> hand.children(RecipeStage.RECIPE).size() == 1);
        stage.settle();
        assertThat(hand.children(RecipeStage.RECIPE)).as("[E6] znodes").hasSize(1);
    }

    /** The path of a candidate's znode, for the hand. */
    static String znodeOf(Hand hand, String name) {
        return hand.children(RecipeStage.RECIPE).stream()
                .map(child -> RecipeStage.RECIPE + "/" + child)
                .filter(path -> hand.get(path).equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** A hand's path as it is on the wire. */
    static String onTheWire(RecipeStage stage, String path) {
        return stage.path() + path.substring(RecipeStage.RECIPE.length());
    }

    static boolean isCandidacy(RecipeStage stage, Request request) {
        return request.does("create", stage.path() + "/");
    }

    static boolean isWatch(Request request, String path) {
        return request.operation().equals("getData") && request.path().equals(path);
    }

    static long notifications(List<Player<Election>> players) {
        return players.stream()
                .mapToLong(player -> player.wire().traffic().notifications())
                .sum();
    }

    static long requests(List<Player<Election>> players) {
        return players.stream()
                .mapToLong(player -> player.wire().traffic().total())
                .sum();
    }

    /** Empty where it is not refused. */
    static Optional<Problem> problemOf(ThrowingCallable call) {
        return Optional.ofNullable(catchThrowableOfType(Failure.class, call)).map(Failure::problem);
    }
}
