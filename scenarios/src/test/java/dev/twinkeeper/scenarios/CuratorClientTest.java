package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.curator.recipes.BarrierRecipe;
import dev.twinkeeper.curator.recipes.ConfigurationRecipe;
import dev.twinkeeper.curator.recipes.ElectionRecipe;
import dev.twinkeeper.curator.recipes.LockRecipe;
import dev.twinkeeper.curator.recipes.MembershipRecipe;
import dev.twinkeeper.curator.recipes.QueueRecipe;
import dev.twinkeeper.curator.recipes.SelectorElection;
import dev.twinkeeper.curator.recipes.SemaphoreLock;
import dev.twinkeeper.curator.recipes.SharedValueConfiguration;
import dev.twinkeeper.curator.recipes.SimpleQueue;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Curator's recipes with a client that the caller owns: started or not, closed, with a namespace, shared. */
@ExtendWith(SharedEnsemble.class)
class CuratorClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What the recipes call their threads. */
    private static final List<String> THREADS =
            List.of("calls a recipe", "tells of", "leaves a recipe", "handles items", "leads");

    /** One recipe, made with a client, and what a program does with it at the least. */
    private record Use(String name, BiFunction<CuratorFramework, String, Recipe> made, Step step) {
        interface Step {
            void run(Recipe recipe) throws Exception;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Use> USES = List.of(
            new Use("election", (client, path) -> new ElectionRecipe(client, path, "a", new Nobody()), lead()),
            new Use("selector", (client, path) -> new SelectorElection(client, path, "a", new Nobody()), lead()),
            new Use("membership", (client, path) -> new MembershipRecipe(client, path, new Nobody()), recipe -> {
                var group = (Membership) recipe;
                group.join("a", new byte[0], PATIENCE);
                BoundedWait.until(
                        "it sees itself", PATIENCE, () -> group.members().containsKey("a"));
            }),
            new Use("configuration", (client, path) -> new ConfigurationRecipe(client, path, new Nobody()), write()),
            new Use(
                    "shared value",
                    (client, path) -> new SharedValueConfiguration(client, path, new Nobody()),
                    write()),
            new Use("lock", LockRecipe::new, acquire()),
            new Use("semaphore", SemaphoreLock::new, acquire()),
            new Use("barrier", (client, path) -> new BarrierRecipe(client, path, "a", 1), recipe -> {
                assertThat(((Barrier) recipe).enter(PATIENCE)).isTrue();
            }),
            new Use("queue", (client, path) -> new QueueRecipe(client, path, 10), pass()),
            new Use("simple queue", (client, path) -> new SimpleQueue(client, path, 10), pass()));

    private static Use.Step lead() {
        return recipe -> {
            var election = (Election) recipe;
            election.enter();
            BoundedWait.until("it leads", PATIENCE, () -> election.term().isPresent());
            assertThat(election.candidates(PATIENCE)).containsExactly("a");
        };
    }

    private static Use.Step write() {
        return recipe -> {
            var configuration = (Configuration) recipe;
            assertThat(configuration.set(configuration.read(PATIENCE), new byte[] {7}, PATIENCE))
                    .isPresent();
        };
    }

    private static Use.Step acquire() {
        return recipe -> assertThat(((Lock) recipe)
                        .acquire(Lock.Mode.EXCLUSIVE, PATIENCE)
                        .orElseThrow()
                        .isHeld())
                .isTrue();
    }

    private static Use.Step pass() {
        return recipe -> {
            var handled = new CompletableFuture<Byte>();
            ((Queue) recipe).consume(item -> handled.complete(item.data()[0]));
            ((Queue) recipe).put(new byte[] {7}, PATIENCE);
            assertThat(handled.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo((byte) 7);
        };
    }

    private static CuratorFramework client(Ensemble ensemble, String namespace) {
        return CuratorFrameworkFactory.builder()
                .connectString(ensemble.connectString())
                .retryPolicy(new RetryOneTime(100))
                .namespace(namespace)
                .build();
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> THREADS.stream().anyMatch(thread.getName()::startsWith))
                .collect(Collectors.toSet());
    }

    /** It lives on, and nothing of theirs does. */
    @TestFactory
    Stream<DynamicTest> theCallersClientIsUsedAndLeftAsItWas(Ensemble ensemble) {
        return USES.stream()
                .map(use -> dynamicTest(use.name, () -> {
                    Set<Thread> before = threads();
                    try (CuratorFramework client = client(ensemble, "with/" + use.name.replace(' ', '-'))) {
                        client.start();
                        Recipe recipe = use.made.apply(client, "/place");
                        use.step.run(recipe);
                        recipe.close();
                        recipe.close();

                        assertThat(client.getState()).isEqualTo(CuratorFrameworkState.STARTED);
                        // The namespace was honoured, and what was ephemeral is gone.
                        assertThat(client.checkExists().forPath("/place")).isNotNull();
                        long session =
                                client.getZookeeperClient().getZooKeeper().getSessionId();
                        assertThat(client.getZookeeperClient().getZooKeeper().getEphemerals())
                                .as("ephemerals of session 0x%x", session)
                                .isEmpty();
                        BoundedWait.until("its threads end", PATIENCE, () -> before.containsAll(threads()));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> aClientThatIsNotStartedOrClosedIsRefused(Ensemble ensemble) {
        return USES.stream()
                .map(use -> dynamicTest(use.name, () -> {
                    Set<Thread> before = threads();
                    CuratorFramework client = client(ensemble, null);
                    refused(Problem.INVALID, () -> use.made.apply(null, "/place"));
                    refused(Problem.INVALID, () -> use.made.apply(client, "/place"));
                    client.start();
                    refused(Problem.INVALID, () -> use.made.apply(client, "no/path"));
                    client.close();
                    refused(Problem.CLOSED, () -> use.made.apply(client, "/place"));
                    assertThat(before).containsAll(threads());
                }));
    }

    private static void refused(Problem problem, Runnable making) {
        assertThatThrownBy(making::run)
                .isInstanceOfSatisfying(
                        Failure.class, why -> assertThat(why.problem()).isEqualTo(problem));
    }

    @TestFactory
    Stream<DynamicTest> aClientThatIsClosedFirstEndsNothingBadly(Ensemble ensemble) {
        return USES.stream()
                .map(use -> dynamicTest(use.name, () -> {
                    Set<Thread> before = threads();
                    CuratorFramework client = client(ensemble, "closed/" + use.name.replace(' ', '-'));
                    client.start();
                    Recipe recipe = use.made.apply(client, "/place");
                    use.step.run(recipe);
                    client.close();
                    recipe.close();

                    BoundedWait.until("its threads end", PATIENCE, () -> before.containsAll(threads()));
                }));
    }

    @Test
    void aCallWithAClientThatWasClosedSaysSo(Ensemble ensemble) {
        CuratorFramework client = client(ensemble, null);
        client.start();
        try (var lock = new LockRecipe(client, "/closed/lock");
                var queue = new QueueRecipe(client, "/closed/queue", 10)) {
            client.close();

            refused(Problem.CLOSED, () -> lock.acquire(Lock.Mode.EXCLUSIVE, PATIENCE));
            refused(Problem.CLOSED, () -> queue.put(new byte[0], PATIENCE));
        }
    }

    /** Hears of nothing. */
    private static final class Nobody implements Election.Listener, Membership.Listener, Configuration.Listener {
        @Override
        public void elected(Election.Term term) {}

        @Override
        public void deposed(Election.Term term) {}

        @Override
        public void joined(Membership.Member member) {}

        @Override
        public void changed(Membership.Member member) {}

        @Override
        public void left(Membership.Member member) {}

        @Override
        public void changed(Configuration.Value value) {}

        @Override
        public void failed(Failure why) {}
    }
}
