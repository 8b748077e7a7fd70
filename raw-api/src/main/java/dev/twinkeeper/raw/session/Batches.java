package dev.twinkeeper.raw.session;

import dev.twinkeeper.loop.LostTries;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/**
 * Many small requests in few packets. A batch is what waits when there is room for one: a lone request goes at once, and
 * under load the next batch fills while others are under way, as in a group commit.
 *
 * <pre>
 * WAITING    there is room                    → UNDER_WAY  with those behind it, up to the bounds
 * UNDER_WAY  applied, or read                 → ANSWERED   each with its own result
 *            refused for one, which is alone  → ANSWERED   with the code
 *            refused for one of many          → WAITING    in front of all, as three batches: those before it, it alone,
 *                                                          those after it
 *            refused for one, and the code    → ANSWERED   each with the code
 *              would refuse the others too
 *            refused as a whole               → ANSWERED   each with the code: the server was busy, say
 * any        connection lost                  → (none)     the phase is over, and this is thrown away with it; the owner
 *                                                          resolves each request in doubt, as its own table says
 * </pre>
 *
 * <p>A transaction is refused for one of its operations, and then nothing of it is applied. So a request hears of a
 * refusal only if it was sent alone, and its neighbours don't notice. Each refused request splits one batch, so {@code n}
 * requests never cost more than {@code 2n} packets. Requests are applied in the order in which they were added, except
 * that what waits for a split comes after the batches that were under way then: an owner adds nothing that has to come
 * after a request without an answer.
 *
 * @param <T> what a request is about
 */
public final class Batches<T> {
    /** Hears of one request. */
    @FunctionalInterface
    public interface Reply<T> {
        /** @param result of its first operation; null where it was refused or could not be read */
        void on(T request, Code code, OpResult result);
    }

    /** Batches under way: enough that servers far away have always one to work on; more would only be smaller. */
    private static final int PIPELINE = 4;

    /** Less than any server's limit should be. What a larger packet would save no longer counts. */
    private static final int BYTES = 64 * 1024;

    /** The names and headers of a request, about. */
    private static final int OVERHEAD = 256;

    /** So many answers of a mebibyte, the most that a server stores by default, are no longer than a packet may be. */
    private static final int MOST_READS = Connections.LARGEST_ANSWER / (1 << 20) - 4;

    private static final int FIRST_READS = 8;

    /** For requests that are never too large. */
    public static final LostTries SMALL = new LostTries(0);

    /**
     * What answers to reads may hold: no more than that to a single read. A client hears only whole packets, so one that
     * takes longer than two thirds of the session timeout to arrive loses the connection.
     */
    private static final int ANSWER_BYTES = 1 << 20;

    private final Session session;
    private final PhaseGuard<?> guard;
    private final boolean reads;
    private final Function<T, LostTries> tries;
    private final Function<T, List<Op>> operations;
    private final Predicate<Code> refusesAll;
    private final Reply<T> reply;

    private int most;
    private final Deque<T> waiting = new ArrayDeque<>();
    private final Deque<List<T>> parts = new ArrayDeque<>();
    private final Deque<List<T>> underWay = new ArrayDeque<>();
    private boolean sendPosted;

    private Batches(
            Session session,
            PhaseGuard<?> guard,
            boolean reads,
            int most,
            Function<T, LostTries> tries,
            Function<T, List<Op>> operations,
            Predicate<Code> refusesAll,
            Reply<T> reply) {
        this.session = session;
        this.guard = guard;
        this.reads = reads;
        this.most = most;
        this.tries = tries;
        this.operations = operations;
        this.refusesAll = refusesAll;
        this.reply = reply;
    }

    /**
     * Of reads, which spoil nothing for each other: what can't be read is answered with its own code.
     *
     * @param former those of the phase before, null for none. Where some of them have no answer, perhaps the connection
     *     was lost for that, which is too long for it: then one goes at a time, until it is known how long they are
     */
    public static <T> Batches<T> ofReads(
            Session session, PhaseGuard<?> guard, Batches<T> former, Function<T, Op> read, Reply<T> reply) {
        int first = former == null || former.underWay.isEmpty() ? FIRST_READS : 1;
        return new Batches<>(
                session, guard, true, first, request -> SMALL, read.andThen(List::of), code -> false, reply);
    }

    /**
     * Of writes, in transactions.
     *
     * @param most how many requests a transaction may hold
     * @param tries of a request, with its size: one that is larger than a batch goes alone, and one that may have lost the
     *     connection for its size goes while no other is under way
     * @param operations of a request, the same number for each
     * @param refusesAll whether a code says nothing about the one that was refused: then nobody is tried alone
     */
    public static <T> Batches<T> ofWrites(
            Session session,
            PhaseGuard<?> guard,
            int most,
            Function<T, LostTries> tries,
            Function<T, List<Op>> operations,
            Predicate<Code> refusesAll,
            Reply<T> reply) {
        return new Batches<>(session, guard, false, most, tries, operations, refusesAll, reply);
    }

