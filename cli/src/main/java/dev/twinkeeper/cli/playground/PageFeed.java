package dev.twinkeeper.cli.playground;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** One page's stream of messages, as server-sent events. A page that does not read gets the whole once it does again. */
final class PageFeed {
    /** Ten seconds of a busy playground. */
    private static final int WAITING = 100;

    /** So that a page that went away is noticed. */
    private static final long HEARTBEAT_MS = 5_000;

    private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Supplier<String> whole;
    private volatile boolean behind = true;
    private volatile boolean closed;

    /** @param whole all that there is at this moment */
    PageFeed(Supplier<String> whole) {
        this.whole = whole;
    }

    void offer(String message) {
        if (!behind && !waiting.offer(message)) {
            behind = true;
        }
    }

    void close() {
        closed = true;
        waiting.offer("");
    }

    /** Writes until the page, or the playground, goes away. */
    void writeTo(OutputStream out) throws IOException, InterruptedException {
        while (!closed) {
            if (behind) {
                waiting.clear();
                behind = false;
                write(out, "data: " + whole.get());
            }
            String message = waiting.poll(HEARTBEAT_MS, TimeUnit.MILLISECONDS);
            write(out, message == null || message.isEmpty() ? ": still here" : "data: " + message);
        }
    }

    private static void write(OutputStream out, String line) throws IOException {
        out.write((line + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
