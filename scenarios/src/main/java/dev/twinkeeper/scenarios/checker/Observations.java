package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of the participants besides the log: who they are, what they were asked, and what they told.
 *
 * @param sessions whose session is whose, from the wires; a session that is not in it is a person's
 * @param closed the newest sessions of those who were closed while they were connected
 * @param retention the shortest that any master was told
 */
public record Observations(
        Map<Long, SessionOwner> sessions,
        List<Submit> submits,
        List<Reported> reports,
        Set<TaskId> collects,
        List<Registration> registrations,
        Set<Long> closed,
        Duration retention) {
    private static final SessionOwner SOMEBODY = new SessionOwner("somebody", SessionOwner.Kind.OPERATOR, "somebody");

    /**
     * A submit to a program's client.
     *
     * @param acknowledged the task's id where it was acknowledged
     * @param refused whether the client said that nothing was created
     */
    public record Submit(Data command, Optional<TaskId> acknowledged, boolean refused) {}

    /** An outcome that a client reported. */
    public record Reported(TaskId task, Outcome outcome) {}

    /** A worker said that it is registered. */
    public record Registration(WorkerId worker, long session) {}

    /** Who has that session. */
    public SessionOwner participant(long session) {
        return sessions.getOrDefault(session, SOMEBODY);
    }
}
