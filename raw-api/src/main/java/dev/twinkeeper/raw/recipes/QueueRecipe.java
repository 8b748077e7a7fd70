package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.ChildrenCallback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.AsyncCallback.VoidCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A queue of sequential znodes: whoever wants an item claims it by an ephemeral of the same name, does the work, and
 * removes item and claim together. The claim of a consumer that died goes with its session, and the others see it go.
 *
 * <p><b>When to use it.</b> For a few items that matter, where ZooKeeper is there anyway. For many, or large ones, take a
 * broker: every item is written to the disks of all servers and lies in their memory; all consumers hear of each.
 *
 * <pre>
 * PATH/items                   the tokens of the last {@value #TOKENS} puts; its version rises with each
 * PATH/items/queue-0000000007  persistent, sequential; the item as Curator's DistributedQueue writes it
 * PATH/claims/queue-0000000007 ephemeral; whoever made it handles that item
 * </pre>
 *
 * <p><b>A put</b> reads the parent, counts its children, and adds the item only if no other put came in between: a
 * versioned setData of the parent and the create are one transaction. So the bound is exact, however many produce; and a
 * put whose answer was lost finds its token among the last ones, also when the item was consumed and the session is
 * another. Of n producers that put at the same moment the last needs n tries.
 *
 * <p><b>A consumer</b> knows all names, by one persistent recursive watch and a list after each connection, so no burst is
 * listed item by item. The price: each hears five notifications an item, and where n are idle, n try to claim it. Its
 * phases, where an event is the reply of the request that the phase stands for:
 *
 * <pre>
 * phase     enters by                   leaves to
 * IDLE      the beginning, and the end  TAKING, by the first item that has no claim
 * TAKING    multi: check, create -e     HANDLING, with the item's data; IDLE, where another was first
 * HANDLING  the handler is called       REMOVING, when it returns; IDLE, when it throws: the claim stays for the pause
 * REMOVING  multi: delete, delete       IDLE
 * </pre>
 *
 * A lost connection leaves the phase as it is: after the list TAKING looks whose the claim is, REMOVING removes again.
 *
 * <p><b>Guarantees not made</b>, besides those of the contract. An item that waits for its pause is passed by later
 * ones. After more than {@value #TOKENS} puts of others during one outage, a put may end as unknown. After 2³¹ puts a
 * path is used up, and says so. Others may put as well, as Curator's DistributedQueue does (kazoo's queues have other
 * names and bytes, see docs/recipes.md): they are not bounded, and from about 50,000 items on nobody can list them.
 * Several items in one znode, as its putMulti writes them, are left alone.
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

    private enum Phase {
        IDLE,
        TAKING,
        HANDLING,
        REMOVING
    }

    /** A put, or a question for the size, that waits for its answer. */
    private static final class Ask {
        private final byte[] item; // null: the size is asked for
        private final String token = UUID.randomUUID().toString();
        private final CompletableFuture<Integer> answer = new CompletableFuture<>();
        private volatile Stat sent; // the parent as it was when the put was last sent; null: it never was

        Ask(byte[] item) {
            this.item = item;
        }
    }

    private final Place place;
    private final int capacity;
    private final String items;
    private final String claims;
    private final Keeper keeper;
    private final ExecutorService hands = Executors.newSingleThreadExecutor(QueueRecipe::daemon);
    private final Watcher watcher = this::onEvent;
    private final AtomicReference<Handler> handler = new AtomicReference<>();
    private volatile boolean closed;
    private volatile Thread handling;

    private boolean connected;
    private Failure broken;
    private boolean mending;
    private final Deque<Ask> asks = new ArrayDeque<>(); // one for each thread that waits; the first is under way

    private Phase phase = Phase.IDLE;
    private boolean listed;
    private String current;
    private long currentCzxid;
    private final Set<String> there = new TreeSet<>();
    private final Set<String> claimed = new HashSet<>();
    private final Set<String> foreign = new HashSet<>(); // items that are none
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Long> handled = new HashMap<>(); // by their czxids; there until they are removed
    private final Set<String> resting = new HashSet<>(); // not to be taken by us, until our claim is gone

    /** Opens a session in the background. */
    public QueueRecipe(Place place, int capacity) {
        if (capacity < 1 || capacity > MAX_ITEMS) {
            throw new Failure(Problem.INVALID, "capacity " + capacity + ": 1 to " + MAX_ITEMS);
        }
        this.place = place;
        this.capacity = capacity;
        items = place.path() + "/items";
        claims = place.path() + "/claims";
        keeper = new Keeper(place, new Owner());
        keeper.open();
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
        keeper.post(() -> accept(ask));
        if (closed) {
            ask.answer.completeExceptionally(closed()); // nobody may be there any more to accept it
        }
        try {
            return Keeper.await(ask.answer, patience);
        } catch (TimeoutException timeIsUp) {
            ask.answer.cancel(false); // Q5: first this, then a look: from now on nothing is sent
            throw ask.sent == null
                    ? new Failure(Problem.CANNOT_CONNECT, "no answer of " + place.servers() + " in time")
                    : new Failure(Problem.UNKNOWN, "sent, and no answer in time");
        } finally {
            keeper.post(() -> done(ask));
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
        keeper.post(this::again);
    }

    @Override
    public void close() {
        closed = true;
        keeper.post(() -> breakOff(closed()));
        hands.shutdown();
        if (Thread.currentThread() == handling) {
            return; // handle() ends the session, when the item is removed
        }
        try {
            if (!hands.awaitTermination(place.sessionTimeout().toMillis(), MILLISECONDS)) {
                hands.shutdownNow();
            }
        } catch (InterruptedException e) {
            hands.shutdownNow();
            Thread.currentThread().interrupt();
        }
        keeper.close();
    }

    // The connection.

    private final class Owner implements Keeper.Owner {
        @Override
        public void connected() {
            connected = true;
            broken = closed ? closed() : null;
            make();
            look();
            if (handler.get() != null) {
                watch();
            }
        }

        @Override
        public void disconnected() {
            connected = false;
            listed = false;
        }

        @Override
        public void expired() {
            disconnected();
        }

        @Override
        public void failed(Failure why) {
            breakOff(why);
        }
    }

    /** As with a new connection: what was asked before is no longer answered, and the list comes once. */
    private void again() {
        connected = false; // else what is sent until the list is there would be sent twice
        listed = false;
        keeper.again();
    }

    /** All answers that a request has no words of its own for. */
    private void other(int rc, String path) {
        switch (Code.get(rc)) {
            case OK, NODEEXISTS -> {}
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // it begins again when the connection is back
            case NONODE -> {
                if (broken == null) { // else it can't be made
                    again(); // an operator removed a parent
                }
            }
            case NOCHILDRENFOREPHEMERALS ->
                breakOff(new Failure(Problem.FOREIGN, path + " is an ephemeral of somebody"));
            default -> breakOff(new Failure(Problem.NOT_ALLOWED, path + ": " + Code.get(rc)));
        }
    }

    private void breakOff(Failure why) {
        if (!mending) {
            mending = true;
            keeper.after(RETRY_PAUSE, this::mend);
        }
        broken = why;
        asks.forEach(ask -> ask.answer.completeExceptionally(why));
        asks.clear();
    }

    /** X5: by now somebody may have made it possible. */
    private void mend() {
        mending = false;
        if (broken != null && !closed && keeper.zk() != null) {
            broken = null;
            again();
        }
    }

    private Failure closed() {
        return new Failure(Problem.CLOSED, place.path() + " was closed here");
    }

    /** The parents; whatever is asked next comes after them. */
    private void make() {
        int asked = keeper.round();
        StringCallback onMade = (rc, path, ctx, name) -> keeper.post(asked, () -> other(rc, path));
        keeper.zk().create(items, new byte[0], Keeper.acl(), CreateMode.PERSISTENT, onMade, null);
        keeper.zk().create(claims, new byte[0], Keeper.acl(), CreateMode.PERSISTENT, onMade, null);
    }

    private void multi(List<Op> ops, IntConsumer onReply) {
        int asked = keeper.round();
        MultiCallback reply = (rc, path, ctx, results) -> keeper.post(asked, () -> onReply.accept(rc));
        keeper.zk().multi(ops, reply, null);
    }

    // Putting, and counting: one after the other.

    private void accept(Ask ask) {
        if (broken != null) {
            ask.answer.completeExceptionally(broken);
            return;
        }
        asks.add(ask);
        if (asks.size() == 1) {
            look();
        }
    }

    /** The parent tells all: how many children it has, the version to compare, the tokens of the last puts. */
    private void look() {
        Ask ask = asks.peek();
        if (!connected || ask == null) {
            return;
        }
        int asked = keeper.round();
        DataCallback onData = (rc, path, ctx, data, stat) -> keeper.post(asked, () -> onLooked(ask, rc, data, stat));
        keeper.zk().getData(items, false, onData, null);
    }

    private void onLooked(Ask ask, int rc, byte[] data, Stat stat) {
        if (ask != asks.peek()) {
            return; // given up
        }
        if (Code.get(rc) != Code.OK) {
            other(rc, items);
            return;
        }
        String tokens = data == null ? "" : new String(data, ISO_8859_1);
        if (ask.item == null || tokens.contains(ask.token)) { // Q5: it was added, and the answer lost
            ask.answer.complete(stat.getNumChildren());
        } else if (ask.sent != null && isForgotten(ask.sent, stat)) {
            refuse(ask, Problem.UNKNOWN, "too much was put by others while the connection was lost");
        } else if (stat.getNumChildren() >= capacity) {
            refuse(ask, Problem.FULL, stat.getNumChildren() + " items, " + capacity + " at the most");
        } else {
            add(ask, tokens, stat);
        }
    }

    /** Whether a put that was sent then may have been added, and its token be gone by now. */
    private static boolean isForgotten(Stat then, Stat now) {
        return then.getCzxid() != now.getCzxid() || now.getVersion() - then.getVersion() > TOKENS;
    }

    private void add(Ask ask, String tokens, Stat stat) {
        Stat before = ask.sent;
        ask.sent = stat;
        if (ask.answer.isDone()) {
            return; // its time was up just now
        }
        // Q4, Q5: misses when anybody put since the children were counted, we ourselves included.
        List<Op> put = List.of(
                Op.setData(items, newest(ask.token, tokens), stat.getVersion()),
                Op.create(item(PREFIX), ask.item, Keeper.acl(), CreateMode.PERSISTENT_SEQUENTIAL));
        multi(put, rc -> onAdded(ask, before, rc));
    }

    private void onAdded(Ask ask, Stat before, int rc) {
        if (ask != asks.peek()) {
            return;
        }
        switch (Code.get(rc)) {
            case OK -> ask.answer.complete(0);
            case BADVERSION -> look(); // another put came in between
            case NONODE -> {
                ask.sent = before; // an operator removed the parent: this one was not added
                other(rc, items);
            }
            case NODEEXISTS -> refuse(ask, Problem.FULL, "the sequence of " + items + " is at its end: take another");
            default -> other(rc, items);
        }
    }

    private static void refuse(Ask ask, Problem problem, String why) {
        ask.answer.completeExceptionally(new Failure(problem, why));
    }

    /** It has its answer, or wants none any more: who asked tells us. */
    private void done(Ask ask) {
        boolean first = ask == asks.peek();
        if (asks.remove(ask) && first) {
            look();
        }
    }

    // Knowing what is there: watch first, list second.

    private void watch() {
        int asked = keeper.round();
        VoidCallback onSet = (rc, path, ctx) -> keeper.post(asked, () -> other(rc, path));
        keeper.zk().addWatch(place.path(), watcher, AddWatchMode.PERSISTENT_RECURSIVE, onSet, null);
        list(items, there);
        list(claims, claimed);
    }

    private void list(String parent, Set<String> known) {
        int asked = keeper.round();
        ChildrenCallback onNames = (rc, path, ctx, names) -> keeper.post(asked, () -> onListed(rc, path, names, known));
        keeper.zk().getChildren(parent, false, onNames, null);
    }

    private void onListed(int rc, String parent, List<String> names, Set<String> known) {
        if (Code.get(rc) != Code.OK) {
            other(rc, parent);
            return;
        }
        known.clear();
        names.stream().filter(name -> ITEM.matcher(name).matches()).forEach(known::add);
        if (known == claimed) {
            listed = true;
            resume();
        }
    }

    private void onEvent(WatchedEvent event) {
        if (event.getPath() != null) { // else it is about the connection
            keeper.post(() -> onChange(event.getType(), event.getPath()));
        }
    }

    private void onChange(EventType type, String path) {
        String name = path.substring(path.lastIndexOf('/') + 1);
        Set<String> known = path.equals(item(name)) ? there : claimed;
        if (!ITEM.matcher(name).matches() || known == claimed && !path.equals(claim(name))) {
            return; // about the parents, or something foreign
        }
        switch (type) {
            case NodeCreated -> known.add(name);
            case NodeDeleted -> known.remove(name);
            default -> {}
        }
        next();
    }

    private String item(String name) {
        return items + "/" + name;
    }

    private String claim(String name) {
        return claims + "/" + name;
    }

    // Consuming: one item after the other.

    /** After a lost connection. */
    private void resume() {
        switch (phase) {
            case IDLE -> next();
            case TAKING -> lookWhose();
            case HANDLING -> {} // nobody can call the handler back
            case REMOVING -> remove();
        }
    }

    private void idle() {
        phase = Phase.IDLE;
        next();
    }

    /** Q1: the first that has no claim. */
    private void next() {
        List.of(foreign, failures.keySet(), handled.keySet()).forEach(known -> known.retainAll(there));
        if (phase == Phase.IDLE && listed && broken == null) {
            there.stream()
                    .filter(name -> !claimed.contains(name) && !resting.contains(name) && !foreign.contains(name))
                    .findFirst()
                    .ifPresent(this::take);
        }
    }

    private void take(String name) {
        phase = Phase.TAKING;
        current = name;
        // Q3: no claim for an item that another has finished since.
        List<Op> take = List.of(
                Op.check(item(name), -1), Op.create(claim(name), new byte[0], Keeper.acl(), CreateMode.EPHEMERAL));
        multi(take, this::onTaken);
    }

    private void onTaken(int rc) {
        switch (Code.get(rc)) {
            case OK -> read();
            case NODEEXISTS -> {
                claimed.add(current);
                idle();
            }
            case NONODE -> {
                if (there.contains(current)) { // had another removed it, the watch would have told us before
                    other(rc, claims);
                } else {
                    idle();
                }
            }
            default -> other(rc, claims);
        }
    }

    /** Whether our claim was made before the connection was lost. */
    private void lookWhose() {
        int asked = keeper.round();
        StatCallback onSeen = (rc, path, ctx, stat) -> keeper.post(asked, () -> onSeen(rc, stat));
        keeper.zk().exists(claim(current), false, onSeen, null);
    }

    private void onSeen(int rc, Stat stat) {
        if (Code.get(rc) == Code.OK && keeper.owns(stat.getEphemeralOwner())) {
            read();
        } else if (Code.get(rc) == Code.OK || Code.get(rc) == Code.NONODE) {
            idle();
        } else {
            other(rc, claims);
        }
    }

    private void read() {
        int asked = keeper.round();
        DataCallback onRead = (rc, path, ctx, data, stat) -> keeper.post(asked, () -> onRead(rc, data, stat));
        keeper.zk().getData(item(current), false, onRead, null);
    }

    private void onRead(int rc, byte[] item, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> begin(decode(item), stat.getCzxid());
            case NOAUTH -> begin(null, 0); // not for us
            case NONODE -> giveBack(Duration.ZERO); // somebody finished it who had lost the claim
            default -> other(rc, items);
        }
    }

    private void begin(byte[] data, long czxid) {
        currentCzxid = czxid;
        if (data == null) {
            foreign.add(current); // X2: set aside
            giveBack(Duration.ZERO);
        } else if (handled.getOrDefault(current, 0L) == czxid) {
            onDone(); // Q3: our session ended before it was removed
        } else {
            phase = Phase.HANDLING;
            Item item = new Item(current, data);
            try {
                hands.execute(() -> handle(item));
            } catch (RejectedExecutionException justClosed) {
                // The claim goes with the session.
            }
        }
    }

    /** On the handler's thread. */
    private void handle(Item item) {
        handling = Thread.currentThread();
        try {
            handler.get().handle(item);
            keeper.post(this::onDone);
        } catch (Throwable whatever) { // what was wrong is for the handler to log
            keeper.post(this::onThrown);
        }
        if (closed) {
            keeper.close();
        }
    }

    /** Q6: we keep the claim for the pause, so that the others pause too; later items pass. */
    private void onThrown() {
        int times = failures.merge(current, 1, Integer::sum);
        giveBack(FIRST_PAUSE.multipliedBy(1L << Math.min(times - 1, DOUBLINGS)));
    }

    private void giveBack(Duration after) {
        String name = current;
        resting.add(name);
        keeper.after(after, () -> release(name));
        idle();
    }

    /** Only ours: what went with our session, was deleted by an operator, or by us unheard, may be another's by now. */
    private void release(String name) {
        if (!listed) { // what we are shown may still be older than the gap
            keeper.after(RETRY_PAUSE, () -> release(name));
            return;
        }
        StatCallback onOwner = (rc, path, ctx, stat) -> keeper.post(() -> onOwner(name, rc, stat));
        keeper.zk().exists(claim(name), false, onOwner, null);
    }

    private void onOwner(String name, int rc, Stat stat) {
        if (Code.get(rc) == Code.OK && keeper.owns(stat.getEphemeralOwner())) {
            VoidCallback onReleased = (code, path, ctx) -> keeper.post(() -> onReleased(name, code));
            keeper.zk().delete(claim(name), -1, onReleased, null);
        } else {
            onReleased(name, rc);
        }
    }

    private void onReleased(String name, int rc) {
        switch (Code.get(rc)) {
            case OK, NONODE -> {
                resting.remove(name);
                next();
            }
            default -> keeper.after(RETRY_PAUSE, () -> release(name));
        }
    }

    private void onDone() {
        phase = Phase.REMOVING;
        handled.put(current, currentCzxid);
        if (listed) {
            remove(); // else resume() comes back to it
        }
    }

    /**
     * Both at once, the item first: who hears of it must not find an item without a claim. Where the claim is another's
     * by now, because our session was lost, both may go all the same: the item was handled.
     */
    private void remove() {
        multi(List.of(Op.delete(item(current), -1), Op.delete(claim(current), -1)), this::onRemoved);
    }

    private void onRemoved(int rc) {
        switch (Code.get(rc)) {
            case OK -> idle();
            case NONODE ->
                giveBack(Duration.ZERO); // the item is gone, or our claim: then we take it again, to remove it
            default -> other(rc, items);
        }
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

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "queue handler");
        thread.setDaemon(true);
        return thread;
    }
}
