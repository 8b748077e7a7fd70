package dev.twinkeeper.curator.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheStorage;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * A shared value on Curator: a CuratorCache of a single node, and writes that compare the version.
 *
 * <p><b>When, and when not.</b> As with its twin on the raw API.
 *
 * <p><b>The znodes.</b> {@code <path>/value}, persistent: the bytes; no data (null) where the value was removed. {@code
 * <path>}, persistent: the mark of the newest writer, {@code <uuid> <n>}. A write is one transaction on both.
 *
 * <p><b>Guarantees.</b> C1–C4, X1–X5, as {@link Configuration} says, with what is not guaranteed.
 *
 * <p><b>What Curator does for you.</b> The cache sets the watch again in each session, reads after it was set, and reads
 * the value with each event. Requests wait for a connection.
 *
 * <p><b>What it leaves to you.</b> The cache takes a change by its version only: what was deleted and made again in a
 * watch's gap has the same one and makes no event, though the cache holds it. It tells nothing of a value that is missing
 * from the first, and takes an older value from a server that lags for a new one. All three are closed here by giving it a
 * storage, which hears of every read. And a write that Curator tries again is refused by its own echo: BADVERSION then
 * does not mean that somebody else was first, and nothing tells that it was sent twice; so here it tries nothing again.
 * {@code idempotent()} compares the bytes, and takes the same bytes by another for its own; here the mark tells.
 *
 * <p><b>The phases.</b>
 *
 * <pre>
 * AWAY     connected                       → LOOKING  sync, then read the path and the value
 * LOOKING  the value was read              → CURRENT  tell it, settle what is in doubt, send what waits
 * CURRENT  the cache has read              → CURRENT  tell it
 * CURRENT  it is gone, a read, a doubt     → CURRENT  look: at the value; for reads and doubts a sync and the path first
 * any      while it looks                  → same     look once more when this look is done
 * any      suspended, lost                 → AWAY     what was sent and not answered is in doubt when Curator says so
 * any      refused, foreign, closed        → ENDED    what waits fails
 * </pre>
 */
public final class ConfigurationRecipe implements Configuration {
    private static final Pattern MARK = Pattern.compile("([0-9a-f-]{36} [0-9]+)?");

    /** For what is under way on the recipe's thread, which never waits. */
    private static final Duration CLOSE = Duration.ofSeconds(3);

    private enum Phase {
        AWAY,
        LOOKING,
        CURRENT,
        ENDED
    }

    private final String path;
    private final String valuePath;
    private final Listener listener;
    private final CuratorFramework client;
    private final CuratorCache cache;

    /** One thread owns the state. What comes when it has ended matters to nobody. */
    private final ThreadPoolExecutor thread;

    private final String writer = UUID.randomUUID().toString();

    private volatile Value newest;
    private volatile Failure ended;
    private volatile Thread current;

    // Of that thread.
    private Phase phase = Phase.AWAY;
    private int round;
    private boolean looking;
    private boolean again;
    private final List<CompletableFuture<Value>> reads = new ArrayList<>();
    private final Set<Write> writes = new LinkedHashSet<>();

    /** The reads and the writes that the look under way is for: it began after they were asked for, or in doubt. */
    private final List<CompletableFuture<Value>> served = new ArrayList<>();

    private final List<Write> settled = new ArrayList<>();
    private long marks;

    /** Begins in the background. */
    public ConfigurationRecipe(Recipe.Place place, Listener listener) {
        this.path = place.path();
        this.valuePath = path + "/value";
        this.listener = listener;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                this::thread,
                new ThreadPoolExecutor.DiscardPolicy());
        this.client = Keeper.client(place);
        // C3: Curator would send again what may have been applied, and not say so: its echo, BADVERSION, would look
        // like a refusal. What is lost is told to us instead, and settled in the next look.
        client.getZookeeperClient().setRetryPolicy((tries, elapsed, sleeper) -> false);
        this.cache = CuratorCache.builder(client, valuePath)
                .withOptions(CuratorCache.Options.SINGLE_NODE_CACHE)
                .withStorage(new Ear())
                .withExceptionHandler(lost -> {}) // it reads again when it is connected
                .build();
        client.getConnectionStateListenable().addListener((of, state) -> post(() -> onState(state)));
        client.start();
        cache.start();
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

