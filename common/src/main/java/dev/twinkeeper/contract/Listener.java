package dev.twinkeeper.contract;

/**
 * Hears what happens to a role. Called serially, on the role's own thread: return soon, and don't wait for the same
 * role. An exception thrown here is logged and changes nothing.
 */
@FunctionalInterface
public interface Listener {
    void on(Event event);

    /** Hears nothing. */
    static Listener none() {
        return event -> {};
    }
}
