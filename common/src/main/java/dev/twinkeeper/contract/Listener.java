package dev.twinkeeper.contract;

import java.util.function.IntSupplier;

/**
 * Hears what happens to a role. Called serially, on the role's own thread: return soon, and don't wait for the same
 * role. An exception thrown here is logged and changes nothing.
 *
 * <p>Events say what happens to the role. The other methods are about the work that this takes, for meters; they do
 * nothing unless they are overridden.
 */
@FunctionalInterface
public interface Listener {
    void on(Event event);

    /** A request was answered, by a result or a refusal, so many nanoseconds after it was sent. Lost answers don't count. */
    default void answered(long nanos) {}

    /** A watch told of a change. */
    default void watchFired() {}

    /**
     * The role has this queue. Called once for each, before any event.
     *
     * @param length may be asked for on any thread and at any time
     */
    default void queue(RoleQueue queue, IntSupplier length) {}

    /** Hears nothing. */
    static Listener none() {
        return event -> {};
    }
}
