package dev.twinkeeper.contract;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * What happens to a role, as a value: for a narration, a history or a page. An event does not print itself.
 *
 * <p>An event says what the role believed when it was made. The truth is in the tree.
 */
public sealed interface Event {
    // The session of any role.

    /** Connected to a server, in a new session or in the same one as before. */
    record Connected(long session) implements Event {}

    /** The connection is lost; the session may live on. */
    record Disconnected() implements Event {}

    /** The session is over for this role, which goes on with a new one; the servers may end it a little later. */
    record SessionExpired(long session) implements Event {}

    /** The role is refused for good and ends. */
    record Refused(CoordinationException.Problem problem, String message) implements Event {}

    /** A znode that makes no sense was set aside: warned of once, then ignored ({@link Rule#R6}). */
    record SetAside(String path, String why) implements Event {}

    // Masters.

    /** A reign began. */
    record Elected(MasterId id, long epoch) implements Event {}

    /** Somebody else reigns; {@code reigning} is the data of {@code /master}, if it could be read. */
    record Standby(MasterId id, Optional<String> reigning) implements Event {}

    /** The reign is over, or suspended until it is confirmed. */
    record Deposed(MasterId id, long epoch, String why) implements Event {}

    /** The reigning master has listed the tree and begins, or begins again, to assign. */
    record TookOver(long epoch, int workers, int pending, int assigned, int completed) implements Event {}

    record WorkerJoined(WorkerId worker, int slots) implements Event {}

    record WorkerLost(WorkerId worker, int unfinished) implements Event {}

    record TaskAssigned(TaskId task, WorkerId worker, long epoch) implements Event {}

    record TaskMoved(TaskId task, WorkerId from, WorkerId to, long epoch) implements Event {}

    /** The task was lost with {@code lost} workers; its status is {@code failed} now. */
    record TaskGivenUp(TaskId task, WorkerId worker, int lost, long epoch) implements Event {}

    /** A leftover was removed: an assignment of a finished task, an empty parent, an uncollected task. */
    record Tidied(String path) implements Event {}

    // Workers.

    /** The worker's own ephemeral exists. */
    record Registered(WorkerId worker, long session) implements Event {}

    /**
     * An ephemeral of another session has the worker's name; it may be our own of a dead session, so we wait.
     *
     * @param holder the session
     * @param address what the holder says of where it is; empty where it does not, or may not be read
     * @param since when it registered, by the servers' clock
     * @param atMost how long a dead one can outlive its worker: a live one has the name for longer
     */
    record WaitingForId(WorkerId worker, long holder, String address, Instant since, Duration atMost) implements Event {
        /** Who has the name, for a person. */
        public String who() {
            String session = "session 0x" + Long.toHexString(holder);
            return (address.isEmpty() ? session : address + ", " + session) + ", registered at "
                    + since.truncatedTo(ChronoUnit.SECONDS);
        }
    }

    record TaskStarted(TaskId task, WorkerId worker) implements Event {}

    /** The status is committed. */
    record TaskCompleted(TaskId task, WorkerId worker, boolean done) implements Event {}

    /**
     * The assignment was gone when the result was to be written: the task was moved, or it was completed and the answer
     * lost.
     */
    record ResultDiscarded(TaskId task, WorkerId worker) implements Event {}

    // Clients.

    record Submitted(TaskId task) implements Event {}

    /** The answer to a submit was lost; {@code found} tells whether the submit was applied. */
    record SubmitResolved(boolean found) implements Event {}

    record Learnt(TaskId task, Outcome outcome) implements Event {}

    record Collected(TaskId task) implements Event {}
}
