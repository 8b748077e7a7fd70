package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Set;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;

/**
 * A queue of sequential znodes: a consumer claims an item by an ephemeral of the same name, does the work, and removes
 * item and claim together. The claim of a consumer that died goes with its session, and the others see it go.
 *
 * <p><b>When to use it.</b> For a few items that matter, where you have ZooKeeper anyway. For many, or large ones, take
 * a broker: every item is written to the disks of all servers and stays in their memory; all consumers are told of
 * each.
 *
 * <pre>
 * PATH/items                   the tokens of the last {@value QueuePuts#TOKENS} puts; its version rises with each
 * PATH/items/queue-0000000007  persistent, sequential; the item as Curator's DistributedQueue writes it
 * PATH/claims/queue-0000000007 ephemeral; whoever made it handles that item
 * </pre>
 *
 * <p>{@link QueuePuts} adds, {@link QueueConsumer} takes.
 *
 * <p><b>Guarantees not made</b>, besides those of the contract. An item that waits for its pause is passed by later
 * ones. After more than {@value QueuePuts#TOKENS} puts of others during one outage, a put may end as unknown. After 2³¹
 * puts a path is used up, and says so. Others may put as well, as Curator's DistributedQueue does (kazoo's queues have
 * other names and bytes, see docs/recipes.md): they are not bounded, and from about 50,000 items on nobody can list
 * them. Several items in one znode, as its putMulti writes them, are left alone.
 */
public final class QueueRecipe implements Queue {
    /** How soon what was refused is tried again. */
    static final Duration RETRY_PAUSE = Duration.ofSeconds(2);

    private final RecipeConnection connection;
    private final String items;
    private final String claims;
    private final QueuePuts puts;
    private final QueueConsumer consumer;
    private volatile boolean closed;

    private Failure broken;
    private boolean mending;

    /** Opens a session of its own, in the background. */
    public QueueRecipe(Recipe.Place place, int capacity) {
        this(capacity, owner -> new RecipeConnection(place, owner));
    }

    /** On a session that the caller goes on to own, with its credentials and its ACL. */
    public QueueRecipe(Session session, String path, int capacity) {
        this(capacity, owner -> new RecipeConnection(session, path, owner));
    }

    private QueueRecipe(int capacity, Function<RecipeConnection.Owner, RecipeConnection> connect) {
        if (capacity < 1 || capacity > MAX_ITEMS) {
            throw new Failure(Problem.INVALID, "capacity " + capacity + ": 1 to " + MAX_ITEMS);
        }
        connection = connect.apply(new Owner());
        items = connection.path("items");
        claims = connection.path("claims");
        puts = new QueuePuts(this, connection, capacity);
        consumer = new QueueConsumer(this, connection);
        connection.open();
    }

    // What others call, on their threads.

    @Override
    public void put(byte[] data, Duration patience) {
        puts.put(QueueItem.encode(Recipe.checkData(data)), patience);
    }

    @Override
    public int size(Duration patience) {
        return puts.size(patience);
    }

    @Override
    public void consume(Handler handler) {
        if (closed) {
            throw closed();
        }
        consumer.consume(handler);
        connection.post(this::again);
    }

    @Override
    public void close() {
        closed = true;
        connection.post(() -> breakOff(closed()));
        if (consumer.end()) {
            end();
        } // else it is the handler that closes, and ends it when the item is removed
    }

    /** The last step of closing. */
    void end() {
        connection.close(claims, consumer::claimed, connection.path());
    }

    boolean isClosed() {
        return closed;
    }

    Failure closed() {
        return new Failure(Problem.CLOSED, connection.path() + " was closed here");
    }

    // The connection.

    private final class Owner implements RecipeConnection.Owner {
        @Override
        public void connected() {
            broken = closed ? closed() : null;
            make();
            puts.begin();
            consumer.begin();
        }

        @Override
        public void disconnected() {
            consumer.suspend();
        }

        @Override
        public void failed(Failure why) {
            breakOff(why);
        }
    }

    /** The parents; whatever is asked next comes after them. */
    private void make() {
        for (String parent : Set.of(items, claims)) {
            connection
                    .zk()
                    .create(
                            parent,
                            new byte[0],
                            connection.acl(),
                            CreateMode.PERSISTENT,
                            connection.replies().name((code, name) -> other(code, parent)),
                            null);
        }
    }

    /** As with a new connection: what was asked before is no longer answered, and the list comes once. */
    void again() {
        consumer.suspend();
        connection.again();
    }

    /** Null, or why nothing can be asked just now. */
    Failure broken() {
        return broken;
    }

    /** All answers that a request has no words of its own for. */
    void other(Code code, String path) {
        switch (code) {
            case OK, NODEEXISTS -> {}
            case NONODE -> {
                if (broken == null) { // else it can't be made
                    again(); // an operator removed a parent
                }
            }
            case NOCHILDRENFOREPHEMERALS ->
                breakOff(new Failure(Problem.FOREIGN, path + " is an ephemeral of somebody"));
            default -> breakOff(connection.refused(path, code));
        }
    }

    private void breakOff(Failure why) {
        if (!mending) {
            mending = true;
            connection.after(RETRY_PAUSE, this::mend);
        }
        broken = why;
        puts.fail(why);
    }

    /** X5: by now somebody may have made it possible. */
    private void mend() {
        mending = false;
        if (broken != null && !closed && connection.zk() != null) {
            broken = null;
            again();
        }
    }
}
