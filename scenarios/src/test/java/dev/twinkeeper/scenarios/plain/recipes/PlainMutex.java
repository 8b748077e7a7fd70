package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.recipes.Lock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.retry.ExponentialBackoffRetry;

/** Curator's {@link InterProcessMutex} as it comes: on the caller's thread, and nobody asks what became of the session. */
final class PlainMutex implements Lock {
    private final CuratorFramework client;
    private final InterProcessMutex mutex;

    PlainMutex(Place place) {
        int timeout = (int) place.sessionTimeout().toMillis();
        client = CuratorFrameworkFactory.newClient(
                place.servers(), timeout, timeout, new ExponentialBackoffRetry(100, 3));
        client.start();
        mutex = new InterProcessMutex(client, place.path());
    }

    @Override
    public Optional<Hold> acquire(Mode mode, Duration patience) {
        try {
            return mutex.acquire(patience.toMillis(), TimeUnit.MILLISECONDS)
                    ? Optional.of(new MutexHold())
                    : Optional.empty();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private final class MutexHold implements Hold {
        @Override
        public long token() {
            return 0; // there is none
        }

        @Override
        public boolean isHeld() {
            return mutex.isAcquiredInThisProcess();
        }

        @Override
        public void onLost(Runnable action) {
            // It can't tell.
        }

        @Override
        public void release() {
            try {
                mutex.release();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            release();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
