package dev.twinkeeper.scenarios.lab;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * One participant's own wire to all servers of an ensemble: a small TCP proxy that can be cut, mended, slowed, stalled
 * one way, and that can lose the answer to a request that was applied. It reads along, so that sessions and traffic are
 * known without a hook in the participant.
 */
public final class Wire implements AutoCloseable {
    private final List<Server> servers;

    /** A mended wire to all servers of the ensemble. */
    public Wire(Ensemble ensemble) {
        this.servers = ensemble.servers();
    }

    /** What the participant connects to in place of the ensemble: one address for each server. */
    public String connectString() {
        throw new UnsupportedOperationException();
    }

    // Faults. All of them end by mend().

    /** Resets all connections and refuses new ones, until {@link #mend}. */
    public void cut() {
        throw new UnsupportedOperationException();
    }

    /** Like {@link #cut()}, to this server only. */
    public void cut(Server server) {
        throw new UnsupportedOperationException();
    }

    /** Lets everything through again: what was stalled flows on, new connections are taken. */
    public void mend() {
        throw new UnsupportedOperationException();
    }

    /** Delays what the participant sends and what it receives by these times, each way for itself. */
    public void slow(Duration requests, Duration replies) {
        throw new UnsupportedOperationException();
    }

    /** Holds back what the participant sends, until {@link #mend}; the connections stand. */
    public void stallRequests() {
        throw new UnsupportedOperationException();
    }

    /** Holds back what the servers send, until {@link #mend}; the connections stand, requests get through. */
    public void stallReplies() {
        throw new UnsupportedOperationException();
    }

    /**
     * Loses one answer: lets the first matching request through, waits for the server's reply, drops it and resets
     * the connection. So the request was applied (or refused), and the participant can't know.
     *
     * @return completes with the request when its answer was lost
     */
    public CompletableFuture<Request> loseAnswer(Predicate<Request> which) {
        throw new UnsupportedOperationException();
    }

    /**
     * Loses one request: drops the first matching one before a server sees it, and resets the connection. The twin of
     * {@link #loseAnswer}: to the participant both look the same.
     */
    public CompletableFuture<Request> loseRequest(Predicate<Request> which) {
        throw new UnsupportedOperationException();
    }

    // What was seen.

    /** The newest session that a server granted over this wire. */
    public Optional<Session> session() {
        throw new UnsupportedOperationException();
    }

    /** All sessions that were granted over this wire. */
    public Set<Long> sessions() {
        throw new UnsupportedOperationException();
    }

    /** The counts so far. */
    public Traffic traffic() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException(servers.toString());
    }
}
