package dev.twinkeeper.curator;

/**
 * Says whose turn it is to claim among Curator's candidates, by a recipe of Curator's, and runs one candidacy after
 * another. Only {@code /master} says who reigns.
 */
interface Turn {
    void start() throws Exception;

    /** Returns when it is our turn, or after a second: a turn that is not used is passed over (L1). */
    void await() throws InterruptedException;

    /** The connection is lost: what the candidate is doing is over. */
    void interrupt();

    /** Returns when no candidacy is running. */
    void close() throws Exception;
}
