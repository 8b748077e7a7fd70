package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.AsyncCallback.Create2Callback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.AsyncCallback.VoidCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * Group membership by hand: a member is an ephemeral, the group is watched as a whole.
 *
 * <p><b>The own znode.</b> Whatever is wanted, look first and then act: so an answer that was lost needs no thought.
 *
 * <pre>
 * CUT_OFF   connected        → LOOKING   read the own znode; OUT where there is none to have or to remove
 * OUT       join             → LOOKING
 * LOOKING   nothing there    → LOOKING   creates it, a first time only where there is room; else, or where it leaves → OUT
 *           our session's    → IN        or LOOKING: sets the newer data, deletes it where it leaves
 *           another's        → WAITING   it may be our own of a dead session; where it leaves → OUT
 *           persistent       → OUT       refused
 *           written          → IN        or OUT, where it was deleted; where it has changed → LOOKING
 * WAITING   it was deleted   → LOOKING
 *           time is up       → OUT       refused
 * IN        it was deleted   → LOOKING   by an operator
 *           update, leave    → LOOKING
 * any       connection lost  → CUT_OFF
 * </pre>
 *
 * <p><b>The view.</b> Watch first and list second, after every reconnect: the client sets a persistent watch again, but
 * what happened in between is not told. The list and the creation zxids tell it.
 *
 * <pre>
 * blind     connected        → watch the group and all below it, list it → seeing
 * seeing    listed, an event → read that member; tell what is another than known
 * any       connection lost  → blind
 * </pre>
 */
public final class MembershipRecipe implements Membership {
    /** How many members are read at a time: the client's own queue of requests has no bound. */
    private static final int WINDOW = 32;

    private enum Phase {
        CUT_OFF,
        OUT,
        LOOKING,
        WAITING,
        IN
    }

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
    private final Connection connection = new Connection();
    private final Keeper keeper;
    private final Watcher watcher;
    private final Set<CompletableFuture<Void>> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile Failure trouble;

    // Of the thread of the recipe.
    private Phase phase = Phase.CUT_OFF;
    private Own own;
    private boolean seeing;
    private int reading;
    private final Set<String> toRead = new LinkedHashSet<>();

    /** Written by the thread of the recipe, read by any. */
    private final Map<String, Member> known = new ConcurrentSkipListMap<>();

    /** Begins to look at the group. */
    public MembershipRecipe(Recipe.Place place, Listener listener) {
        this.place = place;
        this.listener = listener;
        this.keeper = new Keeper(place, connection);
        this.watcher = event -> keeper.post(() -> onEvent(event));
        keeper.open();
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
                keeper.post(() -> giveUp(joining)); // X4: also where the caller was interrupted
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
        return new TreeMap<>(known);
    }

    @Override
    public void close() {
        closed = true;
        calls.forEach(call -> fail(call, new Failure(Problem.CLOSED, "closed")));
        keeper.close();
    }

