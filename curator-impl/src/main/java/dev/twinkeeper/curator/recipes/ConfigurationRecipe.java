package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener.Type;
import org.apache.zookeeper.KeeperException.BadVersionException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.data.Stat;

/**
 * A shared value: Curator's {@link CuratorCache} of one znode tells the readers; a versioned setData writes. Curator's
 * other recipe, {@link org.apache.curator.framework.recipes.shared.SharedValue}, is {@link SharedValueConfiguration}.
 *
 * <p><b>Not kept: C3, X2; take the raw one where that matters.</b> Curator repeats a write whose answer was lost, so a
 * BADVERSION may come from its own first try. If the value is the one that was to be written, the recipe takes the
 * write for its own, although somebody else may have written the same; if another value was written since, the writer
 * is told "no" although it was first (C3). There is no mark at the path, so foreign data there is not noticed (X2).
 *
 * <p><b>Use it</b> where a writer that is told "no" reads and tries again, and where writing twice does no harm.
 *
 * <p><b>Znodes.</b> {@code PATH/value}, the same as the raw recipe, beside which it may be used. It neither writes nor
 * reads the writer's mark at {@code PATH}.
 *
 * <p><b>What Curator does for you.</b> It watches in each session, reads after each event and reconnect, makes the
 * parents, and retries.
 *
 * <p><b>What is added,</b> marked below: that no reader goes back; a value that is missing, and when; what was lost; a
 * look after each reconnect, since CuratorCache tells of a change by the data version only, and of a deletion only
 * where it had read the value: what was deleted and made again in a gap it does not tell. A value that is read here,
 * and deleted by hand before the cache has read it, too, is told as missing with the next change or reconnect.
 */
public final class ConfigurationRecipe implements Configuration {
    private final Keeper keeper;
    private final Listener listener;
    private final String znode;
    private final CuratorCache cache;
    private volatile Value newest;

    /** With a session of its own. */
    public ConfigurationRecipe(Recipe.Place place, Listener listener) {
        this(new Keeper(place), listener);
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public ConfigurationRecipe(CuratorFramework client, String path, Listener listener) {
        this(new Keeper(client, path), listener);
    }

    private ConfigurationRecipe(Keeper keeper, Listener listener) {
        this.keeper = keeper;
        this.listener = listener;
        this.znode = keeper.path + "/value";
        this.cache = CuratorCache.build(keeper.client, znode, CuratorCache.Options.SINGLE_NODE_CACHE);
        cache.listenable()
                .addListener(
                        new CuratorCacheListener() {
                            @Override
                            public void event(Type type, ChildData before, ChildData now) {
                                onEvent(now);
                            }

                            @Override
                            public void initialized() {
                                onEvent(cache.get(znode).orElse(null));
                            }
                        },
                        keeper::post);
        keeper.onReconnected(() -> keeper.begin(this::look, this::fail)); // C1
        keeper.begin(
                () -> {
                    keeper.makePlace();
                    cache.start();
                },
                this::fail);
    }

    private void fail(Failure why) {
        keeper.fail(why, () -> listener.failed(why));
    }

    @Override
    public Optional<Value> seen() {
        return Optional.ofNullable(newest);
    }

    @Override
    public Value read(Duration patience) {
        return keeper.call(patience, () -> {
            keeper.readBarrier();
            return look();
        });
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        return write(expected, Recipe.checkData(bytes), patience);
    }

    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        if (expected.bytes().isEmpty()) {
            throw new Failure(Problem.INVALID, "there is no value to remove: " + expected);
        }
        return write(expected, null, patience);
    }

    private Optional<Value> write(Value expected, byte[] bytes, Duration patience) {
        AtomicBoolean sent = new AtomicBoolean();
        try {
            return keeper.callWith(bytes, patience, () -> {
                keeper.client.blockUntilConnected();
                Value seen = newest;
                if (seen != null && seen.revision() > expected.revision() && seen.version() != -1) {
                    return Optional.empty();
                }
                sent.set(true);
                return write(expected, bytes);
            });
        } catch (Failure why) {
            boolean unknown = sent.get() && why.problem() == Problem.CANNOT_CONNECT;
            throw unknown ? new Failure(Problem.UNKNOWN, "sent, and no answer came: " + why.getMessage()) : why;
        }
    }

    private Optional<Value> write(Value expected, byte[] bytes) throws Exception {
        Stat stat = new Stat();
        try {
            if (expected.version() == -1) {
                keeper.client
                        .create()
                        .creatingParentsIfNeeded()
                        .storingStatIn(stat)
                        .forPath(znode, bytes);
            } else {
                stat = keeper.client.setData().withVersion(expected.version()).forPath(znode, bytes);
            }
            return Optional.of(new Value(Optional.ofNullable(bytes), stat.getVersion(), stat.getMzxid()));
        } catch (BadVersionException | NodeExistsException | NoNodeException e) {
            // C3: Curator repeats what was lost, so it may be our own write that was in the way.
            Value there = look();
            boolean ours = there.version() == expected.version() + 1
                    && Arrays.equals(there.bytes().orElse(null), bytes)
                    && there.revision() > expected.revision();
            return ours ? Optional.of(there) : Optional.empty();
        }
    }

    /** C4: where it is missing, the parent, read before, tells since when. */
    private Value look() throws Exception {
        Stat parent = null;
        while (true) {
            Stat stat = new Stat();
            try {
                byte[] bytes = keeper.client.getData().storingStatIn(stat).forPath(znode);
                return told(new Value(Optional.ofNullable(bytes), stat.getVersion(), stat.getMzxid()));
            } catch (NoNodeException e) {
                if (parent != null) {
                    return told(new Value(Optional.empty(), -1, parent.getPzxid()));
                }
                keeper.makePlace();
                parent = keeper.client.checkExists().forPath(keeper.path);
            }
        }
    }

    private void onEvent(ChildData now) {
        if (now == null) {
            keeper.begin(this::look, this::fail);
        } else {
            told(new Value(
                    Optional.ofNullable(now.getData()),
                    now.getStat().getVersion(),
                    now.getStat().getMzxid()));
        }
    }

    /** C2: by zxid, whatever server or session it comes from. */
    private synchronized Value told(Value value) {
        Value before = newest;
        if (before == null || value.revision() > before.revision()) {
            newest = value;
            if (before == null || before.version() != -1 || value.version() != -1) {
                keeper.post(() -> listener.changed(value));
            }
        }
        return value;
    }

    @Override
    public void close() {
        keeper.close(() -> {}, cache::close);
    }
}
