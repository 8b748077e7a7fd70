package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Group membership by hand: a member is an ephemeral, the group is watched as a whole. {@link MembershipEntry} is the
 * member that this is, {@link MembershipView} what is known of all.
 *
 * <p><b>Znodes.</b> {@code PATH/NAME}, ephemeral, with the member's data. Persistent ones, and those below a member, are
 * somebody else's and set aside.
 */
public final class MembershipRecipe implements Membership {
    private final Listener listener;
    private final RecipeConnection connection;
    private final MembershipEntry entry;
    private final MembershipView view;
    private final Set<CompletableFuture<Void>> calls = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile Failure trouble;

    /** Begins to look at the group, in a session of its own. */
    public MembershipRecipe(Recipe.Place place, Listener listener) {
        this(listener, owner -> new RecipeConnection(place, owner));
    }

    /** On a session that the caller goes on to own, with its credentials and its ACL. Within one session a name is one member. */
    public MembershipRecipe(Session session, String path, Listener listener) {
        this(listener, owner -> new RecipeConnection(session, path, owner));
    }

    private MembershipRecipe(Listener listener, Function<RecipeConnection.Owner, RecipeConnection> connect) {
        this.listener = listener;
        this.connection = connect.apply(new Connection());
        this.entry = new MembershipEntry(this, connection);
        this.view = new MembershipView(this, connection, entry::onDeleted);
        connection.open();
    }

    @Override
    public void join(String name, byte[] data, Duration patience) {
        Recipe.checkName("member", name);
        MembershipEntry.Own joining = new MembershipEntry.Own(name, Recipe.checkData(data));
        try {
            call(joining.joined, patience, () -> entry.join(joining), () -> missed(joining));
        } finally {
            if (joining.joined.isCompletedExceptionally()) {
                connection.post(() -> entry.giveUp(joining)); // X4: also where the caller was interrupted
            }
        }
    }

    @Override
    public void update(byte[] data, Duration patience) {
        byte[] newest = Recipe.checkData(data);
        CompletableFuture<Void> updated = new CompletableFuture<>();
        call(updated, patience, () -> entry.update(newest, updated), connection::cannotConnect);
    }

    @Override
    public void leave(Duration patience) {
        CompletableFuture<Void> left = new CompletableFuture<>();
        call(left, patience, () -> entry.leave(left), connection::cannotConnect);
    }

    @Override
    public Map<String, Member> members() {
        checkOpen();
        return view.members();
    }

    @Override
    public void close() {
        closed = true;
        calls.forEach(call -> call.completeExceptionally(new Failure(Problem.CLOSED, "closed")));
        release();
    }

    private void release() {
        connection.close(connection.path(), entry::isOurs, connection.path());
    }

    private void call(CompletableFuture<Void> coming, Duration patience, Runnable work, Supplier<Failure> timeIsUp) {
        if (patience.isNegative() || connection.isCurrent()) {
            throw new Failure(Problem.INVALID, "a patience below zero, or a listener that waits for its own recipe");
        }
        calls.add(coming);
        try {
            checkOpen(); // after adding: else a close in between would leave this call to wait
            connection.post(work);
            RecipeConnection.await(coming, patience);
        } catch (TimeoutException e) {
            Failure why = timeIsUp.get();
            if (coming.completeExceptionally(why) || coming.isCompletedExceptionally()) {
                throw why;
            }
        } finally {
            // Where it is not done: nobody waits any more.
            coming.completeExceptionally(new Failure(Problem.CLOSED, "interrupted"));
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

    private Failure missed(MembershipEntry.Own joining) {
        return joining.waiting != null
                ? entry.foreign(joining, "somebody else is a member")
                : connection.cannotConnect();
    }

    // On the session's thread.

    private final class Connection implements RecipeConnection.Owner {
        @Override
        public void connected() {
            view.begin();
            entry.begin(); // M3: it looks for its znode in the new session, and makes it again
        }

        @Override
        public void disconnected() {
            view.suspend();
            entry.suspend();
        }

        @Override
        public void failed(Failure why) {
            fail(why);
        }
    }

    /** Somebody deleted the group, or the own znode: all begins again, with the path. */
    void restart() {
        view.suspend();
        entry.suspend();
        connection.again();
    }

    void refuse(String what, Code code) {
        fail(connection.refused(what, code));
    }

    /** There is nothing to wait for. X4: our own ephemeral goes, with the session where nothing else helps. */
    void fail(Failure why) {
        trouble = why;
        calls.forEach(call -> call.completeExceptionally(why));
        tell(() -> listener.failed(why));
        release();
    }

    /** It is no member any more, and did not ask for that; but a greater trouble was told already. */
    void expelled(Failure why) {
        if (trouble == null) {
            tell(() -> listener.failed(why));
        }
    }

    Listener listener() {
        return listener;
    }

    /** As a piece of work of its own: a listener that throws harms nothing else. */
    void tell(Runnable news) {
        connection.post(() -> {
            if (!closed) {
                news.run(); // X3
            }
        });
    }
}
