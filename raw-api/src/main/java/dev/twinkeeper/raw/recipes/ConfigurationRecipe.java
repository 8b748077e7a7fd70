package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A shared value on the raw API: a persistent watch, a read after each event, and writes that compare the version.
 *
 * <p><b>When, and when not.</b> For settings of some kilobytes that change now and then and that many processes have to
 * agree on. Not for much data, not for hundreds of changes a second: each change is a write for all servers and a read
 * for each reader.
 *
 * <p><b>The znodes.</b> Those of {@link Configuration}, persistent; a mark is {@code <uuid> <n>}.
 *
 * <p><b>Guarantees.</b> C1–C4, X1–X5, as {@link Configuration} says, with what is not guaranteed.
 *
 * <p><b>The phases.</b> One look at a time; an event during a look makes it look again.
 *
 * <pre>
 * AWAY     connected, the watch is set     → AWAY     look: a barrier, then read the path and the value
 * AWAY     it has looked                   → CURRENT  tell it, settle what was lost, send what waits
 * CURRENT  an event, a read, a lost write  → CURRENT  look: at the value; for reads and lost writes as above
 * any      disconnected, expired, no path  → AWAY
 * any      refused, foreign, closed        → AWAY     for good; what waits fails
 * * </pre>
 */
public final class ConfigurationRecipe implements Configuration {
    private static final Pattern MARK = Pattern.compile("([0-9a-f-]{36} [0-9]+)?");

    private enum Phase {
        AWAY,
        CURRENT
    }

    private final String valuePath;
    private final Listener listener;
    private final RecipeConnection connection;
    private final ConfigurationWrites writes;

    /** One object for good: ZooKeeper removes duplicate watchers by equality. */
    private final Watcher watcher;

    private volatile Value newest;
    private volatile Failure ended;

    // Of the session's thread.
    private Phase phase = Phase.AWAY;
    private final Set<CompletableFuture<Value>> reads = new LinkedHashSet<>();
    private Look look;
    private boolean again;

    /** Opens a session of its own, in the background. */
    public ConfigurationRecipe(Recipe.Place place, Listener listener) {
        this(listener, owner -> new RecipeConnection(place, owner));
    }

    /** On a session that the caller goes on to own, with its credentials and its ACL. */
    public ConfigurationRecipe(Session session, String path, Listener listener) {
        this(listener, owner -> new RecipeConnection(session, path, owner));
    }

    private ConfigurationRecipe(Listener listener, Function<RecipeConnection.Owner, RecipeConnection> connect) {
        this.listener = listener;
        this.connection = connect.apply(new Connection());
        this.valuePath = connection.path("value");
        this.writes = new ConfigurationWrites(connection, valuePath, this::tell, this::look);
        this.watcher = event -> connection.post(() -> onEvent(event.getType()));
        connection.open();
    }

    /** What a look is for: the reads that were asked for, and the writes that were lost, before it began. */
    private record Look(List<CompletableFuture<Value>> reads, List<ConfigurationWrites.Write> lost) {}

    /** The path as it was looked at: who made the newest write, and when. */
    record Above(byte[] mark, Stat stat) {}

    // The contract.

    @Override
    public Optional<Value> seen() {
        return Optional.ofNullable(newest);
    }

