package dev.twinkeeper.loop;

/**
 * How often the connection was lost while a request was under way. That may be for the size of the request: a server
 * that is asked for more than its {@code jute.maxbuffer} closes the connection, and nobody can ask it how much that is.
 * So a large request that was lost is sent alone from then on, lest it be blamed for another, and after a few more losses
 * its size is told as the reason. A request that was applied meanwhile is not to be counted.
 *
 * <p>Used by one thread at a time.
 */
public final class LostTries {
    /** What every server takes: without it no session could be. */
    private static final int SMALL = 4 * 1024;

    /** So often, alone, and each time with another connection after it: that is hardly an outage. */
    private static final int MOST = 4;

    private final int bytes;
    private int losses;
    private int lonely;

    /** @param bytes the size of the request, without names and headers */
    public LostTries(int bytes) {
        this.bytes = bytes;
    }

    /** Whether it may be the request that the connection is lost for: it is to be sent alone. */
    public boolean isSuspect() {
        return isLarge() && losses > 0;
    }

    /** Whether it may ever be. */
    public boolean isLarge() {
        return bytes > SMALL;
    }

    /** The size of the request, without names and headers. */
    public int bytes() {
        return bytes;
    }

    /** Of so many bytes in one packet, how many are for its part in a batch: half as many after each loss. */
    public int room(int most) {
        return most >> Math.min(losses, Integer.SIZE - 1);
    }

    /** @param alone whether no other request of its kind, or no other large one, was under way */
    public void lost(boolean alone) {
        losses++;
        lonely += alone ? 1 : 0;
    }

    /** Whether the servers do not take it, as it seems. */
    public boolean isTooLarge() {
        return isLarge() && lonely >= MOST;
    }
}
