package dev.twinkeeper.layout;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The data of {@code /tasks/T/status}: first line {@code done} or {@code failed}; the bytes after the first newline are
 * the result or the reason.
 */
public final class StatusBytes {
    private static final String DONE = "done";
    private static final String FAILED = "failed";

    private StatusBytes() {}

    /** Has the task executed. R5: whatever the handler throws is the task's failure, not the worker's. */
    public static byte[] handled(TaskHandler handler, TaskId task, byte[] command) {
        try {
            return done(handler.handle(new Task(task, Payload.of(command == null ? new byte[0] : command))));
        } catch (Throwable e) {
            return failed(e);
        }
    }

    public static byte[] done(Payload result) {
        return join(DONE, result.bytes());
    }

    /** With what it says, or what it is. R5: also where it throws when it is asked what it says. */
    public static byte[] failed(Throwable thrown) {
        String said;
        try {
            said = thrown.getMessage();
        } catch (Throwable e) {
            said = null;
        }
        return failed(said == null ? thrown.getClass().getName() : said);
    }

    /** Of a task whose status the servers do not take, and closed the connection each time. */
    public static byte[] tooLarge(int size) {
        return failed(
                CoordinationException.tooLarge("a status of " + size + " bytes").getMessage());
    }

    /** A reason that is too long for a status is cut, with an ellipsis. */
    public static byte[] failed(String reason) {
        byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > Payload.LIMIT) {
            bytes = Text.encode(new String(bytes, 0, Payload.LIMIT - 8, StandardCharsets.UTF_8) + "…");
        }
        return join(FAILED, bytes);
    }

    /** Never throws: a status that makes no sense is {@link Outcome.Unknown} with the reason. */
    public static Outcome decode(byte[] data) {
        int newline = 0;
        while (data != null && newline < data.length && data[newline] != '\n') {
            newline++;
        }
        String first = data == null ? "" : new String(data, 0, newline, StandardCharsets.UTF_8).strip();
        byte[] rest = data == null || newline >= data.length
                ? new byte[0]
                : Arrays.copyOfRange(data, newline + 1, data.length);
        if (first.equals(DONE) && rest.length <= Payload.LIMIT) {
            return new Outcome.Done(Payload.of(rest));
        }
        if (first.equals(FAILED)) {
            return new Outcome.Failed(new String(rest, StandardCharsets.UTF_8));
        }
        return new Outcome.Unknown(
                Outcome.Reason.MALFORMED, "its status makes no sense: '" + Text.firstLine(data) + "'");
    }

    private static byte[] join(String first, byte[] rest) {
        byte[] head = Text.encode(first + "\n");
        byte[] all = Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, all, head.length, rest.length);
        return all;
    }
}
