package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Window;
import dev.twinkeeper.recipes.Membership.Member;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * What a {@link MembershipRecipe} knows of the group. Watch first and list second, after every reconnect: the client
 * sets a persistent watch again, but gives no event for what happened in between. The list and the creation zxids show
 * it.
 *
 * <pre>
 * blind     connected        → watch the group and all below it, list it → seeing
 * seeing    listed, an event → read that member; tell what is another than known
 * any       connection lost  → blind
 * </pre>
 */
final class MembershipView {
    /** How many members are read at a time: the client's own queue of requests has no bound. */
    private static final int WINDOW = 32;

    private final MembershipRecipe recipe;
    private final RecipeConnection connection;
    private final Consumer<String> deleted;
    private final Watcher watcher;

    /** Written by the session's thread, read by any. */
    private final Map<String, Member> known = new ConcurrentSkipListMap<>();

    /** Those that wait for their turn to be read: what changes meanwhile is read once. */
    private final Set<String> waiting = new HashSet<>();

    private Window window;
    private boolean seeing;

    /** @param deleted hears the name of a znode that was deleted, seeing or not */
    MembershipView(MembershipRecipe recipe, RecipeConnection connection, Consumer<String> deleted) {
        this.recipe = recipe;
        this.connection = connection;
        this.deleted = deleted;
        this.watcher = event -> connection.post(() -> onEvent(event));
    }

    Map<String, Member> members() {
        // One by one: TreeMap's own copy of a sorted map believes its size, which may change meanwhile.
        Map<String, Member> copy = new TreeMap<>();
        known.forEach(copy::put);
        return copy;
    }

    /** Connected. */
    void begin() {
        suspend();
        AddWatchMode all = AddWatchMode.PERSISTENT_RECURSIVE;
        connection.zk().addWatch(connection.path(), watcher, all, replies().done(this::onWatched), null);
    }

    void suspend() {
        seeing = false;
        waiting.clear();
    }

    private void onWatched(Code code) {
        if (code == Code.OK) {
            list();
        } else {
            recipe.refuse("watch " + connection.path(), code);
        }
    }

    private void list() {
        seeing = true;
        window = new Window(WINDOW);
        connection.list(connection.path(), replies().children(this::onListed));
    }

    private void onListed(Code code, List<String> names, Stat stat) {
        switch (code) {
            case OK -> {
                if (stat.getEphemeralOwner() != 0) {
                    recipe.fail(new Failure(Problem.FOREIGN, connection.path() + " is an ephemeral of somebody"));
                    return;
                }
                Set<String> missing = new TreeSet<>(known.keySet());
                names.forEach(missing::remove);
                missing.forEach(this::gone); // M2: those that left in the gap
                names.forEach(this::read);
            }
            case NONODE -> recipe.restart();
            default -> recipe.refuse("list " + connection.path(), code);
        }
    }

    private void onEvent(WatchedEvent event) {
        if (event.getType() == EventType.PersistentWatchRemoved && seeing) {
            recipe.restart(); // by another recipe on this session and path
        }
        String group = connection.path() + "/";
        if (event.getType() == EventType.None || !event.getPath().startsWith(group)) {
            return;
        }
        String name = event.getPath().substring(group.length());
        if (event.getType() == EventType.NodeDeleted) {
            deleted.accept(name);
        }
        if (!seeing || name.indexOf('/') >= 0) {
            return; // it is listed afterwards; or it is below a member, where nothing is of ours
        }
        if (event.getType() == EventType.NodeDeleted) {
            gone(name);
        } else {
            read(name);
        }
    }

    private void read(String name) {
        if (waiting.add(name)) {
            window.send(() -> ask(name));
        }
    }

    private void ask(String name) {
        waiting.remove(name);
        DataCallback reply = replies().data((code, data, stat) -> onRead(code, name, data, stat));
        connection.zk().getData(connection.path(name), false, reply, null);
    }

    private void onRead(Code code, String name, byte[] data, Stat stat) {
        switch (code) {
            case OK -> {
                if (stat.getEphemeralOwner() == 0) {
                    gone(name); // X2: it is no member, and set aside
                } else {
                    see(new Member(name, data == null ? new byte[0] : data, stat.getCzxid(), stat.getVersion()));
                }
            }
            case NONODE, NOAUTH -> gone(name);
            default -> recipe.refuse("read " + name, code);
        }
        window.answered();
    }

    private void see(Member member) {
        Member before = known.get(member.name());
        if (before != null && before.since() != member.since()) {
            gone(member.name()); // M2: another joining, whatever its version says
        }
        Member same = known.put(member.name(), member);
        if (same == null) {
            recipe.tell(() -> recipe.listener().joined(member));
        } else if (same.version() != member.version()) {
            recipe.tell(() -> recipe.listener().changed(member));
        }
    }

    private void gone(String name) {
        Member before = known.remove(name);
        if (before != null) {
            recipe.tell(() -> recipe.listener().left(before));
        }
    }

    private PhaseGuard<?> replies() {
        return connection.replies();
    }
}
