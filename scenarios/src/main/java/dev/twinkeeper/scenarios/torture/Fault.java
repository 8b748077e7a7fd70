package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** One fault: it begins, it ends, and somewhere its effect can be seen from outside. */
interface Fault {
    /** What it hits: known from {@link #begin} on. */
    String target();

    /** @throws NotInjected where it can't be injected just now, or not on this machine */
    void begin() throws NotInjected;

    /** Puts right what {@link #begin} put wrong. Called once, also where begin threw; never throws. */
    void heal();

    /**
     * Whether it is over, asked after {@link #heal} until it is. Servers that were started again have to read their whole
     * log first, since snapshots are off for the checker: that is still the fault, not the recovery from it.
     */
    default boolean isOver() {
        return true;
    }

    /** What was seen of it, in a few words; asked again and again from its begin until all has recovered. */
    Optional<String> effect();

    /** Adds what the checker should know. */
    default void detail(ObjectNode line) {}
}
