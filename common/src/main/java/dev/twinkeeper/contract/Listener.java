package dev.twinkeeper.contract;

import java.util.function.IntSupplier;

/**
 * Hears what happens to a role. Called serially, on the role's own thread: return soon, and don't wait for the same
 * role. An exception thrown here is logged and changes nothing.
 *
 * <p>The other methods are for meters: they count the role's work, and do nothing unless they are overridden.
 */
@FunctionalInterface
public interface Listener {
    void on(Event event);

    /** A request got a result or a refusal, so many nanoseconds after it was sent. Lost answers don't count. */
    default void answered(long nanos) {}

    /** A watch reported a change. */
    default void watchFired() {}

    /**
     * A queue of the role. Called once for each, before any event.
     *
     * @param length its length now; may be asked for on any thread and at any time
     */
    default void queue(RoleQueue queue, IntSupplier length) {}

    /** A listener that ignores everything. */
    static Listener none() {
        return event -> {};
    }
}
