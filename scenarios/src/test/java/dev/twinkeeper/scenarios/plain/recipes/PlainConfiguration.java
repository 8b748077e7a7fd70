package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * A shared value as it is often written: on the synchronous API, one znode, one session, a retry where the connection was
 * lost. Each variant has one mistake more.
 */
class PlainConfiguration implements Configuration {
    private static final long PAUSE_MS = 20;

    /** The persistent watch is set again by the client, and that is thought to be enough. */
    static final class NoReadAfterReconnecting extends PlainConfiguration {
        NoReadAfterReconnecting(Recipe.Place place, Listener listener) {
            super(place, listener);
        }

        @Override
        void onConnected() {}
    }

    /** Each event is read and digested by a thread of a pool: the slower of two tells the older value after the newer. */
    static final class ReadsInAPool extends PlainConfiguration {
        private static final int THREADS = 4;

        /** Longer than a write takes, on a busy machine too. */
        private static final int LONGEST_MS = 60;

        ReadsInAPool(Recipe.Place place, Listener listener) {
            super(place, listener, Executors.newFixedThreadPool(THREADS));
        }

        @Override
        boolean isNews(Value before, Value read) {
            return true;
        }

        @Override
        Value look() throws KeeperException, InterruptedException {
            Value read = super.look();
            Thread.sleep(ThreadLocalRandom.current().nextInt(LONGEST_MS));
            return read;
        }
    }

    /** A retry that is refused is thought to have lost against somebody else. */
    static final class BelievesItsEcho extends PlainConfiguration {
        BelievesItsEcho(Recipe.Place place, Listener listener) {
            super(place, listener);
        }
    }

    /** A retry that is refused looks whether the value is what it wanted to write. */
    static final class TakesTheSameBytesForItsOwn extends PlainConfiguration {
        TakesTheSameBytesForItsOwn(Recipe.Place place, Listener listener) {
            super(place, listener);
        }

        @Override
        Optional<Value> refused(Value expected, byte[] bytes) throws KeeperException, InterruptedException {
            Value now = look();
            boolean same = now.version() == expected.version() + 1
                    && Arrays.equals(now.bytes().orElse(null), bytes);
            return same ? Optional.of(now) : Optional.empty();
        }
    }

    /** What is removed is deleted. */
    static final class Deletes extends PlainConfiguration {
        Deletes(Recipe.Place place, Listener listener) {
            super(place, listener);
        }

        @Override
        void erase(int version) throws KeeperException, InterruptedException {
            zk.delete(value, version);
        }
    }

    final ZooKeeper zk;
    final String path;
    final String value;
    private final Listener listener;
    private final ExecutorService looker;
    private final Watcher watcher = this::onEvent;
    private volatile Value newest;
    private volatile boolean closed;

    PlainConfiguration(Recipe.Place place, Listener listener) {
        this(place, listener, Executors.newSingleThreadExecutor());
    }

    private PlainConfiguration(Recipe.Place place, Listener listener, ExecutorService looker) {
        this.looker = looker;
        this.path = place.path();
        this.value = path + "/value";
        this.listener = listener;
        CountDownLatch connected = new CountDownLatch(1);
        try {
            zk = new ZooKeeper(place.servers(), (int) place.sessionTimeout().toMillis(), event -> {
                if (event.getState() == KeeperState.SyncConnected) {
                    connected.countDown();
                }
            });
            connected.await(10, TimeUnit.SECONDS);
            for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
                make(path.substring(0, slash));
            }
            make(path);
            zk.addWatch(value, watcher, AddWatchMode.PERSISTENT);
            tell(look());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (KeeperException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void make(String parent) throws KeeperException, InterruptedException {
        try {
            zk.create(parent, new byte[0], new ArrayList<>(ZooDefs.Ids.OPEN_ACL_UNSAFE), CreateMode.PERSISTENT);
        } catch (KeeperException.NodeExistsException e) {
            // somebody was first
        }
    }

    private void onEvent(WatchedEvent event) {
        if (event.getType() != EventType.None) {
            looker.execute(this::lookAndTell);
        } else if (event.getState() == KeeperState.SyncConnected) {
            onConnected();
        }
    }

    void onConnected() {
        looker.execute(this::lookAndTell);
    }

    private void lookAndTell() {
        try {
            tell(look());
        } catch (KeeperException e) {
            // the connection is lost: once more when it is back
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Value look() throws KeeperException, InterruptedException {
        Stat stat = new Stat();
        try {
            byte[] bytes = zk.getData(value, false, stat);
            return new Value(Optional.ofNullable(bytes), stat.getVersion(), stat.getMzxid());
        } catch (NoNodeException e) {
            return new Value(Optional.empty(), -1, zk.exists(path, false).getPzxid());
        }
    }

    boolean isNews(Value before, Value read) {
        return before == null || read.revision() > before.revision();
    }

    private synchronized void tell(Value read) {
        if (!closed && isNews(newest, read)) {
            newest = read;
            listener.changed(read);
        }
    }

    @Override
    public Optional<Value> seen() {
        return Optional.ofNullable(newest);
    }

    private interface Request<T> {
        T send() throws KeeperException, InterruptedException;
    }

    /** Over a lost connection once more, as if nothing had been done. */
    private static <T> T persistently(Request<T> request) throws KeeperException {
        try {
            for (int tries = 0; ; tries++) {
                try {
                    return request.send();
                } catch (ConnectionLossException e) {
                    if (tries == 500) {
                        throw e;
                    }
                    Thread.sleep(PAUSE_MS);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Value read(Duration patience) {
        try {
            return persistently(() -> {
                zk.sync(path);
                return look();
            });
        } catch (KeeperException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        return write(expected, bytes, () -> {
            if (expected.version() == -1) {
                zk.create(value, bytes, new ArrayList<>(ZooDefs.Ids.OPEN_ACL_UNSAFE), CreateMode.PERSISTENT);
            } else {
                zk.setData(value, bytes, expected.version());
            }
            return look();
        });
    }

    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        return write(expected, null, () -> {
            erase(expected.version());
            return look();
        });
    }

    void erase(int version) throws KeeperException, InterruptedException {
        zk.setData(value, null, version);
    }

    private Optional<Value> write(Value expected, byte[] bytes, Request<Value> request) {
        try {
            return Optional.of(persistently(request));
        } catch (KeeperException.BadVersionException
                | KeeperException.NodeExistsException
                | KeeperException.NoNodeException e) {
            try {
                return persistently(() -> refused(expected, bytes));
            } catch (KeeperException again) {
                throw new IllegalStateException(again);
            }
        } catch (KeeperException e) {
            throw new IllegalStateException(e);
        }
    }

    Optional<Value> refused(Value expected, byte[] bytes) throws KeeperException, InterruptedException {
        return Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
        looker.shutdownNow();
        try {
            zk.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
