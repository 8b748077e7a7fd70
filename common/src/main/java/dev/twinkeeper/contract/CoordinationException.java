package dev.twinkeeper.contract;

/**
 * What went wrong, for a person: one line that says what, where and what to do, and a {@link Problem} for a program.
 * It never stands for a passing fault of the network, which roles ride out.
 */
public final class CoordinationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of problem. */
    public enum Problem {
        /** A name, a duration, a connect string or another setting that makes no sense. */
        INVALID,
        /** A payload over {@link Payload#LIMIT}. Nothing was sent. */
        TOO_LARGE,
        /** Another live worker has this id ({@link Rule#R3}). */
        ID_IN_USE,
        /** A znode of another kind stands where the role's own belongs, or the parent of what it makes was deleted. */
        IN_THE_WAY,
        /** No server answered within {@link Settings#connectTimeout()}. */
        CANNOT_CONNECT,
        /** A bound of this program or of ZooKeeper is met. Nothing was sent, or nothing was applied. */
        FULL,
        /** The ensemble does not let us: an ACL, or authentication. */
        NOT_ALLOWED,
        /** The servers are older than 3.6, and lack what is asked of them. */
        TOO_OLD,
        /** It may have been applied or not, and can't be found out any more. */
        UNKNOWN,
        /** The role was closed; whatever was under way is unknown. */
        CLOSED
    }

    private final Problem problem;

    public CoordinationException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }

    /** An {@link Problem#INVALID} in the house's form: {@code what 'value': advice}. */
    public static CoordinationException invalid(String what, String value, String advice) {
        return new CoordinationException(Problem.INVALID, what + " '" + value + "': " + advice);
    }

    /** A {@link Problem#CLOSED}. */
    public static CoordinationException closed(String who) {
        return new CoordinationException(Problem.CLOSED, who + " is closed");
    }
}
