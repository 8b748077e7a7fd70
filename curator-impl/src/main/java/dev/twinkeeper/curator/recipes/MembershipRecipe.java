package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.cache.CuratorCacheStorage;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * Group membership with Curator: a CuratorCache sees the members, the own ephemeral is made by hand.
 *
 * <p><b>Guarantees not made,</b> besides the contract's: a new session may be with a server that is behind the last one. What
 * was told may then be told backwards, and forwards again, since Curator reads without a barrier. What others put below the
 * path is read all at once, with what is below that, and kept.
 *
 * <p><b>What Curator does for you.</b> It watches, lists and reads the group, and again after every reconnect; it repeats a
 * request whose connection was lost; it opens the next session; it makes the parents.
 *
 * <p><b>What it leaves to you.</b>
 *
 * <ul>
 *   <li>GroupMember, and PersistentNode on which it stands, can't be used (M4, X2): they take a znode that somebody else
 *       made for their own, overwrite its data and delete it when they are closed. Nor can {@code create().idempotent()}:
 *       it takes another's with the same data for its own. Whose a znode is, its {@code ephemeralOwner} says, so it is
 *       made by hand here.
 *   <li>{@code delete().guaranteed()} goes on deleting in the background, by name, when the name may be another's again.
 *   <li>CuratorCache compares the version of the data and, of the group, the number of changes to its children. So it says
 *       nothing of a namesake that came in a gap (PathChildrenCache had the same fault, CURATOR-391), and does not list a
 *       group again that was deleted and made anew, or whose list was lost with the connection. {@link Nodes} closes that.
 *   <li>It gives a session up by its own clock, and opens another while the servers still keep the last one with its
 *       ephemeral. So that one is waited out; whoever closes meanwhile leaves it until that session ends.
 *   <li>A PersistentWatcher on the own znode would leave its watch at the server when it is closed: ZooKeeper's {@code
 *       removeWatches} of one watcher only forgets it in the client (X4). The cache's own watch is enough here.
 * </ul>
 */
public final class MembershipRecipe implements Membership {
    /** How long close waits for a listener that is just being called. */
    private static final Duration LAST_WORD = Duration.ofSeconds(1);

    /** The member that this is, from joining until it has left. */
    private static final class Own {
        final String name;
        final CompletableFuture<Void> joined;
        final Set<CompletableFuture<Void>> updates = new HashSet<>();
        final Map<CompletableFuture<Void>, Runnable> afterwards = new LinkedHashMap<>();
        byte[] data;
        boolean leaving;
        /** Since when it waits for its namesake to go; null where it has none. */
        volatile Instant waiting;

        Own(String name, byte[] data, CompletableFuture<Void> joined) {
            this.name = name;
            this.data = data;
            this.joined = joined;
        }

        void update(byte[] newest, CompletableFuture<Void> updated) {
            data = newest;
            updates.removeIf(CompletableFuture::isDone); // given up: so there are no more than callers
            updates.add(updated);
        }

        void afterwards(CompletableFuture<Void> call, Runnable work) {
            afterwards.keySet().removeIf(CompletableFuture::isDone);
            afterwards.put(call, work);
        }
    }

    private final Recipe.Place place;
    private final Listener listener;
    private final CuratorFramework client;
    private final CuratorCache cache;
    private final ScheduledThreadPoolExecutor thread;
    private final Set<CompletableFuture<Void>> calls = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean due = new AtomicBoolean();
    private volatile Thread current;
    private volatile boolean closed;
    private volatile Failure trouble;

    // Of the thread of the recipe.
    private Own own;

    /** Begins to look at the group. */
    public MembershipRecipe(Recipe.Place place, Listener listener) {
        this.place = place;
        this.listener = listener;
        this.client = Keeper.client(place);
        this.thread = new ScheduledThreadPoolExecutor(1, this::thread, new ThreadPoolExecutor.DiscardPolicy());
        this.cache = CuratorCache.builder(client, place.path())
                .withStorage(new Nodes())
                .withExceptionHandler(this::onCacheTrouble)
                .build();
        cache.listenable().addListener(this::onChange, thread);
        client.getConnectionStateListenable().addListener((unused, state) -> onState(state), thread);
        client.start();
        cache.start();
    }

    private Thread thread(Runnable work) {
        current = new Thread(work, "recipe " + place.path());
        current.setDaemon(true);
        return current;
    }

    // What is asked of it.

