package dev.twinkeeper.scenarios.flawed.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.util.List;
import java.util.function.Function;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;

/** Locks with one mistake each. */
final class BrokenLocksTest extends BrokenRecipes {
    @Override
    List<Broken> broken() {
        return List.of(
                broken(
                        "all watch all, and wake when anybody goes",
                        WatchesAll::new,
                        Rule.K6,
                        "lock.fiftyContendersHandTheLockOnWithoutAHerd",
                        "less than or equal to"),
                broken(
                        "a create whose answer was lost is sent again",
                        CreatesAgain::new,
                        Rule.K7,
                        "lockloss.theAnswerToTheCreateIsLostAndThereIsOneZnode",
                        "a does not get what nobody holds"),
                broken(
                        "the token is the sequence number, which begins again",
                        SequenceAsToken::new,
                        Rule.K5,
                        "lockloss.theTokenRisesAlsoWhenThePlaceWasRemovedMeanwhile",
                        "to be greater than"),
                broken(
                        "Curator's mutex as it comes: nobody is told of a loss",
                        PlainMutex::new,
                        Rule.K4,
                        "lockloss.aHolderWhoseSessionExpiresIsToldAndCannotRelease",
                        "a tells Lost"),
                broken(
                        "Curator's mutex as it comes: a zombie says that it holds",
                        PlainMutex::new,
                        Rule.K4,
                        "lockloss.aZombieSaysThatItDoesNotHoldAndItsTokenIsRefused",
                        "it does not say that it holds"),
                broken(
                        "Curator's mutex as it comes: it belongs to a thread",
                        PlainMutex::new,
                        Rule.K4,
                        "lock.anyThreadMayReleaseAndOnlyOnce",
                        "You do not own the lock"));
    }

    private static Broken broken(
            String title, Function<Recipe.Place, Lock> lock, Rule rule, String scenario, String evidence) {
        NoRecipes recipes = new NoRecipes() {
            @Override
            public Lock lock(Recipe.Place place) {
                return lock.apply(place);
            }
        };
        return new Broken(title, recipes, rule, scenario, evidence);
    }

    private static final class WatchesAll extends PlainLock {
        WatchesAll(Recipe.Place place) {
            super(place);
        }

        @Override
        void watch(List<String> names, int own, Watcher watcher) throws KeeperException, InterruptedException {
            if (!watchAll(watcher).equals(names)) {
                watcher.process(null);
            }
        }
    }

    private static final class CreatesAgain extends PlainLock {
        CreatesAgain(Recipe.Place place) {
            super(place);
        }

        @Override
        String create() throws KeeperException, InterruptedException {
            while (true) {
                try {
                    return super.create();
                } catch (KeeperException.ConnectionLossException e) {
                    // "Lost, so once more": the first one may be in the queue.
                }
            }
        }
    }

    private static final class SequenceAsToken extends PlainLock {
        SequenceAsToken(Recipe.Place place) {
            super(place);
        }

        @Override
        long token(String own) {
            return Long.parseLong(sequence(own));
        }
    }
}
