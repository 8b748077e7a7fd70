package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.shared.SharedValue;
import org.apache.curator.framework.recipes.shared.SharedValueListener;
import org.apache.curator.framework.recipes.shared.SharedValueReader;
import org.apache.curator.framework.recipes.shared.VersionedValue;
import org.apache.curator.framework.state.ConnectionState;

/**
 * A shared value with Curator's SharedValue as it comes: the shortest there is, and less than {@link Configuration} says.
 *
 * <p><b>When, and when not.</b> Where the value is always there, nobody deletes it by hand, and a writer that is told "no"
 * reads and tries again, so that a false no does no harm.
 *
 * <p><b>The znode.</b> {@code <path>/value}, persistent: the bytes. Its parents are made as containers.
 *
 * <p><b>What it keeps.</b> C2 for what was written through it: it goes by zxids. C1 as long as the znode exists.
 *
 * <p><b>What it does not do</b> (read in the source of 5.9.0; the suite's tests show the first three):
 *
 * <ul>
 *   <li>C4: a value is never missing. Starting creates it with the seed, if only to read. When it is deleted, nobody is
 *       told; the watch is not set again, so that nothing later is heard before the next reconnect.
 *   <li>C3: {@code trySetValue} says false when its answer was lost and Curator tried again, though it was written.
 *   <li>C1: {@code getValue} is what was last heard; there is no read as of now, nor a way to know of a value that it is
 *       fresh.
 *   <li>Listeners are told at each reconnect and by each write of others, whether or not the value is another; not of the
 *       first value, nor of what this one wrote.
 *   <li>{@code trySetValue} takes only a value that came out of the same SharedValue, and only its current one.
 * </ul>
 */
public final class SharedValueConfiguration implements Configuration {
    private final Listener listener;
    private final CuratorFramework client;
    private final SharedValue shared;

    /** Starting waits for a server. */
    private final ThreadPoolExecutor starter = new ThreadPoolExecutor(
            1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new ThreadPoolExecutor.DiscardPolicy());

    private volatile boolean started;
    private volatile boolean closed;

    public SharedValueConfiguration(Recipe.Place place, Listener listener) {
        this.listener = listener;
        this.client = Keeper.client(place);
        this.shared = new SharedValue(client, place.path() + "/value", new byte[0]);
        shared.getListenable().addListener(new Changes());
        client.start();
        starter.execute(this::start);
    }

    private void start() {
        try {
            shared.start();
            started = true;
            tell();
        } catch (Exception e) {
            listener.failed(new Failure(Problem.CANNOT_CONNECT, String.valueOf(e)));
        }
    }

    private final class Changes implements SharedValueListener {
        @Override
        public void valueHasChanged(SharedValueReader of, byte[] bytes) {
            tell(); // the bytes come without version and zxid, and may be newer than what was read
        }

        @Override
        public void stateChanged(CuratorFramework of, ConnectionState state) {}
    }

    private void tell() {
        if (!closed) {
            seen().ifPresent(listener::changed);
        }
    }

    @Override
    public Optional<Value> seen() {
        return started ? Optional.of(value(shared.getVersionedValue())) : Optional.empty();
    }

    private static Value value(VersionedValue<byte[]> versioned) {
        return new Value(Optional.of(versioned.getValue()), versioned.getVersion(), versioned.getZxid());
    }

    /** As it was last heard. */
    @Override
    public Value read(Duration patience) {
        checkOpen();
        try {
            starter.submit(() -> {}).get(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new Failure(Problem.CANNOT_CONNECT, "not started within " + patience);
        }
        return seen().orElseThrow(() -> new Failure(Problem.CANNOT_CONNECT, "it did not start"));
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        checkOpen();
        byte[] data = Recipe.checkData(bytes);
        VersionedValue<byte[]> current = shared.getVersionedValue();
        if (!value(current).equals(expected)) {
            return Optional.empty();
        }
        try {
            return shared.trySetValue(current, data) ? seen() : Optional.empty();
        } catch (Exception e) {
            throw new Failure(Problem.UNKNOWN, String.valueOf(e));
        }
    }

    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        throw new Failure(Problem.INVALID, "a SharedValue is always there");
    }

    private void checkOpen() {
        if (closed) {
            throw new Failure(Problem.CLOSED, "closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        starter.shutdownNow();
        try {
            shared.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            client.close();
        }
    }
}