    @Override
    public void join(String name, byte[] data, Duration patience) {
        Recipe.checkName("member", name);
        Own joining = new Own(name, Recipe.checkData(data), new CompletableFuture<>());
        try {
            call(joining.joined, patience, () -> begin(joining), () -> missed(joining));
        } finally {
            if (joining.joined.isCompletedExceptionally()) {
                thread.execute(() -> giveUp(joining)); // X4: also where the caller was interrupted
            }
        }
    }

    @Override
    public void update(byte[] data, Duration patience) {
        byte[] newest = Recipe.checkData(data);
        CompletableFuture<Void> updated = new CompletableFuture<>();
        call(updated, patience, () -> change(newest, updated), this::notReached);
    }

    @Override
    public void leave(Duration patience) {
        CompletableFuture<Void> left = new CompletableFuture<>();
        call(left, patience, () -> end(left), this::notReached);
    }

    @Override
    public Map<String, Member> members() {
        checkOpen();
        Map<String, Member> members = new TreeMap<>();
        cache.stream().filter(this::isMember).map(this::member).forEach(each -> members.put(each.name(), each));
        return members;
    }

    @Override
    public void close() {
        closed = true;
        calls.forEach(call -> fail(call, new Failure(Problem.CLOSED, "closed")));
        if (trouble == null) {
            thread.shutdownNow(); // it may be waiting for a server, which interrupts
        } else {
            thread.shutdown(); // X4: it may be ending the session
        }
        try {
            if (Thread.currentThread() == current) {
                Thread.interrupted(); // X4: a listener closes; with that, closing the session would not wait for it
            } else {
                thread.awaitTermination(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cache.close();
        client.close();
    }

    private void call(CompletableFuture<Void> coming, Duration patience, Runnable work, Supplier<Failure> timeIsUp) {
        if (patience.isNegative() || Thread.currentThread() == current) {
            throw new Failure(Problem.INVALID, "a patience below zero, or a listener that waits for its own recipe");
        }
        calls.add(coming);
        try {
            checkOpen(); // after adding: else a close in between would leave this call to wait
            thread.execute(work);
            Keeper.await(coming, patience);
        } catch (TimeoutException e) {
            Failure why = timeIsUp.get();
            if (fail(coming, why) || coming.isCompletedExceptionally()) {
                throw why;
            }
        } finally {
            fail(coming, new Failure(Problem.CLOSED, "interrupted")); // where it is not done: nobody waits any more
            calls.remove(coming);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new Failure(Problem.CLOSED, "closed");
        }
        if (trouble != null) {
            throw new Failure(trouble.problem(), trouble.getMessage());
        }
    }

    private static boolean fail(CompletableFuture<Void> coming, Failure why) {
        return coming.completeExceptionally(why);
    }

    private Failure missed(Own joining) {
        return joining.waiting != null ? foreign(joining, "somebody else is a member") : notReached();
    }

    private Failure notReached() {
        return new Failure(Problem.CANNOT_CONNECT, "no answer from " + place.servers() + " in the time that was given");
    }

    // The own znode.

    private void begin(Own joining) {
        if (joining.joined.isDone()) {
            return; // given up, or closed
        }
        if (own == null) {
            own = joining;
            settle();
        } else if (own.leaving) {
            own.afterwards(joining.joined, () -> begin(joining));
        } else {
            fail(joining.joined, new Failure(Problem.INVALID, "it is a member already, as " + own.name));
        }
    }

    private void giveUp(Own joining) {
        if (own == joining) {
            withdraw(); // X4: what is under way may still make it
        }
    }

    private void change(byte[] newest, CompletableFuture<Void> updated) {
        if (own == null || own.leaving) {
            fail(updated, new Failure(Problem.NOT_HELD, "it is no member"));
            return;
        }
        own.update(newest, updated);
        settle();
    }

    private void end(CompletableFuture<Void> left) {
        if (own == null) {
            left.complete(null);
            return;
        }
        own.afterwards(left, () -> left.complete(null));
        withdraw();
    }

    private void withdraw() {
        own.leaving = true;
        fail(own.joined, new Failure(Problem.CLOSED, "it left before it had joined"));
        settle();
    }

    /** Whatever is wanted, looks first and then acts: once for all that came while a request waited for a connection. */
    private void settle() {
        if (due.compareAndSet(false, true)) {
            thread.execute(() -> {
                due.set(false);
                if (own != null) {
                    ask(this::look, this::refused);
                }
            });
        }
    }

    private void look() throws Exception {
        // The server of a new session may be behind: it would not show what the last one made for us.
        Keeper.readBarrier(client);
        Stat stat = new Stat();
        ZooKeeper zk = client.getZookeeperClient().getZooKeeper();
        try {
            byte[] data = client.getData().storingStatIn(stat).forPath(pathOf(own.name));
            if (stat.getEphemeralOwner() == zk.getSessionId()) {
                onOurs(zk, data, stat.getVersion());
            } else if (own.leaving) {
                left();
            } else if (stat.getEphemeralOwner() == 0) {
                out(foreign(own, "a persistent znode stands")); // X2: untouched
            } else {
                await();
            }
        } catch (NoNodeException e) {
            if (own.leaving) {
                left();
            } else if (own.joined.isDone()) {
                create(); // M3
            } else {
                count();
            }
        }
    }

    /** M1, X4: whose ephemeral may not be deleted has not left. It goes with the session. */
    private void refused(Failure why) {
        if (own.leaving) {
            failed(why);
        } else {
            out(why);
        }
    }

    /** Past Curator, which repeats what was lost: by then a namesake may have come, with the same version. */
    private void onOurs(ZooKeeper zk, byte[] data, int version) throws Exception {
        if (own.leaving) {
            zk.delete(pathOf(own.name), version);
            left();
        } else {
            if (!own.updates.isEmpty() && !Arrays.equals(own.data, data)) {
                zk.setData(pathOf(own.name), own.data, version);
            }
            in();
        }
    }

    /** So that the list of all fits into a reply. */
    private void count() throws Exception {
        Stat group = client.checkExists().forPath(place.path());
        if (group == null || group.getNumChildren() < MAX_MEMBERS) {
            create();
        } else {
            out(new Failure(Problem.FULL, group.getNumChildren() + " znodes below " + place.path()));
        }
    }

    private void create() throws Exception {
        client.create().creatingParentsIfNeeded().withMode(CreateMode.EPHEMERAL).forPath(pathOf(own.name), own.data);
        in();
    }

    private void in() {
        own.waiting = null;
        own.joined.complete(null);
        own.updates.forEach(update -> update.complete(null));
        own.updates.clear();
    }

    /** M4: the namesake may be our own of a dead session. A first joining has its patience, a later one this. */
    private void await() {
        if (own.waiting == null) {
            own.waiting = Instant.now();
        }
        if (own.joined.isDone()) {
            Instant since = own.waiting;
            // Two session timeouts: a new leader of the ensemble starts the sessions' clocks anew.
            long bound = 2L * client.getZookeeperClient().getLastNegotiatedSessionTimeoutMs();
            thread.schedule(() -> onWaited(since), bound, TimeUnit.MILLISECONDS);
        }
    }

    private void onWaited(Instant since) {
        if (own != null && since.equals(own.waiting)) {
            out(foreign(own, "somebody else is a member"));
        }
    }

    private void left() {
        out(new Failure(Problem.NOT_HELD, "it left"));
    }

    /** It is no member any more: it left, or can't be one. */
    private void out(Failure why) {
        Own was = own;
        boolean wasMember = was.joined.isDone() && !was.leaving;
        own = null;
        fail(was.joined, why);
        was.updates.forEach(update -> fail(update, why));
        was.afterwards.values().forEach(Runnable::run);
        if (wasMember) {
            tell(() -> listener.failed(why));
        }
    }

    private Failure foreign(Own of, String what) {
        return new Failure(Problem.FOREIGN, what + " at " + pathOf(of.name));
    }

    // The view.

    private void onChange(CuratorCacheListener.Type type, ChildData before, ChildData now) {
        ChildData node = now == null ? before : now;
        if (node.getPath().equals(place.path()) && node.getStat().getEphemeralOwner() != 0 && now != null) {
            failed(new Failure(Problem.FOREIGN, place.path() + " is an ephemeral of somebody"));
        } else if (isMember(node)) {
            switch (type) {
                case NODE_CREATED -> listener.joined(member(node));
                case NODE_CHANGED -> listener.changed(member(node));
                case NODE_DELETED -> listener.left(member(node));
            }
        }
    }

    /** X2: what is persistent, or further below, is none. */
    private boolean isMember(ChildData node) {
        return node.getStat().getEphemeralOwner() != 0
                && node.getPath().lastIndexOf('/') == place.path().length();
    }

    private Member member(ChildData node) {
        return new Member(
                node.getPath().substring(place.path().length() + 1),
                node.getData() == null ? new byte[0] : node.getData(),
                node.getStat().getCzxid(),
                node.getStat().getVersion());
    }

    /**
     * What the cache holds, with what its listener can't know or would not be told.
     *
     * <p>M2: the cache asks what was there before, and compares the version of the data, which a namesake that came in a gap
     * has too; and for a group the number of changes to its children, which a group that was made anew has too, and one
     * whose list was lost with the connection.
     *
     * <p>M1, M3: it reads the group after each reconnect, when its watch stands, and says of each znode that is gone, of
     * those too that it had not read yet. Both are a reason to look after the own one.
     */
    private final class Nodes implements CuratorCacheStorage {
        private final CuratorCacheStorage nodes = CuratorCacheStorage.standard();

        @Override
        public Optional<ChildData> put(ChildData now) {
            Optional<ChildData> before = nodes.put(now);
            if (now.getPath().equals(place.path())) {
                settle();
                return Optional.empty(); // so it is listed whenever it is read
            }
            if (before.isPresent()
                    && before.get().getStat().getCzxid() != now.getStat().getCzxid()) {
                // Over the cache's own executor, so that it is told in order: first this, then that the other was
                // created.
                client.runSafe(() -> tell(() -> onChange(CuratorCacheListener.Type.NODE_DELETED, before.get(), null)));
                return Optional.empty();
            }
            return before;
        }

        @Override
        public Optional<ChildData> remove(String path) {
            thread.execute(() -> onRemoved(path));
            return nodes.remove(path);
        }

        @Override
        public Optional<ChildData> get(String path) {
            return nodes.get(path);
        }

        @Override
        public Stream<ChildData> stream() {
            return nodes.stream();
        }

        @Override
        public int size() {
            return nodes.size();
        }

        @Override
        public void clear() {
            nodes.clear();
        }
    }

    private void onRemoved(String path) {
        if (path.equals(place.path()) || own != null && path.equals(pathOf(own.name))) {
            settle();
        }
    }

    /** As a piece of work of its own: a listener that throws harms nothing else. */
    private void tell(Runnable news) {
        thread.execute(news);
    }

    // The connection.

    private void onState(ConnectionState state) {
        if (state.isConnected() && trouble == null) {
            ask(this::prepare, this::failed);
            settle(); // after all that was said of the connection, which may have waited behind a look
        } else if (!state.isConnected() && own != null && own.joined.isDone()) {
            own.waiting = null; // M4: whom it waits for is waited for anew, when a server tells of him
        }
    }

    /** What is there is not made: that would cost a transaction, and a permission above it that we may not have. */
    private void prepare() throws Exception {
        if (client.checkExists().forPath(place.path()) == null) {
            client.create().creatingParentsIfNeeded().forPath(place.path());
        }
    }

    /** It does not say what it could not read. A member is set aside; without the group nothing is seen. */
    private void onCacheTrouble(Exception e) {
        if (e instanceof NoAuthException) {
            thread.execute(() -> ask(() -> client.getChildren().forPath(place.path()), this::failed));
        } // else the group is listed again after the next reconnect
    }

    private interface Request {
        void run() throws Exception;
    }

    /** In the foreground: Curator repeats what the connection was lost for. */
    private void ask(Request request, Consumer<Failure> refused) {
        try {
            request.run();
        } catch (KeeperException e) {
            switch (e.code()) {
                case NODEEXISTS, BADVERSION, NONODE, NOTEMPTY -> settle(); // somebody was here
                case CONNECTIONLOSS,
                        SESSIONEXPIRED,
                        SESSIONMOVED,
                        OPERATIONTIMEOUT -> {} // connected again, the cache reads the group
                case NOCHILDRENFOREPHEMERALS ->
                    refused.accept(new Failure(Problem.FOREIGN, e.getPath() + " is below an ephemeral of somebody"));
                case NOAUTH -> refused.accept(new Failure(Problem.NOT_ALLOWED, e.getPath() + " may not be used"));
                default -> failed(new Failure(Problem.NOT_ALLOWED, e.getMessage()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (Exception e) {
            throw new IllegalStateException(e); // Curator declares it, for a client that is closed
        }
    }

    /** There is nothing to wait for. X4: our own ephemeral goes with the session, whatever else we may not do. */
    private void failed(Failure why) {
        trouble = why;
        calls.forEach(call -> fail(call, why));
        own = null;
        tell(() -> listener.failed(why));
        cache.close();
        client.close();
    }

    private String pathOf(String name) {
        return place.path() + "/" + name;
    }
}
