package dev.twinkeeper.recipes;

import java.time.Duration;

/**
 * A double barrier: members wait until all of them are there, do their work, and wait until all of them are done. One
 * object is one member. When all have left it can be used again.
 *
 * <p><b>Guarantees not made.</b> It does not notice that a member died while it worked between the two: the others leave
 * without it once its session has ended.
 *
 * @see <a href="https://zookeeper.apache.org/doc/current/recipes.html#sc_doubleBarriers">ZooKeeper: double barriers</a>
 */
public interface Barrier extends Recipe {
    /** The most members that one barrier may have: everybody lists all of them. */
    int MAX_MEMBERS = 1_000;

    /**
     * Waits until all members are there.
     *
     * @return false where the time was up before; then this member is not counted any more
     * @throws Failure {@link Problem#SESSION_LOST} where its session ended while it waited; {@link Problem#INVALID} where
     *     it is in already; {@link Problem#FULL} where all places are taken; {@link Problem#CANNOT_CONNECT};
     *     {@link Problem#CLOSED}
     */
    boolean enter(Duration patience);

    /**
     * Waits until all members have left or died.
     *
     * @return false where the time was up before; this member has left all the same
     * @throws Failure {@link Problem#NOT_HELD} where it is not in
     */
    boolean leave(Duration patience);
}
