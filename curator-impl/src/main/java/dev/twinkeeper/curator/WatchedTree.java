package dev.twinkeeper.curator;

import dev.twinkeeper.layout.Place;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.data.Stat;

/** The view by PersistentWatcher and one listing: what exists is a name, so of most znodes nothing is read. */
final class WatchedTree implements TreeView {
    private final Reign reign;
    private final Map<String, PersistentWatcher> watchers = new HashMap<>();

    WatchedTree(Reign reign) {
        this.reign = reign;
    }

    // region watch the workers
    /** The watches first, then the lists: in between, nothing is missed. */
    @Override
    public void look() throws Exception {
        List<String> parents =
                List.of(reign.role.layout.workers(), reign.role.layout.assign(), reign.role.layout.tasks());
        CountDownLatch unwatched = new CountDownLatch(parents.size());
        for (String parent : parents) {
            Watcher watcher = event -> reign.observe(() -> changed(event));
            watchers.put(parent, reign.role.watch(parent, true, watcher, unwatched::countDown));
        }
        unwatched.await();
        list(reign.role.layout.workers());
        for (String worker : list(reign.role.layout.assign())) {
            list(worker);
        }
        List<String> tasks = list(reign.role.layout.tasks()).stream()
                .filter(path -> reign.role.layout.place(path) instanceof Place.TaskNode)
                .toList();
        for (int from = 0; from < tasks.size(); from += reign.role.settings.batch()) {
            reign.readStatuses(tasks.subList(from, Math.min(tasks.size(), from + reign.role.settings.batch())));
        }
        reign.apply(0);
    }
    // endregion

    private List<String> list(String parent) throws Exception {
        try {
            List<String> paths = reign.role.client.getChildren().forPath(parent).stream()
                    .map(child -> parent + "/" + child)
                    .toList();
            for (String path : paths) {
                seen(path);
            }
            return paths;
        } catch (NoNodeException e) {
            reign.gone(parent); // perhaps before the watch was set
            return List.of();
        }
    }

    private void changed(WatchedEvent event) throws Exception {
        switch (event.getType()) {
            case NodeDeleted -> reign.gone(event.getPath());
            case NodeCreated, NodeDataChanged -> seen(event.getPath());
            default -> {}
        }
    }

    private void seen(String path) throws Exception {
        if (reign.role.layout.place(path) instanceof Place.WorkerNode node) {
            try {
                Stat stat = new Stat();
                byte[] line = reign.role.client.getData().storingStatIn(stat).forPath(path);
                reign.observer.workerSeen(node.worker(), line, stat.getEphemeralOwner(), stat.getCzxid());
            } catch (NoNodeException e) {
                // The watch is about to say so.
            } catch (NoAuthException e) {
                reign.role.setAside(path, "it may not be read"); // R6: the others go on
            }
        } else {
            reign.observer.seen(path, System.nanoTime());
        }
    }

    @Override
    public void close() throws Exception {
        watchers.values().forEach(PersistentWatcher::close);
        for (String parent : watchers.keySet()) {
            reign.role.connection.unwatch(parent);
        }
    }
}
