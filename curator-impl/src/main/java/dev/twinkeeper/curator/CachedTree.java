package dev.twinkeeper.curator;

import dev.twinkeeper.layout.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.zookeeper.data.Stat;

/**
 * The view by CuratorCache. The cache stores nothing, see {@link EveryChange}. What it reads lags behind the events, so
 * a reign relies on its own writes, and asks about tasks in doubt.
 */
final class CachedTree implements TreeView {
    private final Reign reign;
    private final List<CuratorCache> caches = new ArrayList<>();
    private volatile boolean looked;

    CachedTree(Reign reign) {
        this.reign = reign;
    }

    @Override
    public void look() throws Exception {
        read(reign.role.layout.workers(), reign.role.layout.assign());
        read(reign.role.layout.tasks());
        looked = true;
        reign.apply(0);
    }

    /** Returns when the caches have read all that is there. */
    private void read(String... parents) throws InterruptedException {
        CountDownLatch unread = new CountDownLatch(parents.length);
        for (String parent : parents) {
            CuratorCache cache = CuratorCache.builder(reign.role.client, parent)
                    .withStorage(new EveryChange(this::hasNoChildren, this::seen, this::gone))
                    .withExceptionHandler(failure -> reign.observe(() -> {
                        throw failure;
                    }))
                    .build();
            cache.listenable()
                    .addListener(CuratorCacheListener.builder()
                            .forInitialized(unread::countDown)
                            .build());
            caches.add(cache);
            cache.start();
        }
        unread.await();
    }

    /** Once all is read, whatever comes is told by the watch, and nothing has to be listed. */
    private boolean hasNoChildren(String path) {
        Place place = reign.role.layout.place(path);
        return looked
                || place instanceof Place.WorkerNode
                || place instanceof Place.AssignmentNode
                || place instanceof Place.StatusNode;
    }

    private void seen(ChildData znode) {
        if (reign.role.layout.place(znode.getPath()) instanceof Place.WorkerNode node) {
            Stat stat = znode.getStat();
            reign.observe(() -> reign.observer.workerSeen(
                    node.worker(), znode.getData(), stat.getEphemeralOwner(), stat.getCzxid()));
        } else {
            reign.observe(() -> reign.observer.seen(znode.getPath(), System.nanoTime()));
        }
    }

    private void gone(String path) {
        reign.observe(() -> reign.gone(path));
    }

    @Override
    public void close() throws Exception {
        caches.forEach(CuratorCache::close);
        for (String parent :
                List.of(reign.role.layout.workers(), reign.role.layout.assign(), reign.role.layout.tasks())) {
            reign.role.connection.unwatch(parent);
        }
    }
}
