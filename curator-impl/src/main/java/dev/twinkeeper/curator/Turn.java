package dev.twinkeeper.curator;

import dev.twinkeeper.curator.Participant.Blocking;

/** Whose turn it is to claim among Curator's candidates, by a recipe of its own. Who reigns is said by {@code /master}. */
interface Turn {
    /** How a turn is made: one candidate's, which runs one candidacy after another. */
    @FunctionalInterface
    interface Recipe {
        Turn of(MasterRole role, Blocking candidacy);
    }

    void start() throws Exception;

    /** Returns when it is our turn, or after a second: a turn that is not used is passed over (L1). */
    void await() throws InterruptedException;

    /** The connection is lost: whatever the candidate is about is over. */
    void interrupt();

    /** Returns when no candidacy runs any more. */
    void close() throws Exception;
}
