package dev.twinkeeper.layout;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The data of {@code /workers/W}: address, then optionally {@code slots=N} and {@code session=Nms}. A worker made by
 * hand has no slots in its line and gets one task at a time.
 *
 * @param sessionMillis the timeout that its session was granted: so long its znode may outlive it. 0 where the line does
 *     not say
 */
public record WorkerLine(String address, int slots, int sessionMillis) {
    /** What one worker may claim for itself; more is a typing error, and would draw every task to it. */
    public static final int MAX_SLOTS = 1_000;

    /** As long as a session timeout may be, ten minutes; more would have its namesake wait without end. */
    public static final int MAX_SESSION_MILLIS = 600_000;

    /** The last such word: an address may look like one. */
    private static final Pattern SLOTS = Pattern.compile("^(?:.*\\s)?slots=([0-9]{1,9})(?:\\s|$)", Pattern.DOTALL);

    /** The last such word behind the address. */
    private static final Pattern SESSION =
            Pattern.compile("^\\s*\\S+\\s(?:.*\\s)?session=([0-9]{1,9})ms(?:\\s|$)", Pattern.DOTALL);

    /** Of a worker that does not say how long its session may outlive it. */
    public WorkerLine(String address, int slots) {
        this(address, slots, 0);
    }

    public byte[] encode() {
        return Text.encode(address + " slots=" + slots + (sessionMillis > 0 ? " session=" + sessionMillis + "ms" : ""));
    }

    /** Never throws: a line that makes no sense is a worker with one slot. */
    public static WorkerLine decode(byte[] data) {
        String line = Text.line(data);
        String address = line.strip().split("\\s", 2)[0];
        return new WorkerLine(
                address,
                Math.min(MAX_SLOTS, number(SLOTS, line, 1)),
                Math.min(MAX_SESSION_MILLIS, number(SESSION, line, 0)));
    }

    private static int number(Pattern word, String line, int otherwise) {
        Matcher matcher = word.matcher(line);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : otherwise;
    }
}
