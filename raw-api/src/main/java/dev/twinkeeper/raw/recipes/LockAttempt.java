package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * One attempt to get a {@link LockRecipe}'s lock, until its {@link LockHold} is given back. All on the session's thread:
 *
 * <pre>
 * NEW      connected                       → ASKING    creates its znode
 * ASKING   it is there                     → WAITING   watches the one before it, or itself where there is none
 *          time is up                      → LEAVING   after it has looked; at once where there is no connection
 * WAITING  the watch on itself is set      → HOLDING
 *          the one before it is gone       → WAITING for another or itself, or ASKING where its znode is gone
 *          time is up                      → LEAVING
 * HOLDING  released                        → LEAVING
 *          its znode is gone               → OVER      told
 * LEAVING  its znode is gone               → OVER
 *          to delete it is refused         → OVER      the session is ended, and it goes with that
 * </pre>
 *
 * The session's end is the end of all but NEW. When the connection is back, each begins again by looking for its znode.
 */
final class LockAttempt {
    private static final String EXCLUSIVE = "__WRIT__";
    private static final String SHARED = "__READ__";
    private static final String SHARED_BY_KAZOO = "__rlock__";
    private static final int DIGITS = 10; // of what ZooKeeper puts behind the name of a sequential znode

    private enum Phase {
        NEW,
        ASKING,
        WAITING,
        HOLDING,
        LEAVING,
        OVER
    }

    private final RecipeConnection connection;
    private final boolean shared;
    private final Consumer<String> ended;
    private final String id = UUID.randomUUID().toString();
    private final CompletableFuture<Optional<Lock.Hold>> outcome = new CompletableFuture<>();
    private final LockHold hold;

    /** In a field: ZooKeeper takes the same watcher on the same path for one, a new lambda each time for many. */
    final Watcher watcher;

    private Phase phase = Phase.NEW;
    private boolean asking;
    private boolean timeIsUp;
    private String name;
    private String watched;

    /** @param ended hears its id when it is over */
    LockAttempt(RecipeConnection connection, boolean shared, Consumer<String> ended) {
        this.connection = connection;
        this.shared = shared;
        this.ended = ended;
        this.hold = new LockHold(connection, this::leave);
        this.watcher = event -> connection.post(() -> onEvent(event.getType()));
    }

    String id() {
        return id;
    }

    CompletableFuture<Optional<Lock.Hold>> outcome() {
        return outcome;
    }

    // What the connection tells.

    LockHold hold() {
        return hold;
    }

    /** Connected: for the first time, or again. */
    void begin() {
        asking = false;
        switch (phase) {
            case NEW -> ask();
            case HOLDING -> read();
            default -> look();
        }
    }

    void expire(Failure why) {
        hold.doubt();
        if (phase == Phase.LEAVING) {
            over();
        } else if (phase != Phase.NEW) {
            end(why);
        }
    }

    /** There will be no session, or no path. One that holds may still be told that it lost. */
    void giveUp(Failure why) {
        hold.doubt();
        if (phase.compareTo(Phase.HOLDING) < 0) {
            fail(why);
        }
    }

    /** It is nobody's any more, and nobody is told. */
    void close(Failure why) {
        hold.drop();
        end(why);
    }

    void onTimeIsUp(Failure trouble) {
        timeIsUp = true;
        if (!connection.isConnected() && phase.compareTo(Phase.HOLDING) < 0) {
            fail(trouble == null ? connection.cannotConnect() : trouble);
        } else if (phase == Phase.WAITING && waitsForAnother()) {
            leave();
        } // else it has its one look, and then decides
    }

    // Asking.

    /** K7: never while another create of the same attempt is under way. */
    private void ask() {
        if (asking) {
            return;
        }
        asking = true;
        phase = Phase.ASKING;
        String path = connection.path("_c_" + id + "-" + (shared ? SHARED : EXCLUSIVE));
        CreateMode mode = CreateMode.EPHEMERAL_SEQUENTIAL;
        connection
                .zk()
                .create(path, new byte[0], connection.acl(), mode, replies().name(this::onAsked), null);
    }

    private void onAsked(Code code, String made) {
        asking = false;
        switch (code) {
            case OK -> {
                name = made.substring(made.lastIndexOf('/') + 1);
                look();
            }
            case NONODE -> connection.again();
            case NOCHILDRENFOREPHEMERALS -> end(failure(Problem.FOREIGN, "an ephemeral of somebody"));
            case NODEEXISTS -> end(failure(Problem.FULL, "no sequence numbers left"));
            default -> end(failure(Problem.NOT_ALLOWED, "create: " + code));
        }
    }

    private void look() {
        connection.list(connection.path(), replies().children(this::onLooked));
    }

    private void onLooked(Code code, List<String> names, Stat stat) {
        switch (code) {
            case OK -> decide(names);
            case NONODE -> connection.again();
            default -> refuse("list", code);
        }
    }

