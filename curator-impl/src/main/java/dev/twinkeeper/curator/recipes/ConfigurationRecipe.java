package dev.twinkeeper.curator.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * A shared value on Curator: its PersistentWatcher, a read after each event, and writes that compare the version.
 *
 * <p><b>When, and when not.</b> As with its twin on the raw API.
 *
 * <p><b>The znodes.</b> Those that {@link Configuration} tells of, persistent; a mark is {@code <uuid> <n>}.
 *
 * <p><b>Guarantees.</b> C1–C4, X1–X5, as {@link Configuration} says, with what is not guaranteed.
 *
 * <p><b>What Curator does for you.</b> It opens the sessions, sets the watch again in each and tells when it has, and makes
 * the parents. Requests wait for a connection.
 *
 * <p><b>What it leaves to you.</b> The read after each event. CuratorCache would do it, but takes a change by its version:
 * what was deleted and made again in a watch's gap makes no event; it tells nothing of a value that is missing from the
 * first, and takes an older value from a server that lags for a new one. And a write that Curator tries again is refused by
 * its own echo: BADVERSION then does not mean that somebody else was first, and nothing tells that it was sent twice; so
 * here it tries nothing again. {@code idempotent()} compares the bytes, and takes the same bytes by another for its own;
 * here the mark tells.
 *
 * <p><b>The phases.</b> One look at a time; what comes while it looks makes it look once more.
 *
 * <pre>
 * AWAY     connected, the watch is set     → AWAY     look: a barrier, then read the path and the value
 * AWAY     it has looked                   → CURRENT  tell it, settle what was lost, send what waits
 * CURRENT  an event, a read, a lost write  → CURRENT  look: at the value; for reads and lost writes as above
 * any      suspended, lost                 → AWAY
 * any      refused, foreign, closed        → AWAY     for good; what waits fails
 *
 * A write: ASKED → SENT → LOST, when its answer was → SENT_AGAIN, when a look says that it was not applied
 * </pre>
 */
public final class ConfigurationRecipe implements Configuration {
    private static final Pattern MARK = Pattern.compile("([0-9a-f-]{36} [0-9]+)?");

    /** For what is under way on the recipe's thread, which never waits. */
    private static final long CLOSE_SECONDS = 3;

    private enum Phase {
        AWAY,
        CURRENT
    }

    private final String path;
    private final String valuePath;
    private final Listener listener;
    private final CuratorFramework client;
    private final PersistentWatcher watcher;

