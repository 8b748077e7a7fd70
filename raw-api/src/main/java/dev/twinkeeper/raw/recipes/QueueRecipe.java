package dev.twinkeeper.raw.recipes;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
import org.apache.zookeeper.OpResult;
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
 * another. Producers that put at the same moment get in each other's way: of n the last needs n tries. Whoever just
 * creates {@code queue-} znodes takes part as well, as Curator's DistributedQueue does, and is not bounded. Kazoo's queues
 * have other names ({@code entry-100-0000000007}) and plain bytes; twenty lines of kazoo take part here all the same, see
 * docs/recipes.md.
 *
 * <p><b>A consumer</b> knows all names, by one persistent recursive watch and a list after each connection, so no burst is
 * listed item by item. The price: each consumer hears five notifications an item, and where n are idle, n try to claim it
 * and one succeeds. Its phases, where an event is the reply of the request that the phase stands for:
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
 * <p><b>Guarantees not made.</b> An item is handled again when its consumer's session ends before the removal: while the
 * first still handles it, if that one was only cut off. The order is that of the beginnings, and of one consumer; an item
 * that waits for its pause is passed by later ones. After more than {@value #TOKENS} puts of others during one outage, a
 * put may end as unknown. After 2³¹ puts a path is used up, and says so.
 */
public final class QueueRecipe implements Queue {
    private static final String PREFIX = "queue-";
    private static final Pattern ITEM = Pattern.compile(PREFIX + "\\d{10}");

    /** Each costs 16 bytes of every put, and covers one put of another producer during an outage of this one. */
    private static final int TOKENS = 100;

    private static final int TOKEN_BYTES = 16;

    /** Q6: the pause after the first failure; it doubles with each, up to {@code LONGEST_PAUSE}. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /** More names than this may not fit into an answer of one mebibyte, and then look like a lost connection. */
    private static final int LISTABLE = 40_000;

    /** How soon a queue that is too long to be listed is looked at again. */
    private static final Duration TOO_LONG_PAUSE = Duration.ofSeconds(5);

    /** For the recipe's thread to say what became of a put whose time was up. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private enum Phase {
        IDLE,
        TAKING,
        HANDLING,
        REMOVING
    }

    /** A put, or a question for the size, that waits for its answer. */
    private static final class Ask {
        private final byte[] item; // null: the size is asked for
        private final byte[] token = token(UUID.randomUUID());
        private final CompletableFuture<Integer> answer = new CompletableFuture<>();
        private Stat sent; // the parent as it was when the put was last sent; null: nothing of it is under way

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
    private volatile boolean closedByHandler;
    private volatile Thread handling;

    private boolean connected;
    private Failure broken;
    private final Deque<Ask> asks = new ArrayDeque<>(); // as many as there are threads that wait
    private Ask asking;

    private Phase phase = Phase.IDLE;
    private boolean watching;
    private boolean listed;
    private String current;
    private long currentCzxid;
    private final TreeSet<String> there = new TreeSet<>();
    private final Set<String> claimed = new HashSet<>();
    private final Set<String> foreign = new HashSet<>(); // items that are none
    private final Map<String, Integer> failures = new HashMap<>();
    private final Set<String> resting = new HashSet<>(); // not to be taken by us, until our claim is gone
    private final Set<String> leaving = new HashSet<>(); // those of them whose claim is to go now

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
            keeper.post(() -> giveUp(ask));
            return whatBecameOf(ask);
        } finally {
            keeper.post(() -> giveUp(ask)); // whoever was interrupted does not want it any more
        }
    }

    private static int whatBecameOf(Ask ask) {
        try {
            return Keeper.await(ask.answer, GRACE);
        } catch (TimeoutException stuck) {
            throw new Failure(Problem.UNKNOWN, "no answer, and nobody to say why");
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
        keeper.post(this::watch);
    }

    @Override
    public void close() {
        closed = true;
        keeper.post(() -> breakOff(closed()));
        hands.shutdown();
        if (Thread.currentThread() == handling) {
            closedByHandler = true; // handle() ends the session, when the item is removed
            return;
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
            watching = false;
            listed = false;
            broken = closed ? closed() : null;
            asking = null;
            make();
            look();
            watch();
        }

        @Override
        public void disconnected() {
            connected = false;
            listed = false;
        }

        @Override
        public void expired() {
            disconnected();
            resting.removeAll(leaving); // they went with the session
            leaving.clear();
        }

        @Override
        public void failed(Failure why) {
            breakOff(why);
        }
    }

    /** What comes of a request; {@code what} is null where the answer is no. */
    private interface Reply<T> {
        void on(int rc, T what);
    }

    // Each hands the answer to our thread, unless the connection is another by then.

    private StatCallback stat(Reply<Stat> then) {
        int asked = keeper.round();
        return (rc, path, ctx, stat) -> keeper.post(asked, () -> then.on(rc, stat));
    }

    private ChildrenCallback names(Reply<List<String>> then) {
        int asked = keeper.round();
        return (rc, path, ctx, names) -> keeper.post(asked, () -> then.on(rc, names));
    }

    private MultiCallback multi(Reply<List<OpResult>> then) {
        int asked = keeper.round();
        return (rc, path, ctx, results) -> keeper.post(asked, () -> then.on(rc, results));
    }

    private VoidCallback end(Reply<String> then) {
        int asked = keeper.round();
        return (rc, path, ctx) -> keeper.post(asked, () -> then.on(rc, path));
    }

    /** All answers that a request has no words of its own for. */
    private void other(int rc, String path) {
        switch (Code.get(rc)) {
            case OK, NODEEXISTS -> {}
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // it begins again when the connection is back
            case NONODE -> {
                if (broken == null) { // else it can't be made
                    keeper.again(); // an operator removed a parent
                }
            }
            case NOCHILDRENFOREPHEMERALS ->
                breakOff(new Failure(Problem.FOREIGN, path + " is an ephemeral of somebody"));
            default -> breakOff(new Failure(Problem.NOT_ALLOWED, path + ": " + Code.get(rc)));
        }
    }

    private void breakOff(Failure why) {
        broken = why;
        asks.forEach(ask -> ask.answer.completeExceptionally(why));
        asks.clear();
        asking = null;
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

    // Putting, and counting: one after the other.

    private void accept(Ask ask) {
        if (broken != null) {
            ask.answer.completeExceptionally(broken);
            return;
        }
        asks.add(ask);
        look();
    }

    /** The parent tells all: how many children it has, the version to compare, the tokens of the last puts. */
    private void look() {
        if (!connected || asking != null || asks.isEmpty()) {
            return;
        }
        Ask ask = asks.peek();
        asking = ask;
        int asked = keeper.round();
        DataCallback onData = (rc, path, ctx, data, stat) -> keeper.post(asked, () -> onLooked(ask, rc, data, stat));
        keeper.zk().getData(items, false, onData, null);
    }

    private void onLooked(Ask ask, int rc, byte[] data, Stat stat) {
        if (ask != asking) {
            return; // given up
        }
        if (Code.get(rc) != Code.OK) {
            other(rc, items);
        } else if (ask.item == null) {
            answer(ask, stat.getNumChildren());
        } else if (holds(data, ask.token)) {
            answer(ask, 0); // Q5: it was added, and the answer lost
        } else if (isForgotten(ask.sent, stat)) {
            refuse(ask, new Failure(Problem.UNKNOWN, "too much was put by others while the connection was lost"));
        } else if (stat.getNumChildren() >= capacity) {
            refuse(ask, new Failure(Problem.FULL, stat.getNumChildren() + " items, " + capacity + " at the most"));
        } else {
            add(ask, data, stat);
        }
    }

    /** Whether a put that was sent then may have been added, and its token be gone by now. */
    private static boolean isForgotten(Stat then, Stat now) {
        return then != null && (then.getCzxid() != now.getCzxid() || now.getVersion() - then.getVersion() > TOKENS);
    }

    private void add(Ask ask, byte[] tokens, Stat stat) {
        ask.sent = stat;
        // Q4, Q5: misses when anybody put since the children were counted, we ourselves included.
        List<Op> put = List.of(
                Op.setData(items, newest(ask.token, tokens), stat.getVersion()),
                Op.create(item(PREFIX), ask.item, Keeper.acl(), CreateMode.PERSISTENT_SEQUENTIAL));
        keeper.zk().multi(put, multi((rc, results) -> onAdded(ask, rc)), null);
    }

    private void onAdded(Ask ask, int rc) {
        if (ask != asking) {
            return;
        }
        switch (Code.get(rc)) {
            case OK -> answer(ask, 0);
            case BADVERSION -> { // another put came in between
                asking = null;
                look();
            }
            case NODEEXISTS ->
                refuse(ask, new Failure(Problem.FULL, "the sequence of " + items + " is at its end: take another"));
            default -> other(rc, items);
        }
    }

    private void answer(Ask ask, int number) {
        ask.answer.complete(number);
        giveUp(ask);
    }

    private void refuse(Ask ask, Failure why) {
        ask.answer.completeExceptionally(why);
        giveUp(ask);
    }

    /** Its time is up, or it has its answer. */
    private void giveUp(Ask ask) {
        if (!asks.remove(ask)) {
            return;
        }
        ask.answer.completeExceptionally(
                ask.sent == null
                        ? new Failure(Problem.CANNOT_CONNECT, "no answer of " + place.servers() + " in time")
                        : new Failure(Problem.UNKNOWN, "sent, and no answer in time"));
        if (ask == asking) {
            asking = null;
        }
        look();
    }

    // Knowing what is there: watch first, list second.

    private void watch() {
        if (connected && !watching && handler.get() != null) {
            watching = true; // one list for a connection: resume() may not begin a second time what is under way
            keeper.zk().addWatch(place.path(), watcher, AddWatchMode.PERSISTENT_RECURSIVE, end(this::other), null);
            measure();
        }
    }

    private void measure() {
        keeper.zk().exists(items, false, stat(this::onMeasured), null);
    }

    private void onMeasured(int rc, Stat stat) {
        if (Code.get(rc) != Code.OK) {
            other(rc, items);
        } else if (stat.getNumChildren() <= LISTABLE) {
            keeper.zk().getChildren(items, false, names(this::onItems), null);
            keeper.zk().getChildren(claims, false, names(this::onClaims), null);
        } else {
            int asked = keeper.round();
            keeper.after(TOO_LONG_PAUSE, () -> keeper.post(asked, this::measure));
        }
    }

    private void onItems(int rc, List<String> names) {
        switch (Code.get(rc)) {
            case OK -> {
                there.clear();
                names.stream().filter(name -> ITEM.matcher(name).matches()).forEach(there::add);
                foreign.retainAll(there);
                failures.keySet().retainAll(there);
            }
            default -> other(rc, items);
        }
    }

    private void onClaims(int rc, List<String> names) {
        switch (Code.get(rc)) {
            case OK -> {
                claimed.clear();
                claimed.addAll(names);
                listed = true;
                leaving.forEach(this::release);
                resume();
            }
            default -> other(rc, claims);
        }
    }

    private void onEvent(WatchedEvent event) {
        keeper.post(() -> onChange(event.getType(), event.getPath()));
    }

    private void onChange(EventType type, String path) {
        String name = path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
        boolean isItem = item(name).equals(path);
        if (!ITEM.matcher(name).matches() || !isItem && !claim(name).equals(path)) {
            return; // about the connection, the parents, or something foreign
        }
        switch (type) {
            case NodeCreated -> (isItem ? there : claimed).add(name);
            case NodeDeleted -> {
                (isItem ? there : claimed).remove(name);
                if (isItem) {
                    foreign.remove(name);
                    failures.remove(name);
                }
            }
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
            case TAKING -> keeper.zk().exists(claim(current), false, stat(this::onClaimSeen), null);
            case HANDLING -> {} // nobody can call the handler back
            case REMOVING -> remove();
        }
    }

    private void idle() {
        phase = Phase.IDLE;
        current = null;
        next();
    }

    /** Q1: the first that has no claim. */
    private void next() {
        if (phase != Phase.IDLE || !listed || broken != null) {
            return;
        }
        there.stream()
                .filter(name -> !claimed.contains(name) && !resting.contains(name) && !foreign.contains(name))
                .findFirst()
                .ifPresent(this::take);
    }

    private void take(String name) {
        phase = Phase.TAKING;
        current = name;
        // Q3: no claim for an item that another has finished since.
        List<Op> take = List.of(
                Op.check(item(name), -1), Op.create(claim(name), new byte[0], Keeper.acl(), CreateMode.EPHEMERAL));
        keeper.zk().multi(take, multi(this::onTaken), null);
    }

    private void onTaken(int rc, List<OpResult> results) {
        switch (Code.get(rc)) {
            case OK -> read();
            case NODEEXISTS -> {
                claimed.add(current);
                idle();
            }
            case NONODE -> {
                if (results.get(0) instanceof OpResult.ErrorResult check && check.getErr() == rc) {
                    there.remove(current);
                    idle();
                } else {
                    other(rc, claims);
                }
            }
            default -> other(rc, claims);
        }
    }

    /** Whether our claim was made before the connection was lost. */
    private void onClaimSeen(int rc, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> {
                if (keeper.owns(stat.getEphemeralOwner())) {
                    read();
                } else {
                    idle();
                }
            }
            case NONODE -> idle();
            default -> other(rc, claims);
        }
    }

    private void read() {
        int asked = keeper.round();
        DataCallback onData = (rc, path, ctx, data, stat) -> keeper.post(asked, () -> onRead(rc, data, stat));
        keeper.zk().getData(item(current), false, onData, null);
    }

    private void onRead(int rc, byte[] data, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> begin(decode(data), stat.getCzxid());
            case NOAUTH -> begin(List.of(), 0); // not for us
            case NONODE -> {
                there.remove(current); // somebody finished it who had lost the claim
                finish();
            }
            default -> other(rc, items);
        }
    }

    private void begin(List<byte[]> parts, long czxid) {
        if (parts.isEmpty()) {
            foreign.add(current); // X2: set aside
            finish();
            return;
        }
        String name = current;
        currentCzxid = czxid;
        phase = Phase.HANDLING;
        try {
            hands.execute(() -> handle(name, parts));
        } catch (RejectedExecutionException justClosed) {
            // The claim goes with the session.
        }
    }

    /** On the handler's thread. */
    private void handle(String name, List<byte[]> parts) {
        handling = Thread.currentThread();
        try {
            for (byte[] part : parts) {
                handler.get().handle(new Item(name, part));
            }
            keeper.post(this::onDone);
        } catch (Throwable whatever) { // what was wrong is for the handler to log
            keeper.post(this::onThrown);
        }
        handling = null;
        if (closedByHandler) {
            keeper.close();
        }
    }

    /** Q6: we keep the claim for the pause, so that the others pause too; later items pass. */
    private void onThrown() {
        String name = current;
        int times = failures.merge(name, 1, Integer::sum);
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(times - 1, 10));
        resting.add(name);
        keeper.after(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE, () -> letGo(name));
        idle();
    }

    private void letGo(String name) {
        resting.add(name);
        leaving.add(name);
        if (connected) {
            release(name);
        }
    }

    /** Only ours: where our session was lost, the claim is another's by now. */
    private void release(String name) {
        keeper.zk().exists(claim(name), false, stat((rc, stat) -> onReleasing(name, rc, stat)), null);
    }

    private void onReleasing(String name, int rc, Stat stat) {
        if (Code.get(rc) == Code.OK && keeper.owns(stat.getEphemeralOwner())) {
            keeper.zk().delete(claim(name), -1, end((deleted, path) -> onReleased(name, deleted)), null);
        } else {
            onReleased(name, rc);
        }
    }

    private void onReleased(String name, int rc) {
        switch (Code.get(rc)) {
            case OK, NONODE -> {
                leaving.remove(name);
                resting.remove(name);
                next();
            }
            default -> other(rc, claims);
        }
    }

    private void onDone() {
        phase = Phase.REMOVING;
        if (connected) {
            remove(); // else resume() comes back to it
        }
    }

    /**
     * Both at once, the item first: who hears of it must not find an item without a claim. Where the claim is another's
     * by now, because our session was lost, both may go all the same: the item was handled.
     */
    private void remove() {
        List<Op> both = List.of(Op.delete(item(current), -1), Op.delete(claim(current), -1));
        keeper.zk().multi(both, multi((rc, results) -> onRemoved(rc)), null);
    }

    private void onRemoved(int rc) {
        switch (Code.get(rc)) {
            case OK -> idle();
            case NONODE -> keeper.zk().exists(item(current), false, stat(this::onChecked), null);
            default -> other(rc, items);
        }
    }

    /** Q3: it was handled, and our claim is gone: the sooner it goes, the fewer handle it again. */
    private void onChecked(int rc, Stat stat) {
        if (Code.get(rc) == Code.OK && stat.getCzxid() == currentCzxid) {
            keeper.zk().delete(item(current), -1, end((deleted, path) -> onRemovedUnclaimed(deleted)), null);
        } else {
            onRemovedUnclaimed(rc); // gone, or a later item of the name, in a queue that an operator began anew
        }
    }

    private void onRemovedUnclaimed(int rc) {
        switch (Code.get(rc)) {
            case OK, NONODE -> finish();
            default -> other(rc, items);
        }
    }

    private void finish() {
        letGo(current);
        idle();
    }

    // Bytes, and threads.

    private static final int VERSION = 0x00010001;
    private static final byte PART = 1;
    private static final byte END = 2;
    private static final int FRAME = 2 * Integer.BYTES + 2;

    /** As Curator's DistributedQueue writes an item: a version, one or more parts with their lengths, an end. */
    private static byte[] encode(byte[] data) {
        return ByteBuffer.allocate(FRAME + data.length)
                .putInt(VERSION)
                .put(PART)
                .putInt(data.length)
                .put(data)
                .put(END)
                .array();
    }

    /** None, where these are other bytes. */
    private static List<byte[]> decode(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data == null ? new byte[0] : data);
        List<byte[]> parts = new ArrayList<>();
        if (in.remaining() < Integer.BYTES || in.getInt() != VERSION) {
            return List.of();
        }
        while (in.remaining() > Integer.BYTES && in.get() == PART) {
            int length = in.getInt();
            if (length < 0 || length >= in.remaining()) {
                return List.of();
            }
            byte[] part = new byte[length];
            in.get(part);
            parts.add(part);
        }
        return in.position() == data.length - 1 && in.get() == END ? parts : List.of();
    }

    private static byte[] token(UUID id) {
        return ByteBuffer.allocate(TOKEN_BYTES)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private static boolean holds(byte[] tokens, byte[] token) {
        for (int from = 0; tokens != null && from + TOKEN_BYTES <= tokens.length; from += TOKEN_BYTES) {
            if (Arrays.equals(tokens, from, from + TOKEN_BYTES, token, 0, TOKEN_BYTES)) {
                return true;
            }
        }
        return false;
    }

    /** The token, and those before it. */
    private static byte[] newest(byte[] token, byte[] tokens) {
        int kept = tokens == null ? 0 : Math.min(tokens.length, (TOKENS - 1) * TOKEN_BYTES);
        ByteBuffer out = ByteBuffer.allocate(TOKEN_BYTES + kept).put(token);
        return (kept == 0 ? out : out.put(tokens, 0, kept)).array();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "queue handler");
        thread.setDaemon(true);
        return thread;
    }
}