    @Override
    public Value read(Duration patience) {
        CompletableFuture<Value> read = new CompletableFuture<>();
        ask(() -> onRead(read), patience);
        try {
            return RecipeConnection.await(read, patience);
        } catch (TimeoutException e) {
            throw connection.cannotConnect();
        } finally {
            connection.post(() -> reads.remove(read));
        }
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        return write(expected, Recipe.checkData(bytes), patience);
    }

    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        if (expected.bytes().isEmpty()) {
            throw new Failure(Problem.INVALID, "there is no value to remove: " + expected);
        }
        return write(expected, null, patience);
    }

    private Optional<Value> write(Value expected, byte[] bytes, Duration patience) {
        ConfigurationWrites.Write write = writes.make(expected, bytes);
        ask(() -> writes.add(write, phase == Phase.CURRENT ? newest : null), patience);
        return writes.await(write, patience);
    }

    /** X3: after the end nobody would answer. Looked at twice, because the end may come in between. */
    private void ask(Runnable question, Duration patience) {
        if (patience.isNegative() || connection.isCurrent()) {
            throw new Failure(Problem.INVALID, "patience " + patience + ", zero or more; and not in a listener");
        }
        checkEnd();
        connection.post(question);
        checkEnd();
    }

    private void checkEnd() {
        Failure why = ended;
        if (why != null) {
            throw new Failure(why.problem(), why.getMessage());
        }
    }

    @Override
    public void close() {
        end(new Failure(Problem.CLOSED, "closed"));
        connection.close(null, null, valuePath);
    }

    // The connection.

    private final class Connection implements RecipeConnection.Owner {
        @Override
        public void connected() {
            away();
            if (ended == null) {
                watch();
            }
        }

        @Override
        public void disconnected() {
            away();
        }

        @Override
        public void failed(Failure why) {
            fail(why);
        }
    }

    /** Nothing that is under way will be answered. */
    private void away() {
        phase = Phase.AWAY;
        look = null;
        writes.lose();
    }

    /** Each time: a lost connection may have taken the answer, and a second watch by the same watcher is none. */
    private void watch() {
        connection
                .zk()
                .addWatch(
                        valuePath,
                        watcher,
                        AddWatchMode.PERSISTENT,
                        connection.replies().done(this::onWatched),
                        null);
    }

    private void onWatched(Code code) {
        if (code == Code.OK) {
            begin(); // C1: the watch first, then the read. What happened before is read, what happens after is told.
        } else {
            fail(ConfigurationWrites.refusal(code, valuePath));
        }
    }

    /** Another recipe on this session and path may have taken the watch away. */
    private void onEvent(EventType type) {
        if (type == EventType.PersistentWatchRemoved && connection.isConnected()) {
            connection.again();
        } else {
            look();
        }
    }

    // Looking.

    private void onRead(CompletableFuture<Value> read) {
        reads.add(read);
        look();
    }

    /** One look at a time: a burst of events costs two. An event of the connection's costs one for nothing. */
    private void look() {
        again = true;
        if (phase == Phase.CURRENT && look == null) {
            begin();
        }
    }

    private void begin() {
        again = false;
        look = new Look(List.copyOf(reads), writes.lost());
        if (phase == Phase.AWAY || !look.reads().isEmpty() || !look.lost().isEmpty()) {
            connection.readBarrier(this::lookAtPath);
        } else {
            lookAtValue(null);
        }
    }

    /**
     * Before the value: so what it tells can only be older than the value, and of an older one nothing is concluded,
     * for the watch tells that there is a newer.
     */
    private void lookAtPath() {
        connection.zk().getData(connection.path(), false, connection.replies().data(this::onLookedAtPath), null);
    }

    private void onLookedAtPath(Code code, byte[] mark, Stat stat) {
        switch (code) {
            case OK -> {
                // X2: who put an ephemeral or data here does not mean this recipe.
                boolean isMark =
                        mark == null || MARK.matcher(new String(mark, UTF_8)).matches();
                if (stat.getEphemeralOwner() != 0 || !isMark) {
                    fail(new Failure(
                            Problem.FOREIGN, connection.path() + " is somebody else's: an ephemeral, or other data"));
                } else {
                    lookAtValue(new Above(mark, stat));
                }
            }
            case NONODE -> connection.again(); // by hand; connected() follows
            default -> fail(ConfigurationWrites.refusal(code, connection.path()));
        }
    }

    /** @param above null where only the value is looked at */
    private void lookAtValue(Above above) {
        DataCallback reply = connection.replies().data((code, data, stat) -> onLookedAtValue(code, above, data, stat));
        connection.zk().getData(valuePath, false, reply, null);
    }

    private void onLookedAtValue(Code code, Above above, byte[] bytes, Stat stat) {
        switch (code) {
            case OK -> {
                Value value = new Value(Optional.ofNullable(bytes), stat.getVersion(), stat.getMzxid());
                onLooked(above, value, stat.getCzxid());
            }
            case NONODE -> {
                if (above == null) {
                    lookAtPath(); // C4: for the revision of what is missing
                } else {
                    onLooked(above, new Value(Optional.empty(), -1, above.stat().getPzxid()), 0);
                }
            }
            default -> fail(ConfigurationWrites.refusal(code, valuePath));
        }
    }

    private void onLooked(Above above, Value value, long created) {
        if (ended != null) {
            return; // and what was asked for with it
        }
        Look done = look;
        look = null;
        phase = Phase.CURRENT;
        tell(value);
        done.reads().forEach(read -> read.complete(newest));
        reads.removeAll(done.reads());
        done.lost().forEach(write -> writes.settle(write, above, value, created));
        writes.sendAll(newest);
        if (again) {
            begin();
        }
    }

    private void tell(Value value) {
        Value before = newest;
        // C2: by zxid, whatever server or session it comes from.
        if (before != null && value.revision() <= before.revision()) {
            return;
        }
        newest = value;
        if (before == null || before.version() != -1 || value.version() != -1) {
            connection.post(() -> hear(value)); // on its own, so that a listener that throws spoils nothing here
        }
    }

    private void hear(Value value) {
        if (ended == null) {
            listener.changed(value);
        }
    }

    // The end.

    private void fail(Failure why) {
        if (ended == null) {
            end(why);
            connection.post(() -> {
                if (ended == why) { // not closed since
                    listener.failed(why);
                }
            });
        }
    }

    /** Posted, so that it ends what was asked for just before. */
    private void end(Failure why) {
        ended = why;
        connection.post(this::endAll);
    }

    private void endAll() {
        away();
        reads.forEach(read -> read.completeExceptionally(ended));
        reads.clear();
        writes.end(ended);
    }
}
