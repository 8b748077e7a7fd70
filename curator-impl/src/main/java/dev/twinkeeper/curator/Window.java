package dev.twinkeeper.curator;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A bound on the requests in flight, since neither Curator nor ZooKeeper's client has one. What finds no room waits
 * here; those who send bound how much that may be. A window belongs to one phase: with the connection it is thrown away
 * whole, and so are the replies that it waits for.
 */
final class Window {
    private final Session session;
    private final int size;
    private final Deque<Session.Request> waiting = new ArrayDeque<>();
    private int inFlight;

    Window(Session session, int size) {
        this.session = session;
        this.size = size;
    }

    /** Sends now, or as soon as there is room. Each request must be followed by one {@link #answered}. */
    void send(Session.Request request) {
        waiting.add(request);
        advance();
    }

    void answered() {
        inFlight--;
        advance();
    }

    /** Whether nothing is in flight and nothing waits. */
    boolean isIdle() {
        return inFlight == 0 && waiting.isEmpty();
    }

    private void advance() {
        while (inFlight < size && !waiting.isEmpty()) {
            inFlight++;
            session.ask(waiting.remove());
        }
    }
}
