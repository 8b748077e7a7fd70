package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.VoidCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.ErrorResult;
import org.apache.zookeeper.OpResult.SetDataResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.data.Stat;

/**
 * A shared value on the raw API: a persistent watch, a read after each event, and writes that compare the version.
 *
 * <p><b>When, and when not.</b> For settings of some kilobytes that change now and then and that many processes have to
 * agree on. Not for much data, not for hundreds of changes a second: each change is a write for all servers and a read
 * for each reader.
 *
 * <p><b>The znodes.</b> Those that {@link Configuration} tells of, persistent; a mark is {@code <uuid> <n>}.
 *
 * <p><b>Guarantees.</b> C1–C4, X1–X5, as {@link Configuration} says, with what is not guaranteed.
 *
 * <p><b>The phases.</b> One look at a time; what comes while it looks makes it look once more.
 *
 * <pre>
 * AWAY     connected, the watch is set     → AWAY     look: a barrier, then read the path and the value
 * AWAY     it has looked                   → CURRENT  tell it, settle what was lost, send what waits
 * CURRENT  an event, a read, a lost write  → CURRENT  look: at the value; for reads and lost writes as above
 * any      disconnected, expired, no path  → AWAY
 * any      refused, foreign, closed        → AWAY     for good; what waits fails
 *
 * A write: ASKED → SENT → LOST, when its answer was → SENT_AGAIN, when a look says that it was not applied
 * </pre>
 */
public final class ConfigurationRecipe implements Configuration {
    private static final Pattern MARK = Pattern.compile("([0-9a-f-]{36} [0-9]+)?");

    private enum Phase {
        AWAY,
        CURRENT
    }

    private final String path;
    private final String valuePath;
    private final Listener listener;
    private final Keeper keeper;

    /** One object for good: ZooKeeper removes duplicate watchers by equality. */
    private final Watcher watcher;

    private final String writer = UUID.randomUUID().toString();
    private final AtomicLong marks = new AtomicLong();

    private volatile Value newest;
    private volatile Failure ended;

    // Of the keeper's thread.
    private Phase phase = Phase.AWAY;
    private final Set<CompletableFuture<Value>> reads = new LinkedHashSet<>();
    private final Set<Write> writes = new LinkedHashSet<>();
    private Look look;
    private boolean again;

    /** Begins in the background. */
    public ConfigurationRecipe(Recipe.Place place, Listener listener) {
        this.path = place.path();
        this.valuePath = path + "/value";
        this.listener = listener;
        this.keeper = new Keeper(place, new Session());
        this.watcher = event -> keeper.post(this::look);
        keeper.open();
    }

    private enum Step {
        ASKED,
        SENT,
        LOST,
        SENT_AGAIN,
        GIVEN_UP
    }

    /** A write that is asked for. */
    private static final class Write {
        private final Value expected;
        private final byte[] bytes;
        private final byte[] mark;
        private final CompletableFuture<Optional<Value>> done = new CompletableFuture<>();

        /** The recipe's thread takes each, but for the last: that is its caller's, at any time. */
        private final AtomicReference<Step> step = new AtomicReference<>(Step.ASKED);

        Write(Value expected, byte[] bytes, String mark) {
            this.expected = expected;
            this.bytes = bytes;
            this.mark = mark.getBytes(UTF_8);
        }

        /** @return false where its caller gave it up */
        boolean take(Step next) {
            return step.getAndUpdate(now -> now == Step.GIVEN_UP ? now : next) != Step.GIVEN_UP;
        }
    }

    /** What a look is for: the reads that were asked for, and the writes that were lost, before it began. */
    private record Look(List<CompletableFuture<Value>> reads, List<Write> lost) {}

