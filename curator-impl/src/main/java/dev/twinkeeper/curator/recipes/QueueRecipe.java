package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.data.Stat;

/**
 * A queue: Curator's {@link DistributedQueue} with a lock path, without which an item is deleted before it is handled.
 *
 * <p><b>Not kept: Q1, Q2, Q3, Q4, Q5, X2, X5; take the raw one if that matters.</b>
 *
 * <ul>
 *   <li>Each consumer lists all items whenever one comes or goes (Q1).
 *   <li>It does not watch its locks: a dead consumer's item waits for the next put. It does not recognise its own lock
 *     when the answer was lost (Q2).
 *   <li>It puts an item back that another consumer holds by now (Q3, CURATOR-605).
 *   <li>The bound holds for puts that come one after the other; simultaneous puts exceed it (Q4).
 *   <li>A put whose answer was lost is put again (Q5).
 *   <li>It deletes what it can't read (X2).
 *   <li>{@link Queue.Item#name} is empty: a consumer of Curator's is not told the znode.
 * </ul>
 *
 * <p><b>Use it</b> for few items that may come twice, where something is put now and then. Curator's <a
 * href="https://cwiki.apache.org/confluence/display/CURATOR/TN4">tech note 4</a> advises against queues on ZooKeeper.
 *
 * <p><b>Znodes.</b> {@code PATH/items/queue-NNNNNNNNNN} and {@code PATH/claims/queue-NNNNNNNNNN}, the same as the raw
 * recipe, beside which it may be used.
 *
 * <p><b>What is added,</b> marked below: the bound, because Curator's blocks, and uses its last list; a pause before a
 * bad item comes again; a handler that may finish when it is closed.
 */
public final class QueueRecipe implements Queue {
    private static final int PAUSE_MS = 250;

    private final Keeper keeper;
    private final int capacity;
    private final String items;
    private final AtomicReference<DistributedQueue<byte[]>> consumer = new AtomicReference<>();
    private volatile DistributedQueue<byte[]> producer;
    private volatile Thread handling;

    /** On which items are handled. */
    private final ThreadPoolExecutor thread =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                handling = new Thread(work, "handles items");
                handling.setDaemon(true);
                return handling;
            });

    /** With a session of its own. */
    public QueueRecipe(Recipe.Place place, int capacity) {
        this(check(capacity), new Keeper(place));
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public QueueRecipe(CuratorFramework client, String path, int capacity) {
        this(check(capacity), new Keeper(client, path));
    }

    private QueueRecipe(int capacity, Keeper keeper) {
        this.capacity = capacity;
        this.keeper = keeper;
        this.items = keeper.path + "/items";
    }

    private static int check(int capacity) {
        if (capacity < 1 || capacity > MAX_ITEMS) {
            throw new Failure(Problem.INVALID, "a capacity of " + capacity + ": 1 to " + MAX_ITEMS);
        }
        return capacity;
    }

    private DistributedQueue<byte[]> build(QueueConsumer<byte[]> handler) {
        return QueueBuilder.builder(keeper.client, handler, new Bytes(), items)
                .lockPath(keeper.path + "/claims")
                .executor(thread::execute)
                .putInBackground(false)
                .finalFlushTime(0, TimeUnit.MILLISECONDS)
                .buildQueue();
    }

    @Override
    public void put(byte[] data, Duration patience) {
        byte[] item = Recipe.checkData(data);
        AtomicBoolean sent = new AtomicBoolean();
        try {
            keeper.callWith(item, patience, () -> {
                keeper.client.blockUntilConnected();
                start();
                // Q4: Curator's maxItems waits, and goes by what it last heard.
                Stat now = keeper.client.checkExists().forPath(items);
                if (now != null && now.getNumChildren() >= capacity) {
                    throw new Failure(Problem.FULL, items + " holds " + now.getNumChildren());
                }
                sent.set(true);
                producer.put(item);
                return true;
            });
        } catch (Failure why) {
            boolean unknown = sent.get() && why.problem() == Problem.CANNOT_CONNECT;
            throw unknown ? new Failure(Problem.UNKNOWN, "sent, and no answer came: " + why.getMessage()) : why;
        }
    }

    /** A queue that was started makes its paths, and no other does. */
    private synchronized void start() throws Exception {
        if (producer == null || keeper.client.checkExists().forPath(items) == null) {
            keeper.makePlace();
            DistributedQueue<byte[]> next = build(null);
            next.start();
            producer = next;
        }
    }

    @Override
    public void consume(Handler handler) {
        keeper.checkOpen();
        DistributedQueue<byte[]> mine = build(new Handing(handler));
        if (!consumer.compareAndSet(null, mine)) {
            throw new Failure(Problem.INVALID, "it has a handler already");
        }
        keeper.begin(
                () -> {
                    keeper.makePlace();
                    mine.start();
                },
                refused -> {});
    }

    @Override
    public int size(Duration patience) {
        return keeper.call(patience, () -> {
            keeper.readBarrier();
            try {
                return (int) keeper.client.getChildren().forPath(items).stream()
                        .filter(name -> name.startsWith("queue-"))
                        .count();
            } catch (NoNodeException e) {
                return 0;
            }
        });
    }

    @Override
    public void close() {
        thread.shutdown();
        thread.getQueue().clear();
        if (Thread.currentThread() == handling) {
            Calls.aside(this::end); // its item leaves the queue first
        } else {
            end();
        }
    }

    /** X3: what is being handled may finish, for a session timeout, and its item leaves the queue. */
    private void end() {
        keeper.close(() -> {}, () -> {
            try {
                thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS); // or until it is interrupted
            } finally {
                if (consumer.get() != null) {
                    consumer.get().close();
                }
            }
        });
        thread.shutdownNow();
    }

    private record Handing(Handler handler) implements QueueConsumer<byte[]> {
        @Override
        public void consumeMessage(byte[] message) throws Exception {
            try {
                handler.handle(new Item("", message));
            } catch (Exception e) {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS); // Q6: Curator puts it at the end of the queue, at once
                throw e;
            }
        }

        /** In 5.9.0 nobody calls it (CURATOR-336). */
        @Override
        public void stateChanged(CuratorFramework client, ConnectionState newState) {}
    }

    private static final class Bytes implements QueueSerializer<byte[]> {
        @Override
        public byte[] serialize(byte[] item) {
            return item;
        }

        @Override
        public byte[] deserialize(byte[] bytes) {
            return bytes;
        }
    }
}
