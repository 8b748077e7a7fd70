package dev.twinkeeper.raw.recipes;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.recipes.Queue.Handler;
import dev.twinkeeper.recipes.Queue.Item;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * The consumer of a {@link QueueRecipe}. It knows all names, by one persistent recursive watch and a list after each connection, so no burst is
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
 */
final class QueueConsumer {
    /** Q6: the pause after the first failure; it doubles with each, up to some ten seconds. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

    private static final int DOUBLINGS = 6;

    private enum Phase {
        IDLE,
        TAKING,
        HANDLING,
        REMOVING
    }

    private final QueueRecipe queue;
    private final RecipeConnection connection;
    private final String items;
    private final String claims;
    private final QueueClaims own;
    private final ExecutorService handlers = Executors.newSingleThreadExecutor(QueueConsumer::daemon);
    private final Watcher watcher = this::onEvent;
    private final AtomicReference<Handler> handler = new AtomicReference<>();
    private volatile Thread handling;

    private Phase phase = Phase.IDLE;
    private boolean listed;
    private String current;
    private long currentCzxid;
    private final Set<String> there = new TreeSet<>();
    private final Set<String> claimed = new HashSet<>();
    private final Set<String> foreign = new HashSet<>(); // items that are none
    private final Map<String, Integer> failures = new HashMap<>();
    private final Map<String, Long> handled = new HashMap<>(); // by their czxids; there until they are removed

    QueueConsumer(QueueRecipe queue, RecipeConnection connection) {
        this.queue = queue;
        this.connection = connection;
        this.items = connection.path("items");
        this.claims = connection.path("claims");
        this.own = new QueueClaims(connection, claims, this::next);
    }

    void consume(Handler newHandler) {
        if (newHandler == null || !handler.compareAndSet(null, newHandler)) {
            throw new Failure(Problem.INVALID, newHandler == null ? "no handler" : "it has a handler already");
        }
    }

    /** Returns false where the handler itself ends it: then it calls {@link QueueRecipe#end} when it has done. */
    boolean end() {
        handlers.shutdown();
        if (Thread.currentThread() == handling) {
            return false;
        }
        try {
            if (!handlers.awaitTermination(connection.sessionTimeout().toMillis(), MILLISECONDS)) {
                handlers.shutdownNow();
            }
        } catch (InterruptedException e) {
            handlers.shutdownNow();
            Thread.currentThread().interrupt();
        }
        return true;
    }

    // What is there: watch first, list second. On the session's thread.

    /** Connected. */
    void begin() {
        if (handler.get() == null) {
            return;
        }
        AddWatchMode all = AddWatchMode.PERSISTENT_RECURSIVE;
        connection
                .zk()
                .addWatch(
                        connection.path(),
                        watcher,
                        all,
                        replies().done(code -> queue.other(code, connection.path())),
                        null);
        list(items, names -> know(names, there));
        list(claims, this::onClaims);
    }

    void suspend() {
        listed = false;
        own.suspend();
    }

    /** Whether a claim of that name may be ours. */
    boolean claimed(String name) {
        return name.equals(current) || own.isResting(name);
    }

    private void list(String parent, Consumer<List<String>> then) {
        connection.list(parent, replies().children((code, names, stat) -> {
            if (code == Code.OK) {
                then.accept(names);
            } else {
                queue.other(code, parent);
            }
        }));
    }

    private static void know(List<String> names, Set<String> known) {
        known.clear();
        names.stream().filter(QueueItem::isName).forEach(known::add);
    }

    private void onClaims(List<String> names) {
        know(names, claimed);
        listed = true;
        own.begin();
        switch (phase) {
            case IDLE -> next();
            case TAKING ->
                connection.zk().getData(own.path(current), false, replies().data(this::onSeen), null);
            case HANDLING -> {} // nobody can call the handler back
            case REMOVING -> remove();
        }
    }

    private void onEvent(WatchedEvent event) {
        if (event.getPath() != null) { // else it is about the connection
            connection.post(() -> onChange(event.getType(), event.getPath()));
        }
    }

