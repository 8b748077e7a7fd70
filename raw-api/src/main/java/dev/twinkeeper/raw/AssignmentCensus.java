package dev.twinkeeper.raw;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.raw.session.ChildrenWatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.data.Stat;

/**
 * The part of a {@link Census} that is about {@code /assign}. Its children come and go with the workers, so a list with a
 * one-shot watch will do; each of them has a {@link ChildrenWatch} of its own, since one worker may have much to do and
 * another a task at a time.
 */
final class AssignmentCensus {
    private final Census census;
    private final MasterRole role;
    private final Layout layout;
    /** By path. */
    private final Map<String, Parent> parents = new HashMap<>();

    private boolean listing;

    AssignmentCensus(Census census, MasterRole role) {
        this.census = census;
        this.role = role;
        this.layout = role.layout;
    }

    /**
     * One at a time; the one-shot watch fires only after the answer. While we may not read {@code /assign}, servers from
     * 3.8.4 and 3.9.2 on drop the event and the watch with it, so the reign asks too where it misses a parent.
     */
    void list() {
        if (listing) {
            return;
        }
        listing = true;
        census.send(() ->
                role.zk().getChildren(layout.assign(), role.treeWatcher, census.guard.children(this::onListed), null));
    }

    private void onListed(Code code, List<String> names, Stat stat) {
        listing = false;
        if (code != Code.OK) {
            census.fail("read " + layout.assign(), code);
            return;
        }
        Set<WorkerId> there = new HashSet<>();
        for (String name : names) {
            String path = layout.assign() + "/" + name;
            if (!(layout.place(path) instanceof Place.AssignNode node)) {
                role.announcer.setAside(path, "no name of ours");
                continue;
            }
            there.add(node.worker());
            if (!parents.containsKey(path)) {
                Parent parent = new Parent(node.worker());
                parents.put(path, parent);
                census.send(parent.watch::begin);
            }
        }
        // One that the reign made, and that was gone again before this list, never had a watch of its own.
        census.lists.parents(there, role.loop.now());
        census.changed();
        census.answered();
    }

    /** Of {@code /assign}, or of what is below. */
    void on(WatchedEvent event) {
        if (!event.getPath().equals(layout.assign())) {
            tell(event);
        } else if (event.getType() == EventType.NodeChildrenChanged) {
            list();
        } else if (event.getType() == EventType.NodeDeleted) {
            census.fail("do without " + layout.assign(), Code.NONODE);
        }
    }

    /** Foreign things too, which are set aside. */
    private void tell(WatchedEvent event) {
        String path = event.getPath();
        int below = path.indexOf('/', layout.assign().length() + 1);
        Parent parent = parents.get(below < 0 ? path : path.substring(0, below));
        if (parent != null) {
            parent.watch.on(event);
        }
    }

    void remove() {
        parents.values().forEach(parent -> parent.watch.remove());
        role.zk().removeAllWatches(layout.assign(), WatcherType.Any, false, (rc, path, ctx) -> {}, null);
    }

    /** {@code /assign/W} */
    private final class Parent implements ChildrenWatch.Owner {
        final WorkerId worker;
        final ChildrenWatch watch;
        private boolean known;

        Parent(WorkerId worker) {
            this.worker = worker;
            this.watch = new ChildrenWatch(
                    role.who, role.session, role.announcer::answered, layout.assign(worker), role.treeWatcher, this);
        }

        @Override
        public void listed(List<String> names) {
            census.view.parentSeen(worker, role.loop.now());
            Set<TaskId> there = new HashSet<>();
            for (String name : names) {
                String path = layout.assign(worker) + "/" + name;
                if (layout.place(path) instanceof Place.AssignmentNode node) {
                    there.add(node.task());
                } else {
                    role.announcer.setAside(path, "no name of ours");
                }
            }
            census.lists.assignments(worker, there, role.loop.now());
            onKnown();
            census.changed();
        }

        /** The first list is part of a stage of the census. */
        private void onKnown() {
            if (!known) {
                known = true;
                census.answered();
            }
        }

        @Override
        public void changed(WatchedEvent event) {
            if (event.getType() != EventType.NodeDeleted) {
                census.observer.seen(event.getPath(), role.loop.now());
            } else if (!event.getPath().equals(layout.assign(worker))) {
                census.observer.gone(event.getPath(), role.loop.now());
            } else if (known) {
                missing();
            }
            census.changed();
        }

        /** If it is made again, {@code /assign} tells. */
        @Override
        public void missing() {
            parents.remove(layout.assign(worker), this);
            watch.remove();
            census.lists.assignments(worker, Set.of(), role.loop.now());
            census.view.parentGone(worker, role.loop.now());
            onKnown();
            census.changed();
        }

        @Override
        public void refused(Code code) {
            census.fail("read " + layout.assign(worker), code);
        }

        /** A slot may be free, and a task may wait for it. */
        @Override
        public Duration patience(int children) {
            return Duration.ZERO;
        }
    }
}
