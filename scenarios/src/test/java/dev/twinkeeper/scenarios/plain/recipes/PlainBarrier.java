package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** The barrier that one writes first: everybody makes a znode, watches the list, and passes when it is long enough. */
class PlainBarrier implements Barrier {
    private static final int PATIENCE_MS = 10_000;

    private final CountDownLatch connected = new CountDownLatch(1);
    private final Semaphore news = new Semaphore(0);
    private final Watcher watcher = this::onEvent;
    private final Recipe.Place place;
    private final String own;
    private final int members;
    private final CreateMode mode;
    private final ZooKeeper keeper;
    private String made = "";

    PlainBarrier(Recipe.Place place, String member, int members, CreateMode mode) {
        this.place = place;
        this.own = place.path() + "/" + member;
        this.members = members;
        this.mode = mode;
        try {
            keeper = new ZooKeeper(place.servers(), (int) place.sessionTimeout().toMillis(), watcher);
            connected.await(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void onEvent(WatchedEvent event) {
        connected.countDown();
        if (isNews(event)) {
            news.release();
        }
    }

    boolean isNews(WatchedEvent event) {
        return true;
    }

    interface Call<T> {
        T run() throws KeeperException, InterruptedException;
    }

    /** @param wanted what it answers when it goes well */
    <T> T ask(Call<T> call, T wanted) {
        try {
            return call.run();
        } catch (KeeperException.ConnectionLossException e) {
            return onLost(call, wanted);
        } catch (KeeperException.SessionExpiredException e) {
            throw new Failure(Problem.SESSION_LOST, e.getMessage());
        } catch (KeeperException.NoAuthException e) {
            throw new Failure(Problem.NOT_ALLOWED, e.getMessage());
        } catch (KeeperException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    <T> T onLost(Call<T> call, T wanted) {
        throw new IllegalStateException("lost");
    }

    private String make(String path, CreateMode how) {
        return ask(
                () -> {
                    try {
                        return keeper.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, how);
                    } catch (KeeperException.NodeExistsException e) {
                        return path;
                    }
                },
                path);
    }

    @Override
    public boolean enter(Duration patience) {
        for (int at = place.path().indexOf('/', 1); at > 0; at = place.path().indexOf('/', at + 1)) {
            make(place.path().substring(0, at), CreateMode.PERSISTENT);
        }
        make(place.path(), CreateMode.PERSISTENT);
        made = make(own, mode);
        boolean in = await(patience, true);
        if (!in) {
            delete();
        }
        return in;
    }

    @Override
    public boolean leave(Duration patience) {
        delete();
        return await(patience, false);
    }

    void delete() {
        ask(
                () -> {
                    try {
                        keeper.delete(made, -1);
                    } catch (KeeperException.NoNodeException e) {
                        // By a request whose answer was lost.
                    }
                    return true;
                },
                true);
    }

    List<String> list(ZooKeeper from, String path, Watcher with) throws KeeperException, InterruptedException {
        return from.getChildren(path, with);
    }

    private boolean await(Duration patience, boolean full) {
        long end = System.nanoTime() + patience.toNanos();
        do {
            List<String> there = ask(() -> list(keeper, place.path(), watcher), List.of());
            if (full ? there.size() >= members : there.isEmpty()) {
                return true;
            }
        } while (ask(() -> news.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS), true));
        return false;
    }

    @Override
    public void close() {
        ask(
                () -> {
                    keeper.close();
                    return true;
                },
                true);
    }
}
