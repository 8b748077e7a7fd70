package dev.twinkeeper.scenarios.events;

import dev.twinkeeper.contract.Event;
import java.util.List;

/** One thing that was seen of a participant, as a value. */
public sealed interface Observation {
    /** A role tells of itself. */
    record OfRole(Event event) implements Observation {}

    /**
     * A request went by on a participant's wire.
     *
     * @param xid by which the answer is found, unique within the connection
     * @param paths of the znodes that it concerns; empty where it concerns none
     */
    record Requested(int xid, String operation, List<String> paths) implements Observation {}

    /**
     * An answer went by.
     *
     * @param error ZooKeeper's code, 0 where all is well
     */
    record Answered(int xid, long zxid, int error) implements Observation {}

    /** A watch fired; {@code type} is ZooKeeper's name of the event, such as {@code NodeCreated}. */
    record Notified(String type, String path) implements Observation {}

    /** Something was broken, or mended, on purpose. */
    record Fault(String what, boolean begins) implements Observation {}

    /** An operator's command, as it is typed at zkCli. */
    record Command(String line) implements Observation {}

    /** A transaction in the servers' log; {@code changes} in the words of zkCli. */
    record Committed(long zxid, long session, List<String> changes) implements Observation {}

    /** A server's own word: {@code leader}, {@code follower}, or {@code down} where it serves nobody. */
    record ServerState(String mode, long zxid) implements Observation {}

    /** The process of a participant began or ended; {@code how} says how. */
    record OfProcess(String how, long pid) implements Observation {}
}
