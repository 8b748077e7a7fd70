package dev.twinkeeper.curator;

/**
 * Whose turn it is to claim among Curator's candidates, by a recipe of its own; it runs one candidacy after another. Who
 * reigns is said by {@code /master}.
 */
interface Turn {
    void start() throws Exception;

    /** Returns when it is our turn, or after a second: a turn that is not used is passed over (L1). */
    void await() throws InterruptedException;

    /** The connection is lost: whatever the candidate is about is over. */
    void interrupt();

    /** Returns when no candidacy runs any more. */
    void close() throws Exception;
}
