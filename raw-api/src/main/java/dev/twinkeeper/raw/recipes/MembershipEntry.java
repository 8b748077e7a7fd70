package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * The own znode of a {@link MembershipRecipe}. It always looks first and then acts, so a lost answer needs no code of
 * its own.
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
 */
final class MembershipEntry {
    private enum Phase {
        CUT_OFF,
        OUT,
        LOOKING,
        WAITING,
        IN
    }

    /** The member that this is, from joining until it has left. */
    static final class Own {
        final String name;
        final CompletableFuture<Void> joined = new CompletableFuture<>();
        final Set<CompletableFuture<Void>> updates = new HashSet<>();
        final Map<CompletableFuture<Void>, Runnable> afterwards = new LinkedHashMap<>();
        byte[] data;
        boolean leaving;

        /** Whether the data is under way, and how often the connection was lost meanwhile. */
        boolean writing;

        int losses;

        /** Which of its waits for a namesake to go this is; null where it has none. */
        volatile Object waiting;

        Own(String name, byte[] data) {
            this.name = name;
            this.data = data;
        }

        void update(byte[] newest, CompletableFuture<Void> updated) {
            data = newest;
            losses = 0;
            updates.removeIf(CompletableFuture::isDone); // given up: so there are no more than callers
            updates.add(updated);
        }

        void afterwards(CompletableFuture<Void> call, Runnable work) {
            afterwards.keySet().removeIf(CompletableFuture::isDone);
            afterwards.put(call, work);
        }
    }

    private final MembershipRecipe recipe;
    private final RecipeConnection connection;
    private Phase phase = Phase.CUT_OFF;
    private Own own;

    MembershipEntry(MembershipRecipe recipe, RecipeConnection connection) {
        this.recipe = recipe;
        this.connection = connection;
    }

    /** Connected. */
    void begin() {
        phase = Phase.OUT;
        if (own != null) {
            look();
        }
    }

    void suspend() {
        phase = Phase.CUT_OFF;
        if (own != null && own.writing) {
            own.writing = false;
            own.losses++;
        }
    }

    boolean isOurs(String name) {
        return own != null && name.equals(own.name);
    }

    /** A znode below the group was deleted. */
    void onDeleted(String name) {
        if (isOurs(name)) {
            act();
        }
    }

    // What is asked of it.

    void join(Own joining) {
        if (joining.joined.isDone()) {
            return; // given up, or closed
        }
        if (own == null) {
            own = joining;
            act();
        } else if (own.leaving) {
            own.afterwards(joining.joined, () -> join(joining));
        } else {
            fail(joining.joined, new Failure(Problem.INVALID, "it is a member already, as " + own.name));
        }
    }

    void giveUp(Own joining) {
        if (own == joining) {
            withdraw(); // X4: what is under way may still make it
        }
    }

    void update(byte[] newest, CompletableFuture<Void> updated) {
        if (own == null || own.leaving) {
            fail(updated, new Failure(Problem.NOT_HELD, "it is no member"));
            return;
        }
        own.update(newest, updated);
        act();
    }

