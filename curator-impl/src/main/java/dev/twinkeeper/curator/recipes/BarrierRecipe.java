package dev.twinkeeper.curator.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;

/**
 * A double barrier: Curator's {@link DistributedDoubleBarrier}, as it comes.
 *
 * <p><b>Not kept: B1, B2, B3, B4, B5, X2, X4, X5; take the raw one if that matters.</b>
 *
 * <ul>
 *   <li>It does not count again after a wake-up: a connection that is lost and comes back lets one member pass alone,
 *     or ends its waiting (B1, B5, X5, <a href="https://github.com/apache/curator/issues/1290">issue 1290</a>).
 *   <li>It counts every child of the path (B1, X2); a member that gave up (B3, X4, <a
 *     href="https://github.com/apache/curator/issues/838">CURATOR-318</a>), because its znode has a random name that
 *     nobody is told, and stays until its session ends; and a member that died since the count.
 *   <li>While the child {@code ready} is there, every newcomer passes (B1); if all members have died, it is there for
 *     ever (B4).
 *   <li>A member that leaves and finds its znode gone gets an error, and does not wait (B2). A member whose time to
 *     leave is up may stay in. A member that hears late that all have left waits for those who have come again since, and
 *     they wait for it, until their time is up (B4).
 * </ul>
 *
 * <p><b>Use it</b> for a test run or a demonstration, where you can begin again at another path.
 *
 * <p><b>Znodes.</b> {@code PATH/<uuid>}, ephemeral, a member; {@code PATH/ready}. The raw recipe has other znodes: give
 * each its own path. The member's name is not used.
 *
 * <p><b>What is added,</b> marked below: a Curator recipe for each round, because one that was woken once may wait
 * without an end; a bound for each wait; errors that say what is wrong.
 */
public final class BarrierRecipe implements Barrier {
    /** For the recipe, which keeps the time, to connect, and to hear the last answer. */
    private static final Duration LAST_ANSWER = Duration.ofSeconds(2);

    private final Keeper keeper;
    private final int members;

    /** Of this round, from when it enters until it leaves. */
    private final AtomicReference<DistributedDoubleBarrier> round = new AtomicReference<>();

    private volatile boolean in;

    /**
     * With a session of its own.
     *
     * @throws Failure {@link Problem#INVALID}; {@link Problem#TOO_LARGE} where the raw one refuses it
     */
    public BarrierRecipe(Recipe.Place place, String member, int members) {
        this(check(place.path(), member, members), new Keeper(place));
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public BarrierRecipe(CuratorFramework client, String path, String member, int members) {
        this(check(path, member, members), new Keeper(client, path));
    }

    private BarrierRecipe(int members, Keeper keeper) {
        this.members = members;
        this.keeper = keeper;
    }

    private static int check(String path, String member, int members) {
        Recipe.checkName("member", member);
        if (members < 1 || members > MAX_MEMBERS) {
            throw new Failure(Problem.INVALID, members + " members: 1 to " + MAX_MEMBERS);
        }
        long share = path.getBytes(UTF_8).length + 2L * member.getBytes(UTF_8).length;
        if (share * members > MAX_DATA) {
            throw new Failure(Problem.TOO_LARGE, members + " members with so long a path and name");
        }
        return members;
    }

    @Override
    public boolean enter(Duration patience) {
        keeper.checkOpen();
        var mine = new DistributedDoubleBarrier(keeper.client, keeper.path, members);
        if (!round.compareAndSet(null, mine)) {
            throw new Failure(Problem.INVALID, "it is in " + keeper.path + ", or about to enter");
        }
        try {
            in = keeper.callInSession(
                    patience,
                    LAST_ANSWER,
                    () -> {
                        keeper.makePlace(); // it would make a container
                        return mine.enter(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS);
                    },
                    late -> {});
            return in;
        } finally {
            if (!in) {
                round.compareAndSet(mine, null);
            }
        }
    }

    @Override
    public boolean leave(Duration patience) {
        keeper.checkOpen();
        DistributedDoubleBarrier mine = round.get();
        if (!in || mine == null || !round.compareAndSet(mine, null)) {
            throw new Failure(Problem.NOT_HELD, "it is not in " + keeper.path);
        }
        in = false;
        return keeper.call(patience, LAST_ANSWER, () -> {
            try {
                return mine.leave(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS);
            } catch (IllegalStateException gone) {
                throw new Failure(Problem.NOT_HELD, gone.getMessage());
            }
        });
    }

    @Override
    public void close() {
        keeper.close(() -> {}, () -> {
            DistributedDoubleBarrier mine = round.getAndSet(null);
            if (mine != null) {
                mine.leave(0, TimeUnit.MILLISECONDS);
            }
        });
    }
}
