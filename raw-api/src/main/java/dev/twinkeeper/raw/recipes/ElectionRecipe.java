package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.zookeeper.AsyncCallback.ChildrenCallback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper.States;
import org.apache.zookeeper.data.Stat;

/**
 * A leader election by hand: an ephemeral sequential znode for each candidate, and a watch on the one before.
 *
 * <p><b>Use it</b> where one of several equal processes does something, and another one goes on with it soon. <b>Do not
 * use it</b> where two must never do it at the same moment and what it is done to can't refuse a token: no election can
 * give that. Nor for leaders in their thousands: each costs a session or at least a znode that ZooKeeper keeps in memory.
 *
 * <p><b>Znodes.</b> {@code PATH/_c_UUID-latch-NNNNNNNNNN}, ephemeral sequential, with the candidate's name in UTF-8 as
 * its data. The name is the one that Curator's LeaderLatch makes, so both can queue together, and with them kazoo's Lock
 * where its {@code _NODE_NAME} is {@code latch-}. The order is that of the number; a name that does not end in
 * {@code latch-} and a number is somebody else's and set aside. A znode that has such a name is a candidate, whoever made
 * it. The token is its czxid.
 *
 * <pre>
 * OUT      enter                   → AWAY, or LOOKING where connected
 * AWAY     connected               → LOOKING
 * LOOKING  not in the queue        → JOINING
 *          in it, first seen       → reads and watches our own znode, then LOOKING again
 *          in it, but resigning    → LEAVING
 *          in it, and first        → LEADING
 *          in it                   → WAITING   watches the one before
 * JOINING  created                 → LOOKING   reads and watches our own znode first
 * WAITING  the one before changed  → LOOKING
 * LEAVING  deleted                 → JOINING
 * any      our znode is deleted    → JOINING
 *          resign                  → LEAVING   where nothing is under way, else by the next look
 *          connection lost         → AWAY
 *          refused                 → OUT
 * </pre>
 *
 * <p>A create or delete whose answer was lost needs no code of its own: when the connection is back we look for our UUID,
 * and because the Keeper has passed a barrier, what is not there will not come.
 *
 * <p><b>Guarantees not made,</b> besides the contract's: sequences end after 2^31 candidacies below one znode; then
 * candidates fail, and another path is needed.
 */
public final class ElectionRecipe implements Election {
    private enum Phase {
        OUT,
        AWAY,
        LOOKING,
        JOINING,
        WAITING,
        LEADING,
        LEAVING
    }

    private static final Pattern CANDIDATE = Pattern.compile(".*latch-[0-9]{10}");
    private static final int NUMBER = 10;

    private final Recipe.Place place;
    private final String candidate;
    private final Listener listener;
    private final Keeper keeper;

    /** In a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    private final Watcher watcher;

    // Owned by the Keeper's thread.
    private Phase phase = Phase.OUT;
    private boolean connected;
    private boolean resigning;

    /** By which our znode is found where the answer was lost; another one for each. */
    private UUID uuid = UUID.randomUUID();

    /** Our znode, where we have read it since we connected; with its czxid. */
    private String own;

    private long token;

    /** The znode that is watched. */
    private String before;

    private final Set<CompletableFuture<List<String>>> readers = ConcurrentHashMap.newKeySet();
    private volatile Term term;
    private volatile Failure end;

    /** Opens a session, in the background. */
    public ElectionRecipe(Recipe.Place place, String candidate, Listener listener) {
        this.place = place;
        this.candidate = Recipe.checkName("candidate", candidate);
        this.listener = listener;
        this.keeper = new Keeper(place, new Connection());
        this.watcher = event -> keeper.post(() -> onEvent(event));
        keeper.open();
    }

    @Override
    public void enter() {
        checkOpen();
        keeper.post(() -> {
            if (phase == Phase.OUT) {
                phase = Phase.AWAY;
                if (connected) {
                    look();
                }
            }
        });
    }

    @Override
    public Optional<Term> term() {
        // E2: the client knows of a lost connection before our thread has come to tell of it.
        boolean certain = keeper.zk() != null && keeper.zk().getState() == States.CONNECTED;
        return Optional.ofNullable(certain ? term : null);
    }

    @Override
    public void resign() {
        checkOpen();
        keeper.post(() -> {
            depose();
            resigning = phase != Phase.OUT;
            if (phase == Phase.WAITING || phase == Phase.LEADING) {
                leave();
            }
        });
    }

