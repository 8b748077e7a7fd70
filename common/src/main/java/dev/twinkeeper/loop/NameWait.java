package dev.twinkeeper.loop;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Printable;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.WorkerLine;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * A worker's wait for its name, which another session holds (R3). That may be the session of the same worker, killed a
 * moment ago: then the servers end it, at its own timeout and not at ours, which may be shorter. A live worker's outlives
 * the wait, and the name is in use.
 *
 * <p>Used by one thread, but for {@link #restart}.
 */
public final class NameWait {
    /** As much of an address as is shown. */
    private static final int SHOWN = 100;

    private final WorkerId worker;
    private final LongSupplier clock;
    private Event.WaitingForId holder;
    private volatile long since;

    /** @param clock in nanoseconds */
    public NameWait(WorkerId worker, LongSupplier clock) {
        this.worker = worker;
        this.clock = clock;
    }

    /** Whether it is that session which is waited for. */
    public boolean isFor(long session) {
        return holder != null && holder.holder() == session;
    }

    /**
     * Begins with another holder.
     *
     * @param registered when the holder made its znode, in milliseconds since the epoch
     * @param line the data of the znode, or null where it could not be read
     * @param granted the timeout of our own session, in milliseconds
     * @return what is to be told
     */
    public Event.WaitingForId begin(long session, long registered, byte[] line, int granted) {
        WorkerLine other = WorkerLine.decode(line);
        holder = new Event.WaitingForId(
                worker,
                session,
                Printable.line(other.address(), SHOWN),
                Instant.ofEpochMilli(registered),
                patience(Math.max(granted, other.sessionMillis())));
        restart();
        return holder;
    }

    /**
     * A timeout, and half of it again and a second, because the clocks of sessions begin anew when the ensemble elects a
     * leader.
     */
    private static Duration patience(int timeoutMillis) {
        return Duration.ofMillis(timeoutMillis * 3L / 2).plus(RoleLife.PAUSE);
    }

    /** A lost connection may mean another leader, and with it the clocks of all sessions begin anew. From any thread. */
    public void restart() {
        since = clock.getAsLong();
    }

    /** Nobody is waited for. */
    public void end() {
        holder = null;
    }

    /** What is left of the wait; zero or less when its time is up. */
    public Duration rest() {
        return holder.atMost().minusNanos(clock.getAsLong() - since);
    }

    /**
     * What is left of the wait.
     *
     * @throws CoordinationException {@code ID_IN_USE} when its time is up
     */
    public Duration restOrRefusal() {
        Duration rest = rest();
        if (rest.isNegative() || rest.isZero()) {
            throw inUse();
        }
        return rest;
    }

    /** The holder did not end while a dead one would have. */
    public CoordinationException inUse() {
        return CoordinationException.inUse(holder);
    }
}
