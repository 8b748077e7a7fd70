package dev.twinkeeper.loop;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.RoleQueue;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a role's {@link Listener} what happens, serially, on the role's loop, until it is muted. */
public final class Announcer {
    private static final Logger log = LoggerFactory.getLogger(Announcer.class);

    /** Beyond this many foreign znodes a list of their names helps nobody: they are only logged. */
    private static final int WARNINGS = 1_000;

    private final String who;
    private final Listener listener;
    private final Set<String> warned = new HashSet<>();
    private boolean muted;

    public Announcer(String who, Listener listener) {
        this.who = who;
        this.listener = listener;
    }

    public void tell(Event event) {
        log.debug("{}: {}", who, event);
        unlessMuted(() -> listener.on(event), event);
    }

    /** A request was answered, so long after it was sent. */
    public void answered(long nanos) {
        unlessMuted(() -> listener.answered(nanos), "an answer");
    }

    /** A watch told of a change. */
    public void watchFired() {
        unlessMuted(listener::watchFired, "a watch event");
    }

    /** The role has this queue. Before any event. */
    public void queue(RoleQueue queue, IntSupplier length) {
        unlessMuted(() -> listener.queue(queue, length), queue);
    }

    private void unlessMuted(Runnable call, Object what) {
        if (muted) {
            return;
        }
        try {
            call.run();
        } catch (RuntimeException | Error e) { // What comes next, an answer perhaps, must not depend on the listener.
            log.warn("{}: the listener threw at {}", who, what, e);
        }
    }

    /** R6: one warning for each path. */
    public void setAside(String path, String why) {
        if (warned.size() < WARNINGS && warned.add(path)) {
            tell(new Event.SetAside(path, why));
        } else {
            log.debug("{}: set aside {}: {}", who, path, why);
        }
    }

    /** R4: nothing is called back after close. */
    public void mute() {
        muted = true;
    }
}
