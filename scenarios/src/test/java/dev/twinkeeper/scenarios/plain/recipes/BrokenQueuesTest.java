package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;

/** A Curator queue with nothing added to it, an order that is none, and a bound that is counted and then forgotten. */
class BrokenQueuesTest extends BrokenRecipes {
    @Override
    List<Broken> broken() {
        return List.of(
                new Broken(
                        "protected creates, whose names begin with a random id, sorted by the whole name",
                        new Protected(),
                        Rule.Q1,
                        "queue.oneConsumerHandlesTheItemsInTheOrderOfTheirAcknowledgement",
                        "but there were differences at these indexes"),
                new Broken(
                        "the children are counted, and then one more is created",
                        new CountsAndCreates(),
                        Rule.Q4,
                        "queuerefusal.theBoundHoldsWhileManyPut",
                        "expected: 10"),
                new Broken(
                        "DistributedQueue tries a bad item again at once, as often as it can",
                        new Distributed(),
                        Rule.Q6,
                        "queue.anItemWhoseHandlerThrowsComesAgainAfterAPauseAndLaterOnesPass",
                        "to be greater than"));
    }

    // What Curator brings.

    /** What all here have in common. */
    private abstract static class OfCurator implements Queue {
        final CuratorFramework client;
        final String parent;
        final int capacity;
        private volatile Thread taker;

        OfCurator(Recipe.Place place, String parent, int capacity) {
            this.parent = parent;
            this.capacity = capacity;
            client = CuratorFrameworkFactory.newClient(
                    place.servers(),
                    (int) place.sessionTimeout().toMillis(),
                    (int) place.sessionTimeout().toMillis(),
                    new RetryNTimes(10, 100));
            client.start();
        }

        interface Call<T> {
            T run() throws Exception;
        }

        static <T> T call(Call<T> call) {
            try {
                return call.run();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public int size(Duration patience) {
            return call(() -> client.getChildren().forPath(parent).size());
        }

        @Override
        public void consume(Handler handler) {
            taker = new Thread(() -> take(handler), "takes");
            taker.setDaemon(true);
            taker.start();
        }

        private void take(Handler handler) {
            try {
                while (true) {
                    takeOne(handler);
                }
            } catch (Exception closed) {
                // Or lost: it ends.
            }
        }

        void takeOne(Handler handler) throws Exception {
            throw new UnsupportedOperationException("not needed");
        }

        @Override
        public void close() {
            if (taker != null) {
                taker.interrupt();
            }
            client.close();
        }
    }

    private static final class Distributed extends NoRecipes {
        @Override
        public Queue queue(Recipe.Place place, int capacity) {
            return new DistributedAsItComes(place, capacity);
        }
    }

    private static final class DistributedAsItComes extends OfCurator {
        private final String claims;
        private final DistributedQueue<byte[]> producer;
        private DistributedQueue<byte[]> consumer;

        DistributedAsItComes(Recipe.Place place, int capacity) {
            super(place, place.path() + "/items", capacity);
            claims = place.path() + "/claims";
            producer = start(null);
        }

        private DistributedQueue<byte[]> start(QueueConsumer<byte[]> handing) {
            return call(() -> {
                DistributedQueue<byte[]> queue = QueueBuilder.builder(client, handing, new Bytes(), parent)
                        .lockPath(claims)
                        .maxItems(capacity)
                        .buildQueue();
                queue.start();
                return queue;
            });
        }

        @Override
        public void put(byte[] data, Duration patience) {
            if (!call(() -> producer.put(data, (int) patience.toMillis(), TimeUnit.MILLISECONDS))) {
                throw new Failure(Problem.FULL, "as it says");
            }
        }

        @Override
        public void consume(Handler handler) {
            consumer = start(new Handing(handler));
        }

        @Override
        public void close() {
            call(() -> {
                producer.close();
                if (consumer != null) {
                    consumer.close();
                }
                return true;
            });
            super.close();
        }
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

    /** A consumer of Curator's is not told the znode of what it gets. */
    private static final class Handing implements QueueConsumer<byte[]> {
        private final Queue.Handler handler;
        private final AtomicInteger count = new AtomicInteger();

        Handing(Queue.Handler handler) {
            this.handler = handler;
        }

        @Override
        public void consumeMessage(byte[] message) throws Exception {
            handler.handle(new Queue.Item("%010d".formatted(count.incrementAndGet()), message));
        }

        @Override
        public void stateChanged(CuratorFramework client, ConnectionState newState) {
            // As in the documentation; in 5.9.0 nobody calls it (CURATOR-336).
        }
    }

    // What people write.

    private static final class CountsAndCreates extends NoRecipes {
        @Override
        public Queue queue(Recipe.Place place, int capacity) {
            return new CountingQueue(place, capacity);
        }
    }

    private static final class CountingQueue extends OfCurator {
        CountingQueue(Recipe.Place place, int capacity) {
            super(place, place.path() + "/items", capacity);
            call(() -> client.create()
                    .orSetData()
                    .creatingParentsIfNeeded()
                    .forPath(parent, "mine".getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        public void put(byte[] data, Duration patience) {
            if (size(patience) >= capacity) {
                throw new Failure(Problem.FULL, "full");
            }
            call(() -> {
                TimeUnit.MILLISECONDS.sleep(200); // others count meanwhile
                return client.create()
                        .withMode(CreateMode.PERSISTENT_SEQUENTIAL)
                        .forPath(parent + "/queue-", data);
            });
        }
    }

    private static final class Protected extends NoRecipes {
        @Override
        public Queue queue(Recipe.Place place, int capacity) {
            return new ProtectedQueue(place, capacity);
        }
    }

    private static final class ProtectedQueue extends OfCurator {
        ProtectedQueue(Recipe.Place place, int capacity) {
            super(place, place.path() + "/items", capacity);
        }

        @Override
        public void put(byte[] data, Duration patience) {
            call(() -> client.create()
                    .creatingParentsIfNeeded()
                    .withProtection()
                    .withMode(CreateMode.PERSISTENT_SEQUENTIAL)
                    .forPath(parent + "/queue-", data));
        }

        @Override
        void takeOne(Handler handler) throws Exception {
            // "The list has no order, so sort it": by what follows the id would be right.
            for (String name : new TreeSet<>(client.getChildren().forPath(parent))) {
                handler.handle(new Item(name, client.getData().forPath(parent + "/" + name)));
                client.delete().forPath(parent + "/" + name);
            }
        }
    }
}
