package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * A double barrier by hand: an ephemeral for each member, and a start node whose versions tell the rounds apart.
 *
 * <p><b>Use it</b> where a known number of processes begins a piece of work together and ends it together: a load test,
 * a step of a computation. <b>Do not use it</b> to wait for "everybody" where nobody knows how many that is, as a join
 * of threads in one process, or for many short rounds: each costs every member two writes.
 *
 * <p><b>Znodes.</b> {@code PATH} itself is the start node, persistent. Its data is empty while members gather, and
 * while a round is on it names those who are in it, a name a line, first come, first. {@code PATH/member-NAME} is a
 * member, ephemeral, without data. Other children, and persistent ones of that name, are somebody else's and not
 * counted.
 *
 * <p>ZooKeeper's own recipe has a child {@code ready} for a start node, which comes and goes. That begins at version 0
 * each time: a member that deletes it late deletes that of the next round. The version of a node that stays only rises,
 * so every step here is a compare-and-set on it:
 *
 * <pre>
 * begin     check member … check member, set PATH = names at version v     all of them are there at this zxid
 * withdraw  check PATH at version v, delete member                         no round has begun with us in it
 * reopen    set PATH = nothing at version v                                nobody of the round is there any more
 * </pre>
 *
 * <p>A newcomer makes its znode, then reads the start node with a watch. The reply has the count of children, so only
 * the member that completes the number lists them. The start node wakes everybody, once.
 *
 * <p>For leaving, the first in the round stays until all others have gone and watches the last; the others go at once
 * and watch the first. So no member is woken each time another leaves, and one is woken at each death that matters.
 *
 * <p>{@link BarrierMember} has the phases, {@link BarrierEntry} the way in, {@link BarrierExit} the way out.
 *
 * <p><b>Guarantees not made,</b> besides the contract's. An ephemeral named like a member counts as one, whoever made
 * it. If members give different numbers, the smallest begins a round.
 */
public final class BarrierRecipe implements Barrier {
    /** What a check and a line of a round cost in a request, besides the path and twice the name. */
    private static final int OVERHEAD = 32;

    private final BarrierMember member;
    private final RecipeConnection connection;
    private volatile boolean closed;

    /**
     * Opens a session of its own, in the background.
     *
     * @throws Failure {@link Problem#INVALID}; {@link Problem#TOO_LARGE} where so many members with such a path and
     *     name don't fit into one request
     */
    public BarrierRecipe(Recipe.Place place, String member, int members) {
        this.member = new BarrierMember(check(place.path(), member, members), members);
        this.connection = new RecipeConnection(place, this.member);
        begin();
    }

    /** On a session that the caller goes on to own, with its credentials and its ACL. Within one session a name is one member. */
    public BarrierRecipe(Session session, String path, String member, int members) {
        this.member = new BarrierMember(check(path, member, members), members);
        this.connection = new RecipeConnection(session, path, this.member);
        begin();
    }

    private void begin() {
        member.use(connection);
        connection.open();
    }

    /** @return the member's znode */
    private static String check(String path, String member, int members) {
        if (members < 1 || members > MAX_MEMBERS) {
            throw new Failure(Problem.INVALID, members + " members: from 1 to " + MAX_MEMBERS);
        }
        String name = BarrierMember.PREFIX + Recipe.checkName("member", member);
        // Each has its share of the request that begins a round: one that is too large looks like a lost connection.
        long share = OVERHEAD + path.getBytes(UTF_8).length + 2L * name.getBytes(UTF_8).length;
        if (share * members > MAX_DATA) {
            throw new Failure(
                    Problem.TOO_LARGE, members + " members with a path and a name as long as " + path + "/" + name);
        }
        return name;
    }

    @Override
    public boolean enter(Duration patience) {
        return ask(member::enter, patience);
    }

    @Override
    public boolean leave(Duration patience) {
        return ask(member::leave, patience);
    }

    @Override
    public void close() {
        closed = true;
        connection.post(() -> member.finish(false, closed()));
        connection.close(connection.path(), member.name()::equals, connection.path());
    }

    /** Who completes the future first decides: a member whose caller was told that it is not in does not stay in. */
    private boolean ask(Consumer<CompletableFuture<Boolean>> what, Duration patience) {
        if (patience.isNegative()) {
            throw new Failure(Problem.INVALID, "patience " + patience + ": zero or more");
        }
        CompletableFuture<Boolean> coming = new CompletableFuture<>();
        connection.post(() -> what.accept(coming));
        if (closed) {
            coming.completeExceptionally(closed());
        }
        try {
            return awaitOrGiveUp(coming, patience);
        } catch (Failure why) {
            if (coming.completeExceptionally(why)) { // interrupted, or cut off
                connection.post(() -> member.onTimeUp(coming));
            } else if (!coming.isCompletedExceptionally()) {
                return coming.join(); // answered in the same moment
            }
            throw why;
        }
    }

    private boolean awaitOrGiveUp(CompletableFuture<Boolean> coming, Duration patience) {
        try {
            return RecipeConnection.await(coming, patience);
        } catch (TimeoutException up) {
            connection.post(() -> member.onTimeUp(coming));
        }
        try {
            return RecipeConnection.await(coming, connection.sessionTimeout());
        } catch (TimeoutException cutOff) {
            throw new Failure(Problem.CANNOT_CONNECT, "the time is up, and no server can be told so");
        }
    }

    private Failure closed() {
        return new Failure(Problem.CLOSED, member.name() + " is closed");
    }
}
