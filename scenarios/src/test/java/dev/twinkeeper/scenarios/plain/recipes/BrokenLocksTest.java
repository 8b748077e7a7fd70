package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;

/** Locks with one mistake each. */
final class BrokenLocksTest extends BrokenRecipes {
    @Override
    List<Broken> broken() {
        return List.of(
                broken(
                        "two may hold: off by one",
                        LetsTwoIn::new,
                        Rule.K1,
                        "lock.inACrowdNobodyHoldsBesideAnExclusiveOneAndNobodyStarves",
                        "[K1]"),
                broken(
                        "a znode of its own session is as good as its own",
                        GoesByTheSession::new,
                        Rule.K1,
                        "lock.threadsOfOneParticipantQueueToo",
                        "the others wait"),
                broken(
                        "the queue is sorted by whole names, not by the numbers at their ends",
                        SortsByName::new,
                        Rule.K2,
                        "lock.theLockIsGivenInTheOrderOfAsking",
                        "the others wait"),
                broken(
                        "whoever is woken holds, without another look",
                        TrustsTheWatch::new,
                        Rule.K2,
                        "lock.theOneBeforeGoesWhileTheFirstStillHolds",
                        "the last one waits"),
                broken(
                        "one whose time is up leaves its znode",
                        StaysInTheQueue::new,
                        Rule.K3,
                        "lockpatience.anAttemptWhoseTimeIsUpIsOutOfTheQueueAndHindersNobody",
                        "expected: 2"),
                broken(
                        "one that was interrupted leaves its znode",
                        PlainLock::new,
                        Rule.K3,
                        "lockpatience.anInterruptedOneIsOutOfTheQueue",
                        "1 in the queue"),
                broken(
                        "one without patience does not ask at all",
                        NeedsPatience::new,
                        Rule.K3,
                        "lockpatience.zeroPatienceAsksOnce",
                        "to contain a value"),
                broken(
                        "those that would share exclude each other",
                        PlainLock::new,
                        Rule.K8,
                        "lock.thoseThatShareHoldTogetherAndTheExclusiveOneWaitsForAll",
                        "b does not get what nobody holds"),
                broken(
                        "an exclusive one waits for none that shares",
                        place -> new Shares(place, (shares, before) -> before.contains(false)),
                        Rule.K8,
                        "lock.thoseThatShareHoldTogetherAndTheExclusiveOneWaitsForAll",
                        "the writer waits for the last reader"),
                broken(
                        "one that would share looks only at who holds",
                        place -> new Shares(place, (shares, before) -> !before.isEmpty() && !(shares && before.get(0))),
                        Rule.K8,
                        "lock.laterOnesThatWouldShareWaitForTheExclusiveOneThatWaits",
                        "nobody passes the writer"),
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
                        "Curator's mutex as it comes: a create that is lost twice ends it, and leaves what it made",
                        PlainMutex::new,
                        Rule.K7,
                        "lockloss.theCreateIsLostAndThenItsAnswerAndThereIsOneZnode",
                        "NullPointerException"),
                broken(
                        "Curator's mutex as it comes: it waits for as long as the client tries",
                        PlainMutex::new,
                        Rule.K2,
                        "lockloss.aWaitingOneCutOffAgainAndAgainKeepsItsPlace",
                        "ConnectionLoss"),
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

    private static final class LetsTwoIn extends PlainLock {
        LetsTwoIn(Recipe.Place place) {
            super(place);
        }

        @Override
        boolean waits(List<String> names, String own) {
            return names.indexOf(own) > 1;
        }
    }

    private static final class GoesByTheSession extends PlainLock {
        GoesByTheSession(Recipe.Place place) {
            super(place);
        }

        @Override
        boolean waits(List<String> names, String own) throws KeeperException, InterruptedException {
            return owner(names.get(0)) != zk.getSessionId();
        }
    }

    private static final class SortsByName extends PlainLock {
        private static final AtomicInteger ASKED = new AtomicInteger(999);

        SortsByName(Recipe.Place place) {
            super(place);
        }

        /** Some prefix to know it by, such as a uuid: here one that sorts before all others, to be sure. */
        @Override
        String create(Mode mode) throws KeeperException, InterruptedException {
            return create(ASKED.getAndDecrement() + "-lock-");
        }

        @Override
        String order(String name) {
            return name;
        }
    }

    private static final class TrustsTheWatch extends PlainLock {
        private final Set<String> asked = ConcurrentHashMap.newKeySet();

        TrustsTheWatch(Recipe.Place place) {
            super(place);
        }

        @Override
        boolean waits(List<String> names, String own) throws KeeperException, InterruptedException {
            return asked.add(own) && super.waits(names, own);
        }
    }

    private static final class StaysInTheQueue extends PlainLock {
        StaysInTheQueue(Recipe.Place place) {
            super(place);
        }

        @Override
        void giveUp(String own) {
            // "It is ephemeral, so it will go."
        }
    }

    private static final class NeedsPatience extends PlainLock {
        NeedsPatience(Recipe.Place place) {
            super(place);
        }

        @Override
        public Optional<Hold> acquire(Mode mode, Duration patience) {
            return patience.isZero() ? Optional.empty() : super.acquire(mode, patience);
        }
    }

    /** Can be shared; what it waits for is the mistake. */
    private static final class Shares extends PlainLock {
        private static final String SHARED = "__READ__";

        private final BiPredicate<Boolean, List<Boolean>> waits;

        /** @param waits given whether it shares, and whether those before it do */
        Shares(Recipe.Place place, BiPredicate<Boolean, List<Boolean>> waits) {
            super(place);
            this.waits = waits;
        }

        @Override
        String create(Mode mode) throws KeeperException, InterruptedException {
            return create(mode == Mode.SHARED ? SHARED : "__WRIT__");
        }

        @Override
        boolean waits(List<String> names, String own) {
            return waits.test(
                    own.startsWith(SHARED),
                    names.subList(0, names.indexOf(own)).stream()
                            .map(name -> name.startsWith(SHARED))
                            .toList());
        }
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
        String create(Mode mode) throws KeeperException, InterruptedException {
            while (true) {
                try {
                    return super.create(mode);
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
