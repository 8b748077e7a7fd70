package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.Announcer;
import dev.twinkeeper.loop.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/**
 * What the plain roles have in common: a thread that does one {@link #round} after another, and a session.
 *
 * <p>A round reads what it needs and acts on it; nothing is remembered from one round to the next that the tree could
 * tell. An answer that was lost ends the round: the first one on the next connection begins with a barrier, and
 * reads what came of it.
 */
abstract class PlainRole implements Role {
    /** Often enough for "at once", which is a few seconds; seldom enough to leave the machine to others. */
    private static final Duration POLL = Duration.ofMillis(50);

    /** L6: what was refused will be refused again, so there is no hurry. */
    private static final Duration AFTER_A_REFUSAL = Duration.ofSeconds(1);

    /** No call hangs on a reply that was swallowed. */
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(4);

    /** A list of more tasks than any scenario has. */
    private static final int LARGEST_ANSWER = 64 << 20;

    final String who;
    final Settings settings;
    final Layout layout;
    final Announcer announcer;
    final Loop loop;
    ZooKeeper zk;

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private int generation;
    private volatile long begun;
    private boolean connectedOnce;
    private boolean connected;
    private boolean prepared;
    private boolean left;

    /** While {@link #zk} is a handle of the session before, which is to end before the next one begins. */
    private boolean ending;

    private long endingSince;

    PlainRole(String who, Settings settings, Listener listener) {
        this.who = who;
        this.settings = settings;
        this.layout = new Layout(settings.connect().chroot());
        this.announcer = new Announcer(who, listener);
        this.loop = new Loop(who);
    }

    /** Looks at the tree and does what is to be done. */
    abstract void round() throws KeeperException, InterruptedException;

    /** The connection is lost, and perhaps the session. */
    void suspend() {}

    /** The role ends; the session is still there. */
    void leave(CoordinationException why) {}

    final void start() {
        begun = loop.now();
        loop.post(this::open);
        loop.post(this::tick);
        loop.after(settings.connectTimeout(), this::checkConnected);
    }

