package dev.twinkeeper.recipes;

import java.time.Duration;
import java.util.Optional;

/**
 * A lock that a whole cluster shares: one holder at a time, or many who only read; in the order of asking. One object is
 * one participant, which may ask from many threads. It is not reentrant: a thread that asks twice queues twice.
 *
 * <p><b>Guarantees not made.</b> As with every lock with a time limit, a holder that was paused past its session believes
 * for a moment that it still holds. What the lock protects has to refuse a {@linkplain Hold#token token} that is lower
 * than one that it has seen.
 *
 * @see <a href="https://zookeeper.apache.org/doc/current/recipes.html#sc_recipes_Locks">ZooKeeper: locks</a>
 */
public interface Lock extends Recipe {
    /** Whether it is shared. */
    enum Mode {
        /** With nobody. */
        EXCLUSIVE,
        /** With others that share. */
        SHARED
    }

    /**
     * Waits for the lock.
     *
     * <p>While the connection is lost an attempt keeps its place in the queue, as long as its session lives. One whose
     * znode an operator deleted asks again, at the end.
     *
     * <p>Returns when the time is up, or as soon after that as its znode is gone: within three seconds.
     *
     * @param patience zero: asks once whether it is free now
     * @return empty if the time was up; then nothing of the attempt is left in the queue
     * @throws Failure {@link Problem#CANNOT_CONNECT} where no server could be reached when the time was up: what may be
     *     left in the queue goes when one is, or with the session; {@link Problem#FOREIGN} where the place is something
     *     else; {@link Problem#SESSION_LOST} where the place in the queue was lost with its session; {@link
     *     Problem#FULL} where the place has given out its last sequence number; {@link Problem#INVALID} for a patience
     *     below zero; {@link Problem#CLOSED}
     */
    Optional<Hold> acquire(Mode mode, Duration patience);

    /** The holder's side of an acquired lock. It belongs to no thread: any thread may ask and release it. */
    interface Hold extends AutoCloseable {
        /** The zxid that made the holder's znode: that of a later exclusive holder is greater, for ever. */
        long token();

        /**
         * Whether it holds, as far as is known here. False as soon as the connection is lost, which is before the
         * session can have ended; it may be true again when the connection is back and the session lived on.
         */
        boolean isHeld();

        /**
         * Runs this once when the hold is lost for good: the session ended, or the znode was deleted. At once if it is
         * lost already.
         */
        void onLost(Runnable action);

        /**
         * Gives it back. Returns when the znode is gone, or is certain to go with its session.
         *
         * @throws Failure {@link Problem#NOT_HELD} where it was lost or released before
         */
        void release();

        /** Gives it back if it is still held; otherwise does nothing. */
        @Override
        void close();
    }
}
