package dev.twinkeeper.raw.session;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A bound on the requests in flight, since ZooKeeper's client would queue them without one. Requests without room wait
 * here; the senders bound how many. A window belongs to one phase: when the connection is lost, the window is thrown
 * away, and with it the replies that it waits for.
 */
public final class Window {
    private final int size;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int inFlight;

    public Window(int size) {
        this.size = size;
    }

    /** Sends now, or as soon as there is room. Each request must be followed by one {@link #answered}. */
    public void send(Runnable request) {
        waiting.add(request);
        advance();
    }

    public void answered() {
        inFlight--;
        advance();
    }

    /** Whether nothing is in flight and nothing waits. */
    public boolean isIdle() {
        return inFlight == 0 && waiting.isEmpty();
    }

    private void advance() {
        while (inFlight < size && !waiting.isEmpty()) {
            inFlight++;
            waiting.remove().run();
        }
    }
}
