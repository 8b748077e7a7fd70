package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.shared.SharedValue;
import org.apache.curator.framework.recipes.shared.SharedValueListener;
import org.apache.curator.framework.recipes.shared.SharedValueReader;
import org.apache.curator.framework.recipes.shared.VersionedValue;
import org.apache.curator.framework.state.ConnectionState;

/**
 * A shared value with Curator's {@link SharedValue} as it comes: the shortest one, but it keeps less than {@link
 * Configuration} promises.
 *
 * <p><b>Not kept: C1, C3, C4, X2; take {@link ConfigurationRecipe}, or the raw one, where that matters.</b>
 *
 * <ul>
 *   <li>C4: a value is never missing. Starting creates it with the seed, if only to read. When it is deleted, nobody is
 *       told; the watch is not set again, so that nothing later is heard before the next reconnect.
 *   <li>C3: {@code trySetValue} says false when its answer was lost and Curator tried again, although the value was
 *     written.
 *   <li>C1: {@code getValue} returns the last value that was heard of; there is no current read, and no way to know
 *     whether a value is fresh. Listeners are called at each reconnect and at each write of others, whether or not the
 *     value has changed, but not for the first value, nor for a write of this one.
 *   <li>{@code trySetValue} takes only a value that came out of the same SharedValue, and only its current one.
 * </ul>
 *
 * <p><b>When, and when not.</b> Where the value is always there, nobody deletes it by hand, and a writer that is told
 * "no" reads and tries again, so that a false no does no harm.
 *
 * <p><b>The znode.</b> {@code <path>/value}, persistent: the bytes.
 */
public final class SharedValueConfiguration implements Configuration {
    private final Keeper keeper;
    private final Listener listener;
    private final SharedValue shared;

    /** Starting waits for a server. */
    private final CompletableFuture<Boolean> started = new CompletableFuture<>();

    private volatile Value told;

    /** With a session of its own. */
    public SharedValueConfiguration(Recipe.Place place, Listener listener) {
        this(new Keeper(place), listener);
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public SharedValueConfiguration(CuratorFramework client, String path, Listener listener) {
        this(new Keeper(client, path), listener);
    }

    private SharedValueConfiguration(Keeper keeper, Listener listener) {
        this.keeper = keeper;
        this.listener = listener;
        this.shared = new SharedValue(keeper.client, keeper.path + "/value", new byte[0]);
        shared.getListenable().addListener(new Changes());
        keeper.begin(this::start, why -> keeper.fail(why, () -> listener.failed(why)));
    }

    private void start() throws Exception {
        keeper.makePlace(); // it would make a container
        shared.start();
        started.complete(true);
        tell();
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
        keeper.post(() -> {
            Value now = value(shared.getVersionedValue());
            if (started.isDone() && !now.equals(told)) {
                told = now;
                listener.changed(now);
            }
        });
    }

    @Override
    public Optional<Value> seen() {
        return started.isDone() ? Optional.of(value(shared.getVersionedValue())) : Optional.empty();
    }

    /** A value that was removed beside it has no data. */
    private static Value value(VersionedValue<byte[]> versioned) {
        return new Value(
                Optional.ofNullable(versioned.getValue()), Math.max(0, versioned.getVersion()), versioned.getZxid());
    }

    /** As it was last heard. */
    @Override
    public Value read(Duration patience) {
        return keeper.call(patience, () -> {
            started.get();
            return value(shared.getVersionedValue());
        });
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        byte[] data = Recipe.checkData(bytes);
        try {
            return keeper.callWith(data, patience, () -> {
                started.get();
                VersionedValue<byte[]> current = shared.getVersionedValue();
                boolean written = value(current).equals(expected) && shared.trySetValue(current, data);
                tell(); // its own write is not told
                return written ? seen() : Optional.empty();
            });
        } catch (Failure why) {
            throw why.problem() == Problem.CANNOT_CONNECT
                    ? new Failure(Problem.UNKNOWN, "it may have been sent: " + why.getMessage())
                    : why;
        }
    }

    /** @throws Failure {@link Problem#INVALID}, always */
    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        throw new Failure(Problem.INVALID, "a SharedValue is always there");
    }

    @Override
    public void close() {
        keeper.close(() -> {}, shared::close);
    }
}
