package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.queue.SimpleDistributedQueue;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.data.Stat;

/**
 * A queue with Curator's {@link SimpleDistributedQueue}, which is ZooKeeper's own example: take, then handle.
 *
 * <p><b>Not kept: Q2, Q3, Q4, Q5, Q6; take {@link QueueRecipe}, or the raw one, where that matters.</b> An item is
 * deleted before it is handled, so it is lost when its consumer dies or its handler throws (Q2, Q6). Each consumer
 * lists all items for each that it takes (Q3). The bound holds for puts that come one after the other (Q4). A put whose
 * answer was lost is put again (Q5). A removal whose answer was lost is taken for somebody else's, and the item is lost
 * (Q2). {@link Queue.Item#name} is empty.
 *
 * <p><b>Use it</b> where an item that is lost does no harm.
 *
 * <p><b>Znodes.</b> {@code PATH/items/qn-NNNNNNNNNN}: the bytes. The other queues set these items aside, and this one
 * sets theirs aside.
 */
public final class SimpleQueue implements Queue {
    private static final int LOOK_SECONDS = 1;

    private final Keeper keeper;
    private final int capacity;
    private final String items;
    private final SimpleDistributedQueue queue;
    private final AtomicBoolean consuming = new AtomicBoolean();

    /** With a session of its own. */
    public SimpleQueue(Recipe.Place place, int capacity) {
        this(check(capacity), new Keeper(place));
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public SimpleQueue(CuratorFramework client, String path, int capacity) {
        this(check(capacity), new Keeper(client, path));
    }

    private SimpleQueue(int capacity, Keeper keeper) {
        this.capacity = capacity;
        this.keeper = keeper;
        this.items = keeper.path + "/items";
        this.queue = new SimpleDistributedQueue(keeper.client, items);
    }

    private static int check(int capacity) {
        if (capacity < 1 || capacity > MAX_ITEMS) {
            throw new Failure(Problem.INVALID, "a capacity of " + capacity + ": 1 to " + MAX_ITEMS);
        }
        return capacity;
    }

    @Override
    public void put(byte[] data, Duration patience) {
        byte[] item = Recipe.checkData(data);
        AtomicBoolean sent = new AtomicBoolean();
        try {
            keeper.callWith(item, patience, () -> {
                keeper.makePlace(); // it would make a container
                Stat now = keeper.client.checkExists().forPath(items);
                if (now != null && now.getNumChildren() >= capacity) {
                    throw new Failure(Problem.FULL, items + " holds " + now.getNumChildren());
                }
                sent.set(true);
                return queue.offer(item);
            });
        } catch (Failure why) {
            boolean unknown = sent.get() && why.problem() == Problem.CANNOT_CONNECT;
            throw unknown ? new Failure(Problem.UNKNOWN, "sent, and no answer came: " + why.getMessage()) : why;
        }
    }

    @Override
    public void consume(Handler handler) {
        keeper.checkOpen();
        if (!consuming.compareAndSet(false, true)) {
            throw new Failure(Problem.INVALID, "it has a handler already");
        }
        keeper.begin(
                () -> {
                    keeper.makePlace();
                    while (true) {
                        byte[] item = queue.poll(LOOK_SECONDS, TimeUnit.SECONDS); // until it is interrupted
                        if (item != null) {
                            Keeper.tell(() -> handle(handler, item));
                        }
                    }
                },
                refused -> {});
    }

    private static void handle(Handler handler, byte[] item) {
        try {
            handler.handle(new Item("", item));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("an item is lost", e);
        }
    }

    @Override
    public int size(Duration patience) {
        return keeper.call(patience, () -> {
            keeper.readBarrier();
            try {
                return (int) keeper.client.getChildren().forPath(items).stream()
                        .filter(name -> name.startsWith("qn-"))
                        .count();
            } catch (NoNodeException e) {
                return 0;
            }
        });
    }

    /** A handler is interrupted, and its item lost. */
    @Override
    public void close() {
        keeper.close(() -> {}, () -> {});
    }
}