    private void call(CompletableFuture<Void> coming, Duration patience, Runnable work, Supplier<Failure> timeIsUp) {
        if (patience.isNegative() || keeper.isCurrent()) {
            throw new Failure(Problem.INVALID, "a patience below zero, or a listener that waits for its own recipe");
        }
        calls.add(coming);
        try {
            checkOpen(); // after adding: else a close in between would leave this call to wait
            keeper.post(work);
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
            act();
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
        act();
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
        act();
    }

    /** Something else is wanted now. Where a request is under way, its reply takes care of it. */
    private void act() {
        if (phase == Phase.OUT || phase == Phase.WAITING || phase == Phase.IN) {
            look();
        }
    }

    private void look() {
        phase = Phase.LOOKING;
        int asked = keeper.round();
        DataCallback reply = (rc, path, ctx, data, stat) -> keeper.post(asked, () -> onLooked(rc, data, stat));
        keeper.zk().getData(pathOf(own.name), false, reply, null);
    }

    private void onLooked(int rc, byte[] data, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> {
                if (keeper.owns(stat.getEphemeralOwner())) {
                    onOurs(data, stat.getVersion());
                } else if (own.leaving) {
                    left();
                } else if (stat.getEphemeralOwner() == 0) {
                    out(foreign(own, "a persistent znode stands")); // X2: untouched
                } else {
                    await();
                }
            }
            case NONODE -> {
                if (own.leaving) {
                    left();
                } else if (own.joined.isDone()) {
                    create(); // M3
                } else {
                    count();
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // connected() looks again
            case NOAUTH -> out(foreign(own, "a znode that may not be read stands"));
            default -> fail("look at " + own.name, rc);
        }
    }

    private void onOurs(byte[] data, int version) {
        if (own.leaving) {
            delete(version);
        } else if (!own.updates.isEmpty() && !Arrays.equals(own.data, data)) {
            set(version);
        } else {
            in();
        }
    }

    /** So that the list of all fits into a reply. */
    private void count() {
        int asked = keeper.round();
        StatCallback reply = (rc, path, ctx, stat) -> keeper.post(asked, () -> onCounted(rc, stat));
        keeper.zk().exists(place.path(), false, reply, null);
    }

    private void onCounted(int rc, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> {
                if (stat.getNumChildren() < MAX_MEMBERS) {
                    create();
                } else {
                    out(new Failure(Problem.FULL, stat.getNumChildren() + " znodes below " + place.path()));
                }
            }
            case NONODE -> restart();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // connected() looks again
            default -> fail("count " + place.path(), rc);
        }
    }

    private void create() {
        int asked = keeper.round();
        byte[] sent = own.data;
        Create2Callback reply = (rc, path, ctx, name, stat) -> keeper.post(asked, () -> onWritten(rc, sent, stat));
        keeper.zk().create(pathOf(own.name), sent, Keeper.acl(), CreateMode.EPHEMERAL, reply, null);
    }

    private void set(int version) {
        int asked = keeper.round();
        byte[] sent = own.data;
        StatCallback reply = (rc, path, ctx, stat) -> keeper.post(asked, () -> onWritten(rc, sent, stat));
        keeper.zk().setData(pathOf(own.name), sent, version, reply, null);
    }

    private void onWritten(int rc, byte[] sent, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> onOurs(sent, stat.getVersion()); // meanwhile something else may be wanted
            case NODEEXISTS, BADVERSION -> look(); // somebody else was here
            case NONODE -> restart(); // the own znode, or an operator deleted the whole group
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // connected() looks again
            case NOCHILDRENFOREPHEMERALS -> out(foreign(own, "above it is an ephemeral of somebody, not"));
            case NOAUTH -> out(new Failure(Problem.NOT_ALLOWED, pathOf(own.name) + " may not be written"));
            default -> fail("write " + own.name, rc);
        }
    }

    private void delete(int version) {
        int asked = keeper.round();
        keeper.zk().delete(pathOf(own.name), version, (rc, path, ctx) -> keeper.post(asked, () -> onDeleted(rc)), null);
    }

    private void onDeleted(int rc) {
        switch (Code.get(rc)) {
            case OK, NONODE -> left();
            case BADVERSION, NOTEMPTY -> look(); // an operator was here; an ephemeral has no children
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // connected() looks again
            default -> fail("delete " + own.name, rc);
        }
    }

    private void in() {
        phase = Phase.IN;
        own.waiting = null;
        own.joined.complete(null);
        own.updates.forEach(update -> update.complete(null));
        own.updates.clear();
    }

    /** M4: the namesake may be our own of a dead session. A first joining has its patience, a later one this. */
    private void await() {
        phase = Phase.WAITING;
        if (own.waiting == null) {
            own.waiting = Instant.now();
        }
        if (own.joined.isDone()) {
            Instant since = own.waiting;
            int asked = keeper.round();
            // Two session timeouts: a new leader of the ensemble starts the sessions' clocks anew.
            Duration bound = Duration.ofMillis(2L * keeper.zk().getSessionTimeout());
            keeper.after(bound, () -> keeper.post(asked, () -> onWaited(since)));
        }
    }

