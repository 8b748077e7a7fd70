package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A connection that a {@link Wire} holds back from one request on: nothing passes either way until it is released.
 *
 * <p>The lab sends heartbeats in the participant's place, so that the servers keep its session. Without that they would
 * keep it as well, but not for long: until the last heartbeat that arrived is a session timeout old, or, after an
 * election, for a whole timeout from there. A scenario can't depend on hitting that moment.
 */
public final class HeldConnection {
    /** Well below the shortest session timeout, half a second. */
    private static final Duration HEARTBEAT_PAUSE = Duration.ofMillis(150);

    /** A frame of eight bytes: the heartbeats' number -2, operation 11. */
    private static final byte[] HEARTBEAT = {0, 0, 0, 8, -1, -1, -1, -2, 0, 0, 0, 11};

    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final int xid;
    private final CompletableFuture<HeldConnection> holding;
    private final CountDownLatch released = new CountDownLatch(1);
    private final CompletableFuture<Boolean> taken = new CompletableFuture<>();

    /** @param holding completes with this as soon as it holds */
    HeldConnection(int xid, CompletableFuture<HeldConnection> holding) {
        this.xid = xid;
        this.holding = holding;
    }

    /** Whether the server has it still, and with it the session. */
    public boolean isOpen() {
        return !taken.isDone();
    }

    /**
     * Lets the request go on to the server, and all that follows it.
     *
     * @return whether the server answered it; else it had ended the connection before
     */
    public boolean release() {
        released.countDown();
        return BoundedWait.result("an answer to what was held back, or the connection's end", taken, ANSWER);
    }

    // For the link.

    /** Returns when it is released. */
    void hold(OutputStream server) throws IOException {
        holding.complete(this);
        try {
            while (!released.await(HEARTBEAT_PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                server.write(HEARTBEAT);
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while it held back a connection");
        }
    }

    /** Whoever closes a connection right after the last write may take that back. */
    void awaitAnswer() {
        taken.completeOnTimeout(false, ANSWER.toMillis(), TimeUnit.MILLISECONDS).join();
    }

    void answered(int number) {
        if (number == xid) {
            taken.complete(true);
        }
    }

    void ended() {
        taken.complete(false);
    }
}