    void leave(CompletableFuture<Void> left) {
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

    // The znode.

    private void look() {
        phase = Phase.LOOKING;
        connection.zk().getData(path(), false, replies().data(this::onLooked), null);
    }

    private void onLooked(Code code, byte[] data, Stat stat) {
        switch (code) {
            case OK -> {
                if (connection.owns(stat.getEphemeralOwner())) {
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
            case NOAUTH -> out(foreign(own, "a znode that may not be read stands"));
            default -> recipe.refuse("look at " + own.name, code);
        }
    }

    private void onOurs(byte[] data, int version) {
        if (own.leaving) {
            delete(version);
        } else if (!own.updates.isEmpty() && !Arrays.equals(own.data, data)) {
            if (RecipeConnection.isTooLarge(own.data, own.losses)) {
                keep(data);
            } else {
                set(version);
            }
        } else {
            in();
        }
    }

    /** The update can't be: what is there stays. */
    private void keep(byte[] data) {
        Failure why = connection.tooLarge(own.data);
        own.updates.forEach(update -> fail(update, why));
        own.updates.clear();
        own.data = data;
        in();
    }

    /** So that the list of all fits into a reply. */
    private void count() {
        connection.zk().exists(connection.path(), false, replies().stat(this::onCounted), null);
    }

    private void onCounted(Code code, Stat stat) {
        switch (code) {
            case OK -> {
                if (stat.getNumChildren() < Membership.MAX_MEMBERS) {
                    create();
                } else {
                    out(new Failure(Problem.FULL, stat.getNumChildren() + " znodes below " + connection.path()));
                }
            }
            case NONODE -> recipe.restart();
            default -> recipe.refuse("count " + connection.path(), code);
        }
    }

    private void create() {
        if (RecipeConnection.isTooLarge(own.data, own.losses)) {
            out(connection.tooLarge(own.data));
            return;
        }
        byte[] sent = own.data;
        own.writing = true;
        StringCallback reply = replies().name((code, name) -> onWritten(code, sent, 0));
        connection.zk().create(path(), sent, connection.acl(), CreateMode.EPHEMERAL, reply, null);
    }

    private void set(int version) {
        byte[] sent = own.data;
        own.writing = true;
        StatCallback reply = replies().stat((code, stat) -> onWritten(code, sent, version + 1));
        connection.zk().setData(path(), sent, version, reply, null);
    }

    private void onWritten(Code code, byte[] sent, int version) {
        own.writing = false;
        switch (code) {
            case OK -> onOurs(sent, version); // meanwhile something else may be wanted
            case NODEEXISTS, BADVERSION -> look(); // somebody else was here
            case NONODE -> recipe.restart(); // the own znode, or an operator deleted the whole group
            case NOCHILDRENFOREPHEMERALS -> out(foreign(own, "above it is an ephemeral of somebody, not"));
            case NOAUTH -> out(new Failure(Problem.NOT_ALLOWED, path() + " may not be written"));
            default -> recipe.refuse("write " + own.name, code);
        }
    }

    private void delete(int version) {
        connection.zk().delete(path(), version, replies().done(this::onDeleted), null);
    }

    private void onDeleted(Code code) {
        switch (code) {
            case OK, NONODE -> left();
            case BADVERSION, NOTEMPTY -> look(); // an operator was here; an ephemeral has no children
            default -> recipe.refuse("delete " + own.name, code);
        }
    }

    private void in() {
        phase = Phase.IN;
        own.losses = 0; // those before were of this data, and it was not too large
        own.waiting = null;
        own.joined.complete(null);
        own.updates.forEach(update -> update.complete(null));
        own.updates.clear();
    }

    /** M4: the namesake may be our own of a dead session. A first joining has its patience, a later one this. */
    private void await() {
        phase = Phase.WAITING;
        if (own.waiting == null) {
            own.waiting = new Object();
        }
        if (own.joined.isDone()) {
            Object wait = own.waiting;
            // Two session timeouts: a new leader of the ensemble starts the sessions' clocks anew.
            Duration bound = Duration.ofMillis(2L * connection.zk().getSessionTimeout());
            connection.after(bound, replies().pass(() -> onWaited(wait)));
        }
    }

    private void onWaited(Object wait) {
        if (phase == Phase.WAITING && wait == own.waiting) {
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
        if (wasMember) {
            recipe.expelled(why);
        }
    }

    Failure foreign(Own of, String what) {
        return new Failure(Problem.FOREIGN, what + " at " + connection.path(of.name));
    }

    private static void fail(CompletableFuture<Void> coming, Failure why) {
        coming.completeExceptionally(why);
    }

    private String path() {
        return connection.path(own.name);
    }

    private PhaseGuard<?> replies() {
        return connection.replies();
    }
}