    @Override
    public void close() {
        end = new Failure(Problem.CLOSED, "the candidate " + candidate + " is closed");
        readers.forEach(reader -> reader.completeExceptionally(end));
        keeper.post(() -> {
            phase = Phase.OUT;
            depose(); // before the znode goes, and with it the next one comes
        });
        keeper.close();
    }

    /** What the session tells. */
    private final class Connection implements Keeper.Owner {
        @Override
        public void connected() {
            connected = true;
            readers.forEach(ElectionRecipe.this::list);
            if (phase != Phase.OUT) {
                look(); // E6: never create before we know that we have none
            }
        }

        @Override
        public void disconnected() {
            connected = false;
            own = null; // to be read and watched anew: its watch may have been used up, and the next one lost
            if (phase != Phase.OUT) {
                phase = Phase.AWAY;
            }
            depose(); // E2: the session may end unheard
        }

        @Override
        public void expired() {
            disconnected();
            before = null; // E7: our watches went with their session
            uuid = UUID.randomUUID(); // so did our znode, or it will: the servers may know that session for a while
        }

        @Override
        public void failed(Failure why) {
            fail(why);
        }
    }

    // Into the queue.

    private void look() {
        phase = Phase.LOOKING;
        int round = keeper.round();
        ChildrenCallback reply = (rc, path, ctx, children) -> keeper.post(round, () -> onLooked(rc, children));
        keeper.zk().getChildren(place.path(), false, reply, null);
    }

    private void onLooked(int rc, List<String> children) {
        if (!answers(Phase.LOOKING, rc, keeper::again)) {
            return;
        }
        List<String> queue = queue(children);
        int index = 0;
        while (index < queue.size() && !queue.get(index).startsWith("_c_" + uuid)) {
            index++;
        }
        if (index == queue.size()) {
            join();
        } else if (own == null) {
            readOwn(place.path() + "/" + queue.get(index));
        } else if (resigning) {
            leave();
        } else if (index == 0) {
            lead();
        } else {
            watch(queue.get(index - 1));
        }
    }

    /** E2: we have no znode, or no longer; another one may lead already. */
    private void join() {
        phase = Phase.JOINING;
        depose();
        if (before != null) {
            keeper.unwatch(before);
        }
        before = null;
        own = null;
        resigning = false;
        uuid = UUID.randomUUID();
        int round = keeper.round();
        byte[] data = candidate.getBytes(UTF_8);
        StringCallback reply = (rc, path, ctx, made) -> keeper.post(round, () -> onJoined(rc, made));
        String path = place.path() + "/_c_" + uuid + "-latch-";
        keeper.zk().create(path, data, Keeper.acl(), CreateMode.EPHEMERAL_SEQUENTIAL, reply, null);
    }

    private void onJoined(int rc, String made) {
        if (answers(Phase.JOINING, rc, keeper::again)) {
            phase = Phase.LOOKING;
            readOwn(made);
        }
    }

    /** For the token, and for the watch that tells when an operator deletes it. */
    private void readOwn(String path) {
        int round = keeper.round();
        DataCallback reply = (rc, read, ctx, bytes, stat) -> keeper.post(round, () -> onOwnRead(rc, path, stat));
        keeper.zk().getData(path, watcher, reply, null);
    }

    private void onOwnRead(int rc, String path, Stat stat) {
        if (phase != Phase.JOINING && answers(phase, rc, this::join)) {
            own = path;
            token = stat.getCzxid();
            if (phase == Phase.LOOKING) {
                look();
            }
        }
    }

    /** Data that was set is an event too: the watch is used up. */
    private void onEvent(WatchedEvent event) {
        String path = event.getPath();
        if (phase == Phase.OUT || path == null) {
            return; // of the connection
        }
        if (path.equals(own) && event.getType() == EventType.NodeDeleted) {
            join();
        } else if (path.equals(own)) {
            readOwn(own);
        } else if (path.equals(before) && phase == Phase.WAITING) {
            look();
        }
    }

    // In the queue.

    /** E5: of the one before only. getData rather than exists, which would leave a watch where it is gone already. */
    private void watch(String name) {
        phase = Phase.WAITING;
        before = place.path() + "/" + name;
        int round = keeper.round();
        DataCallback reply = (rc, path, ctx, bytes, stat) -> keeper.post(round, () -> onWatched(rc));
        keeper.zk().getData(before, watcher, reply, null);
    }

    private void onWatched(int rc) {
        answers(Phase.WAITING, rc, this::look); // E4: gone since we looked
    }

    private void lead() {
        phase = Phase.LEADING;
        before = null;
        term = new Term(candidate, token);
        tell(() -> listener.elected(term));
    }

