package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
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
import org.apache.zookeeper.Watcher.WatcherType;
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
 * OUT      enter                   → AWAY, or JOINING where connected
 * AWAY     connected               → JOINING, or LOOKING where we may have a znode
 * JOINING  created                 → LOOKING
 * LOOKING  not in the queue        → JOINING, by a new name
 *          in it, first seen       → reads and watches our own znode, then LOOKING again
 *          in it, and first        → LEADING
 *          in it                   → WAITING   watches the one before
 * WAITING  the one before changed  → LOOKING
 * any      our znode is deleted    → JOINING, by a new name
 *          resign                  → LEAVING, then JOINING, by a new name
 *          connection lost         → AWAY
 *          session lost            → AWAY, by a new name
 *          refused                 → OUT
 * </pre>
 *
 * <p>A create whose answer was lost needs no code of its own: when the connection is back we look for our UUID before we
 * create, and because the Keeper has synced, what is not there will not come.
 *
 * <p><b>Guarantees not made,</b> besides the contract's: sequences end after 2^31 candidacies below one znode; then candidates fail, and another path is needed.
 */
public final class ElectionRecipe implements Election {
    private enum Phase {
        OUT,
        AWAY,
        JOINING,
        LOOKING,
        WAITING,
        LEADING,
        LEAVING
    }

    /** One place in the queue. It is never made anew: where it is lost, there is another one, with another UUID. */
    private static final class Candidacy {
        /** By which its znode is created, and found where the answer was lost. */
        final String prefix = "_c_" + UUID.randomUUID() + "-" + LATCH;
        /** Whether such a znode may exist. */
        boolean asked;
        /** Its path, once it was read; with its czxid. */
        String own;

        long token;
        /** The znode that is watched. */
        String before;

        boolean resigning;
    }

    private static final String LATCH = "latch-";

    private static final Pattern CANDIDATE = Pattern.compile(".*" + LATCH + "[0-9]{10}");

    private final Recipe.Place place;
    private final byte[] data;
    private final String candidate;
    private final Listener listener;
    private final Keeper keeper;

    /** Each in a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    private final Watcher ownWatcher;

    private final Watcher beforeWatcher;

    // Owned by the Keeper's thread.
    private Phase phase = Phase.OUT;

    private boolean connected;
    private Candidacy mine = new Candidacy();

    private final Set<CompletableFuture<List<String>>> readers = ConcurrentHashMap.newKeySet();
    private volatile Term term;
    private volatile boolean closed;
    private volatile Failure failure;

    /**
     * Opens a session, in the background.
     *
     * @throws Failure {@link Problem#INVALID} for a name that can't be
     */
    public ElectionRecipe(Recipe.Place place, String candidate, Listener listener) {
        this.place = place;
        this.candidate = Recipe.checkName("candidate", candidate);
        this.data = candidate.getBytes(UTF_8);
        this.listener = listener;
        this.keeper = new Keeper(place, new Connection());
        this.ownWatcher = event -> keeper.post(() -> onOwn(event));
        this.beforeWatcher = event -> keeper.post(() -> onBefore(event));
        keeper.open();
    }

    @Override
    public void enter() {
        checkOpen();
        keeper.post(() -> {
            if (phase == Phase.OUT) {
                phase = Phase.AWAY;
                if (connected) {
                    join();
                }
            }
        });
    }

    @Override
    public Optional<Term> term() {
        // E2: the client knows of a lost connection before our thread has come to tell of it.
        return keeper.zk() != null && keeper.zk().getState() == States.CONNECTED
                ? Optional.ofNullable(term)
                : Optional.empty();
    }

    @Override
    public void resign() {
        checkOpen();
        keeper.post(() -> {
            mine.resigning = mine.asked;
            depose();
            if (phase == Phase.WAITING || phase == Phase.LEADING) {
                leave();
            }
        });
    }

    @Override
    public void close() {
        closed = true;
        readers.forEach(reader -> reader.completeExceptionally(closed()));
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
            if (phase == Phase.OUT) {
                return;
            }
            mine.own = null; // read and watched anew: its watch may have been used up, and the next one lost
            if (mine.asked) {
                look(); // E6: never create before we know that we have none
            } else {
                join();
            }
        }

