package dev.twinkeeper.loop;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A command on its way to become a task.
 *
 * @param token stands in the task's name, and finds it again when the answer was lost (S4)
 * @param answer one that is complete already was refused: there is nothing to send
 * @param tries used by who sends it
 */
public record Submission(String token, Payload command, CompletableFuture<TaskId> answer, LostTries tries) {
    /** Less than any server's limit should be. What a larger packet would save no longer counts. */
    private static final int BATCH_BYTES = 64 * 1024;

    /** Names and headers, about. */
    private static final int OVERHEAD = 128;

    private static final String PROCESS =
            UUID.randomUUID().toString().replace("-", "").substring(0, 16);

    private static final AtomicLong SERIAL = new AtomicLong();

    /** With a token that no other has, in no process. */
    public static Submission of(Payload command, CompletableFuture<TaskId> answer) {
        String token = PROCESS + Long.toString(SERIAL.getAndIncrement(), Character.MAX_RADIX);
        return new Submission(token, command, answer, new LostTries(command.size()));
    }

    /** One for each command, with its place in the backlog. */
    public static List<Submission> all(List<Payload> commands, Backlog backlog) {
        return List.copyOf(commands).stream()
                .map(command -> of(command, backlog.admit()))
                .toList();
    }

    /**
     * Takes from the queue what goes into one transaction, by number and by bytes; of what is there, one at least. Each time
     * that it was lost before, half as many bytes, for these servers may take less than others.
     */
    public static List<Submission> batch(Queue<Submission> waiting, int most) {
        List<Submission> batch = new ArrayList<>();
        int bytes = 0;
        int room = BATCH_BYTES;
        while (!waiting.isEmpty() && batch.size() < most) {
            bytes += waiting.peek().command.size() + OVERHEAD;
            room = Math.min(room, waiting.peek().tries.room(BATCH_BYTES));
            if (!batch.isEmpty() && bytes > room) {
                break;
            }
            batch.add(waiting.remove());
        }
        return batch;
    }

    /**
     * Its answer was lost, and it was not applied.
     *
     * @param alone whether no other was under way
     * @param nanos how long ago it was sent
     * @return why it is given up; empty where it is to be sent again
     */
    public Optional<CoordinationException> lost(boolean alone, long nanos, Duration retention) {
        tries.lost(alone);
        if (nanos >= retention.toNanos()) {
            return Optional.of(CoordinationException.unanswered(retention));
        }
        return tries.isTooLarge()
                ? Optional.of(CoordinationException.tooLarge("a task of " + command.size() + " bytes"))
                : Optional.empty();
    }
}
