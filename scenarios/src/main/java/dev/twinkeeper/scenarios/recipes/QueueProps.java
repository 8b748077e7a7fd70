package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.oracle.Change;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the scenarios of queues are told with. */
final class QueueProps {
    /** More than any scenario puts. */
    static final int ROOMY = 1_000;

    /**
     * Long enough that no session ends while a wire is cut for a moment, or the machine has no time for it; shorter than
     * what a close may take that waits for a handler.
     */
    private static final Duration LONG_SESSION = Duration.ofSeconds(10);

    /** After that long without a request nothing is under way. */
    private static final Duration QUIET = Duration.ofMillis(200);

    private QueueProps() {}

    /** One with room for all, whose session ends when the scenario ends it, and not before. */
    static Player<Queue> queue(RecipeStage stage, String name) {
        stage.sessionTimeout(LONG_SESSION);
        return stage.queue(name, ROOMY);
    }

    /** A handler that does not end before it may. */
    static final class Held implements Queue.Handler {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        @Override
        public void handle(Queue.Item item) throws InterruptedException {
            begun.countDown();
            released.await();
        }

        void awaitBegun() {
            try {
                assertThat(begun.await(RecipeStage.READY.toMillis(), TimeUnit.MILLISECONDS))
                        .as("handling has begun")
                        .isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        void release() {
            released.countDown();
        }
    }

    static void consume(Player<Queue> player) {
        consume(player, item -> {});
    }

    /** Takes down what is handled; what the handler throws is thrown on. */
    static void consume(Player<Queue> player, Queue.Handler handler) {
        player.recipe().consume(item -> {
            player.hear(new Happening.Handling(item));
            handler.handle(item);
            player.hear(new Happening.Handled(item));
        });
    }

    static void put(Player<Queue> player, String text) {
        player.recipe().put(bytes(text), RecipeStage.READY);
    }

    /** Puts it and waits until one of them has handled it. */
    static void pass(RecipeStage stage, String text, Player<Queue> producer, Collection<Player<Queue>> consumers) {
        put(producer, text);
        awaitHandled(stage, List.of(text), consumers);
    }

    /** Puts it and waits until the consumer has begun with it, which then goes on as long as it is held. */
    static Held holding(Player<Queue> consumer, Player<Queue> producer, String text) {
        Held held = new Held();
        consume(consumer, held);
        put(producer, text);
        held.awaitBegun();
        return held;
    }

    static int size(Player<Queue> player) {
        return player.recipe().size(RecipeStage.READY);
    }

    static Predicate<Request> put(RecipeStage stage) {
        return request -> request.does("create", stage.path() + "/items/");
    }

    static CompletableFuture<Request> lose(Player<Queue> player, boolean answer, Predicate<Request> which) {
        return answer ? player.wire().loseAnswer(which) : player.wire().loseRequest(which);
    }

    static List<String> handled(Player<Queue> player) {
        return player.heard(Happening.Handled.class).stream()
                .map(each -> text(each.item()))
                .toList();
    }

    static List<String> handled(Collection<Player<Queue>> players) {
        return players.stream().flatMap(each -> handled(each).stream()).toList();
    }

    static void awaitHandled(RecipeStage stage, List<String> texts, Collection<Player<Queue>> players) {
        stage.eventually(
                texts + " handled", RecipeStage.READY, () -> handled(players).containsAll(texts));
    }

    static void awaitWatching(RecipeStage stage, Collection<Player<Queue>> players) {
        stage.eventually(
                "all watch",
                RecipeStage.READY,
                () -> players.stream().allMatch(each -> each.wire().session().isPresent() && each.watches() > 0));
    }

    static void awaitAnotherSession(RecipeStage stage, Player<Queue> player) {
        stage.eventually(
                player + " has another session",
                RecipeStage.READY,
                () -> player.wire().sessions().size() > 1);
    }

    static void awaitEmpty(RecipeStage stage, Player<Queue> player) {
        stage.eventually("the queue is empty", RecipeStage.READY, () -> size(player) == 0);
    }

    /** Waits until nothing but pings goes over their wires. */
    static void awaitQuiet(RecipeStage stage, Collection<Player<Queue>> players) {
        var quiet = new Object() {
            private Traffic last = Traffic.NONE;
            private Instant since = Instant.now();

            boolean isLongEnough() {
                Traffic now = traffic(players);
                Traffic more = now.minus(last);
                if (more.total() + more.notifications() > 0) {
                    last = now;
                    since = Instant.now();
                }
                return since.plus(QUIET).isBefore(Instant.now());
            }
        };
        stage.eventually("all is quiet", RecipeStage.READY, quiet::isLongEnough);
    }

    static Traffic traffic(Collection<Player<Queue>> players) {
        return players.stream().map(each -> each.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }

    static long listings(Player<Queue> player) {
        Traffic traffic = player.wire().traffic();
        return traffic.requests("getChildren") + traffic.requests("getChildren2");
    }

    /** Q5: by the servers' logs. */
    static List<String> itemsCreated(RecipeStage stage) {
        return created(stage, "/items/");
    }

    static List<String> created(RecipeStage stage, String parent) {
        List<String> created = new ArrayList<>();
        for (var commit : stage.commits()) {
            for (var create : commit.changes(Change.Create.class)) {
                if (create.path().startsWith(stage.path() + parent)) {
                    created.add(create.path());
                }
            }
        }
        return created;
    }

    /** Q3: no item is begun by one while another is at it. */
    static void nothingOverlaps(Collection<Player<Queue>> players) {
        List<String> names = players.stream()
                .flatMap(each -> each.heard(Happening.Handling.class).stream())
                .map(each -> each.item().name())
                .toList();
        assertThat(names).doesNotHaveDuplicates();
    }

    static void assertProblem(ThrowingCallable call, Problem problem) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Failure.class, why -> assertThat(why.problem()).isEqualTo(problem));
    }

    static Problem problem(Runnable call) {
        try {
            call.run();
            return null;
        } catch (Failure why) {
            return why.problem();
        }
    }

    static List<String> texts(String what, int count) {
        return IntStream.range(0, count).mapToObj(i -> what + " " + i).toList();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(Queue.Item item) {
        return new String(item.data(), StandardCharsets.UTF_8);
    }
}