    /** In the phase for which this was made; the owners bound how many. */
    public void add(T request) {
        waiting.add(request);
        advance();
    }

    /** What is sent and not answered: in doubt, when the connection is lost. */
    public List<T> underWay() {
        return underWay.stream().flatMap(List::stream).toList();
    }

    /** Sends once after all that is added by what is already on the loop, so that they share a batch. */
    private void advance() {
        if (!sendPosted && isNext()) {
            sendPosted = true;
            session.loop().post(guard.pass(this::send));
        }
    }

    /** Whether there is one to send, and room for it. */
    private boolean isNext() {
        T first = parts.isEmpty() ? waiting.peek() : parts.peek().get(0);
        if (first == null || underWay.isEmpty()) {
            return first != null;
        }
        return underWay.size() < PIPELINE
                && !isSuspect(first)
                && !isSuspect(underWay.peek().get(0));
    }

    private boolean isSuspect(T request) {
        return tries.apply(request).isSuspect();
    }

    private void send() {
        sendPosted = false;
        while (isNext()) {
            send(parts.isEmpty() ? next() : parts.remove());
        }
    }

    private List<T> next() {
        List<T> batch = new ArrayList<>();
        int size = 0;
        int room = BYTES;
        boolean suspect = false;
        while (!waiting.isEmpty() && batch.size() < most) {
            LostTries next = tries.apply(waiting.peek());
            size += next.bytes() + OVERHEAD;
            room = Math.min(room, next.room(BYTES));
            suspect |= next.isSuspect();
            if (!batch.isEmpty() && (size > room || suspect)) {
                break;
            }
            batch.add(waiting.remove());
        }
        return batch;
    }

    private void send(List<T> batch) {
        List<Op> ops = new ArrayList<>();
        batch.forEach(request -> ops.addAll(operations.apply(request)));
        underWay.add(batch);
        session.zk().multi(ops, guard.multi((code, results) -> onReply(batch, code, results)), null);
    }

    private void onReply(List<T> batch, Code code, List<OpResult> results) {
        underWay.remove(batch);
        if (results == null) {
            batch.forEach(request -> answer(request, code, null));
        } else if (reads || code == Code.OK) {
            onResults(batch, results);
            adapt(batch.size(), results);
        } else {
            onRefused(batch, results);
        }
        advance();
    }

    private void onResults(List<T> batch, List<OpResult> results) {
        int each = results.size() / batch.size();
        for (int i = 0; i < batch.size(); i++) {
            OpResult result = results.get(i * each);
            Code code = code(result);
            answer(batch.get(i), code, code == Code.OK ? result : null);
        }
    }

    /** A mistake at one goes on as its own piece of work: its neighbours hear of their answers. */
    private void answer(T request, Code code, OpResult result) {
        try {
            reply.on(request, code, result);
        } catch (RuntimeException | Error mistake) {
            session.loop().post(() -> {
                throw mistake;
            });
        }
    }

    /** How large the answers to reads are is known only afterwards: the next ones are mostly like these. */
    private void adapt(int count, List<OpResult> results) {
        long size = results.stream().mapToLong(Batches::size).sum();
        if (size > ANSWER_BYTES) {
            most = Math.max(1, most / 2);
        } else if (reads && count == most && 2 * size <= ANSWER_BYTES) {
            most = Math.min(MOST_READS, 2 * most);
        }
    }

    private static long size(OpResult result) {
        byte[] data = result instanceof OpResult.GetDataResult read ? read.getData() : null;
        return data == null ? 0 : data.length;
    }

    private void onRefused(List<T> batch, List<OpResult> results) {
        int culprit = culprit(results);
        Code code = code(results.get(culprit));
        if (batch.size() == 1 || refusesAll.test(code)) {
            batch.forEach(request -> answer(request, code, null));
        } else {
            split(batch, culprit * batch.size() / results.size());
        }
    }

    private void split(List<T> batch, int refused) {
        parts.addFirst(batch.subList(refused + 1, batch.size()));
        parts.addFirst(batch.subList(refused, refused + 1));
        parts.addFirst(batch.subList(0, refused));
        parts.removeIf(List::isEmpty);
    }

    /** Of a refused transaction, the operation that is to blame: not good, and not "rolled back because of another". */
    public static int culprit(List<OpResult> results) {
        for (int i = 0; i < results.size(); i++) {
            Code code = code(results.get(i));
            if (code != Code.OK && code != Code.RUNTIMEINCONSISTENCY) {
                return i;
            }
        }
        throw new IllegalStateException("a refused transaction without a culprit");
    }

    /** What became of one operation. */
    public static Code code(OpResult result) {
        return result instanceof OpResult.ErrorResult error ? PhaseGuard.code(error.getErr()) : Code.OK;
    }
}
