package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.Stat;

/**
 * The puts into a {@link QueueRecipe}, and its size: one request after the other.
 *
 * <p>A put reads the parent, counts its children, and adds the item only if no other put came in between: a versioned
 * setData of the parent and the create are one transaction. So the bound is exact, however many produce; and a put
 * whose answer was lost finds its token among the last ones, also when the item was consumed and the session is
 * another. Of n producers that put at the same moment the last needs n tries.
 */
final class QueuePuts {
    /** Each is a UUID in every put, and covers one put of another producer during an outage of this one. */
    static final int TOKENS = 100;

    private static final int TOKEN_LENGTH = 36;

    /** A put, or a question for the size, that waits for its answer. */
    private static final class Ask {
        private final byte[] item; // null: the size is asked for
        private final String token = UUID.randomUUID().toString();
        private final CompletableFuture<Integer> answer = new CompletableFuture<>();
        private volatile Stat sent; // the parent as it was when the put was last sent; null: it never was
        private int losses; // how often the connection was lost after that

        Ask(byte[] item) {
            this.item = item;
        }
    }

    private final QueueRecipe queue;
    private final RecipeConnection connection;
    private final int capacity;
    private final String items;
    private final Deque<Ask> asks = new ArrayDeque<>(); // one for each thread that waits; the first is under way

    QueuePuts(QueueRecipe queue, RecipeConnection connection, int capacity) {
        this.queue = queue;
        this.connection = connection;
        this.capacity = capacity;
        this.items = connection.path("items");
    }

    void put(byte[] item, Duration patience) {
        ask(new Ask(item), patience);
    }

    int size(Duration patience) {
        return ask(new Ask(null), patience);
    }

    private int ask(Ask ask, Duration patience) {
        connection.post(() -> accept(ask));
        if (queue.isClosed()) {
            ask.answer.completeExceptionally(queue.closed()); // nobody may be there any more to accept it
        }
        try {
            return RecipeConnection.await(ask.answer, patience);
        } catch (TimeoutException timeIsUp) {
            ask.answer.cancel(false); // Q5: first this, then a look: from now on nothing is sent
            throw ask.sent == null
                    ? connection.cannotConnect()
                    : new Failure(Problem.UNKNOWN, "sent, and no answer in time");
        } finally {
            connection.post(() -> done(ask));
        }
    }

    // On the session's thread.

    /** Connected. */
    void begin() {
        Ask first = asks.peek();
        if (first != null && first.sent != null) {
            first.losses++;
        }
        look();
    }

    void fail(Failure why) {
        asks.forEach(ask -> ask.answer.completeExceptionally(why));
        asks.clear();
    }

    private void accept(Ask ask) {
        if (queue.broken() != null) {
            ask.answer.completeExceptionally(queue.broken());
            return;
        }
        asks.add(ask);
        if (asks.size() == 1) {
            look();
        }
    }

    /** It has its answer, or wants none any more: who asked tells us. */
    private void done(Ask ask) {
        boolean first = ask == asks.peek();
        if (asks.remove(ask) && first) {
            look();
        }
    }

    /** The parent tells all: how many children it has, the version to compare, the tokens of the last puts. */
    private void look() {
        Ask ask = asks.peek();
        if (connection.isConnected() && ask != null) {
            connection
                    .zk()
                    .getData(
                            items,
                            false,
                            connection.replies().data((code, data, stat) -> onLooked(ask, code, data, stat)),
                            null);
        }
    }

    private void onLooked(Ask ask, Code code, byte[] data, Stat stat) {
        if (ask != asks.peek()) {
            return; // given up
        }
        if (code != Code.OK) {
            queue.other(code, items);
            return;
        }
        String tokens = data == null ? "" : new String(data, ISO_8859_1);
        if (ask.item == null || tokens.contains(ask.token)) { // Q5: it was added, and the answer lost
            ask.answer.complete(stat.getNumChildren());
        } else if (ask.sent != null && isForgotten(ask.sent, stat)) {
            refuse(ask, Problem.UNKNOWN, "too much was put by others while the connection was lost");
        } else if (RecipeConnection.isTooLarge(ask.item, ask.losses)) {
            ask.answer.completeExceptionally(connection.tooLarge(ask.item));
        } else if (stat.getNumChildren() >= capacity) {
            refuse(ask, Problem.FULL, stat.getNumChildren() + " items, " + capacity + " at the most");
        } else {
            add(ask, tokens, stat);
        }
    }

    /** Whether a put that was sent then may have been added, and its token be gone by now. */
    private static boolean isForgotten(Stat then, Stat now) {
        return then.getCzxid() != now.getCzxid() || now.getVersion() - then.getVersion() > TOKENS;
    }

    private void add(Ask ask, String tokens, Stat stat) {
        Stat before = ask.sent;
        ask.sent = stat;
        if (ask.answer.isDone()) {
            return; // its time was up just now
        }
        // Q4, Q5: misses when anybody put since the children were counted, we ourselves included.
        List<Op> put = List.of(
                Op.setData(items, newest(ask.token, tokens), stat.getVersion()),
                Op.create(
                        items + "/" + QueueItem.PREFIX, ask.item, connection.acl(), CreateMode.PERSISTENT_SEQUENTIAL));
        connection.zk().multi(put, connection.replies().multi((code, results) -> onAdded(ask, before, code)), null);
    }

    private void onAdded(Ask ask, Stat before, Code code) {
        if (ask != asks.peek()) {
            return;
        }
        switch (code) {
            case OK -> ask.answer.complete(0);
            case BADVERSION -> look(); // another put came in between
            case NONODE -> {
                ask.sent = before; // an operator removed the parent: this one was not added
                queue.other(code, items);
            }
            case NODEEXISTS -> refuse(ask, Problem.FULL, "the sequence of " + items + " is at its end: take another");
            default -> queue.other(code, items);
        }
    }

    private static void refuse(Ask ask, Problem problem, String why) {
        ask.answer.completeExceptionally(new Failure(problem, why));
    }

    /** The token, and those before it. */
    private static byte[] newest(String token, String tokens) {
        String all = token + tokens;
        return all.substring(0, Math.min(all.length(), TOKENS * TOKEN_LENGTH)).getBytes(ISO_8859_1);
    }
}
