package dev.twinkeeper.contract;

import java.time.Duration;

/**
 * What went wrong: one line for a person, which says what, where and what to do, and a {@link Problem} for a program.
 * It never reports a passing fault of the network: roles wait until that is over.
 */
public final class CoordinationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of problem. */
    public enum Problem {
        /** A name, a duration, a connect string or another setting that makes no sense. */
        INVALID,
        /** A payload over {@link Payload#LIMIT}, or over what these servers take. Nothing was applied. */
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

    /** Of what was given, and of what there is to say of it: enough to find it. */
    private static final int SHOWN = 200;

    private final Problem problem;

    public CoordinationException(Problem problem, String message) {
        super(message);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }

    /** An {@link Problem#INVALID} on one line, in this form: {@code what 'value': advice}. */
    public static CoordinationException invalid(String what, String value, String advice) {
        return new CoordinationException(
                Problem.INVALID,
                what + " '" + Printable.line(value, SHOWN) + "': " + Printable.line(advice, 2 * SHOWN));
    }

    /** A {@link Problem#CLOSED}. */
    public static CoordinationException closed(String who) {
        return new CoordinationException(Problem.CLOSED, who + " is closed");
    }

    /** A {@link Problem#ID_IN_USE}: another session has the worker's znode, and did not end while it could have. */
    public static CoordinationException inUse(Event.WaitingForId wait) {
        return new CoordinationException(
                Problem.ID_IN_USE,
                "worker id '" + wait.worker() + "' is in use by " + wait.who() + ", alive for "
                        + Durations.format(wait.atMost()) + " and more: choose another id, or stop that worker");
    }

    /** An {@link Problem#IN_THE_WAY}: a persistent znode stands where a session's own belongs. */
    public static CoordinationException persistent(String path) {
        return new CoordinationException(
                Problem.IN_THE_WAY, path + " is a persistent znode: choose another id, or delete it");
    }

    /**
     * A {@link Problem#TOO_LARGE}: the servers closed the connection each time that it was sent, and nothing was applied.
     *
     * @param what with its size
     */
    public static CoordinationException tooLarge(String what) {
        return new CoordinationException(
                Problem.TOO_LARGE,
                what
                        + " is more than the servers take in one request: each time they closed the connection; send less, or"
                        + " start them with a larger -Djute.maxbuffer");
    }

    /** An {@link Problem#UNKNOWN}: the answer was lost for longer than a task is retained. */
    public static CoordinationException unanswered(Duration retention) {
        return new CoordinationException(
                Problem.UNKNOWN, "no answer for " + Durations.format(retention) + ": it may be done and removed");
    }

    /**
     * The servers refused a request: nothing of it was applied.
     *
     * @param code the name of ZooKeeper's error code
     */
    public static CoordinationException refused(String path, String code) {
        return switch (code) {
            case "NOAUTH" -> new CoordinationException(Problem.NOT_ALLOWED, "no permission for " + path);
            case "AUTHFAILED", "SESSIONCLOSEDREQUIRESASLAUTH" ->
                new CoordinationException(Problem.NOT_ALLOWED, "the servers demand authentication");
            case "UNIMPLEMENTED" -> new CoordinationException(Problem.TOO_OLD, "a server is older than 3.6");
            case "NONODE" -> new CoordinationException(Problem.IN_THE_WAY, "somebody deleted " + path);
            case "NOCHILDRENFOREPHEMERALS" ->
                new CoordinationException(Problem.IN_THE_WAY, path + " is ephemeral, and has no children");
            // The sequence of /tasks is 2^31-1 creates long, and at its end ZooKeeper answers this for ever.
            case "NODEEXISTS" -> new CoordinationException(Problem.FULL, "the sequence of " + path + " is used up");
            case "QUOTAEXCEEDED" ->
                new CoordinationException(Problem.FULL, "a quota on " + path + " or above is used up");
            case "THROTTLEDOP" ->
                new CoordinationException(Problem.FULL, "the servers have too much to do: try again later");
            default -> unknown(path, code);
        };
    }

    /** @param inDoubt whether an earlier try may have been applied, whose answer was lost (S6) */
    public static CoordinationException refused(String path, String code, boolean inDoubt) {
        return inDoubt ? unknown(path, code) : refused(path, code);
    }

    /**
     * The servers refuse what a role needs to begin.
     *
     * @param what the role cannot do, such as {@code make /app/tasks}
     * @param code the name of ZooKeeper's error code
     */
    public static CoordinationException cannot(String what, String code) {
        String advice =
                switch (code) {
                    case "NOAUTH" ->
                        "its ACL, or that of the znode above it, forbids it; change that, or give credentials that may";
                    case "UNIMPLEMENTED" ->
                        "at least one server is older than 3.6, the oldest release that can; upgrade it";
                    case "AUTHFAILED", "SESSIONCLOSEDREQUIRESASLAUTH" ->
                        "the servers demand authentication; give credentials that they accept";
                    default -> "the servers answered " + code;
                };
        return new CoordinationException(refused(what, code).problem(), "cannot " + what + ": " + advice);
    }

    /** An {@link Problem#UNKNOWN}: an earlier try may have been applied, or nobody knows what the answer means. */
    public static CoordinationException unknown(String path, String code) {
        return new CoordinationException(Problem.UNKNOWN, path + ": the ensemble answered " + code);
    }
}