    private void onChange(EventType type, String path) {
        if (type == EventType.PersistentWatchRemoved && listed) {
            queue.again(); // by another recipe on this session and path
            return;
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        Set<String> known = path.equals(item(name)) ? there : claimed;
        if (!QueueItem.isName(name) || known == claimed && !path.equals(own.path(name))) {
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

    private void multi(List<Op> ops, Consumer<Code> reply) {
        connection.zk().multi(ops, replies().multi((code, results) -> reply.accept(code)), null);
    }

    // One item after the other.

    private void idle() {
        phase = Phase.IDLE;
        current = null;
        next();
    }

    /** Q1: the first that has no claim. */
    private void next() {
        List.of(foreign, failures.keySet(), handled.keySet()).forEach(known -> known.retainAll(there));
        if (phase == Phase.IDLE && listed && queue.broken() == null) {
            there.stream()
                    .filter(name -> !claimed.contains(name) && !own.isResting(name) && !foreign.contains(name))
                    .findFirst()
                    .ifPresent(this::take);
        }
    }

    private void take(String name) {
        phase = Phase.TAKING;
        current = name;
        // Q3: no claim for an item that another has finished since.
        multi(List.of(Op.check(item(name), -1), own.create(name)), this::onTaken);
    }

    private void onTaken(Code code) {
        switch (code) {
            case OK -> read();
            case NODEEXISTS -> {
                claimed.add(current);
                idle();
            }
            case NONODE -> {
                if (there.contains(current)) { // had another removed it, the watch would have told us before
                    queue.other(code, claims);
                } else {
                    idle();
                }
            }
            default -> queue.other(code, claims);
        }
    }

    /** Whether our claim was made before the connection was lost. */
    private void onSeen(Code code, byte[] data, Stat stat) {
        if (code == Code.OK && own.isOurs(data, stat)) {
            read();
        } else if (code == Code.OK || code == Code.NONODE || code == Code.NOAUTH) {
            idle();
        } else {
            queue.other(code, claims);
        }
    }

    private void read() {
        connection.zk().getData(item(current), false, replies().data(this::onRead), null);
    }

    private void onRead(Code code, byte[] item, Stat stat) {
        switch (code) {
            case OK -> begin(QueueItem.decode(item), stat.getCzxid());
            case NOAUTH -> begin(null, 0); // not for us
            case NONODE -> giveBack(Duration.ZERO); // somebody finished it who had lost the claim
            default -> queue.other(code, items);
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
                handlers.execute(() -> handle(item));
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
            connection.post(this::onDone);
        } catch (Throwable whatever) { // what was wrong is for the handler to log
            connection.post(this::onThrown);
        }
        if (queue.isClosed()) {
            queue.end();
        }
    }

    /** Q6: we keep the claim for the pause, so that the others pause too; later items pass. */
    private void onThrown() {
        int times = failures.merge(current, 1, Integer::sum);
        giveBack(FIRST_PAUSE.multipliedBy(1L << Math.min(times - 1, DOUBLINGS)));
    }

    private void giveBack(Duration after) {
        own.rest(current, after);
        idle();
    }

    private void onDone() {
        phase = Phase.REMOVING;
        handled.put(current, currentCzxid);
        if (listed) {
            remove(); // else the list comes back to it
        }
    }

    /**
     * Both at once, the item first: who hears of it must not find an item without a claim. Where the claim is another's
     * by now, because our session was lost, both may go all the same: the item was handled.
     */
    private void remove() {
        multi(List.of(Op.delete(item(current), -1), Op.delete(own.path(current), -1)), this::onRemoved);
    }

    private void onRemoved(Code code) {
        switch (code) {
            case OK -> idle();
            case NONODE ->
                giveBack(Duration.ZERO); // the item is gone, or our claim: then we take it again, to remove it
            default -> queue.other(code, items);
        }
    }

    private PhaseGuard<?> replies() {
        return connection.replies();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "queue handler");
        thread.setDaemon(true);
        return thread;
    }
}
