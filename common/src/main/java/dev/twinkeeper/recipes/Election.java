package dev.twinkeeper.recipes;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A leader among equals: candidates queue, the first one leads, and when it goes the next one does. One object is one
 * candidate.
 *
 * <p><b>Guarantees not made.</b> No lock service can keep two candidates from <em>believing</em> at the same moment
 * that they lead: a process that was paused past its session learns of it too late. A leader has to send its
 * {@linkplain Term#token token} with everything that it does elsewhere, and the receiver has to refuse a token that is
 * lower than one that it has seen.
 *
 * @see <a href="https://zookeeper.apache.org/doc/current/recipes.html#sc_leaderElection">ZooKeeper: recipes</a>
 */
public interface Election extends Recipe {
    /**
     * A time of leadership.
     *
     * @param leader who leads
     * @param token the zxid that made the candidate's znode: that of a later leader is greater, for ever
     */
    record Term(String leader, long token) {}

    /** Hears of this candidate's own terms. */
    interface Listener {
        /** It leads from now on. */
        void elected(Term term);

        /**
         * It must not act as the leader any more: told when the connection is lost, which is before the session can
         * have ended, when the session has ended, when somebody deleted its znode, or when it resigns or closes. It
         * goes on being a candidate by itself, unless it was closed.
         */
        void deposed(Term term);

        /**
         * It is no candidate and will not become one: the place is foreign, or the servers refuse it. All calls fail
         * with this from now on, except closing it.
         */
        void failed(Failure why);
    }

    /**
     * Becomes a candidate, in the background, and remains one through lost connections and sessions until it is closed.
     * A second call does nothing.
     */
    void enter();

    /** The term in which this candidate may act, as far as it knows; empty if it does not lead, or is not certain. */
    Optional<Term> term();

    /**
     * Gives up leadership, or its place in the queue, and goes to the end of the queue. Does nothing before {@link
     * #enter}.
     */
    void resign();

    /**
     * All candidates by their names, in the order in which they will lead: the first one leads. An object that is no
     * candidate may ask too.
     *
     * @throws Failure {@link Problem#CANNOT_CONNECT} where no server answered in that time
     */
    List<String> candidates(Duration patience);
}
