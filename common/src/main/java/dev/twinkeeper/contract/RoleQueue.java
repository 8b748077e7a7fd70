package dev.twinkeeper.contract;

/** The queues of a role whose lengths a meter can read, see {@link Listener#queue}. */
public enum RoleQueue {
    /** Any role: replies, watch events and calls that wait for the role's thread. */
    LOOP,
    /** A reigning master: tasks that wait for a free slot of a worker. */
    PENDING,
    /** A worker: assigned tasks that wait for a thread of the handler. */
    HANDLERS,
    /** A client: calls that have no answer yet. At most {@link Settings#backlog()}. */
    BACKLOG
}
