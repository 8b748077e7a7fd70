package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Configuration.Value;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.ErrorResult;
import org.apache.zookeeper.OpResult.SetDataResult;

/**
 * The writes of a {@link ConfigurationRecipe}, each at most one version of the value (C3).
 *
 * <pre>
 * ASKED       what is known is current            → SENT        value and mark in one transaction
 * SENT        the connection is lost              → LOST
 * LOST        a look says: it was not applied     → SENT_AGAIN
 * SENT_AGAIN  lost, or refused, by its own echo   → LOST
 * any         its caller waits no longer          → GIVEN_UP
 * </pre>
 */
final class ConfigurationWrites {
    private enum Step {
        ASKED,
        SENT,
        LOST,
        SENT_AGAIN,
        GIVEN_UP
    }

    /** A write that is asked for. */
    static final class Write {
        private final Value expected;
        private final byte[] bytes;
        private final byte[] mark;
        private final CompletableFuture<Optional<Value>> done = new CompletableFuture<>();
        private int losses;

        /** The session's thread takes each, but for the last: that is its caller's, at any time. */
        private final AtomicReference<Step> step = new AtomicReference<>(Step.ASKED);

        Write(Value expected, byte[] bytes, String mark) {
            this.expected = expected;
            this.bytes = bytes;
            this.mark = mark.getBytes(UTF_8);
        }

        /** @return false where its caller gave it up */
        private boolean take(Step next) {
            return step.getAndUpdate(now -> now == Step.GIVEN_UP ? now : next) != Step.GIVEN_UP;
        }
    }

    private final RecipeConnection connection;
    private final String valuePath;
    private final Consumer<Value> tell;
    private final Runnable look;
    private final String writer = UUID.randomUUID().toString();
    private final AtomicLong marks = new AtomicLong();
    private final Set<Write> writes = new LinkedHashSet<>();

    /**
     * @param tell hears of each value that was written
     * @param look has the value looked at, and then {@link #settle} called for what is lost
     */
    ConfigurationWrites(RecipeConnection connection, String valuePath, Consumer<Value> tell, Runnable look) {
        this.connection = connection;
        this.valuePath = valuePath;
        this.tell = tell;
        this.look = look;
    }

    // On the caller's thread.

    /** @param bytes null for a removal */
    Write make(Value expected, byte[] bytes) {
        return new Write(expected, bytes, writer + " " + marks.incrementAndGet());
    }

    Optional<Value> await(Write write, Duration patience) {
        try {
            return RecipeConnection.await(write.done, patience);
        } catch (TimeoutException e) {
            throw giveUp(write, connection.cannotConnect());
        } catch (Failure why) {
            throw write.done.isDone() ? why : giveUp(write, why); // else interrupted
        }
    }

    /** It is not sent from now on, and what was sent has an unknown outcome. */
    private Failure giveUp(Write write, Failure unsent) {
        boolean sent = write.step.getAndSet(Step.GIVEN_UP) != Step.ASKED;
        connection.post(() -> writes.remove(write));
        return sent ? new Failure(Problem.UNKNOWN, "sent, and not waited for an answer any longer") : unsent;
    }

    // On the session's thread.

    /** @param newest the current value, or null where it is not known */
    void add(Write write, Value newest) {
        writes.add(write);
        if (newest != null) {
            send(write, newest);
        }
    }

    void sendAll(Value newest) {
        List.copyOf(writes).forEach(write -> send(write, newest));
    }

    private void send(Write write, Value newest) {
        if (write.step.get() != Step.ASKED) {
            return;
        }
        if (isStale(write.expected, newest)) {
            done(write, Optional.empty());
        } else if (write.take(Step.SENT)) {
            transact(write);
        }
    }

    /** Versions begin anew where a znode was deleted by hand; zxids never do. */
    private static boolean isStale(Value expected, Value newest) {
        return newest.revision() > expected.revision() && (newest.version() != -1 || expected.version() != -1);
    }

