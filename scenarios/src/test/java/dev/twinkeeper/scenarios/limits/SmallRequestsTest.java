package dev.twinkeeper.scenarios.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Operator;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Servers whose {@code jute.maxbuffer} is smaller than ours close the connection when they are asked for more. Whoever
 * meets that limit is told of it, after a bounded number of tries, and everybody else goes on.
 */
@Timeout(300)
class SmallRequestsTest {
    private static final int LIMIT = 100_000;

    private static final Payload TOO_LARGE = Payload.of(new byte[3 * LIMIT]);

    /** Nearly the limit. */
    private static final Payload LARGE = Payload.of(new byte[LIMIT * 4 / 5]);

    /** A dozen connections, each a second after the one before; on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static LimitedServer server;

    @BeforeAll
    static void start() {
        server = LimitedServer.start("-Djute.maxbuffer=" + LIMIT);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aTaskThatIsTooLargeIsToldAsThatAndLeavesNothing(String side) {
        String chroot = "/task-" + side;
        try (Client client = client(side, chroot);
                Operator operator = server.operator(chroot)) {
            List<CompletionStage<TaskId>> both = client.submitAll(List.of(TOO_LARGE, LARGE));

            CoordinationException why = refusal(both.get(0));
            assertThat(why.problem()).as(why.getMessage()).isEqualTo(Problem.TOO_LARGE);
            assertThat(why).hasMessageContaining(TOO_LARGE.size() + " bytes").hasMessageContaining("jute.maxbuffer");
            TaskId other = BoundedWait.result("the other task", both.get(1), PATIENCE);
            assertThat(operator.children("/tasks")).containsExactly(other.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void tasksThatAreTooLargeTogetherAreSentInSmallerTransactions(String side) {
        String chroot = "/together-" + side;
        List<Payload> commands = Collections.nCopies(60, Payload.of(new byte[LIMIT / 10]));
        try (Client client = client(side, chroot);
                Operator operator = server.operator(chroot)) {
            List<String> tasks = client.submitAll(commands).stream()
                    .map(each ->
                            BoundedWait.result("one of them", each, PATIENCE).name())
                    .toList();

            assertThat(operator.children("/tasks")).containsExactlyInAnyOrderElementsOf(tasks);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aTaskWhoseStatusIsTooLargeFailsWithThatAndTheOthersAreDone(String side) {
        String chroot = "/status-" + side;
        ConcurrentLinkedQueue<Event> told = new ConcurrentLinkedQueue<>();
        try (Master master = Coordination.named(side).master(new MasterId("m1"), settings(chroot), Listener.none());
                Worker worker = Coordination.named(side)
                        .worker(
                                new WorkerId("w1"),
                                settings(chroot),
                                task -> Payload.of(
                                        new byte[Integer.parseInt(task.command().text())]),
                                told::add);
                Client client = client(side, chroot)) {
            BoundedWait.result("the worker", worker.registered(), PATIENCE);
            List<Outcome> outcomes = Stream.of(TOO_LARGE.size(), LARGE.size(), 10)
                    .map(size -> Payload.of(String.valueOf(size)))
                    .map(command -> BoundedWait.result("a task", client.submit(command), PATIENCE))
                    .toList()
                    .stream()
                    .map(task -> BoundedWait.result("its outcome", client.outcome(task, PATIENCE), PATIENCE))
                    .toList();

            assertThat(outcomes.get(0))
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.reason()).contains("jute.maxbuffer"));
            assertThat(outcomes.get(1)).isEqualTo(new Outcome.Done(LARGE));
            assertThat(outcomes.get(2)).isEqualTo(new Outcome.Done(Payload.of(new byte[10])));
            assertThat(told.stream().filter(Event.Refused.class::isInstance)).isEmpty();
            assertThat(master.ready().toCompletableFuture()).isCompleted();
        }
    }

    /** Raw knows that it was not written; Curator cannot know. */
    @ParameterizedTest
    @CsvSource({"raw, TOO_LARGE", "curator, UNKNOWN"})
    void anItemThatIsTooLargeIsToldAsThatAndLeavesNothing(String side, Recipe.Problem problem) {
        try (Queue queue = Recipes.named(side).queue(place("/queue-" + side), 10)) {
            Recipe.Failure why =
                    catchThrowableOfType(Recipe.Failure.class, () -> queue.put(TOO_LARGE.bytes(), PATIENCE));

            assertThat(why.problem()).as(why.getMessage()).isEqualTo(problem);
            assertThat(why).hasMessageContaining("jute.maxbuffer");
            assertThat(queue.size(PATIENCE)).isZero();
            queue.put(LARGE.bytes(), PATIENCE);
            assertThat(queue.size(PATIENCE)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"raw, TOO_LARGE", "curator, UNKNOWN"})
    void aValueThatIsTooLargeIsToldAsThatAndIsNotThere(String side, Recipe.Problem problem) {
        try (Configuration configuration =
                Recipes.named(side).configuration(place("/configuration-" + side), new Unheard())) {
            Configuration.Value none = configuration.read(PATIENCE);
            Recipe.Failure why = catchThrowableOfType(
                    Recipe.Failure.class, () -> configuration.set(none, TOO_LARGE.bytes(), PATIENCE));

            assertThat(why.problem()).as(why.getMessage()).isEqualTo(problem);
            assertThat(why).hasMessageContaining("jute.maxbuffer");
            assertThat(configuration.read(PATIENCE).bytes()).isEmpty();
            assertThat(configuration.set(configuration.read(PATIENCE), LARGE.bytes(), PATIENCE))
                    .isPresent();
        }
    }

    @ParameterizedTest
    @CsvSource({"raw, TOO_LARGE", "curator, UNKNOWN"})
    void aMembersDataThatIsTooLargeIsToldAsThat(String side, Recipe.Problem problem) {
        try (Membership membership =
                Recipes.named(side).membership(place("/membership-" + side), new UnheardMembers())) {
            Recipe.Failure why = catchThrowableOfType(
                    Recipe.Failure.class, () -> membership.join("m1", TOO_LARGE.bytes(), PATIENCE));

            assertThat(why.problem()).as(why.getMessage()).isEqualTo(problem);
            assertThat(why).hasMessageContaining("jute.maxbuffer");
        }
    }

    @Test
    void aMembersNewDataThatIsTooLargeIsToldAsThatAndTheOldStays() {
        try (Membership membership = Recipes.named("raw").membership(place("/update-raw"), new UnheardMembers())) {
            membership.join("m1", new byte[] {1}, PATIENCE);
            Recipe.Failure why =
                    catchThrowableOfType(Recipe.Failure.class, () -> membership.update(TOO_LARGE.bytes(), PATIENCE));

            assertThat(why.problem()).as(why.getMessage()).isEqualTo(Recipe.Problem.TOO_LARGE);
            membership.update(new byte[] {2}, PATIENCE);
            BoundedWait.until(
                    "the next is there",
                    PATIENCE,
                    () -> membership.members().get("m1").data()[0] == 2);
        }
    }

    private static final class Unheard implements Configuration.Listener {
        @Override
        public void changed(Configuration.Value value) {}

        @Override
        public void failed(Recipe.Failure why) {}
    }

    private static final class UnheardMembers implements Membership.Listener {
        @Override
        public void joined(Membership.Member member) {}

        @Override
        public void changed(Membership.Member member) {}

        @Override
        public void left(Membership.Member member) {}

        @Override
        public void failed(Recipe.Failure why) {}
    }

    private static Recipe.Place place(String path) {
        return new Recipe.Place(server.connectString(), Duration.ofSeconds(30), path);
    }

    private static Client client(String side, String chroot) {
        return Coordination.named(side).client(settings(chroot), Listener.none());
    }

    private static Settings settings(String chroot) {
        return Settings.connect(server.connectString() + chroot).withSessionTimeout(Duration.ofSeconds(30));
    }

    private static CoordinationException refusal(CompletionStage<?> refused) {
        var future = refused.toCompletableFuture().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        CompletionException thrown = catchThrowableOfType(CompletionException.class, future::join);
        assertThat(thrown).as("a refusal").isNotNull().hasCauseInstanceOf(CoordinationException.class);
        return (CoordinationException) thrown.getCause();
    }
}
