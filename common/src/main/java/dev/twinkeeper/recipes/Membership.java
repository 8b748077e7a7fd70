package dev.twinkeeper.recipes;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * Who is there: members join a group under a name, with some data, and everybody sees who is in it and who comes and
 * goes. One object is one member, or an onlooker that never joins.
 *
 * <p><b>Guarantees not made.</b> A member that is seen need not be alive: a crashed one stays until its session ends.
 * Two onlookers may see a change at different times, in the same order.
 *
 * @see <a href="https://zookeeper.apache.org/doc/current/recipes.html#sc_outOfTheBox">ZooKeeper: group membership</a>
 */
public interface Membership extends Recipe {
    /**
     * A member of the group.
     *
     * @param since the zxid that made its znode: another one for the same name is another joining
     * @param version of its data, from 0
     */
    record Member(String name, byte[] data, long since, int version) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Member that
                    && name.equals(that.name)
                    && Arrays.equals(data, that.data)
                    && since == that.since
                    && version == that.version;
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, since, version);
        }
    }

    /** Hears of every change, in order; what happened while the connection was lost is made up for afterwards. */
    interface Listener {
        void joined(Member member);

        /** It has other data now. What was changed more than once in a short time may be told once, the newest. */
        void changed(Member member);

        void left(Member member);

        /** It sees nothing, or is no member any more, and will not be by itself: the place or the name is foreign. */
        void failed(Failure why);
    }

    /**
     * Joins under that name, and joins again by itself whenever the session has ended, until it leaves. Returns when
     * its own ephemeral exists.
     *
     * @param data 0 to {@value Recipe#MAX_DATA} bytes
     * @param patience how long a namesake of a dead session is waited for, and a connection
     * @throws Failure {@link Problem#FOREIGN} where somebody else has the name, who is left untouched;
     *     {@link Problem#INVALID}; {@link Problem#TOO_LARGE}; {@link Problem#CANNOT_CONNECT}
     */
    void join(String name, byte[] data, Duration patience);

    /** Has other data from now on. */
    void update(byte[] data, Duration patience);

    /** Leaves the group and goes on looking. Returns when its ephemeral is gone. Where it is no member, does nothing. */
    void leave(Duration patience);

    /** The members by name, as far as is known here, in the order of their names. */
    Map<String, Member> members();
}