    /** C3: the mark in the same transaction, so that the tree can tell who wrote. */
    private void transact(Write write) {
        int version = write.expected.version();
        List<Op> ops = List.of(
                Op.setData(connection.path(), write.mark, -1),
                version == -1
                        ? Op.create(valuePath, write.bytes, connection.acl(), CreateMode.PERSISTENT)
                        : Op.setData(valuePath, write.bytes, version));
        connection
                .zk()
                .multi(ops, connection.replies().multi((code, results) -> onWritten(write, code, results)), null);
    }

    private void onWritten(Write write, Code code, List<OpResult> results) {
        switch (code) {
            case OK -> written(write, ((SetDataResult) results.get(0)).getStat().getMzxid());
            case BADVERSION, NODEEXISTS, NONODE -> {
                if (write.step.get() == Step.SENT_AGAIN) {
                    write.take(Step.LOST); // it may be its own echo
                    look.run();
                } else if (isPathGone(results)) {
                    write.take(Step.ASKED); // nothing was done: once more when the path is there again
                    look.run();
                } else {
                    done(write, Optional.empty());
                }
            }
            default -> failed(write, refusal(code, valuePath));
        }
    }

    private static boolean isPathGone(List<OpResult> results) {
        return results.get(0) instanceof ErrorResult error && error.getErr() == Code.NONODE.intValue();
    }

    /** The connection is lost: what was sent will not be answered. */
    void lose() {
        writes.stream()
                .filter(write -> write.step.get() == Step.SENT || write.step.get() == Step.SENT_AGAIN)
                .forEach(this::lose);
    }

    private void lose(Write write) {
        write.losses++;
        write.take(Step.LOST);
    }

    List<Write> lost() {
        return writes.stream().filter(write -> write.step.get() == Step.LOST).toList();
    }

    /**
     * C3: an answer was lost; the tree, read after a barrier, tells what became of the write, if anything can. Had it been
     * applied, it would have made the version that follows the expected one, and left its mark in the same transaction:
     * one that is still there, whatever was written since by hand and without a mark.
     */
    void settle(Write write, ConfigurationRecipe.Above above, Value now, long created) {
        Value expected = write.expected;
        boolean same = now.version() == expected.version() && now.revision() == expected.revision();
        // Of a missing one the revision is that of the path.
        long begun = expected.version() == -1 ? above.stat().getCzxid() : created;
        boolean next = now.version() == expected.version() + 1 && begun <= expected.revision();
        long marked = above.stat().getMzxid();
        if (Arrays.equals(above.mark(), write.mark)) {
            written(write, marked);
        } else if (same && RecipeConnection.isTooLarge(write.bytes, write.losses)) {
            failed(write, connection.tooLarge(write.bytes));
        } else if (same && write.take(Step.SENT_AGAIN)) {
            transact(write);
        } else if (next && marked <= now.revision()) {
            done(write, Optional.empty()); // of the next version, by another, or by hand
        } else {
            failed(write, new Failure(Problem.UNKNOWN, "the answer was lost, and since " + expected + " came " + now));
        }
    }

    private void written(Write write, long zxid) {
        Value value = new Value(Optional.ofNullable(write.bytes), write.expected.version() + 1, zxid);
        tell.accept(value);
        done(write, Optional.of(value));
    }

    private void done(Write write, Optional<Value> outcome) {
        writes.remove(write);
        write.done.complete(outcome);
    }

    private void failed(Write write, Failure why) {
        writes.remove(write);
        write.done.completeExceptionally(why);
    }

    void end(Failure why) {
        writes.forEach(write -> write.done.completeExceptionally(why));
        writes.clear();
    }

    static Failure refusal(Code code, String of) {
        return code == Code.NOCHILDRENFOREPHEMERALS
                ? new Failure(Problem.FOREIGN, of + " would be below somebody's ephemeral")
                : new Failure(Problem.NOT_ALLOWED, of + ": " + code);
    }
}
