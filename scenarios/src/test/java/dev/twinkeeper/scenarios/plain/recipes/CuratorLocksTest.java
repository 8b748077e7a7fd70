package dev.twinkeeper.scenarios.plain.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.curator.recipes.LockRecipe;
import dev.twinkeeper.curator.recipes.SemaphoreLock;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What separates Curator's locks: who enters twice, and what the semaphore tells. */
@ExtendWith(SharedEnsemble.class)
final class CuratorLocksTest {
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(200);

    @Test
    void theMutexIsReentrantForItsThreadAndTheSemaphoreIsNot(Ensemble ensemble) throws Exception {
        try (CuratorFramework client =
                CuratorFrameworkFactory.newClient(ensemble.connectString(), new RetryOneTime((int) SHORT.toMillis()))) {
            client.start();
            var mutex = new InterProcessMutex(client, "/reentrant/mutex");
            var semaphore = new InterProcessSemaphoreMutex(client, "/reentrant/semaphore");
            mutex.acquire();
            semaphore.acquire();

            assertThat(mutex.acquire(SHORT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
            assertThat(semaphore.acquire(SHORT.toMillis(), TimeUnit.MILLISECONDS))
                    .isFalse();

            mutex.release();
            assertThat(mutex.isOwnedByCurrentThread())
                    .as("after one release of two")
                    .isTrue();
        }
    }

    @Test
    void theRecipesAreNotReentrantWhateverTheyAreMadeOf(Ensemble ensemble) {
        try (Lock ofMutex = new LockRecipe(place(ensemble, "/reentrant/a"));
                Lock ofSemaphore = new SemaphoreLock(place(ensemble, "/reentrant/b"))) {
            for (Lock lock : List.of(ofMutex, ofSemaphore)) {
                var hold = lock.acquire(Lock.Mode.EXCLUSIVE, SESSION).orElseThrow();
                assertThat(lock.acquire(Lock.Mode.EXCLUSIVE, SHORT)).isEmpty();
                hold.release();
            }
        }
    }

    @Test
    void theSemaphoreTellsOfALossAndTheNextTokenIsGreater(Ensemble ensemble) {
        try (Wire wire = new Wire(ensemble);
                Lock one = new SemaphoreLock(new Recipe.Place(wire.connectString(), SESSION, "/semaphore"));
                Lock other = new SemaphoreLock(place(ensemble, "/semaphore"))) {
            var told = new AtomicBoolean();
            var hold = one.acquire(Lock.Mode.EXCLUSIVE, SESSION).orElseThrow();
            hold.onLost(() -> told.set(true));
            assertThat(other.acquire(Lock.Mode.EXCLUSIVE, SHORT)).isEmpty();

            Sessions.expire(ensemble.connectString(), wire.session().orElseThrow());
            var next = other.acquire(Lock.Mode.EXCLUSIVE, SESSION).orElseThrow();

            assertThat(next.token()).isGreaterThan(hold.token());
            BoundedWait.until("the first one is told", SESSION, () -> told.get() && !hold.isHeld());
        }
    }

    @Test
    void theSemaphoreIsNotTakenForOneWhoWasInterrupted(Ensemble ensemble) throws Exception {
        try (Lock one = new SemaphoreLock(place(ensemble, "/interrupted"));
                Lock other = new SemaphoreLock(place(ensemble, "/interrupted"))) {
            var hold = one.acquire(Lock.Mode.EXCLUSIVE, SESSION).orElseThrow();
            var caller = new Thread(() -> assertThatThrownBy(
                            () -> other.acquire(Lock.Mode.EXCLUSIVE, ChronoUnit.FOREVER.getDuration()))
                    .isInstanceOf(Recipe.Failure.class));
            caller.start();
            BoundedWait.until("it waits", SESSION, () -> caller.getState() == Thread.State.TIMED_WAITING);

            caller.interrupt();
            caller.join();
            hold.release();

            assertThat(one.acquire(Lock.Mode.EXCLUSIVE, SESSION)).isPresent();
        }
    }

    private static Recipe.Place place(Ensemble ensemble, String path) {
        return new Recipe.Place(ensemble.connectString(), SESSION, path);
    }
}
