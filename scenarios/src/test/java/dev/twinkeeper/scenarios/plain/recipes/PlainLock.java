package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.recipes.Lock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** An exclusive lock as it is often written: on the synchronous API, right while all goes well. For mistakes to be made. */
class PlainLock implements Lock {
    private static final int DIGITS = 10;

    final ZooKeeper zk;
    private final String path;
    private final CountDownLatch connected = new CountDownLatch(1);

    PlainLock(Place place) {
        path = place.path();
        try {
            zk = new ZooKeeper(place.servers(), (int) place.sessionTimeout().toMillis(), event -> {
                if (event.getState() == KeeperState.SyncConnected) {
                    connected.countDown();
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<Hold> acquire(Mode mode, Duration patience) {
        try {
            long deadline = System.nanoTime() + patience.toNanos();
            connected.await(patience.toMillis(), TimeUnit.MILLISECONDS);
            makePath();
            String own = create(mode);
            for (List<String> names = names(); waits(names, own); names = names()) {
                CountDownLatch event = new CountDownLatch(1);
                watch(names, names.indexOf(own), unused -> event.countDown());
                if (!event.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    giveUp(own);
                    return Optional.empty();
                }
            }
            return Optional.of(new PlainHold(own));
        } catch (KeeperException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void makePath() throws KeeperException, InterruptedException {
        try {
            zk.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        } catch (KeeperException.NodeExistsException e) {
            // As it should.
        }
    }

    /** Returns the name. */
    String create(Mode mode) throws KeeperException, InterruptedException {
        return create("lock-");
    }

    final String create(String name) throws KeeperException, InterruptedException {
        return zk.create(path + "/" + name, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL)
                .substring(path.length() + 1);
    }

    private List<String> names() throws KeeperException, InterruptedException {
        return sorted(zk.getChildren(path, false));
    }

    private List<String> sorted(List<String> names) {
        return names.stream().sorted(Comparator.comparing(this::order)).toList();
    }

    /** What the queue is sorted by. */
    String order(String name) {
        return sequence(name);
    }

    /** Whether it may not hold yet. */
    boolean waits(List<String> names, String own) throws KeeperException, InterruptedException {
        return names.indexOf(own) > 0;
    }

    void giveUp(String own) throws KeeperException, InterruptedException {
        zk.delete(path + "/" + own, -1);
    }

    /** Whose znode it is; nobody's where it is gone. */
    final long owner(String name) throws KeeperException, InterruptedException {
        Stat stat = zk.exists(path + "/" + name, false);
        return stat == null ? 0 : stat.getEphemeralOwner();
    }

    static String sequence(String name) {
        return name.substring(Math.max(0, name.length() - DIGITS));
    }

    /** Has the watcher called when it is worth looking again. */
    void watch(List<String> names, int own, Watcher watcher) throws KeeperException, InterruptedException {
        if (zk.exists(path + "/" + names.get(own - 1), watcher) == null) {
            watcher.process(null);
        }
    }

    final List<String> watchAll(Watcher watcher) throws KeeperException, InterruptedException {
        return sorted(zk.getChildren(path, watcher));
    }

    long token(String own) throws KeeperException, InterruptedException {
        return zk.exists(path + "/" + own, false).getCzxid();
    }

    private final class PlainHold implements Hold {
        private final String name;
        private final long token;
        private boolean held = true;

        PlainHold(String name) throws KeeperException, InterruptedException {
            this.name = name;
            this.token = PlainLock.this.token(name);
        }

        @Override
        public long token() {
            return token;
        }

        @Override
        public boolean isHeld() {
            return held;
        }

        @Override
        public void onLost(Runnable action) {
            Watcher watcher = event -> {
                held = false;
                action.run();
            };
            try {
                zk.exists(path + "/" + name, watcher);
            } catch (KeeperException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void release() {
            held = false;
            try {
                zk.delete(path + "/" + name, -1);
            } catch (KeeperException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            if (held) {
                release();
            }
        }
    }

    @Override
    public void close() {
        try {
            zk.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
