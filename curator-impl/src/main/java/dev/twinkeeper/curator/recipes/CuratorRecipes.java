package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The recipes of this side, for the scenarios and the command line. If Curator has two recipes for one contract, the
 * other one is a variant of this side, which differs only in that recipe.
 */
public class CuratorRecipes implements Recipes {
    private static final String NAME = "curator";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public final String side() {
        return NAME;
    }

    @Override
    public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
        return new ElectionRecipe(place, candidate, listener);
    }

    @Override
    public Membership membership(Recipe.Place place, Membership.Listener listener) {
        return new MembershipRecipe(place, listener);
    }

    @Override
    public Configuration configuration(Recipe.Place place, Configuration.Listener listener) {
        return new ConfigurationRecipe(place, listener);
    }

    @Override
    public Lock lock(Recipe.Place place) {
        return new LockRecipe(place);
    }

    @Override
    public Barrier barrier(Recipe.Place place, String member, int members) {
        return new BarrierRecipe(place, member, members);
    }

    @Override
    public Queue queue(Recipe.Place place, int capacity) {
        return new QueueRecipe(place, capacity);
    }

    @Override
    public List<Difference> differences() {
        return Stream.of(
                        RecipeDifferences.LATCH,
                        RecipeDifferences.MEMBERSHIP,
                        RecipeDifferences.CONFIGURATION,
                        RecipeDifferences.LOCK,
                        RecipeDifferences.BARRIER,
                        RecipeDifferences.QUEUE)
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public final Map<String, String> apart() {
        return Map.of(
                "barrier", "DistributedDoubleBarrier has a child ready where the raw one has the names of the round");
    }

    /** LeaderSelector in place of LeaderLatch. */
    public static final class Selector extends CuratorRecipes {
        @Override
        public String name() {
            return "curator-selector";
        }

        @Override
        public List<String> brings() {
            return List.of("election");
        }

        @Override
        public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
            return new SelectorElection(place, candidate, listener);
        }

        @Override
        public List<Difference> differences() {
            return VariantDifferences.SELECTOR;
        }
    }

    /** SharedValue in place of CuratorCache. */
    public static final class SharedValues extends CuratorRecipes {
        @Override
        public String name() {
            return "curator-shared-value";
        }

        @Override
        public List<String> brings() {
            return List.of("configuration");
        }

        @Override
        public Configuration configuration(Recipe.Place place, Configuration.Listener listener) {
            return new SharedValueConfiguration(place, listener);
        }

        @Override
        public List<Difference> differences() {
            return VariantDifferences.SHARED_VALUE;
        }
    }

    /** InterProcessSemaphoreMutex in place of InterProcessReadWriteLock. */
    public static final class Semaphore extends CuratorRecipes {
        @Override
        public String name() {
            return "curator-semaphore";
        }

        @Override
        public List<String> brings() {
            return List.of("lock");
        }

        @Override
        public Lock lock(Recipe.Place place) {
            return new SemaphoreLock(place);
        }

        @Override
        public List<Difference> differences() {
            return VariantDifferences.SEMAPHORE;
        }
    }

    /** SimpleDistributedQueue in place of DistributedQueue. */
    public static final class SimpleQueues extends CuratorRecipes {
        @Override
        public String name() {
            return "curator-simple-queue";
        }

        @Override
        public List<String> brings() {
            return List.of("queue");
        }

        @Override
        public Queue queue(Recipe.Place place, int capacity) {
            return new SimpleQueue(place, capacity);
        }

        @Override
        public List<Difference> differences() {
            return VariantDifferences.SIMPLE_QUEUE;
        }
    }
}
