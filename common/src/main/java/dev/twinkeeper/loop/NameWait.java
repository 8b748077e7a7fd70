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

    /** An answer that took longer may have waited for a connection. */
    private static final Duration LATE = RoleLife.PAUSE.dividedBy(2);

    private final WorkerId worker;
    private final LongSupplier clock;
    private Event.WaitingForId holder;
    private long since;

    /** Whether the last second has begun; it and the time are guarded by this. */
    private boolean last;

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
    public synchronized void restart() {
        since = clock.getAsLong();
        last = false;
    }

    /** Nobody is waited for. */
    public void end() {
        holder = null;
    }

    /** What is left of the wait; zero or less when its time is up. */
    public synchronized Duration rest() {
        return holder.atMost().minusNanos(clock.getAsLong() - since);
    }

    /**
     * What is left of the wait, until it is to be looked again: for who hears of the connection on another thread than
     * of the answer to a look. Such an answer may have waited for a connection, and be here before {@link #restart}. So
     * the last second counts from a look, and once more where the next answer was late.
     *
     * @throws CoordinationException {@code ID_IN_USE} when its time is up
     */
    public synchronized Duration restOrRefusal() {
        Duration rest = last ? rest() : rest().minus(RoleLife.PAUSE);
        if (!rest.isNegative() && !rest.isZero()) {
            return rest;
        }
        if (last && rest.compareTo(LATE.negated()) > 0) {
            throw inUse();
        }
        last = true;
        since = clock.getAsLong() - holder.atMost().minus(RoleLife.PAUSE).toNanos();
        return RoleLife.PAUSE;
    }

    /** The holder did not end while a dead one would have. */
    public CoordinationException inUse() {
        return CoordinationException.inUse(holder);
    }
}
