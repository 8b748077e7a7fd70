package dev.twinkeeper.loop;

import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A command on its way to become a task.
 *
 * @param token stands in the task's name, and finds it again when the answer was lost (S4)
 * @param answer one that is complete already was refused: there is nothing to send
 */
public record Submission(String token, Payload command, CompletableFuture<TaskId> answer) {
    /** Half of what a server takes in one request, so that names and headers never matter. */
    private static final int BATCH_BYTES = 512 * 1024;

    private static final String PROCESS =
            UUID.randomUUID().toString().replace("-", "").substring(0, 16);

    private static final AtomicLong SERIAL = new AtomicLong();

    /** With a token that no other has, in no process. */
    public static Submission of(Payload command, CompletableFuture<TaskId> answer) {
        return new Submission(PROCESS + Long.toString(SERIAL.getAndIncrement(), Character.MAX_RADIX), command, answer);
    }

    /** One for each command, with its place in the backlog. */
    public static List<Submission> all(List<Payload> commands, Backlog backlog) {
        return List.copyOf(commands).stream()
                .map(command -> of(command, backlog.admit()))
                .toList();
    }

    /** Takes from the queue what goes into one transaction, by number and by bytes; of what is there, one at least. */
    public static List<Submission> batch(Queue<Submission> waiting, int most) {
        List<Submission> batch = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && batch.size() < most) {
            bytes += waiting.peek().command.size();
            if (!batch.isEmpty() && bytes > BATCH_BYTES) {
                break;
            }
            batch.add(waiting.remove());
        }
        return batch;
    }
}