    private void tick() {
        if (left) {
            return;
        }
        Duration pause = POLL;
        try {
            always();
            if (connected) {
                prepare();
                round();
            }
        } catch (KeeperException.ConnectionLossException
                | KeeperException.RequestTimeoutException
                | KeeperException.SessionExpiredException
                | KeeperException.SessionMovedException lost) {
            prepared = false;
            suspend();
        } catch (KeeperException refusal) {
            announcer.setAside(
                    Optional.ofNullable(refusal.getPath()).orElse(layout.root()), "refused: " + refusal.code());
            prepared = false;
            pause = afterARefusal();
            refusedAtTheBeginning(refusal);
        } catch (CoordinationException refused) {
            announcer.tell(new Event.Refused(refused.problem(), refused.getMessage()));
            end(refused);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.after(pause, this::tick);
    }

    /** Whoever made a role that never was ready wants to know. */
    private void refusedAtTheBeginning(KeeperException refusal) {
        if (!ready.isDone() && loop.now() - begun > settings.connectTimeout().toNanos()) {
            CoordinationException why = CoordinationException.cannot(
                    "use " + refusal.getPath(), refusal.code().name());
            announcer.tell(new Event.Refused(why.problem(), why.getMessage()));
            end(why);
        }
    }

    /** What is due even without a connection. */
    void always() {}

    Duration afterARefusal() {
        return AFTER_A_REFUSAL;
    }

    private void prepare() throws KeeperException, InterruptedException {
        if (!prepared) {
            readBarrier();
            for (String parent : layout.parents()) {
                makeIfMissing(parent);
            }
            prepared = true;
        }
    }

    // The session.

    Duration requestTimeout() {
        return REQUEST_TIMEOUT;
    }

    private void open() {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        config.setProperty(
                ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT,
                String.valueOf(requestTimeout().toMillis()));
        settings.security().client().forEach(config::setProperty);
        int timeout = (int) settings.sessionTimeout().toMillis();
        int mine = ++generation;
        ending = false;
        try {
            zk = new ZooKeeper(
                    settings.connect().servers(),
                    timeout,
                    event -> loop.post(() -> onState(mine, event.getState())),
                    config);
            settings.security().credentials().ifPresent(own -> zk.addAuthInfo(own.scheme(), own.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void onState(int from, KeeperState state) {
        if (left || from != generation) {
            return;
        }
        if (ending) {
            onFormerState(state);
            return;
        }
        connected = state == KeeperState.SyncConnected;
        if (connected) {
            connectedOnce = true;
            prepared = false;
            announcer.tell(new Event.Connected(zk.getSessionId()));
            return;
        }
        suspend();
        if (state == KeeperState.Expired) {
            announcer.tell(new Event.SessionExpired(zk.getSessionId()));
            closeSession();
            if (endsFormerSessions()) {
                endFormer();
            } else {
                open();
            }
        } else {
            announcer.tell(new Event.Disconnected());
        }
    }

    /** Whether what was sent in a session that the client gave up by its own clock must not be applied later (S4). */
    boolean endsFormerSessions() {
        return false;
    }

    /** Joins and closes it, until a server says that it is over. */
    private void endFormer() {
        int mine = ++generation;
        ending = true;
        endingSince = System.nanoTime();
        try {
            zk = new ZooKeeper(
                    settings.connect().servers(),
                    (int) settings.sessionTimeout().toMillis(),
                    event -> loop.post(() -> onState(mine, event.getState())),
                    zk.getSessionId(),
                    zk.getSessionPasswd());
            settings.security().credentials().ifPresent(own -> zk.addAuthInfo(own.scheme(), own.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void onFormerState(KeeperState state) {
        // Late, it is the clock of the client once more.
        Duration took = Duration.ofNanos(System.nanoTime() - endingSince);
        if (state == KeeperState.Expired
                && took.compareTo(settings.sessionTimeout().dividedBy(2)) < 0) {
            open();
        } else if (state == KeeperState.Expired || state == KeeperState.SyncConnected) {
            closeSession();
            endFormer();
        }
    }

    private void checkConnected() {
        if (!connectedOnce && !left) {
            CoordinationException why = new CoordinationException(
                    Problem.CANNOT_CONNECT, "no server answered within " + Durations.format(settings.connectTimeout()));
            announcer.tell(new Event.Refused(why.problem(), why.getMessage()));
            end(why);
        }
    }

    void closeSession() {
        try {
            zk.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // The life.

    final void becomeReady() {
        ready.complete(null);
    }

    @Override
    public final CompletionStage<Void> ready() {
        return ready.minimalCompletionStage();
    }

    @Override
    public final void close() {
        loop.post(() -> end(CoordinationException.closed(who)));
        loop.close();
    }

    private void end(CoordinationException why) {
        if (left) {
            return;
        }
        left = true;
        leave(why);
        closeSession();
        ready.completeExceptionally(why);
        announcer.mute();
    }

    // Words for requests.

    /** A znode as it was read. */
    record Found(byte[] data, Stat stat) {}

    /** A transaction that changes nothing: what is read after it is of now. A sync is no such thing at the leader. */
    void readBarrier() throws KeeperException, InterruptedException {
        zk.multi(List.of(Op.check("/", -1)));
    }

    Optional<Found> read(String path) throws KeeperException, InterruptedException {
        Stat stat = new Stat();
        try {
            return Optional.of(new Found(zk.getData(path, false, stat), stat));
        } catch (NoNodeException e) {
            return Optional.empty();
        }
    }

    /** Empty where there is no such parent. */
    Optional<List<String>> children(String path) throws KeeperException, InterruptedException {
        try {
            return Optional.of(zk.getChildren(path, false));
        } catch (NoNodeException e) {
            return Optional.empty();
        }
    }

    boolean owns(Stat stat) {
        return stat.getEphemeralOwner() == zk.getSessionId();
    }

    void makeIfMissing(String path) throws KeeperException, InterruptedException {
        try {
            zk.create(path, new byte[0], acl(), CreateMode.PERSISTENT);
        } catch (NodeExistsException e) {
            // As it should be.
            return;
        }
    }

    Op create(String path, byte[] data) {
        return Op.create(path, data, acl(), CreateMode.PERSISTENT);
    }

    static Op delete(String path) {
        return Op.delete(path, -1);
    }

    /** An ArrayList: ZooKeeper asks the list whether it contains null, which List.of answers by throwing. */
    List<ACL> acl() {
        return settings.security().withoutRoles("plain participants").stream()
                .map(each -> new ACL(ZooDefs.Perms.ALL, new Id(each.scheme(), each.id())))
                .collect(Collectors.toCollection(ArrayList::new));
    }
}
