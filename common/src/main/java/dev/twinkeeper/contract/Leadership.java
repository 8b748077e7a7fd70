package dev.twinkeeper.contract;

/**
 * What a master knows of its own leadership.
 *
 * @param state whether it reigns
 * @param epoch the number of its reign, or -1 if it does not reign
 */
public record Leadership(State state, long epoch) {
    /** The states of a candidate. */
    public enum State {
        /** Not connected, or not yet told who reigns. */
        UNKNOWN,
        /** Somebody else reigns, or nobody yet. */
        STANDBY,
        /** It reigns, as far as it knows. */
        REIGNING,
        /** It gave up for good. */
        CLOSED
    }

    public static final Leadership UNKNOWN = new Leadership(State.UNKNOWN, -1);
    public static final Leadership STANDBY = new Leadership(State.STANDBY, -1);
    public static final Leadership CLOSED = new Leadership(State.CLOSED, -1);

    public static Leadership reigning(long epoch) {
        return new Leadership(State.REIGNING, epoch);
    }

    public boolean reigns() {
        return state == State.REIGNING;
    }
}
