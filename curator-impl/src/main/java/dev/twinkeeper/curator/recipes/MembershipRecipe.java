package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.data.Stat;

/**
 * Group membership: Curator's {@link PersistentNode} for the own ephemeral and its {@link CuratorCache} for the view.
 * {@link GroupMember} is these two in one, and does not tell who comes and goes.
 *
 * <p><b>Not kept: M1, M2, M3, M4, X2, X4; take the raw one if that matters.</b> PersistentNode takes what it finds
 * under its name for its own: it overwrites the data of a namesake, of whatever session or mode, and deletes it on
 * leaving (M4, X2, <a href="https://issues.apache.org/jira/browse/CURATOR-154">CURATOR-154</a>, <a
 * href="https://issues.apache.org/jira/browse/CURATOR-258">258</a>); so joining may return while the ephemeral is that
 * of a dead session (M1). CuratorCache compares versions: it does not tell of a namesake that came in a gap, or of a
 * group that was made again in one (M2). PersistentNode writes its data again on each reconnect (M3). A member that may
 * not delete its own znode stays one until its session ends (X4). PersistentNode tries for ever to write data that is
 * more than the servers take, and loses the connection each time: after {@code UNKNOWN} for a large update, close the
 * client.
 *
 * <p><b>Use it</b> with names that are never used twice at a time, such as a UUID, or host, port and process.
 *
 * <p><b>Znodes.</b> The same as the raw recipe and GroupMember.
 *
 * <p><b>What Curator does for you.</b> It makes the znode, again after a deletion and in each session, with the newest
 * data; it watches, lists and reads the group, and again after every reconnect; it retries after a lost connection.
 *
 * <p><b>What is added,</b> marked below: the bound of members; that an update waits until the tree has it; that a
 * refusal is told.
 */
public final class MembershipRecipe implements Membership {
    private static final int PAUSE_MS = 20;

    private final Keeper keeper;
    private final Listener listener;
    private final CuratorCache cache;

    /** The member that this is, or is about to be; null for an onlooker. */
    private final AtomicReference<PersistentNode> own = new AtomicReference<>();

    /** With a session of its own. */
    public MembershipRecipe(Recipe.Place place, Listener listener) {
        this(new Keeper(place), listener);
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public MembershipRecipe(CuratorFramework client, String path, Listener listener) {
        this(new Keeper(client, path), listener);
    }

    private MembershipRecipe(Keeper keeper, Listener listener) {
        this.keeper = keeper;
        this.listener = listener;
        this.cache = CuratorCache.builder(keeper.client, keeper.path)
                .withExceptionHandler(this::onCacheTrouble)
                .build();
        cache.listenable().addListener(this::onChange, keeper::post);
        keeper.begin(
                () -> {
                    keeper.makePlace();
                    cache.start();
                },
                this::fail);
    }

    // The own znode.

    @Override
    public void join(String name, byte[] data, Duration patience) {
        String znode = keeper.path + "/" + Recipe.checkName("member", name);
        PersistentNode joining =
                new PersistentNode(keeper.client, CreateMode.EPHEMERAL, false, znode, Recipe.checkData(data));
        keeper.checkOpen();
        if (!own.compareAndSet(null, joining)) {
            throw new Failure(Problem.INVALID, "it is a member of " + keeper.path + " already");
        }
        boolean joined = false;
        try {
            joined = keeper.callWith(joining.getData(), patience, () -> join(joining));
        } finally {
            if (!joined && own.compareAndSet(joining, null)) {
                Calls.aside(joining::close); // X4: what is under way may still make it
            }
        }
    }

    private boolean join(PersistentNode joining) throws Exception {
        keeper.makePlace();
        Stat group = keeper.client.checkExists().forPath(keeper.path);
        if (group != null && group.getNumChildren() >= MAX_MEMBERS) { // so that the list of all fits into a reply
            throw new Failure(Problem.FULL, group.getNumChildren() + " znodes below " + keeper.path);
        }
        joining.start();
        return joining.waitForInitialCreate(Long.MAX_VALUE, TimeUnit.NANOSECONDS); // or until it is interrupted
    }

    @Override
    public void update(byte[] data, Duration patience) {
        byte[] newest = Recipe.checkData(data);
        keeper.checkOpen();
        PersistentNode member = own.get();
        if (member == null || member.getActualPath() == null) {
            throw new Failure(Problem.NOT_HELD, "it is no member of " + keeper.path);
        }
        try {
            member.setData(newest);
        } catch (Exception e) {
            throw keeper.failure(e);
        }
        keeper.callWith(newest, patience, () -> awaitData(member, newest));
    }

    /** M1: PersistentNode writes in the background, and does not say when. Newer data will do as well. */
    private boolean awaitData(PersistentNode member, byte[] newest) throws Exception {
        while (own.get() == member) {
            try {
                byte[] there = keeper.client.getData().forPath(member.getActualPath());
                if (Arrays.equals(there, newest) || !Arrays.equals(member.getData(), newest)) {
                    return true;
                }
            } catch (NoNodeException e) {
                // It is just made again.
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
        throw new Failure(Problem.NOT_HELD, "it left " + keeper.path);
    }

    @Override
    public void leave(Duration patience) {
        keeper.checkOpen();
        PersistentNode member = own.getAndSet(null);
        if (member != null) {
            keeper.call(patience, () -> leave(member));
        }
    }

    private static boolean leave(PersistentNode member) throws Exception {
        try {
            member.close();
        } catch (IOException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
        return true;
    }

    @Override
    public void close() {
        keeper.close(() -> {}, () -> {
            cache.close();
            PersistentNode member = own.getAndSet(null);
            if (member != null) {
                member.close();
            }
        });
    }

    // The view.

    @Override
    public Map<String, Member> members() {
        keeper.checkOpen();
        Map<String, Member> members = new TreeMap<>();
        cache.stream().filter(this::isMember).map(this::member).forEach(each -> members.put(each.name(), each));
        return members;
    }

    private void onChange(CuratorCacheListener.Type type, ChildData before, ChildData now) {
        ChildData node = now == null ? before : now;
        if (isMember(node)) {
            switch (type) {
                case NODE_CREATED -> listener.joined(member(node));
                case NODE_CHANGED -> listener.changed(member(node));
                case NODE_DELETED -> listener.left(member(node));
            }
        }
    }

    /** What is persistent, or further below, is none. */
    private boolean isMember(ChildData node) {
        return node.getStat().getEphemeralOwner() != 0 && node.getPath().lastIndexOf('/') == keeper.path.length();
    }

    private Member member(ChildData node) {
        return new Member(
                node.getPath().substring(keeper.path.length() + 1),
                node.getData() == null ? new byte[0] : node.getData(),
                node.getStat().getCzxid(),
                node.getStat().getVersion());
    }

    /** The cache does not say what it could not read. A member is set aside; without the group nothing is seen. */
    private void onCacheTrouble(Exception e) {
        if (e instanceof NoAuthException) {
            keeper.begin(() -> keeper.client.getChildren().forPath(keeper.path), this::fail);
        }
    }

    private void fail(Failure why) {
        keeper.fail(why, () -> listener.failed(why));
        PersistentNode member = own.getAndSet(null);
        if (member != null) {
            Calls.aside(member::close);
        }
    }
}