    /** What an attempt does next is decided here, by what stands in the queue. */
    private void decide(List<String> names) {
        boolean asks = phase == Phase.ASKING || phase == Phase.WAITING;
        boolean leaves = phase == Phase.LEAVING;
        name = names.stream().filter(each -> each.contains(id)).findFirst().orElse(null);
        if (asks && name == null) {
            unwatch();
            ask(); // its create was lost, or an operator deleted it
        } else if (asks) {
            enterOrWait(lastBefore(names));
        } else if (leaves && name == null) {
            unwatch();
            over();
        } else if (leaves) {
            delete();
        } // else it holds, or is over, meanwhile
    }

    /** K10: the last one before it that excludes it, not the first. K9: others may have put anything beside. */
    private Optional<String> lastBefore(List<String> names) {
        return names.stream()
                .filter(each -> each.matches(".*\\d{10}"))
                .filter(each -> sequence(each).compareTo(sequence(name)) < 0)
                .filter(each -> !shared || !each.contains(SHARED) && !each.contains(SHARED_BY_KAZOO))
                .max(Comparator.comparing(LockAttempt::sequence));
    }

    private static String sequence(String name) {
        return name.substring(name.length() - DIGITS);
    }

    /** It watches its own znode too, where it is the first: to be told when somebody deletes it. */
    private void enterOrWait(Optional<String> oneBefore) {
        if (oneBefore.isPresent() && timeIsUp) {
            leave();
        } else {
            phase = Phase.WAITING;
            watched = oneBefore.orElse(name);
            read();
        }
    }

    /** With getData: exists would leave a watch where the znode is gone by now. */
    private void read() {
        String of = watched;
        DataCallback reply = replies().data((code, data, stat) -> onRead(code, of, stat));
        connection.zk().getData(connection.path(of), watcher, reply, null);
    }

    private void onRead(Code code, String of, Stat stat) {
        switch (code) {
            case OK -> {
                if (of.equals(name)) {
                    hold(stat.getCzxid());
                } // else its watch will tell
            }
            case NONODE -> {
                if (phase == Phase.HOLDING) {
                    end(failure(Problem.NOT_HELD, "somebody deleted the znode"));
                } else {
                    look();
                }
            }
            default -> refuse("read", code);
        }
    }

    /** Whatever it is, also that the watch was removed together with another one: look again. */
    private void onEvent(EventType event) {
        if (event == EventType.None || !connection.isConnected()) {
            return;
        }
        if (phase == Phase.WAITING) {
            look();
        } else if (phase == Phase.HOLDING) {
            read();
        }
    }

    private void hold(long czxid) {
        hold.see();
        if (phase != Phase.ASKING && phase != Phase.WAITING) {
            return; // it holds and has only looked once more, or was given up meanwhile
        }
        phase = Phase.HOLDING;
        hold.begin(czxid);
        if (!outcome.complete(Optional.of(hold))) {
            hold.drop();
            leave();
        }
    }

    // Leaving.

    /** K3: once it is to go its znode goes, however often the connection is lost on the way. */
    private void leave() {
        if (phase == Phase.NEW || phase == Phase.OVER) {
            over();
            return;
        }
        phase = Phase.LEAVING;
        if (connection.isConnected() && name == null) {
            look();
        } else if (connection.isConnected()) {
            delete();
        } // else when connected again
    }

    private void delete() {
        unwatch();
        connection.zk().delete(connection.path(name), -1, replies().done(this::onDeleted), null);
    }

    /** K11: the one before it may stay. */
    private void unwatch() {
        if (waitsForAnother()) {
            connection.unwatch(connection.path(watched));
        }
    }

    /** It watches one znode: that of the one before it, or its own. */
    private boolean waitsForAnother() {
        return watched != null && !watched.equals(name);
    }

    private void onDeleted(Code code) {
        switch (code) {
            case OK, NONODE -> over();
            default -> refuse("delete", code);
        }
    }

    /** A server said no, or nobody waits any more: what it may have in the queue goes. */
    void fail(Failure why) {
        tell(why);
        leave();
    }

    /** X4: what may not be taken back goes with its session, whoever else has something in it. */
    private void refuse(String what, Code code) {
        Failure why = connection.refused(what, code);
        if (phase == Phase.LEAVING) {
            end(why);
            connection.renewSession();
        } else {
            fail(why);
        }
    }

    private void tell(Failure why) {
        outcome.completeExceptionally(why);
        hold.lose();
    }

    private void end(Failure why) {
        tell(why);
        over();
    }

    private void over() {
        phase = Phase.OVER;
        ended.accept(id);
        outcome.complete(Optional.empty());
        hold.onGone();
    }

    private PhaseGuard<?> replies() {
        return connection.replies();
    }

    private Failure failure(Problem problem, String what) {
        return new Failure(problem, connection.path() + ": " + what);
    }
}
