package dev.twinkeeper.curator.recipes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * A queue of sequential znodes, on Curator's client and its PersistentWatcher: whoever wants an item claims it by an
 * ephemeral of the same name, does the work, and removes item and claim together.
 *
 * <p><b>When to use it.</b> Seldom. Curator's own <a href="https://cwiki.apache.org/confluence/display/CURATOR/TN4">tech
 * note 4</a> says that ZooKeeper makes a very bad source of queues.
 *
 * <pre>
 * PATH/items                   the tokens of the last {@value #TOKENS} puts; its version rises with each
 * PATH/items/queue-0000000007  persistent, sequential; the item as Curator's DistributedQueue writes it
 * PATH/claims/queue-0000000007 ephemeral; whoever made it handles that item
 * </pre>
 *
 * These are the znodes of Curator's {@code DistributedQueue} with {@code PATH/items} for its queue and
 * {@code PATH/claims} for its {@code lockPath}: it can produce and consume here, beside this one and the raw twin.
 *
 * <p><b>Why it is not used here.</b> {@code SimpleDistributedQueue} and {@code DistributedQueue} without {@code lockPath}
 * delete an item before they hand it over: at most once. With {@code lockPath}, as read and tried in 5.9.0:
 *
 * <ul>
 *   <li>nobody watches the locks: the item of a consumer that died waits until somebody puts another (Q2);
 *   <li>where the answer to the lock's create is lost, the retry finds the lock, takes it for another's, and the item
 *       rests until that session ends (Q2);
 *   <li>a put is tried again without a look: one put, two items (Q5); in the background, as is the default, a put that
 *       fails tells nobody;
 *   <li>an item whose consumer throws is put at the end, and comes again at once (Q6; CURATOR-225), in a transaction that
 *       does not look whether the lock is still its own (CURATOR-605);
 *   <li>an item that it can't read, it deletes (X2).
 * </ul>
 *
 * None of it can be closed from outside. {@code CuratorCache} would keep the data of all items in every consumer's memory.
 *
 * <p><b>What Curator does for you:</b> it opens sessions, repeats what was lost, and sets the watch again after each
 * outage. <b>What it leaves to you:</b> what a repeated request means. A put is safe because its transaction compares a
 * version; a claim, because its owner is looked at; a removal, because it may find nothing.
 *
 * <p><b>Guarantees</b> made and not made are those of the raw twin, which see.
 */
public final class QueueRecipe implements Queue {
    private static final String PREFIX = "queue-";
    private static final Pattern ITEM = Pattern.compile(PREFIX + "\\d{10}");

    /** Each is a UUID in every put, and covers one put of another producer during an outage of this one. */
    private static final int TOKENS = 100;

    private static final int TOKEN_LENGTH = 36;

    /** Q6: the pause after the first failure; it doubles with each, up to some ten seconds. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

    private static final int DOUBLINGS = 6;

    /** How soon what was refused, or went unanswered, is tried again. */
    private static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

    /** How long an outage is waited out at a time, so that a close is noticed. */
    private static final Duration OUTAGE = Duration.ofSeconds(1);

    /** A put, or a question for the size, that waits for its answer. */
    private static final class Ask {
        private final byte[] item; // null: the size is asked for
        private final String token = UUID.randomUUID().toString();
        private volatile Stat sent; // the parent as it was when the put was last sent; null: it never was

        Ask(byte[] item) {
            this.item = item;
        }
    }

    private final Place place;
    private final int capacity;
    private final String items;
    private final String claims;
    private final CuratorFramework client;
    private final PersistentWatcher watcher;
    private final ExecutorService asks = Executors.newSingleThreadExecutor(QueueRecipe::daemon);
    private final ExecutorService hands = Executors.newSingleThreadExecutor(QueueRecipe::daemon);
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor(QueueRecipe::daemon);
    private final AtomicReference<Handler> handler = new AtomicReference<>();
    private volatile boolean closed;
    private volatile Thread handling;

    // Written by the client's event thread, so that lists and events come in their order; read by the consumer's.
    private final Set<String> there = new ConcurrentSkipListSet<>();
    private final Set<String> claimed = ConcurrentHashMap.newKeySet();
    private volatile boolean listed;
    private final Semaphore wake = new Semaphore(0);

    // Of the consumer's thread; of the last one, later's too.
    private final Set<String> foreign = new HashSet<>(); // items that are none
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Long> handled = new HashMap<>(); // by their czxids; there until they are removed
    private String begun; // Q2: broken off, and our claim may be there, which nobody else would come back to
    private final Set<String> resting = ConcurrentHashMap.newKeySet(); // not to be taken by us, until our claim is gone

    /** Opens a session in the background. */
    public QueueRecipe(Place place, int capacity) {
        if (capacity < 1 || capacity > MAX_ITEMS) {
            throw new Failure(Problem.INVALID, "capacity " + capacity + ": 1 to " + MAX_ITEMS);
        }
        this.place = place;
        this.capacity = capacity;
        items = place.path() + "/items";
        claims = place.path() + "/claims";
        client = Keeper.client(place);
        watcher = new PersistentWatcher(client, place.path(), true);
        watcher.getListenable().addListener(this::onChange);
        watcher.getResetListenable().addListener(this::list);
        client.start();
    }

    // What others call, on their threads.

    @Override
    public void put(byte[] data, Duration patience) {
        ask(new Ask(encode(Recipe.checkData(data))), patience);
    }

    @Override
    public int size(Duration patience) {
        return ask(new Ask(null), patience);
    }

    private int ask(Ask ask, Duration patience) {
        Callable<Integer> work = () -> look(ask);
        Future<Integer> coming;
        try {
            coming = asks.submit(() -> patiently(work));
        } catch (RejectedExecutionException e) {
            throw closed();
        }
        try {
            return coming.get(MILLISECONDS.convert(patience), MILLISECONDS);
        } catch (TimeoutException timeIsUp) {
            coming.cancel(true); // Q5: first this, then a look: from now on nothing is sent
            throw ask.sent == null
                    ? new Failure(Problem.CANNOT_CONNECT, "no answer of " + place.servers() + " in time")
                    : new Failure(Problem.UNKNOWN, "sent, and no answer in time");
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        } catch (CancellationException e) {
            throw closed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        } finally {
            coming.cancel(true); // whoever was interrupted does not want it any more
        }
    }

    @Override
    public void consume(Handler newHandler) {
        if (closed) {
            throw closed();
        }
        if (newHandler == null || !handler.compareAndSet(null, newHandler)) {
            throw new Failure(Problem.INVALID, newHandler == null ? "no handler" : "it has a handler already");
        }
        try {
            hands.execute(this::consume);
        } catch (RejectedExecutionException e) {
            throw closed();
        }
    }

    @Override
    public void close() {
        closed = true;
        asks.shutdownNow().forEach(waiting -> ((Future<?>) waiting).cancel(true));
        later.shutdownNow();
        hands.shutdown();
        wake.release();
        if (Thread.currentThread() == handling) {
            return; // consume() ends the session, when the item is removed
        }
        try {
            if (!hands.awaitTermination(place.sessionTimeout().toMillis(), MILLISECONDS)) {
                hands.shutdownNow();
            }
        } catch (InterruptedException e) {
            hands.shutdownNow();
            Thread.currentThread().interrupt();
        }
        client.close();
    }

    // The connection.

    /** Repeats what missed, and what Curator gave up: its retries are over, the outage is not. Ends with the recipe. */
    private <T> T patiently(Callable<T> work) throws Exception {
        do {
            try {
                return work.call();
            } catch (KeeperException.ConnectionLossException
                    | KeeperException.SessionExpiredException
                    | KeeperException.OperationTimeoutException e) {
                client.blockUntilConnected((int) OUTAGE.toMillis(), MILLISECONDS);
            } catch (KeeperException.NoNodeException e) {
                make(); // the first time, or an operator removed it
            } catch (KeeperException.BadVersionException e) {
                // Another put came in between: all of them together get on.
            }
        } while (!closed);
        throw closed();
    }

    private Failure failure(Throwable cause) {
        if (cause instanceof Failure known) {
            return new Failure(known.problem(), known.getMessage());
        }
        if (closed) {
            return closed();
        }
        return cause instanceof KeeperException.NoChildrenForEphemeralsException
                ? new Failure(Problem.FOREIGN, "above or at " + items + " is an ephemeral of somebody")
                : new Failure(Problem.NOT_ALLOWED, items + ": " + cause);
    }

    private Failure closed() {
        return new Failure(Problem.CLOSED, place.path() + " was closed here");
    }

    private void make() throws Exception {
        for (String parent : List.of(items, claims)) {
            try {
                client.create().creatingParentsIfNeeded().forPath(parent, new byte[0]);
            } catch (KeeperException.NodeExistsException there) {
                // Somebody did.
            }
        }
    }

    // Putting, and counting: one after the other.

    /** The parent tells all: how many children it has, the version to compare, the tokens of the last puts. */
    private int look(Ask ask) throws Exception {
        if (ask.sent != null) {
            // Curator's next session may be at a server that is behind: it would not know of what we did.
            Keeper.readBarrier(client);
        }
        Stat stat = new Stat();
        byte[] data = client.getData().storingStatIn(stat).forPath(items);
        String tokens = data == null ? "" : new String(data, ISO_8859_1);
        if (ask.item == null || tokens.contains(ask.token)) { // Q5: it was added, and the answer lost
            return stat.getNumChildren();
        }
        if (ask.sent != null && isForgotten(ask.sent, stat)) {
            throw new Failure(Problem.UNKNOWN, "too much was put by others while the connection was lost");
        }
        if (stat.getNumChildren() >= capacity) {
            throw new Failure(Problem.FULL, stat.getNumChildren() + " items, " + capacity + " at the most");
        }
        ask.sent = stat;
        if (Thread.interrupted()) {
            throw new InterruptedException("its time was up just now"); // the client would send it first
        }
        return add(ask, tokens, stat);
    }

    /** Whether a put that was sent then may have been added, and its token be gone by now. */
    private static boolean isForgotten(Stat then, Stat now) {
        return then.getCzxid() != now.getCzxid() || now.getVersion() - then.getVersion() > TOKENS;
    }

    private int add(Ask ask, String tokens, Stat stat) throws Exception {
        try {
            // Q4, Q5: misses when anybody put since the children were counted, we ourselves included. Curator repeats
            // it blindly where the answer is lost, which creates no second item only because the version is compared.
            client.transaction()
                    .forOperations(
                            client.transactionOp()
                                    .setData()
                                    .withVersion(stat.getVersion())
                                    .forPath(items, newest(ask.token, tokens)),
                            client.transactionOp()
                                    .create()
                                    .withMode(CreateMode.PERSISTENT_SEQUENTIAL)
                                    .forPath(item(PREFIX), ask.item));
            return 0;
        } catch (KeeperException.NodeExistsException e) {
            throw new Failure(Problem.FULL, "the sequence of " + items + " is at its end: take another");
        }
    }

    // Knowing what is there: watch first, list second.

    private void list() {
        list(items, there);
        list(claims, claimed);
    }

    /** In the background: the answers then come on the thread of the events, and in their order. */
    private void list(String parent, Set<String> known) {
        try {
            client.getChildren()
                    .inBackground((curator, event) -> onListed(event, known))
                    .forPath(parent);
        } catch (Exception e) {
            // Closed, or the connection is lost: then the watch is set again, and this comes again.
        }
    }

    private void onListed(CuratorEvent event, Set<String> known) {
        switch (Code.get(event.getResultCode())) {
            case OK -> onNames(event.getChildren(), known);
            case NONODE -> onNames(List.of(), known);
            case CONNECTIONLOSS, SESSIONEXPIRED, OPERATIONTIMEOUT -> {} // as in list()
            default -> after(RETRY_PAUSE, () -> list(event.getPath(), known)); // X5: somebody may make it possible
        }
    }

    private void onNames(List<String> names, Set<String> known) {
        known.retainAll(names); // Curator may set the watch twice at the beginning: what we know already stays
        names.stream().filter(name -> ITEM.matcher(name).matches()).forEach(known::add);
        if (known == claimed) {
            listed = true;
            wake.release();
        }
    }

    private void onChange(WatchedEvent event) {
        if (event.getType() == EventType.None && event.getState() != KeeperState.SyncConnected) {
            listed = false; // Q1: an event after the gap must not be taken before those in the gap
        }
        String path = event.getPath() == null ? "" : event.getPath();
        String name = path.substring(path.lastIndexOf('/') + 1);
        Set<String> known = path.equals(item(name)) ? there : claimed;
        if (!ITEM.matcher(name).matches() || known == claimed && !path.equals(claim(name))) {
            return; // about the connection, the parents, or something foreign
        }
        switch (event.getType()) {
            case NodeCreated -> known.add(name);
            case NodeDeleted -> known.remove(name);
            default -> {}
        }
        wake.release();
    }

    private String item(String name) {
        return items + "/" + name;
    }

    private String claim(String name) {
        return claims + "/" + name;
    }

    // Consuming: one item after the other.

    private void consume() {
        handling = Thread.currentThread();
        watcher.start();
        while (!closed) {
            try {
                wake.drainPermits();
                if (!next()) {
                    // An event wakes us; the bound is for what nobody told us.
                    wake.tryAcquire(RETRY_PAUSE.toMillis(), MILLISECONDS);
                }
            } catch (InterruptedException e) {
                Thread.interrupted(); // Curator sets it again. Closed, or the handler left it: the loop looks.
            }
        }
        client.close();
    }

    /** Q1: the first that has no claim, and gets ours; or has it still, because its removal was refused. */
    private boolean next() throws InterruptedException {
        List.of(foreign, failures.keySet(), handled.keySet()).forEach(known -> known.retainAll(there));
        try {
            for (String name : there) {
                boolean isFree = !claimed.contains(name) && !resting.contains(name)
                        || handled.containsKey(name)
                        || name.equals(begun);
                if (listed && isFree && !foreign.contains(name) && take(name)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception refused) {
            // X5: somebody may make it possible.
        }
        return false;
    }

    private boolean take(String name) throws Exception {
        long session = patiently(this::session);
        begun = name;
        boolean taken = !closed && patiently(() -> isTaken(name)) && work(name, session);
        begun = null;
        return taken;
    }

    private boolean work(String name, long session) throws Exception {
        Stat stat = new Stat();
        byte[] data = patiently(() -> read(name, stat));
        if (data == null || patiently(this::session) != session) {
            giveBack(name); // Q3: Curator reads on in the next session, when the claim may be another's
        } else if (handled.getOrDefault(name, 0L) == stat.getCzxid() || handle(new Item(name, data))) {
            handled.put(name, stat.getCzxid());
            patiently(() -> remove(name));
        } else {
            pause(name);
        }
        return true;
    }

    private boolean isTaken(String name) throws Exception {
        try {
            client.transaction()
                    .forOperations(
                            // Q3: no claim for an item that another has finished since.
                            client.transactionOp().check().forPath(item(name)),
                            client.transactionOp()
                                    .create()
                                    .withMode(CreateMode.EPHEMERAL)
                                    .forPath(claim(name), new byte[0]));
            return true;
        } catch (KeeperException.NodeExistsException e) {
            return isOurs(name); // Curator may have repeated what was done: its recipe takes it for another's
        } catch (KeeperException.NoNodeException e) {
            if (client.checkExists().forPath(claims) == null) {
                throw e; // an operator removed the parent of the claims
            }
            there.remove(name);
            return false;
        }
    }

    private boolean isOurs(String name) throws Exception {
        Stat claim = client.checkExists().forPath(claim(name));
        return claim != null && claim.getEphemeralOwner() == session();
    }

    private long session() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    /** Its data; null, where there is nothing to handle. */
    private byte[] read(String name, Stat stat) throws Exception {
        byte[] data = null;
        try {
            data = decode(client.getData().storingStatIn(stat).forPath(item(name)));
        } catch (KeeperException.NoNodeException e) {
            there.remove(name); // somebody finished it who had lost the claim
            return null;
        } catch (KeeperException.NoAuthException e) {
            // Not for us.
        }
        if (data == null) {
            foreign.add(name); // X2: set aside
        }
        return data;
    }

    /** Whether it is done. */
    private boolean handle(Item item) {
        try {
            handler.get().handle(item);
            return true;
        } catch (Throwable whatever) {
            return false; // Q6: it comes again. What was wrong is for the handler to log.
        } finally {
            Thread.interrupted(); // the handler's, and none of Curator's business
        }
    }

    /** Q6: we keep the claim meanwhile, so that the others pause too; later items pass. */
    private void pause(String name) {
        int times = failures.merge(name, 1, Integer::sum);
        resting.add(name);
        after(FIRST_PAUSE.multipliedBy(1L << Math.min(times - 1, DOUBLINGS)), () -> giveBack(name));
    }

    private void giveBack(String name) {
        resting.add(name);
        try {
            patiently(() -> release(name));
            resting.remove(name);
            wake.release();
        } catch (Exception refused) {
            after(RETRY_PAUSE, () -> giveBack(name)); // X5: somebody may make it possible
        }
    }

    /**
     * Only ours: what went with our session, was deleted by an operator, or by us unheard, may be another's by now. On the
     * session's own handle: Curator would repeat the delete, and in the next session, where it is another's that goes.
     */
    private Void release(String name) throws Exception {
        Keeper.readBarrier(client); // what we are shown may still be older than the gap
        ZooKeeper session = client.getZookeeperClient().getZooKeeper();
        Stat claim = session.exists(claim(name), false);
        if (claim != null && claim.getEphemeralOwner() == session.getSessionId()) {
            session.delete(claim(name), -1);
        }
        return null;
    }

    /**
     * Both at once, the item first: who hears of it must not find an item without a claim. Where the claim is another's
     * by now, because our session was lost, both may go all the same: the item was handled.
     */
    private Void remove(String name) throws Exception {
        try {
            client.transaction()
                    .forOperations(
                            client.transactionOp().delete().forPath(item(name)),
                            client.transactionOp().delete().forPath(claim(name)));
            handled.remove(name);
            there.remove(name); // the event may come later
        } catch (KeeperException.NoNodeException e) {
            giveBack(name); // the item is gone, or our claim: then we take it again, to remove it
        }
        return null;
    }

    // Bytes, and threads.

    /** What an item has besides its data. */
    private static final int FRAME = 2 * Integer.BYTES + 2;

    /** As Curator's DistributedQueue writes an item: a version, a part with its length, an end. */
    private static byte[] encode(byte[] data) {
        return ByteBuffer.allocate(FRAME + data.length)
                .putInt(0x00010001)
                .put((byte) 1)
                .putInt(data.length)
                .put(data)
                .put((byte) 2)
                .array();
    }

    /** Null, where these are other bytes. */
    private static byte[] decode(byte[] item) {
        boolean isLong = item != null && item.length >= FRAME;
        byte[] data = isLong ? Arrays.copyOfRange(item, FRAME - 1, item.length - 1) : new byte[0];
        return Arrays.equals(encode(data), item) ? data : null;
    }

    /** The token, and those before it. */
    private static byte[] newest(String token, String tokens) {
        String all = token + tokens;
        return all.substring(0, Math.min(all.length(), TOKENS * TOKEN_LENGTH)).getBytes(ISO_8859_1);
    }

    /** Unless closed by then. */
    private void after(Duration delay, Runnable work) {
        try {
            later.schedule(work, delay.toMillis(), MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // The claim goes with the session.
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "queue");
        thread.setDaemon(true);
        return thread;
    }
}
