package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.raw.session.Connections;
import dev.twinkeeper.raw.session.Lists;
import dev.twinkeeper.raw.session.Parents;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * A recipe's connection to its path: a session, its own or one that it shares, and the promise that the path is there when
 * the recipe hears that it is connected.
 *
 * <pre>
 * AWAY       connected        → PREPARING  barrier, then the path and all above it, where they are missing
 * PREPARING  all there        → CONNECTED  the recipe reads, then acts
 * CONNECTED  again            → PREPARING  the recipe found its path gone
 * any        connection lost  → AWAY
 *            close            → CLOSED
 * </pre>
 *
 * <p>What a recipe asks the servers goes through {@link #replies}: so a reply of an earlier connection is dropped, and one
 * that only says that the connection is lost needs no code.
 *
 * <p>As whom it speaks, and who may use what it makes, is what the place says; on a shared session, what the {@link
 * Connections} say with which the caller opened that.
 */
final class RecipeConnection {
    /** What every server takes: without it no session could be. */
    private static final int SMALL = 4 * 1024;

    /** A large write that is lost so often, and not applied, is no victim of an outage. */
    private static final int MOST_LOSSES = 4;

    /** Hears of the connection, on the session's thread. */
    interface Owner {
        /** Connected, for the first time or again: the recipe's path exists; read, then act. */
        void connected();

        /** What is under way has an unknown outcome, and the session may end unheard. */
        default void disconnected() {}

        /** The session is over for us, and its ephemerals go when the servers end it; {@link #connected} follows. */
        default void expired() {
            disconnected();
        }

        /** There will be no session, or no path. */
        void failed(Failure why);
    }

    private enum Phase {
        AWAY,
        PREPARING,
        CONNECTED,
        CLOSED
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.AWAY, Set.of(Phase.PREPARING, Phase.CLOSED),
            Phase.PREPARING, Set.of(Phase.AWAY, Phase.CONNECTED, Phase.CLOSED),
            Phase.CONNECTED, Set.of(Phase.AWAY, Phase.PREPARING, Phase.CLOSED));

    private final Session session;
    private final Lists lists;
    private final boolean shared;
    private final String path;
    private final Owner owner;
    private final PhaseGuard<Phase> guard;
    private final Session.Listener listener = new Listener();
    private final CompletableFuture<Void> given = new CompletableFuture<>();

    /** A session of its own; nothing happens yet. */
    RecipeConnection(Recipe.Place place, Owner owner) {
        this(Session.open(connections(place)), false, place.path(), owner);
    }

    /** The caller's session; nothing happens yet. */
    RecipeConnection(Session session, String path, Owner owner) {
        this(session, true, new Recipe.Place(session.servers(), session.timeout(), path).path(), owner);
    }

    private RecipeConnection(Session session, boolean shared, String path, Owner owner) {
        this.session = session;
        this.lists = new Lists(session);
        this.shared = shared;
        this.path = path;
        this.owner = owner;
        this.guard = new PhaseGuard<>("recipe " + path, session.loop(), Phase.AWAY, TRANSITIONS);
    }

    private static Connections connections(Recipe.Place place) {
        Recipe.Access access = place.access();
        List<ACL> acl = new ArrayList<>(); // see Connections.Access
        for (String grant : access.acl()) {
            int colon = grant.indexOf(':');
            acl.add(new ACL(Perms.ALL, new Id(grant.substring(0, colon), grant.substring(colon + 1))));
        }
        byte[] digest = access.digest();
        String scheme = digest.length == 0 ? null : "digest";
        return new Connections(
                place.servers(), place.sessionTimeout(), new Connections.Access(scheme, digest, acl, access.client()));
    }

    /** Who may do what to a znode that the recipe makes: what the session's owner said. */
    List<ACL> acl() {
        return session.acl(path);
    }

    /** Begins, in the background. */
    void open() {
        if (session.isClosed()) {
            throw new Failure(Problem.CLOSED, "the session is closed");
        }
        session.loop().post(() -> session.add(listener));
    }

    private final class Listener implements Session.Listener {
        @Override
        public void connected() {
            lists.connected();
            prepare();
        }

        @Override
        public void disconnected() {
            guard.enter(Phase.AWAY);
            owner.disconnected();
        }

        @Override
        public void expired(long old) {
            guard.enter(Phase.AWAY);
            owner.expired();
        }

        @Override
        public void failed(Code code, String why) {
            owner.failed(new Failure(
                    code == Code.AUTHFAILED ? Problem.NOT_ALLOWED : Problem.CANNOT_CONNECT, path + ": " + why));
        }
    }

    /**
     * Begins again as if the connection were new: for a recipe that finds its path gone, which an operator, or the servers
     * if it is a container, may remove. What was asked before is no longer answered; on the session's thread.
     */
    void again() {
        if (session.zk() == null) {
            session.open(); // there was none to be had
        } else if (!guard.in(Phase.AWAY)) {
            prepare();
        }
    }

    private void prepare() {
        guard.enter(Phase.PREPARING);
        Parents all = new Parents(
                session, guard, levels(path), level -> !level.equals(path), this::onPrepared, this::onMissing);
        // What is there is not made: mostly one question is all.
        readBarrier(() -> zk().exists(path, false, guard.stat((code, stat) -> onLooked(code, all)), null));
    }

    private void onLooked(Code code, Parents all) {
        switch (code) {
            case OK -> onPrepared();
            case NONODE -> all.make();
            default -> onMissing(path, code);
        }
    }

    private void onPrepared() {
        guard.enter(Phase.CONNECTED);
        owner.connected();
    }

    private void onMissing(String level, Code code) {
        owner.failed(
                code == Code.NOCHILDRENFOREPHEMERALS
                        ? new Failure(Problem.FOREIGN, "above " + level + " is an ephemeral of somebody")
                        : new Failure(Problem.NOT_ALLOWED, level + " can't be made or read: " + code));
    }

    /** The path and all above it, parents first. */
    private static List<String> levels(String path) {
        List<String> levels = new ArrayList<>();
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            levels.add(path.substring(0, slash));
        }
        levels.add(path);
        return levels;
    }

    /** Then whatever is read is not older than anything that anybody was told before; on the session's thread. */
    void readBarrier(Runnable then) {
        session.readBarrier(guard, then);
    }

    /** The way in for replies: of this connection only, and none that only says that it was lost. */
    PhaseGuard<?> replies() {
        return guard;
    }

    /** For phases of the recipe's own: what was asked in another is dropped too. */
    <P extends Enum<P>> PhaseGuard<P> guard(String who, P first, Map<P, Set<P>> transitions) {
        return new PhaseGuard<>(who, session.loop(), first, transitions);
    }

    boolean isConnected() {
        return guard.in(Phase.CONNECTED);
    }

    String path() {
        return path;
    }

    /** Of a child of the path. */
    String path(String name) {
        return path + "/" + name;
    }

    Duration sessionTimeout() {
        return session.timeout();
    }

    Failure cannotConnect() {
        return new Failure(
                Problem.CANNOT_CONNECT, path + ": no answer from " + session.servers() + " in the time that was given");
    }

    /** Lists children: a list that is too large for a reply is refused, in the end. See {@link #refused}. */
    void list(String parent, Children2Callback reply) {
        lists.list(parent, reply);
    }

    /** What the servers' no means; or this client's own, to a list that it can't take. */
    Failure refused(String what, Code code) {
        return code == Code.MARSHALLINGERROR
                ? new Failure(
                        Problem.FULL,
                        path + " has more children than one answer may hold, " + lists.limit()
                                + " bytes here (jute.maxbuffer): " + what + " is not possible")
                : new Failure(Problem.NOT_ALLOWED, path + ": " + what + " is refused: " + code);
    }

    /**
     * Whether a write that is not in the tree seems to be more than the servers take ({@code jute.maxbuffer}): each time that
     * it was sent, the connection was lost, as a server closes it then.
     *
     * @param data null where it is none
     */
    static boolean isTooLarge(byte[] data, int losses) {
        return data != null && data.length > SMALL && losses >= MOST_LOSSES;
    }

    Failure tooLarge(byte[] data) {
        return new Failure(
                Problem.TOO_LARGE,
                path + ": " + data.length
                        + " bytes are more than the servers take in one request: each time they closed"
                        + " the connection; send less, or start them with a larger -Djute.maxbuffer");
    }

    /** The current handle. A recipe that kept an older one would act in a dead session. */
    ZooKeeper zk() {
        return session.zk();
    }

    /** Whether an ephemeral of that owner is ours. */
    boolean owns(long ephemeralOwner) {
        return session.owns(ephemeralOwner);
    }

    /**
     * X4: removes all watches of this session on that path: to remove a single watcher is to forget it here, and the server
     * goes on sending. Others who share the session and the path are told, and watch again. Sent before what is asked
     * next, so done when that is answered. Not "local": then a connection lost before the answer is told to those
     * watchers, and to nobody else (ClientCnxn.finishPacket of 3.9.5).
     */
    void unwatch(String watched) {
        zk().removeAllWatches(watched, WatcherType.Any, false, (rc, unwatched, ctx) -> {}, null);
    }

    /** X4: what may not be taken back goes with its session, which is another's too where it is shared. */
    void renewSession() {
        session.renew();
    }

    /** Runs it on the session's thread, after all that was posted before; after the end, not at all. */
    void post(Runnable work) {
        session.loop().post(() -> {
            if (!guard.in(Phase.CLOSED)) {
                work.run();
            }
        });
    }

    /** Runs it on the session's thread after that time, unless closed by then. */
    Loop.Timer after(Duration delay, Runnable work) {
        return session.loop().after(delay, () -> {
            if (!guard.in(Phase.CLOSED)) {
                work.run();
            }
        });
    }

    /** Whether the caller is the session's thread, which must not wait for itself. */
    boolean isCurrent() {
        return session.loop().isCurrent();
    }

    /**
     * Waits for what the session's thread will complete.
     *
     * @param patience may be the longest Duration there is, which toMillis() refuses
     * @throws TimeoutException when the time is up
     * @throws Failure with which it was completed
     */
    static <T> T await(CompletableFuture<T> coming, Duration patience) throws TimeoutException {
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

    /**
     * Ends a recipe's own session, and with it its ephemerals and watches; of a shared one, what the recipe has in it.
     *
     * @param parent where its ephemerals are, or null where it makes none
     * @param ours their names
     * @param watched a path with a watch that stays by itself, or null
     */
    void close(String parent, Predicate<String> ours, String watched) {
        session.loop().post(() -> end(parent, ours, watched));
        if (!shared) {
            session.close();
        } else if (!isCurrent() && !session.isClosed()) {
            awaitGiven();
        }
    }

    private void end(String parent, Predicate<String> ours, String watched) {
        if (guard.in(Phase.CLOSED)) {
            return;
        }
        if (shared && guard.in(Phase.CONNECTED) && watched != null) {
            unwatch(watched);
        }
        guard.enter(Phase.CLOSED);
        session.remove(listener);
        if (shared && parent != null) {
            session.giveBack(parent, ours, () -> given.complete(null));
        } else {
            given.complete(null);
        }
    }

    /** No longer than a session lives: what is not gone by then goes when a server is reached, or with the session. */
    private void awaitGiven() {
        try {
            await(given, session.timeout());
        } catch (TimeoutException | Failure cutOff) {
            // Or interrupted.
        }
    }
}