    /** A write that is asked for, and what is known of it. */
    private static final class Write {
        private final Value expected;
        private final byte[] bytes;
        private final CompletableFuture<Optional<Value>> done = new CompletableFuture<>();

        /** Set once: by the sender, or by who gave up before it was sent. */
        private final AtomicBoolean taken = new AtomicBoolean();

        private byte[] mark;

        /** An answer to it was lost: a refusal may be its own echo. */
        private boolean doubted;

        /** It was sent, is no longer under way, and may have been applied. */
        private boolean inDoubt;

        Write(Value expected, byte[] bytes) {
            this.expected = expected;
            this.bytes = bytes;
        }
    }

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
            return await(read, patience);
        } catch (TimeoutException e) {
            throw new Failure(Problem.CANNOT_CONNECT, "no answer within " + patience);
        } finally {
            post(() -> forget(read));
        }
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        return write(new Write(expected, Recipe.checkData(bytes)), patience);
    }

    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        if (expected.bytes().isEmpty()) {
            throw new Failure(Problem.INVALID, "there is no value to remove: " + expected);
        }
        return write(new Write(expected, null), patience);
    }

    private Optional<Value> write(Write write, Duration patience) {
        ask(() -> onWrite(write), patience);
        try {
            return await(write.done, patience);
        } catch (TimeoutException e) {
            throw abandon(write, new Failure(Problem.CANNOT_CONNECT, "no server within " + patience));
        } catch (Failure why) {
            throw write.done.isDone() ? why : abandon(write, why); // else interrupted
        }
    }

    /** Nobody waits for it any more: it is not sent from now on, and what was sent has an unknown outcome. */
    private Failure abandon(Write write, Failure unsent) {
        boolean sent = !write.taken.compareAndSet(false, true);
        post(() -> forget(write));
        return sent ? new Failure(Problem.UNKNOWN, "sent, and not waited for an answer any longer") : unsent;
    }

    /** X3: after the end nobody would answer. Asked a second time, because the end may come in between. */
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

    private static <T> T await(CompletableFuture<T> coming, Duration patience) throws TimeoutException {
        try {
            return coming.get(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Failure why
                    ? new Failure(why.problem(), why.getMessage())
                    : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        }
    }

    /** The thread first, so that it asks nothing of a closed client. */
    @Override
    public void close() {
        end(new Failure(Problem.CLOSED, "closed"));
        thread.shutdown();
        try {
            if (Thread.currentThread() != current) {
                thread.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cache.close();
        client.close();
    }

    // The connection.

    private void onState(ConnectionState state) {
        round++;
        reads.addAll(0, served);
        served.clear();
        settled.clear();
        if (state.isConnected()) {
            phase = Phase.LOOKING;
            looking = true;
            again = false;
            sync();
        } else {
            phase = Phase.AWAY;
        }
    }

    /** A request that Curator sends in the background; a reply from before the newest change of state is dropped. */
    private interface Request {
        void send(BackgroundCallback callback) throws Exception;
    }

    private interface Reply {
        void on(CuratorEvent event);
    }

    private void request(Request request, Reply reply) {
        int asked = round;
        send(request, event -> {
            if (asked == round) {
                reply.on(event);
            }
        });
    }

    private void send(Request request, Reply reply) {
        try {
            request.send((of, event) -> post(() -> reply.on(event)));
        } catch (Exception e) {
            fail(new Failure(Problem.NOT_ALLOWED, String.valueOf(e)));
        }
    }

    // Looking.

    /**
     * Hears of every read of the cache. A {@code CuratorCacheListener} hears only of those that change the version, so
     * not of a znode that was deleted and made again in a watch's gap, nor of one that is missing from the first.
     */
    private final class Ear implements CuratorCacheStorage {
        @Override
        public Optional<ChildData> put(ChildData data) {
            post(() -> onCached(value(data.getData(), data.getStat())));
            return Optional.empty();
        }

        @Override
        public Optional<ChildData> remove(String gone) {
            post(ConfigurationRecipe.this::look); // C4: for the revision of what is missing
            return Optional.empty();
        }

        @Override
        public Optional<ChildData> get(String any) {
            return Optional.empty();
        }

        @Override
        public Stream<ChildData> stream() {
            return Stream.empty();
        }

        @Override
        public int size() {
            return 0;
        }

        @Override
        public void clear() {}
    }

    private static Value value(byte[] bytes, Stat stat) {
        return new Value(Optional.ofNullable(bytes), stat.getVersion(), stat.getMzxid());
    }

    private void onCached(Value value) {
        if (phase == Phase.CURRENT) {
            tell(value);
        } else {
            again = true;
        }
    }

    private void onRead(CompletableFuture<Value> read) {
        reads.add(read);
        look();
    }

    private void forget(CompletableFuture<Value> read) {
        reads.remove(read);
        served.remove(read);
    }

    /** One look at a time. */
    private void look() {
        if (phase != Phase.CURRENT || looking) {
            again = true;
            return;
        }
        looking = true;
        again = false;
        if (reads.isEmpty() && writes.stream().noneMatch(write -> write.inDoubt)) {
            lookAtValue(null);
        } else {
            sync();
        }
    }

    private void doubts() {
        settled.clear();
        writes.stream().filter(write -> write.inDoubt).forEach(settled::add);
    }

    /** Our server may not know yet what others were told to be written. */
    private void sync() {
        served.addAll(reads);
        reads.clear();
        doubts();
        request(callback -> client.sync().inBackground(callback).forPath(path), this::onSynced);
    }

    private void onSynced(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK -> lookAtPath();
            case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> {} // onState follows
            default -> refused(event);
        }
    }

    /**
     * Before the value: so what it tells can only be older than the value, and of an older one nothing is concluded, for
     * the watch tells that there is a newer.
     */
    private void lookAtPath() {
        request(callback -> client.getData().inBackground(callback).forPath(path), this::onLookedAtPath);
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
            case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> {} // onState follows
            default -> refused(event);
        }
    }

    private static boolean isMark(byte[] data) {
        return data == null || MARK.matcher(new String(data, UTF_8)).matches();
    }

    private void make() {
        request(
                callback -> client.create()
                        .creatingParentsIfNeeded()
                        .inBackground(callback)
                        .forPath(path, new byte[0]),
                this::onMade);
    }

    private void onMade(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK, NODEEXISTS -> lookAtPath();
            case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> {} // onState follows
            default -> refused(event);
        }
    }

    /** @param above null where only the value is looked at */
    private void lookAtValue(Above above) {
        request(
                callback -> client.getData().inBackground(callback).forPath(valuePath),
                event -> onLookedAtValue(above, event));
    }

    private void onLookedAtValue(Above above, CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK ->
                onLooked(
                        above,
                        value(event.getData(), event.getStat()),
                        event.getStat().getCzxid());
            case NONODE -> {
                if (above == null) {
                    lookAtPath(); // C4: for the revision of what is missing
                } else {
                    onLooked(above, new Value(Optional.empty(), -1, above.stat().getPzxid()), 0);
                }
            }
            case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> {} // onState follows
            default -> refused(event);
        }
    }

    private void onLooked(Above above, Value value, long created) {
        phase = Phase.CURRENT;
        looking = false;
        tell(value);
        served.forEach(read -> read.complete(newest));
        served.clear();
        settled.forEach(write -> settle(write, above, value, created));
        settled.clear();
        List.copyOf(writes).stream().filter(write -> !write.taken.get()).forEach(this::send);
        if (again || !reads.isEmpty()) {
            look();
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
        write.mark = (writer + " " + ++marks).getBytes(UTF_8);
        if (phase == Phase.CURRENT) {
            send(write);
        }
    }

    private void forget(Write write) {
        writes.remove(write);
        settled.remove(write);
    }

    private void send(Write write) {
        if (!write.taken.get() && isStale(write.expected)) {
            done(write, Optional.empty());
        } else if (write.doubted || write.taken.compareAndSet(false, true)) {
            write.inDoubt = false;
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
        send(
                callback -> {
                    CuratorOp mark = client.transactionOp().setData().forPath(path, write.mark);
                    CuratorOp value = version == -1
                            ? client.transactionOp().create().forPath(valuePath, write.bytes)
                            : client.transactionOp()
                                    .setData()
                                    .withVersion(version)
                                    .forPath(valuePath, write.bytes);
                    client.transaction().inBackground(callback).forOperations(mark, value);
                },
                event -> onWritten(write, event));
    }

    private void onWritten(Write write, CuratorEvent event) {
        List<CuratorTransactionResult> results = event.getOpResults();
        switch (Code.get(event.getResultCode())) {
            case OK -> written(write, results.get(0).getResultStat().getMzxid());
            case BADVERSION, NODEEXISTS, NONODE -> {
                if (write.doubted) {
                    doubt(write);
                    look();
                } else if (isPathGone(results)) {
                    write.taken.set(false); // nothing was done: once more when the path is there again
                    look();
                } else {
                    done(write, Optional.empty());
                }
            }
            case CONNECTIONLOSS, OPERATIONTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> {
                doubt(write);
                look();
            }
            default -> {
                writes.remove(write);
                write.done.completeExceptionally(failure(event.getResultCode(), valuePath));
            }
        }
    }

    private static boolean isPathGone(List<CuratorTransactionResult> results) {
        return results.get(0).getError() == Code.NONODE.intValue();
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

    private static void doubt(Write write) {
        write.doubted = true;
        write.inDoubt = true;
    }

    /**
     * C3: an answer was lost; the tree, read after a sync, tells what became of the write, if anything can. Had it been
     * applied, it would have made the version that follows the expected one, and left its mark in the same transaction:
     * one that is still there, whatever was written since by hand and without a mark.
     */
    private void settle(Write write, Above above, Value now, long created) {
        Value expected = write.expected;
        boolean same = now.version() == expected.version() && now.revision() == expected.revision();
        boolean next =
                now.version() == expected.version() + 1 && (expected.version() == -1 || created <= expected.revision());
        long marked = above.stat().getMzxid();
        if (Arrays.equals(above.mark(), write.mark)) {
            written(write, marked);
        } else if (same) {
            send(write);
        } else if (next && marked <= now.revision()) {
            done(write, Optional.empty()); // of the next version, by another, or by hand
        } else {
            writes.remove(write);
            write.done.completeExceptionally(
                    new Failure(Problem.UNKNOWN, "the answer was lost, and since " + expected + " came " + now));
        }
    }

    // The end.

    private void refused(CuratorEvent event) {
        fail(failure(event.getResultCode(), event.getPath()));
    }

    private static Failure failure(int rc, String of) {
        return switch (Code.get(rc)) {
            case NOCHILDRENFOREPHEMERALS -> new Failure(Problem.FOREIGN, of + " would be below somebody's ephemeral");
            default -> new Failure(Problem.NOT_ALLOWED, of + ": " + Code.get(rc));
        };
    }

    private void fail(Failure why) {
        if (ended == null) {
            end(why);
            thread.execute(() -> hearOf(why));
        }
    }

    private void hearOf(Failure why) {
        if (ended == why) {
            listener.failed(why);
        }
    }

    private void end(Failure why) {
        ended = why;
        thread.execute(this::endAll);
    }

    private void endAll() {
        phase = Phase.ENDED;
        reads.addAll(served);
        reads.forEach(read -> read.completeExceptionally(ended));
        writes.forEach(write -> write.done.completeExceptionally(ended));
        reads.clear();
        served.clear();
        writes.clear();
        settled.clear();
    }
}
