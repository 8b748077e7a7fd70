package dev.twinkeeper.loop;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import java.util.HashSet;
import java.util.Set;
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
        if (muted) {
            return;
        }
        try {
            listener.on(event);
        } catch (RuntimeException e) {
            log.warn("{}: the listener threw at {}", who, event, e);
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
