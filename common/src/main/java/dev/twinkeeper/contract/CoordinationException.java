package dev.twinkeeper.contract;

/**
 * What went wrong, for a person: one line that says what, where and what to do, and a {@link Problem} for a program. It
 * never reports a passing fault of the network: roles wait until that is over.
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
        /** There is a foreign znode where the role's own belongs, or a parent was deleted. */
        IN_THE_WAY,
        /** No server answered within {@link Settings#connectTimeout()}. */
        CANNOT_CONNECT,
        /** A bound of this program or of ZooKeeper is reached. Nothing was sent, or nothing was applied. */
        FULL,
        /** The ensemble refuses it: an ACL, or authentication. */
        NOT_ALLOWED,
        /** The servers are older than 3.6, and lack a function that is needed. */
        TOO_OLD,
        /** It may or may not have been applied, and nobody can tell any more. */
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

    /** An {@link Problem#INVALID} in this form: {@code what 'value': advice}. */
    public static CoordinationException invalid(String what, String value, String advice) {
        return new CoordinationException(Problem.INVALID, what + " '" + value + "': " + advice);
    }

    /** A {@link Problem#CLOSED}. */
    public static CoordinationException closed(String who) {
        return new CoordinationException(Problem.CLOSED, who + " is closed");
    }
}
