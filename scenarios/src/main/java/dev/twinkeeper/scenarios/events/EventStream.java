package dev.twinkeeper.scenarios.events;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries observations from those who emit to those who read, on the thread of whoever emits. Where nobody reads it
 * costs a read of a field: nothing is made, nothing is copied.
 *
 * <p>A reader returns soon and keeps what it wants; the stream itself remembers nothing. One that throws is logged and
 * harms nobody else. Safe for several threads; the order between threads is that of their calls.
 */
public final class EventStream {
    private static final Logger log = LoggerFactory.getLogger(EventStream.class);

    /**
     * What was seen, of whom and when.
     *
     * @param nanos since the stream began
     */
    public record Entry(long nanos, String participant, Observation what) {}

    /** Who reads. Called by several threads at a time. */
    @FunctionalInterface
    public interface Reader {
        void on(Entry entry);
    }

    /** Ends a reader's subscription. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private final List<Reader> readers = new CopyOnWriteArrayList<>();
    private final long begin = System.nanoTime();
    private volatile boolean read;

    /** Nanoseconds since the stream began. */
    public long now() {
        return System.nanoTime() - begin;
    }

    /** Whether anybody reads: for emitters whose observation is dear to make. */
    public boolean isRead() {
        return read;
    }

    /** Emits what the supplier makes; it is only asked where somebody reads. */
    public void emit(String participant, Supplier<Observation> what) {
        if (read) {
            emit(participant, what.get());
        }
    }

    public void emit(String participant, Observation what) {
        if (!read) {
            return;
        }
        Entry entry = new Entry(now(), participant, what);
        for (Reader reader : readers) {
            try {
                reader.on(entry);
            } catch (RuntimeException e) {
                log.error("a reader failed on {}", entry, e);
            }
        }
    }

    public synchronized Subscription subscribe(Reader reader) {
        readers.add(reader);
        read = true;
        return () -> unsubscribe(reader);
    }

    private synchronized void unsubscribe(Reader reader) {
        readers.remove(reader);
        read = !readers.isEmpty();
    }
}
