package dev.twinkeeper.cli.playground;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.scenarios.events.EventStream.Entry;
import dev.twinkeeper.scenarios.events.Observation;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Something that follows a fault, and ends a time.
 *
 * @param label what the page calls it
 * @param reached whether this entry is it
 */
record Milestone(String label, BiPredicate<Episode.Account, Entry> reached) {
    private static final Milestone NEXT_REIGN = new Milestone(
            "the next reign begins",
            (account, entry) -> account.ofSide(entry) && event(entry) instanceof Event.Elected);

    private static final Milestone ASSIGNED =
            new Milestone("a task submitted then is assigned", (account, entry) -> account.probeAssigned(entry));

    private static final Milestone DONE =
            new Milestone("its outcome is learnt", (account, entry) -> account.isProbe(entry, Event.Learnt.class));

    private static final Milestone ACKNOWLEDGED = new Milestone(
            "the submit is acknowledged", (account, entry) -> account.isProbe(entry, Event.Submitted.class));

    private static final Milestone LOST = new Milestone(
            "the master notices",
            (account, entry) -> account.ofSide(entry)
                    && event(entry) instanceof Event.WorkerLost lost
                    && lost.worker().name().equals(account.target()));

    private static final Milestone BACK = new Milestone(
            "registered again",
            (account, entry) -> account.ofTarget(entry) && event(entry) instanceof Event.Registered);

    private static final Milestone CONNECTED = new Milestone(
            "connected again", (account, entry) -> account.ofTarget(entry) && event(entry) instanceof Event.Connected);

    private static final Milestone EXPIRED = new Milestone(
            "it hears of the expiry",
            (account, entry) -> account.ofTarget(entry) && event(entry) instanceof Event.SessionExpired);

    private static final Milestone DEPOSED = new Milestone(
            "the master knows that its reign is over",
            (account, entry) -> account.ofSide(entry) && event(entry) instanceof Event.Deposed);

    private static final Milestone RESOLVED = new Milestone(
            "the lost answer is resolved",
            (account, entry) -> account.ofTarget(entry) && event(entry) instanceof Event.SubmitResolved);

    private static final Milestone LEADS = new Milestone(
            "a server leads",
            (account, entry) -> entry.what() instanceof Observation.ServerState state
                    && state.mode().equals("leader"));

    private static Event event(Entry entry) {
        return entry.what() instanceof Observation.OfRole told ? told.event() : null;
    }

    /** What is expected of an action on a role of that kind, or of one on the tree or the servers. */
    static List<Milestone> of(String action, String kind, boolean reigned) {
        return switch (action) {
            case "submit" -> List.of(ACKNOWLEDGED, ASSIGNED, DONE);
            case "delete-master" -> List.of(DEPOSED, NEXT_REIGN, ASSIGNED, DONE);
            case "take-master" -> List.of(DEPOSED);
            case "release-master" -> List.of(NEXT_REIGN, ASSIGNED, DONE);
            case "stop-server", "cut-leader", "remove-assign" -> List.of(ASSIGNED, DONE);
            case "restore-quorum" -> List.of(LEADS, ASSIGNED, DONE);
            case "lose-answer" ->
                kind.equals("client")
                        ? List.of(RESOLVED, ACKNOWLEDGED, ASSIGNED, DONE)
                        : List.of(CONNECTED, ASSIGNED, DONE);
            default -> ofRole(action, kind, reigned);
        };
    }

    private static List<Milestone> ofRole(String action, String kind, boolean reigned) {
        boolean worker = kind.equals("worker");
        return switch (action) {
            case "kill", "close", "pause", "cut" -> {
                if (worker) {
                    yield List.of(LOST, ASSIGNED, DONE);
                }
                yield reigned ? List.of(NEXT_REIGN, ASSIGNED, DONE) : List.of();
            }
            case "expire" -> {
                if (worker) {
                    yield List.of(EXPIRED, LOST, BACK);
                }
                yield reigned ? List.of(EXPIRED, NEXT_REIGN, ASSIGNED, DONE) : List.of(EXPIRED, CONNECTED);
            }
            case "mend" -> List.of(CONNECTED);
            case "start" -> worker ? List.of(BACK) : List.of(CONNECTED);
            default -> List.of();
        };
    }
}
