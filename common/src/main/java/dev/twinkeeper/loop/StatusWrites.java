package dev.twinkeeper.loop;

import dev.twinkeeper.layout.StatusBytes;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The statuses that a worker writes, each on a thread that blocks. One that may be too large for the servers is written
 * while no other is, see {@link LostTries}.
 */
public final class StatusWrites {
    private final ReadWriteLock turns = new ReentrantReadWriteLock();

    /** One status, over all its tries. Used by one thread. */
    public final class Write {
        private final byte[] status;
        private final LostTries tries;
        private boolean alone;

        private Write(byte[] status) {
            this.status = status;
            this.tries = new LostTries(status.length);
        }

        /** Begins a try, when it is its turn. */
        public Turn begin() throws InterruptedException {
            alone = tries.isSuspect();
            Lock lock = alone ? turns.writeLock() : turns.readLock();
            lock.lockInterruptibly();
            return new Turn(tries.isTooLarge() ? StatusBytes.tooLarge(status.length) : status, lock);
        }

        /** The try ended with the connection. */
        public void lost() {
            tries.lost(alone);
        }
    }

    /**
     * One try, until it is closed.
     *
     * @param status what to write: the status, or that it is too large
     */
    public record Turn(byte[] status, Lock lock) implements AutoCloseable {
        @Override
        public void close() {
            lock.unlock();
        }
    }

    public Write of(byte[] status) {
        return new Write(status);
    }
}
