package dev.twinkeeper.recipes;

import java.time.Duration;

/**
 * A double barrier: members wait until all of them are there, do their work, and wait until all of them are done. One
 * object is one member. When all have left it can be used again.
 *
 * <p><b>Guarantees not made.</b> It does not notice that a member died while it worked between the two: the others
 * leave without it once its session has ended, and its own {@code leave} then waits for them as any other's. All
 * members have to give the same number of members; nobody notices if they don't.
 *
 * @see <a href="https://zookeeper.apache.org/doc/current/recipes.html#sc_doubleBarriers">ZooKeeper: double barriers</a>
 */
public interface Barrier extends Recipe {
    /** The most members that one barrier may have: everybody lists all of them. */
    int MAX_MEMBERS = 1_000;

    /**
     * Waits until all members are there.
     *
     * @param patience zero or more. When it is up, the member takes back what it has begun, which takes at most two
     *     session timeouts: one to notice that a request under way has lost its connection, and one to try. If the
     *     servers refuse that, the member ends its session
     * @return false if the time was up first; then this member is not counted any more
     * @throws Failure {@link Problem#SESSION_LOST} where its session ended while it waited; {@link Problem#INVALID} where
     *     it is in already; {@link Problem#FULL} where a round is on, or has begun, without it: try again when that is
     *     over; {@link Problem#FOREIGN} where the path, or the member's place below it, is something else;
     *     {@link Problem#NOT_ALLOWED}; {@link Problem#CANNOT_CONNECT} where no server could be told that the time is up: it
     *     is taken back when one is reached, or when its session ends; {@link Problem#CLOSED}
     */
    boolean enter(Duration patience);

    /**
     * Waits until all members have left or died.
     *
     * @param patience as in {@link #enter}
     * @return false if the time was up first; this member has left all the same
     * @throws Failure {@link Problem#NOT_HELD} where it is not in; {@link Problem#NOT_ALLOWED}, and it has left with its
     *     session; {@link Problem#CANNOT_CONNECT} where no server could be told that it leaves, as in {@link #enter};
     *     {@link Problem#CLOSED}
     */
    boolean leave(Duration patience);
}
