package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.zookeeper.AsyncCallback.DataCallback;
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
 * <p><b>Use it</b> where one of several equal processes does something, and another one soon takes over when it is
 * lost. <b>Do not use it</b> where two must never do it at the same moment and the resource can't refuse a token: no
 * election can ensure that. Nor for thousands of leaders: each costs a session or at least a znode that ZooKeeper keeps
 * in memory.
 *
 * <p><b>Znodes.</b> {@code PATH/_c_UUID-latch-NNNNNNNNNN}, ephemeral sequential, with the candidate's name in UTF-8 as
 * its data. The name is the one that Curator's LeaderLatch makes, so both can queue together, and with them kazoo's
 * Lock where its {@code _NODE_NAME} is {@code latch-}. The order is that of the number; a name that does not end in
 * {@code latch-} and a number is somebody else's and set aside. A znode that has such a name is a candidate, whoever
 * made it. The token is its czxid.
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
 * <p>A create or delete whose answer was lost needs no code of its own: when the connection is back we look for our
 * UUID, and because a barrier was passed by then, what is not there will not come.
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

    private final String candidate;
    private final Listener listener;
    private final ElectionTerm term;
    private final RecipeConnection connection;
    private final ElectionCandidates candidates;

    /** In a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    final Watcher watcher;

    // Owned by the session's thread.
    private Phase phase = Phase.OUT;
    private boolean resigning;

    /** By which our znode is found where the answer was lost; another one for each. */
    private UUID uuid = UUID.randomUUID();

    /** Our znode, where we have read it since we connected; with its czxid. */
    private String own;

    private long token;

    /** The znode that is watched. */
    private String before;

    private volatile Failure end;

    /** Opens a session of its own, in the background. */
    public ElectionRecipe(Recipe.Place place, String candidate, Listener listener) {
        this(candidate, listener, owner -> new RecipeConnection(place, owner));
    }

    /** On a session that the caller goes on to own, with its credentials and its ACL. */
    public ElectionRecipe(Session session, String path, String candidate, Listener listener) {
        this(candidate, listener, owner -> new RecipeConnection(session, path, owner));
    }

    private ElectionRecipe(
            String candidate, Listener listener, Function<RecipeConnection.Owner, RecipeConnection> connect) {
        this.candidate = Recipe.checkName("candidate", candidate);
        this.listener = listener;
        this.term = new ElectionTerm(listener);
        this.connection = connect.apply(new Connection());
        this.candidates = new ElectionCandidates(connection);
        this.watcher = event -> connection.post(() -> onEvent(event));
        connection.open();
    }

    @Override
    public void enter() {
        checkOpen();
        connection.post(() -> {
            if (phase == Phase.OUT) {
                phase = Phase.AWAY;
                if (connection.isConnected()) {
                    look();
                }
            }
        });
    }

    @Override
    public Optional<Term> term() {
        // E2: the client knows of a lost connection before our thread has come to tell of it.
        boolean certain = connection.zk() != null && connection.zk().getState() == States.CONNECTED;
        return certain ? term.get() : Optional.empty();
    }

    @Override
    public void resign() {
        checkOpen();
        connection.post(() -> {
            term.end();
            resigning = phase != Phase.OUT;
            if (phase == Phase.WAITING || phase == Phase.LEADING) {
                leave();
            }
        });
    }

    @Override
    public void close() {
        end = new Failure(Problem.CLOSED, "the candidate " + candidate + " is closed");
        candidates.end(end);
        connection.post(() -> {
            phase = Phase.OUT;
            term.end(); // before the znode goes, and with it the next one comes
        });
        release();
    }

    private void release() {
        connection.close(connection.path(), name -> name.startsWith("_c_" + uuid), before);
    }

    /** What the session tells. */
    private final class Connection implements RecipeConnection.Owner {
        @Override
        public void connected() {
            candidates.begin();
            if (phase != Phase.OUT) {
                look(); // E6: never create before we know that we have none
            }
        }

        @Override
        public void disconnected() {
            own = null; // to be read and watched anew: its watch may have been used up, and the next one lost
            if (phase != Phase.OUT) {
                phase = Phase.AWAY;
            }
            term.end(); // E2: the session may end unheard
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
        connection.list(connection.path(), replies().children(this::onLooked));
    }

    private void onLooked(Code code, List<String> children, Stat stat) {
        if (!answers(Phase.LOOKING, code, connection::again)) {
            return;
        }
        List<String> queue = ElectionCandidates.queue(children);
        int index = 0;
        while (index < queue.size() && !queue.get(index).startsWith("_c_" + uuid)) {
            index++;
        }
        if (index == queue.size()) {
            join();
        } else if (own == null) {
            readOwn(connection.path(queue.get(index)));
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
        term.end();
        if (before != null) {
            connection.unwatch(before);
        }
        before = null;
        own = null;
        resigning = false;
        uuid = UUID.randomUUID();
        byte[] data = candidate.getBytes(UTF_8);
        String path = connection.path("_c_" + uuid + "-latch-");
        CreateMode mode = CreateMode.EPHEMERAL_SEQUENTIAL;
        connection.zk().create(path, data, connection.acl(), mode, replies().name(this::onJoined), null);
    }

    private void onJoined(Code code, String made) {
        if (answers(Phase.JOINING, code, connection::again)) {
            phase = Phase.LOOKING;
            readOwn(made);
        }
    }

    /** For the token, and for the watch that tells when an operator deletes it. */
    private void readOwn(String path) {
        DataCallback reply = replies().data((code, data, stat) -> onOwnRead(code, path, stat));
        connection.zk().getData(path, watcher, reply, null);
    }

    private void onOwnRead(Code code, String path, Stat stat) {
        if (phase != Phase.JOINING && answers(phase, code, this::join)) {
            own = path;
            token = stat.getCzxid();
            if (phase == Phase.LOOKING) {
                look();
            }
        }
    }

    /** Data that was set is an event too: the watch is used up. So is a watch that another on this session removed. */
    private void onEvent(WatchedEvent event) {
        String path = event.getPath();
        if (phase == Phase.OUT || path == null || !connection.isConnected()) {
            return; // of the connection, or connected() looks
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
        before = connection.path(name);
        // E4: gone since we looked
        DataCallback reply = replies().data((code, data, stat) -> answers(Phase.WAITING, code, this::look));
        connection.zk().getData(before, watcher, reply, null);
    }

    private void lead() {
        phase = Phase.LEADING;
        before = null;
        term.begin(new Term(candidate, token));
    }

    private void leave() {
        phase = Phase.LEAVING;
        connection.zk().delete(own, -1, replies().done(this::onLeft), null);
    }

    private void onLeft(Code code) {
        if (answers(Phase.LEAVING, code, this::join)) {
            join();
        }
    }

    /** Whether it was done as asked; else what comes of it, which is the same for all but a znode that is missing. */
    private boolean answers(Phase asked, Code code, Runnable missing) {
        if (phase != asked || phase == Phase.OUT) {
            return false; // something else has come meanwhile
        }
        switch (code) {
            case OK -> {
                return true;
            }
            case NONODE -> missing.run();
            case NOCHILDRENFOREPHEMERALS ->
                fail(new Failure(Problem.FOREIGN, connection.path() + " is somebody's ephemeral"));
            default -> fail(connection.refused(asked.toString(), code));
        }
        return false;
    }

    private void fail(Failure why) {
        phase = Phase.OUT;
        end = end != null ? end : why;
        candidates.end(why);
        release(); // X4: our znode goes, with the session where nothing else helps
        term.end();
        ElectionTerm.tell(() -> listener.failed(why));
    }

    private PhaseGuard<?> replies() {
        return connection.replies();
    }

    @Override
    public List<String> candidates(Duration patience) {
        return candidates.read(patience, this::checkOpen);
    }

    private void checkOpen() {
        if (end != null) {
            throw new Failure(end.problem(), end.getMessage());
        }
    }
}