    /** One thread owns the state. What comes when it has ended matters to nobody. */
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, SECONDS, new LinkedBlockingQueue<>(), this::thread, new DiscardPolicy());

    private final String writer = UUID.randomUUID().toString();
    private final AtomicLong marks = new AtomicLong();

    private volatile Value newest;
    private volatile Failure ended;
    private volatile Thread current;

    // Of that thread.
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
        this.client = Keeper.client(place);
        // C3: Curator would send again what may have been applied, and not say so: its echo, BADVERSION, would look
        // like a refusal. What is lost is told to us instead, and settled in the next look.
        client.getZookeeperClient().setRetryPolicy((tries, elapsed, sleeper) -> false);
        this.watcher = new PersistentWatcher(client, valuePath, false);
        watcher.getListenable().addListener(event -> post(this::look));
        watcher.getResetListenable().addListener(() -> post(this::onWatched));
        client.getConnectionStateListenable().addListener((of, state) -> post(() -> onState(state)));
        client.start();
    }

    private Thread thread(Runnable work) {
        current = new Thread(work, "recipe " + path);
        current.setDaemon(true);
        return current;
    }

    private void post(Runnable work) {
        thread.execute(() -> {
            if (ended == null) {
                work.run();
            }
        });
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
            post(() -> reads.remove(read));
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
        post(() -> writes.remove(write));
        return sent ? new Failure(Problem.UNKNOWN, "sent, and not waited for an answer any longer") : unsent;
    }

    /** X3: after the end nobody would answer. Looked at twice, because the end may come in between. */
    private void ask(Runnable question, Duration patience) {
        if (patience.isNegative() || Thread.currentThread() == current) {
            throw new Failure(Problem.INVALID, "patience " + patience + ", zero or more; and not in a listener");
        }
        checkEnd();
        post(question);
        checkEnd();
    }

    private void checkEnd() {
        Failure why = ended;
        if (why != null) {
            throw new Failure(why.problem(), why.getMessage());
        }
    }

    /** The thread first, so that it asks nothing of a closed client; with that the watcher ends. */
    @Override
    public void close() {
        end(new Failure(Problem.CLOSED, "closed"));
        thread.shutdown();
        try {
            if (Thread.currentThread() != current) {
                thread.awaitTermination(CLOSE_SECONDS, SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }

    // The connection.

    private void onState(ConnectionState state) {
        switch (state) {
            case CONNECTED -> watcher.start();
            case SUSPENDED, LOST -> away();
            default -> {} // connected again: the watcher tells when it has set its watch
        }
    }

    private void away() {
        phase = Phase.AWAY;
        look = null;
    }

    /** C1: the watch first, then the read. What happened before is read, what happens after is told. */
    private void onWatched() {
        away();
        begin();
    }

    private void request(Callable<?> request) {
        try {
            request.call();
        } catch (Exception e) {
            fail(new Failure(Problem.NOT_ALLOWED, String.valueOf(e)));
        }
    }

    /** A reply to a look that was given up is dropped. */
    private BackgroundCallback reply(Consumer<CuratorEvent> reply) {
        Look asking = look;
        return (of, event) -> post(() -> {
            if (asking == look) {
                reply.accept(event);
            }
        });
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
            pass();
        } else {
            lookAtValue(null);
        }
    }

    /** Our server may not know yet what others were told to be written. */
    private void pass() {
        request(() -> client.transaction().inBackground(reply(this::onPassed)).forOperations(Keeper.barrier(client)));
    }

    private void onPassed(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> missed(event);
            default -> lookAtPath();
        }
    }

    /**
     * Before the value: so what it tells can only be older than the value, and of an older one nothing is concluded, for
     * the watch tells that there is a newer.
     */
    private void lookAtPath() {
        request(() -> client.getData().inBackground(reply(this::onLookedAtPath)).forPath(path));
    }

    private void onLookedAtPath(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK -> {
                // X2: who put an ephemeral or data here does not mean this recipe.
                if (event.getStat().getEphemeralOwner() != 0 || !isMark(event.getData())) {
                    fail(new Failure(Problem.FOREIGN, path + " is somebody else's: an ephemeral, or other data"));
                } else {
                    lookAtValue(new Above(event.getData(), event.getStat()));
                }
            }
            case NONODE -> make();
            default -> missed(event);
        }
    }

    private static boolean isMark(byte[] data) {
        return data == null || MARK.matcher(new String(data, UTF_8)).matches();
    }

    private void make() {
        request(() -> client.create()
                .creatingParentsIfNeeded()
                .inBackground(reply(this::onMade))
                .forPath(path, new byte[0]));
    }

    private void onMade(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK, NODEEXISTS -> lookAtPath();
            default -> missed(event);
        }
    }

    /** @param above null where only the value is looked at */
    private void lookAtValue(Above above) {
        request(() -> client.getData()
                .inBackground(reply(event -> onLookedAtValue(above, event)))
                .forPath(valuePath));
    }

    private void onLookedAtValue(Above above, CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK -> {
                Stat stat = event.getStat();
                Value value = new Value(Optional.ofNullable(event.getData()), stat.getVersion(), stat.getMzxid());
                onLooked(above, value, stat.getCzxid());
            }
            case NONODE -> {
                if (above == null) {
                    lookAtPath(); // C4: for the revision of what is missing
                } else {
                    onLooked(above, new Value(Optional.empty(), -1, above.stat().getPzxid()), 0);
                }
            }
            default -> missed(event);
        }
    }

    private void onLooked(Above above, Value value, long created) {
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
            post(() -> listener.changed(value)); // on its own, so that a listener that throws spoils nothing here
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
        BackgroundCallback reply = (of, event) -> post(() -> onWritten(write, event));
        request(() -> {
            CuratorOp mark = client.transactionOp().setData().forPath(path, write.mark);
            CuratorOp value = version == -1
                    ? client.transactionOp().create().forPath(valuePath, write.bytes)
                    : client.transactionOp().setData().withVersion(version).forPath(valuePath, write.bytes);
            return client.transaction().inBackground(reply).forOperations(mark, value);
        });
    }

    private void onWritten(Write write, CuratorEvent event) {
        List<CuratorTransactionResult> results = event.getOpResults();
        switch (Code.get(event.getResultCode())) {
            case OK -> written(write, results.get(0).getResultStat().getMzxid());
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
            case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> lost(write);
            default -> failed(write, refusal(event.getResultCode(), valuePath));
        }
    }

    private static boolean isPathGone(List<CuratorTransactionResult> results) {
        return results.get(0).getError() == Code.NONODE.intValue();
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

    /** What was lost with the connection is asked again when it is back: onWatched follows. The rest is a refusal. */
    private void missed(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(refusal(event.getResultCode(), event.getPath()));
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
            thread.execute(() -> hear(why));
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
        thread.execute(this::endAll);
    }

    private void endAll() {
        away();
        reads.forEach(read -> read.completeExceptionally(ended));
        writes.forEach(write -> write.done.completeExceptionally(ended));
        reads.clear();
        writes.clear();
    }
}
