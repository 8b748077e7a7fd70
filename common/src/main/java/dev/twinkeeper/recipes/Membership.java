package dev.twinkeeper.recipes;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * Who is there: members join a group under a name, with some data, and everybody sees who is in it and who comes and
 * goes. One object is one member, or an onlooker that never joins.
 *
 * <p><b>When to use it.</b> To know which processes there are, such as the shards of a store or the workers of a pool: tens
 * or hundreds of them, that come and go now and then. Not as a health check (a hung process may keep its session), nor
 * for thousands: every onlooker hears of every change, and the names together have to fit into one reply of a mebibyte.
 *
 * <p><b>Znodes.</b> {@code <path>/<name>}, an ephemeral that holds the member's data; {@code <path>} is persistent. What is
 * persistent below it, or cannot be read, is no member and is set aside. Curator's GroupMember uses the same, so all can
 * take part in one group.
 *
 * <p><b>Guarantees not made.</b> A member that is seen need not be alive: a crashed one stays until its session ends.
 * Two onlookers may see a change at different times. An onlooker is not told of a member that came and went while it
 * was cut off, or before it had read its znode. {@link #MAX_MEMBERS} binds only those that join by this recipe: an
 * onlooker reads whatever others put below the path, each time it connects, and keeps all that are ephemerals; where
 * their names don't fit into one reply, it loses its connection each time it lists them. Where an operator deletes a
 * member's znode and somebody else takes the name at once, an update or a leaving that is just under way may hit the
 * other's: ZooKeeper's conditions know the version of the data only.
 *
 * @see <a href="https://zookeeper.apache.org/doc/current/recipes.html#sc_outOfTheBox">ZooKeeper: group membership</a>
 */
public interface Membership extends Recipe {
    /**
     * With so many znodes below the path nobody joins any more: the names, at their greatest length, have to fit into
     * one reply. Half as many again would still fit; this is the room for those that join at the same time.
     */
    int MAX_MEMBERS = 1_000;

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

        /** It has other data now. Several changes in a short time may be told as one, with the newest data. */
        void changed(Member member);

        void left(Member member);

        /**
         * It sees nothing, or is no member any more, and will not become one by itself. If the name is foreign, it can
         * join again. If the place is foreign, or the servers refuse it, all calls fail with this from now on, except
         * closing it.
         */
        void failed(Failure why);
    }

    /**
     * Joins under that name, and joins again by itself whenever the session has ended or somebody has deleted its
     * ephemeral, until it leaves. Returns when its own ephemeral exists; where it throws, none is left. Where somebody
     * else has the name when it is to join again, it waits for two session timeouts, then {@link Listener#failed} says so.
     *
     * @param data 0 to {@value Recipe#MAX_DATA} bytes
     * @param patience how long to wait for a connection, and for a namesake to go, which may be its own from a dead
     *     session
     * @throws Failure {@link Problem#FOREIGN} where somebody else has the name, and is left untouched; {@link
     *     Problem#INVALID}, also where it is a member already; {@link Problem#TOO_LARGE}; {@link Problem#FULL} where
     *     there are {@value #MAX_MEMBERS}, which does not count for joining again; {@link Problem#CANNOT_CONNECT}; {@link
     *     Problem#UNKNOWN} where the data seems to be more than the servers take, and the recipe cannot tell
     */
    void join(String name, byte[] data, Duration patience);

    /**
     * Has other data from now on. Returns when the tree has it.
     *
     * @throws Failure {@link Problem#NOT_HELD} where it is no member; {@link Problem#CANNOT_CONNECT}, and then it is
     *     written when the connection is back; {@link Problem#TOO_LARGE}
     */
    void update(byte[] data, Duration patience);

    /**
     * Leaves the group and goes on looking. Returns when its ephemeral is gone. Where it is no member, does nothing.
     *
     * @throws Failure {@link Problem#CANNOT_CONNECT}, and then it leaves when the connection is back
     */
    void leave(Duration patience);

    /** The members by name, as far as is known here, in the order of their names. */
    Map<String, Member> members();
}