    private void onWaited(Instant since) {
        if (phase == Phase.WAITING && since.equals(own.waiting)) {
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
        phase = Phase.OUT;
        fail(was.joined, why);
        was.updates.forEach(update -> fail(update, why));
        was.afterwards.values().forEach(Runnable::run);
        if (wasMember && trouble == null) {
            tell(() -> listener.failed(why));
        }
    }

    private Failure foreign(Own of, String what) {
        return new Failure(Problem.FOREIGN, what + " at " + pathOf(of.name));
    }

    // The view.

    private void watch() {
        int asked = keeper.round();
        VoidCallback reply = (rc, path, ctx) -> keeper.post(asked, () -> onWatched(rc));
        keeper.zk().addWatch(place.path(), watcher, AddWatchMode.PERSISTENT_RECURSIVE, reply, null);
    }

    private void onWatched(int rc) {
        switch (Code.get(rc)) {
            case OK -> list();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // connected() watches again
            default -> fail("watch " + place.path(), rc);
        }
    }

    private void list() {
        seeing = true;
        int asked = keeper.round();
        Children2Callback reply = (rc, path, ctx, names, stat) -> keeper.post(asked, () -> onListed(rc, names, stat));
        keeper.zk().getChildren(place.path(), false, reply, null);
    }

    private void onListed(int rc, List<String> names, Stat stat) {
        switch (Code.get(rc)) {
            case OK -> {
                if (stat.getEphemeralOwner() != 0) {
                    failed(new Failure(Problem.FOREIGN, place.path() + " is an ephemeral of somebody"));
                    return;
                }
                Set<String> missing = new TreeSet<>(known.keySet());
                names.forEach(missing::remove);
                missing.forEach(this::gone); // M2: those that left in the gap
                toRead.addAll(names);
                read();
            }
            case NONODE -> restart();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // connected() lists again
            default -> fail("list " + place.path(), rc);
        }
    }

    private void onEvent(WatchedEvent event) {
        String group = place.path() + "/";
        if (event.getType() == EventType.None || !event.getPath().startsWith(group)) {
            return;
        }
        String name = event.getPath().substring(group.length());
        boolean deleted = event.getType() == EventType.NodeDeleted;
        if (deleted && own != null && name.equals(own.name)) {
            act();
        }
        if (!seeing || name.indexOf('/') >= 0) {
            return; // it is listed afterwards; or it is below a member, where nothing is of ours
        }
        if (deleted) {
            gone(name);
        } else {
            toRead.add(name);
            read();
        }
    }

    private void read() {
        int asked = keeper.round();
        for (Iterator<String> names = toRead.iterator(); reading < WINDOW && names.hasNext(); reading++) {
            String name = names.next();
            names.remove();
            DataCallback reply = (rc, path, ctx, data, stat) -> keeper.post(asked, () -> onRead(rc, name, data, stat));
            keeper.zk().getData(pathOf(name), false, reply, null);
        }
    }

    private void onRead(int rc, String name, byte[] data, Stat stat) {
        reading--;
        switch (Code.get(rc)) {
            case OK -> {
                if (stat.getEphemeralOwner() == 0) {
                    gone(name); // X2: it is no member, and set aside
                } else {
                    see(new Member(name, data == null ? new byte[0] : data, stat.getCzxid(), stat.getVersion()));
                }
            }
            case NONODE, NOAUTH -> gone(name);
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {
                return; // connected() lists again
            }
            default -> fail("read " + name, rc);
        }
        read();
    }

    private void see(Member member) {
        Member before = known.get(member.name());
        if (before != null && before.since() != member.since()) {
            gone(member.name()); // M2: another joining, whatever its version says
        }
        Member same = known.put(member.name(), member);
        if (same == null) {
            tell(() -> listener.joined(member));
        } else if (same.version() != member.version()) {
            tell(() -> listener.changed(member));
        }
    }

    private void gone(String name) {
        Member before = known.remove(name);
        if (before != null) {
            tell(() -> listener.left(before));
        }
    }

    /** As a piece of work of its own: a listener that throws harms nothing else. */
    private void tell(Runnable news) {
        keeper.post(() -> {
            if (!closed) {
                news.run(); // X3
            }
        });
    }

    // The connection.

    private final class Connection implements Keeper.Owner {
        @Override
        public void connected() {
            phase = Phase.OUT;
            watch();
            if (own != null) {
                look();
            }
        }

        @Override
        public void disconnected() {
            phase = Phase.CUT_OFF;
            seeing = false;
            reading = 0;
            toRead.clear();
        }

        @Override
        public void expired() {
            disconnected(); // M3: connected() looks for the own znode in the new session, and makes it again
        }

        @Override
        public void failed(Failure why) {
            MembershipRecipe.this.failed(why);
        }
    }

    /** Somebody deleted the group, or the own znode: all begins again, with the path. */
    private void restart() {
        connection.disconnected();
        keeper.again();
    }

    private void fail(String what, int rc) {
        failed(new Failure(Problem.NOT_ALLOWED, "can't " + what + ": " + Code.get(rc)));
    }

    /** There is nothing to wait for. X4: our own ephemeral goes with the session, whatever else we may not do. */
    private void failed(Failure why) {
        trouble = why;
        calls.forEach(call -> fail(call, why));
        tell(() -> listener.failed(why));
        keeper.close();
    }

    private String pathOf(String name) {
        return place.path() + "/" + name;
    }
}