    /** The path as it was looked at: who made the newest write, and when. */
    private record Above(byte[] mark, Stat stat) {}

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
            return Keeper.await(read, patience);
        } catch (TimeoutException e) {
            throw new Failure(Problem.CANNOT_CONNECT, "no answer within " + patience);
        } finally {
            keeper.post(() -> reads.remove(read));
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
        Write write = new Write(expected, bytes, writer + " " + marks.incrementAndGet());
        ask(() -> onWrite(write), patience);
        try {
            return Keeper.await(write.done, patience);
        } catch (TimeoutException e) {
            throw giveUp(write, new Failure(Problem.CANNOT_CONNECT, "no server within " + patience));
        } catch (Failure why) {
            throw write.done.isDone() ? why : giveUp(write, why); // else interrupted
        }
    }

    /** It is not sent from now on, and what was sent has an unknown outcome. */
    private Failure giveUp(Write write, Failure unsent) {
        boolean sent = write.step.getAndSet(Step.GIVEN_UP) != Step.ASKED;
        keeper.post(() -> writes.remove(write));
        return sent ? new Failure(Problem.UNKNOWN, "sent, and not waited for an answer any longer") : unsent;
    }

    /** X3: after the end nobody would answer. Looked at twice, because the end may come in between. */
    private void ask(Runnable question, Duration patience) {
        if (patience.isNegative() || keeper.isCurrent()) {
            throw new Failure(Problem.INVALID, "patience " + patience + ", zero or more; and not in a listener");
        }
        checkEnd();
        keeper.post(question);
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
        keeper.close();
    }

    // The connection.

    private final class Session implements Keeper.Owner {
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
        public void expired() {
            away();
        }

        @Override
        public void failed(Failure why) {
            fail(why);
        }
    }

    private void away() {
        phase = Phase.AWAY;
        look = null;
    }

    /** Each time: a lost connection may have taken the answer, and a second watch by the same watcher is none. */
    private void watch() {
        int round = keeper.round();
        VoidCallback reply = (rc, of, ctx) -> keeper.post(round, () -> onWatched(rc));
        keeper.zk().addWatch(valuePath, watcher, AddWatchMode.PERSISTENT, reply, null);
    }

    private void onWatched(int rc) {
        switch (Code.get(rc)) {
            // C1: the watch first, then the read. What happened before is read, what happens after is told.
            case OK -> begin();
            default -> missed(rc, valuePath);
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
        List<Write> lost =
                writes.stream().filter(write -> write.step.get() == Step.LOST).toList();
        look = new Look(List.copyOf(reads), lost);
        if (phase == Phase.AWAY || !reads.isEmpty() || !lost.isEmpty()) {
            keeper.readBarrier(this::lookAtPath);
        } else {
            lookAtValue(null);
        }
    }

    /**
     * Before the value: so what it tells can only be older than the value, and of an older one nothing is concluded, for
     * the watch tells that there is a newer.
     */
    private void lookAtPath() {
        int round = keeper.round();
        DataCallback reply = (rc, of, ctx, mark, stat) -> keeper.post(round, () -> onLookedAtPath(rc, mark, stat));
        keeper.zk().getData(path, false, reply, null);
    }

    private void onLookedAtPath(int rc, byte[] mark, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> {
                // X2: who put an ephemeral or data here does not mean this recipe.
                if (stat.getEphemeralOwner() != 0 || !isMark(mark)) {
                    fail(new Failure(Problem.FOREIGN, path + " is somebody else's: an ephemeral, or other data"));
                } else {
                    lookAtValue(new Above(mark, stat));
                }
            }
            case NONODE -> { // by hand
                away();
                keeper.again(); // connected() follows
            }
            default -> missed(rc, path);
        }
    }

    private static boolean isMark(byte[] data) {
        return data == null || MARK.matcher(new String(data, UTF_8)).matches();
    }

    /** @param above null where only the value is looked at */
    private void lookAtValue(Above above) {
        int round = keeper.round();
        DataCallback reply =
                (rc, of, ctx, bytes, stat) -> keeper.post(round, () -> onLookedAtValue(rc, above, bytes, stat));
        keeper.zk().getData(valuePath, false, reply, null);
    }

    private void onLookedAtValue(int rc, Above above, byte[] bytes, Stat stat) {
        switch (Code.get(rc)) {
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
            default -> missed(rc, valuePath);
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
        done.lost().forEach(write -> settle(write, above, value, created));
        List.copyOf(writes).forEach(this::send);
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
            keeper.post(() -> hear(value)); // on its own, so that a listener that throws spoils nothing here
        }
    }

    private void hear(Value value) {
        if (ended == null) {
            listener.changed(value);
        }
    }

    // Writing.

    private void onWrite(Write write) {
        writes.add(write);
        if (phase == Phase.CURRENT) {
            send(write);
        }
    }

    private void send(Write write) {
        if (write.step.get() != Step.ASKED) {
            return;
        }
        if (isStale(write.expected)) {
            done(write, Optional.empty());
        } else if (write.take(Step.SENT)) {
            transact(write);
        }
    }

    /** Versions begin anew where a znode was deleted by hand; zxids never do. */
    private boolean isStale(Value expected) {
        return newest.revision() > expected.revision() && (newest.version() != -1 || expected.version() != -1);
    }

    /** C3: the mark in the same transaction, so that the tree can tell who wrote. */
    private void transact(Write write) {
        int version = write.expected.version();
        List<Op> ops = List.of(
                Op.setData(path, write.mark, -1),
                version == -1
                        ? Op.create(valuePath, write.bytes, Keeper.acl(), CreateMode.PERSISTENT)
                        : Op.setData(valuePath, write.bytes, version));
        keeper.zk().multi(ops, (rc, of, ctx, results) -> keeper.post(() -> onWritten(write, rc, results)), null);
    }

    private void onWritten(Write write, int rc, List<OpResult> results) {
        switch (Code.get(rc)) {
            case OK -> written(write, ((SetDataResult) results.get(0)).getStat().getMzxid());
            case BADVERSION, NODEEXISTS, NONODE -> {
                if (write.step.get() == Step.SENT_AGAIN) {
                    lost(write); // it may be its own echo
                } else if (isPathGone(results)) {
                    write.take(Step.ASKED); // nothing was done: once more when the path is there again
                    look();
                } else {
                    done(write, Optional.empty());
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> lost(write);
            default -> failed(write, refusal(rc, valuePath));
        }
    }

    private static boolean isPathGone(List<OpResult> results) {
        return results.get(0) instanceof ErrorResult error && error.getErr() == Code.NONODE.intValue();
    }

    private void lost(Write write) {
        write.take(Step.LOST);
        look();
    }

    /**
     * C3: an answer was lost; the tree, read after a barrier, tells what became of the write, if anything can. Had it been
     * applied, it would have made the version that follows the expected one, and left its mark in the same transaction:
     * one that is still there, whatever was written since by hand and without a mark.
     */
    private void settle(Write write, Above above, Value now, long created) {
        Value expected = write.expected;
        boolean same = now.version() == expected.version() && now.revision() == expected.revision();
        // Of a missing one the revision is that of the path.
        long begun = expected.version() == -1 ? above.stat().getCzxid() : created;
        boolean next = now.version() == expected.version() + 1 && begun <= expected.revision();
        long marked = above.stat().getMzxid();
        if (Arrays.equals(above.mark(), write.mark)) {
            written(write, marked);
        } else if (same && write.take(Step.SENT_AGAIN)) {
            transact(write);
        } else if (next && marked <= now.revision()) {
            done(write, Optional.empty()); // of the next version, by another, or by hand
        } else {
            failed(write, new Failure(Problem.UNKNOWN, "the answer was lost, and since " + expected + " came " + now));
        }
    }

    private void written(Write write, long zxid) {
        Value value = new Value(Optional.ofNullable(write.bytes), write.expected.version() + 1, zxid);
        tell(value);
        done(write, Optional.of(value));
    }

    private void done(Write write, Optional<Value> outcome) {
        writes.remove(write);
        write.done.complete(outcome);
    }

    private void failed(Write write, Failure why) {
        writes.remove(write);
        write.done.completeExceptionally(why);
    }

    // The end.

    /** What was lost with the connection is asked again when it is back: connected() follows. The rest is a refusal. */
    private void missed(int rc, String of) {
        switch (Code.get(rc)) {
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(refusal(rc, of));
        }
    }

    private static Failure refusal(int rc, String of) {
        return switch (Code.get(rc)) {
            case NOCHILDRENFOREPHEMERALS -> new Failure(Problem.FOREIGN, of + " would be below somebody's ephemeral");
            default -> new Failure(Problem.NOT_ALLOWED, of + ": " + Code.get(rc));
        };
    }

    private void fail(Failure why) {
        if (ended == null) {
            end(why);
            keeper.post(() -> hear(why));
        }
    }

    private void hear(Failure why) {
        if (ended == why) {
            listener.failed(why);
        }
    }

    /** Posted, so that it ends what was asked for just before. */
    private void end(Failure why) {
        ended = why;
        keeper.post(this::endAll);
    }

    private void endAll() {
        away();
        reads.forEach(read -> read.completeExceptionally(ended));
        writes.forEach(write -> write.done.completeExceptionally(ended));
        reads.clear();
        writes.clear();
    }
}