        @Override
        public void disconnected() {
            connected = false;
            if (phase != Phase.OUT) {
                phase = Phase.AWAY;
            }
            depose(); // E2: the session may end unheard
        }

        @Override
        public void expired() {
            disconnected();
            mine = new Candidacy(); // E7: the old znode went with its session
        }

        @Override
        public void failed(Failure why) {
            fail(why);
        }
    }

    // Into the queue.

    private void join() {
        phase = Phase.JOINING;
        mine.asked = true;
        int round = keeper.round();
        String path = place.path() + "/" + mine.prefix;
        StringCallback reply = (rc, sent, ctx, name) -> keeper.post(round, () -> onJoined(rc));
        keeper.zk().create(path, data, Keeper.acl(), CreateMode.EPHEMERAL_SEQUENTIAL, reply, null);
    }

    private void onJoined(int rc) {
        if (phase != Phase.JOINING) {
            return;
        }
        switch (Code.get(rc)) {
            case OK -> look();
            case NONODE -> keeper.again(); // somebody deleted the whole queue
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            case NOCHILDRENFOREPHEMERALS ->
                fail(new Failure(Problem.FOREIGN, place.path() + " is somebody's ephemeral"));
            default -> fail(refused("a candidate's znode", rc));
        }
    }

    private void look() {
        phase = Phase.LOOKING;
        int round = keeper.round();
        ChildrenCallback reply = (rc, path, ctx, children) -> keeper.post(round, () -> onLooked(rc, children));
        keeper.zk().getChildren(place.path(), false, reply, null);
    }

    private void onLooked(int rc, List<String> children) {
        if (phase != Phase.LOOKING) {
            return;
        }
        switch (Code.get(rc)) {
            case OK -> placed(queue(children));
            case NONODE -> keeper.again();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(refused("the list of candidates", rc));
        }
    }

    private void placed(List<String> queue) {
        int index = 0;
        while (index < queue.size() && !queue.get(index).startsWith(mine.prefix)) {
            index++;
        }
        if (index == queue.size()) {
            gone();
        } else if (mine.resigning) {
            mine.own = place.path() + "/" + queue.get(index);
            leave();
        } else if (mine.own == null) {
            readOwn(place.path() + "/" + queue.get(index));
        } else if (index == 0) {
            lead();
        } else {
            watch(queue.get(index - 1));
        }
    }

    /** For the token, and for the watch that tells when an operator deletes it. */
    private void readOwn(String path) {
        int round = keeper.round();
        Candidacy asking = mine;
        DataCallback reply =
                (rc, read, ctx, bytes, stat) -> keeper.post(round, () -> onOwnRead(rc, asking, path, stat));
        keeper.zk().getData(path, ownWatcher, reply, null);
    }

    private void onOwnRead(int rc, Candidacy asking, String path, Stat stat) {
        if (asking != mine || phase == Phase.OUT || phase == Phase.LEAVING) {
            return;
        }
        switch (Code.get(rc)) {
            case OK -> {
                mine.own = path;
                mine.token = stat.getCzxid();
                if (phase == Phase.LOOKING) {
                    look();
                }
            }
            case NONODE -> gone();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(refused("our own znode", rc));
        }
    }

    private void onOwn(WatchedEvent event) {
        if (phase == Phase.OUT || mine.own == null || !mine.own.equals(event.getPath())) {
            return; // of the connection, or of a znode that we left
        }
        if (event.getType() != EventType.NodeDeleted) {
            readOwn(mine.own); // its data was set: the watch is used up
        } else if (phase != Phase.AWAY) {
            gone();
        } // else it is looked for as soon as the session is ready
    }

    /** E2: our znode is not there, or an operator deleted it; another one may lead already. */
    private void gone() {
        depose();
        unwatch();
        mine = new Candidacy();
        join();
    }

    // In the queue.

    /** E5: of the one before only. getData rather than exists, which would leave a watch where it is gone already. */
    private void watch(String name) {
        phase = Phase.WAITING;
        mine.before = place.path() + "/" + name;
        int round = keeper.round();
        DataCallback reply = (rc, path, ctx, bytes, stat) -> keeper.post(round, () -> onWatched(rc, path));
        keeper.zk().getData(mine.before, beforeWatcher, reply, null);
    }

    private void onWatched(int rc, String path) {
        if (phase != Phase.WAITING || !path.equals(mine.before)) {
            return;
        }
        switch (Code.get(rc)) {
            case OK -> {}
            case NONODE -> look(); // E4: gone since we looked
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(refused("the candidate before us", rc));
        }
    }

    private void onBefore(WatchedEvent event) {
        if (phase == Phase.WAITING && mine.before.equals(event.getPath())) {
            look(); // also where its data was set: the watch is used up
        }
    }

    /** X4: with removeWatches, which names the watcher, only the client would forget it; the server would not. */
    private void unwatch() {
        if (mine.before != null) {
            keeper.zk().removeAllWatches(mine.before, WatcherType.Data, true, (rc, path, ctx) -> {}, null);
            mine.before = null;
        }
    }

    private void lead() {
        phase = Phase.LEADING;
        mine.before = null;
        term = new Term(candidate, mine.token);
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
        unwatch();
        int round = keeper.round();
        keeper.zk().delete(mine.own, -1, (rc, path, ctx) -> keeper.post(round, () -> onLeft(rc)), null);
    }

    private void onLeft(int rc) {
        if (phase != Phase.LEAVING) {
            return;
        }
        switch (Code.get(rc)) {
            case OK, NONODE -> gone();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> fail(refused("that our znode is deleted", rc));
        }
    }

    private void fail(Failure why) {
        phase = Phase.OUT;
        failure = why;
        readers.forEach(reader -> reader.completeExceptionally(why));
        keeper.close(); // X4: our znode goes with the session, whatever else we may not do
        depose();
        tell(() -> listener.failed(why));
    }

    private Failure refused(String what, int rc) {
        return new Failure(Problem.NOT_ALLOWED, place.path() + ": " + what + " is refused: " + Code.get(rc));
    }

    // The queue.

    /** X2: the candidates in their order; others that are there are no business of ours. */
    private static List<String> queue(List<String> children) {
        return children.stream()
                .filter(CANDIDATE.asMatchPredicate())
                .sorted(Comparator.comparing(name -> name.substring(name.lastIndexOf(LATCH))))
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
        keeper.zk().sync(place.path(), (rc, path, ctx) -> {}, null);
        ChildrenCallback reply = (rc, path, ctx, children) -> keeper.post(round, () -> onListed(rc, children, reader));
        keeper.zk().getChildren(place.path(), false, reply, null);
    }

    private void onListed(int rc, List<String> children, CompletableFuture<List<String>> reader) {
        switch (Code.get(rc)) {
            case OK -> name(new ArrayDeque<>(queue(children)), new ArrayList<>(), reader);
            case NONODE -> reader.complete(List.of());
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> reader.completeExceptionally(refused("the list of candidates", rc));
        }
    }

    /** One after the other: as many requests at once as there are candidates would be a burst without a bound. */
    private void name(Deque<String> left, List<String> names, CompletableFuture<List<String>> reader) {
        if (left.isEmpty()) {
            reader.complete(List.copyOf(names));
            return;
        }
        int round = keeper.round();
        DataCallback reply =
                (rc, path, ctx, bytes, stat) -> keeper.post(round, () -> onNamed(rc, bytes, left, names, reader));
        keeper.zk().getData(place.path() + "/" + left.remove(), false, reply, null);
    }

    private void onNamed(
            int rc, byte[] bytes, Deque<String> left, List<String> names, CompletableFuture<List<String>> reader) {
        switch (Code.get(rc)) {
            case OK -> {
                names.add(bytes == null ? "" : new String(bytes, UTF_8));
                name(left, names, reader);
            }
            case NONODE -> name(left, names, reader); // gone since it was listed
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {}
            default -> reader.completeExceptionally(refused("a candidate's name", rc));
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closed();
        }
        if (failure != null) {
            throw new Failure(failure.problem(), failure.getMessage());
        }
    }

    private Failure closed() {
        return new Failure(Problem.CLOSED, "the candidate " + candidate + " is closed");
    }
}
