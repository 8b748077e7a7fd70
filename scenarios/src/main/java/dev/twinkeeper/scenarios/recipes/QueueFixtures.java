package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Traffic;
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
final class QueueFixtures {
    /** More than any scenario puts. */
    static final int ROOMY = 1_000;

    /**
     * Long enough that no session ends while a wire is cut for a moment, or the machine has no time for it; shorter than
     * what a close may take that waits for a handler.
     */
    private static final Duration LONG_SESSION = Duration.ofSeconds(10);

    /** After that long without a request nothing is under way. */
    private static final Duration QUIET = Duration.ofMillis(200);

    private QueueFixtures() {}

    /** One with room for all, whose session ends when the scenario ends it, and not before. */
    static TestParticipant<Queue> queue(ScenarioContext context, String name) {
        context.sessionTimeout(LONG_SESSION);
        return context.queue(name, ROOMY);
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
                assertThat(begun.await(ScenarioContext.READY.toMillis(), TimeUnit.MILLISECONDS))
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

    static void consume(TestParticipant<Queue> participant) {
        consume(participant, item -> {});
    }

    /** Takes down what is handled; what the handler throws is thrown on. */
    static void consume(TestParticipant<Queue> participant, Queue.Handler handler) {
        participant.role().consume(item -> {
            participant.note(new RecipeEvent.Handling(item));
            handler.handle(item);
            participant.note(new RecipeEvent.Handled(item));
        });
    }

    static void put(TestParticipant<Queue> participant, String text) {
        participant.role().put(bytes(text), ScenarioContext.READY);
    }

    /** Puts it and waits until one of them has handled it. */
    static void pass(
            ScenarioContext context,
            String text,
            TestParticipant<Queue> producer,
            Collection<TestParticipant<Queue>> consumers) {
        put(producer, text);
        awaitHandled(context, List.of(text), consumers);
    }

    /** Puts it and waits until the consumer has begun with it, which then goes on as long as it is held. */
    static Held holding(TestParticipant<Queue> consumer, TestParticipant<Queue> producer, String text) {
        Held held = new Held();
        consume(consumer, held);
        put(producer, text);
        held.awaitBegun();
        return held;
    }

    static int size(TestParticipant<Queue> participant) {
        return participant.role().size(ScenarioContext.READY);
    }

    static Predicate<Request> put(ScenarioContext context) {
        return request -> request.does("create", context.path() + "/items/");
    }

    static CompletableFuture<Request> lose(
            TestParticipant<Queue> participant, boolean answer, Predicate<Request> which) {
        return answer
                ? participant.wire().loseAnswer(which)
                : participant.wire().loseRequest(which);
    }

    static List<String> handled(TestParticipant<Queue> participant) {
        return participant.told(RecipeEvent.Handled.class).stream()
                .map(each -> text(each.item()))
                .toList();
    }

    static List<String> handled(Collection<TestParticipant<Queue>> participants) {
        return participants.stream().flatMap(each -> handled(each).stream()).toList();
    }

    static void awaitHandled(
            ScenarioContext context, List<String> texts, Collection<TestParticipant<Queue>> participants) {
        context.eventually(
                texts + " handled",
                ScenarioContext.READY,
                () -> handled(participants).containsAll(texts));
    }

    static void awaitWatching(ScenarioContext context, Collection<TestParticipant<Queue>> participants) {
        context.eventually(
                "all watch",
                ScenarioContext.READY,
                () -> participants.stream()
                        .allMatch(each -> each.wire().session().isPresent()
                                && each.wire().traffic().watches() > 0));
    }

    static void awaitAnotherSession(ScenarioContext context, TestParticipant<Queue> participant) {
        context.eventually(
                participant + " has another session",
                ScenarioContext.READY,
                () -> participant.wire().sessions().size() > 1);
    }

    static void awaitEmpty(ScenarioContext context, TestParticipant<Queue> participant) {
        context.eventually("the queue is empty", ScenarioContext.READY, () -> size(participant) == 0);
    }

    /** Waits until nothing but pings goes over their wires. */
    static void awaitQuiet(ScenarioContext context, Collection<TestParticipant<Queue>> participants) {
        var quiet = new Object() {
            private Traffic last = Traffic.NONE;
            private Instant since = Instant.now();

            boolean isLongEnough() {
                Traffic now = traffic(participants);
                Traffic more = now.minus(last);
                if (more.total() + more.notifications() > 0) {
                    last = now;
                    since = Instant.now();
                }
                return since.plus(QUIET).isBefore(Instant.now());
            }
        };
        context.eventually("all is quiet", ScenarioContext.READY, quiet::isLongEnough);
    }

    static Traffic traffic(Collection<TestParticipant<Queue>> participants) {
        return participants.stream().map(each -> each.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }

    static long listings(TestParticipant<Queue> participant) {
        Traffic traffic = participant.wire().traffic();
        return traffic.requests("getChildren") + traffic.requests("getChildren2");
    }

    /** Q5: by the servers' logs. */
    static List<String> itemsCreated(ScenarioContext context) {
        return created(context, "/items/");
    }

    static List<String> created(ScenarioContext context, String parent) {
        List<String> created = new ArrayList<>();
        for (var commit : context.commits()) {
            for (var create : commit.changes(Change.Create.class)) {
                if (create.path().startsWith(context.path() + parent)) {
                    created.add(create.path());
                }
            }
        }
        return created;
    }

    /** Q3: no item is begun by one while another is at it. By their texts, where each has another. */
    static void nothingOverlaps(Collection<TestParticipant<Queue>> participants) {
        List<String> texts = participants.stream()
                .flatMap(each -> each.told(RecipeEvent.Handling.class).stream())
                .map(each -> text(each.item()))
                .toList();
        assertThat(texts).doesNotHaveDuplicates();
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