    private void depose() {
        Term over = term;
        term = null;
        if (over != null) {
            tell(() -> listener.deposed(over));
        }
    }

    /** What a listener throws is told as any thread's would be; it must not stop us in the middle. */
    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            Thread here = Thread.currentThread();
            here.getUncaughtExceptionHandler().uncaughtException(here, e);
        }
    }

    private void leave() {
        phase = Phase.LEAVING;
        int round = keeper.round();
        keeper.zk().delete(own, -1, (rc, path, ctx) -> keeper.post(round, () -> onLeft(rc)), null);
    }

    private void onLeft(int rc) {
        if (answers(Phase.LEAVING, rc, this::join)) {
            join();
        }
    }

    /** Whether it was done as asked; else what comes of it, which is the same for all but a znode that is missing. */
    private boolean answers(Phase asked, int rc, Runnable missing) {
        if (phase != asked || phase == Phase.OUT) {
            return false; // something else has come meanwhile
        }
        switch (Code.get(rc)) {
            case OK -> {
                return true;
            }
            case NONODE -> missing.run();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // connected() follows, and looks
            case NOCHILDRENFOREPHEMERALS ->
                fail(new Failure(Problem.FOREIGN, place.path() + " is somebody's ephemeral"));
            default -> fail(refused(asked, rc));
        }
        return false;
    }

    private void fail(Failure why) {
        phase = Phase.OUT;
        end = end != null ? end : why;
        readers.forEach(reader -> reader.completeExceptionally(why));
        keeper.close(); // X4: our znode goes with the session, whatever else we may not do
        depose();
        tell(() -> listener.failed(why));
    }

    private Failure refused(Object what, int rc) {
        return new Failure(Problem.NOT_ALLOWED, place.path() + ": " + what + " is refused: " + Code.get(rc));
    }

    // The queue.

    /** X2: the candidates in their order; others that are there are no business of ours. */
    private static List<String> queue(List<String> children) {
        return children.stream()
                .filter(CANDIDATE.asMatchPredicate())
                .sorted(Comparator.comparing(name -> name.substring(name.length() - NUMBER)))
                .toList();
    }

    @Override
    public List<String> candidates(Duration patience) {
        CompletableFuture<List<String>> reader = new CompletableFuture<>();
        readers.add(reader);
        try {
            checkOpen(); // after adding: else a close in between would leave this call to wait
            keeper.post(() -> list(reader));
            return Keeper.await(reader, patience);
        } catch (TimeoutException e) {
            throw new Failure(Problem.CANNOT_CONNECT, "no server answered in " + patience);
        } finally {
            readers.remove(reader);
        }
    }

    /** Where the connection is lost over it, it is asked again when there is one. */
    private void list(CompletableFuture<List<String>> reader) {
        int round = keeper.round();
        ChildrenCallback reply = (rc, path, ctx, children) -> keeper.post(round, () -> onListed(rc, children, reader));
        keeper.readBarrier(() -> keeper.zk().getChildren(place.path(), false, reply, null));
    }

    private void onListed(int rc, List<String> children, CompletableFuture<List<String>> reader) {
        switch (Code.get(rc)) {
            case OK -> name(queue(children).iterator(), new ArrayList<>(), reader);
            case NONODE -> reader.complete(List.of());
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> reader.completeExceptionally(refused("reading the queue", rc));
        }
    }

    /** One after the other: as many requests at once as there are candidates would be a burst without a bound. */
    private void name(Iterator<String> left, List<String> names, CompletableFuture<List<String>> reader) {
        if (!left.hasNext()) {
            reader.complete(List.copyOf(names));
            return;
        }
        int round = keeper.round();
        DataCallback reply =
                (rc, path, ctx, bytes, stat) -> keeper.post(round, () -> onNamed(rc, bytes, left, names, reader));
        keeper.zk().getData(place.path() + "/" + left.next(), false, reply, null);
    }

    private void onNamed(
            int rc, byte[] bytes, Iterator<String> left, List<String> names, CompletableFuture<List<String>> reader) {
        switch (Code.get(rc)) {
            case OK -> {
                names.add(bytes == null ? "" : new String(bytes, UTF_8));
                name(left, names, reader);
            }
            case NONODE -> name(left, names, reader); // gone since it was listed
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> reader.completeExceptionally(refused("reading the queue", rc));
        }
    }

    private void checkOpen() {
        if (end != null) {
            throw new Failure(end.problem(), end.getMessage());
        }
    }
}
