package dev.twinkeeper.curator;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.data.Stat;

/** The view by PersistentWatcher and one listing: what exists is a name, so of most znodes nothing is read. */
final class WatchedTree implements TreeView {
    private final Connection connection;
    private final CuratorFramework client;
    private final Layout layout;
    private final Observations observations;
    private final int batch;
    private final List<PersistentWatcher> watchers = new ArrayList<>();

    WatchedTree(MasterRole role, Observations observations) {
        this.connection = role.connection;
        this.client = role.client;
        this.layout = role.layout;
        this.observations = observations;
        this.batch = role.settings.batch();
    }

    private List<String> parents() {
        return List.of(layout.workers(), layout.assign(), layout.tasks());
    }

    /** The watches first, then the lists: in between, nothing is missed. */
    @Override
    public void look() throws Exception {
        CountDownLatch unwatched = new CountDownLatch(parents().size());
        for (String parent : parents()) {
            watchers.add(connection.watch(
                    parent, true, event -> observations.post(() -> changed(event)), unwatched::countDown));
        }
        unwatched.await();
        list(layout.workers());
        for (String worker : list(layout.assign())) {
            list(worker);
        }
        List<TaskId> tasks = new ArrayList<>();
        for (String path : list(layout.tasks())) {
            if (layout.place(path) instanceof Place.TaskNode node) {
                tasks.add(node.task());
            }
        }
        for (int from = 0; from < tasks.size(); from += batch) {
            observations.readStatuses(tasks.subList(from, Math.min(tasks.size(), from + batch)));
        }
        observations.apply(0);
    }

    private List<String> list(String parent) throws Exception {
        try {
            List<String> paths = client.getChildren().forPath(parent).stream()
                    .map(child -> parent + "/" + child)
                    .toList();
            for (String path : paths) {
                seen(path);
            }
            return paths;
        } catch (NoNodeException e) {
            return List.of();
        }
    }

    private void changed(WatchedEvent event) throws Exception {
        switch (event.getType()) {
            case NodeDeleted -> observations.gone(event.getPath());
            case NodeCreated, NodeDataChanged -> seen(event.getPath());
            default -> {}
        }
    }

    private void seen(String path) throws Exception {
        if (layout.place(path) instanceof Place.WorkerNode node) {
            try {
                Stat stat = new Stat();
                byte[] line = client.getData().storingStatIn(stat).forPath(path);
                observations.workerSeen(node, line, stat.getEphemeralOwner());
            } catch (NoNodeException e) {
                // The watch is about to say so.
            }
        } else {
            observations.seen(path);
        }
    }

    @Override
    public void close() throws Exception {
        watchers.forEach(PersistentWatcher::close);
        for (String parent : parents()) {
            connection.unwatch(parent);
        }
    }
}
