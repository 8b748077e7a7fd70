package dev.twinkeeper.layout;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The data of {@code /workers/W}: address, then optionally {@code slots=N}. A worker made by hand has no slots in its
 * line and gets one task at a time.
 */
public record WorkerLine(String address, int slots) {
    /** What one worker may claim for itself; more is a typing error, and would draw every task to it. */
    public static final int MAX_SLOTS = 1_000;

    /** The last such word: an address may look like one. */
    private static final Pattern SLOTS = Pattern.compile("^(?:.*\\s)?slots=([0-9]{1,9})(?:\\s|$)", Pattern.DOTALL);

    public byte[] encode() {
        return Text.encode(address + " slots=" + slots);
    }

    /** Never throws: a line that makes no sense is a worker with one slot. */
    public static WorkerLine decode(byte[] data) {
        String line = Text.line(data);
        Matcher matcher = SLOTS.matcher(line);
        int slots = matcher.find() ? Integer.parseInt(matcher.group(1)) : 1;
        String address = line.strip().split("\\s", 2)[0];
        return new WorkerLine(address, Math.max(0, Math.min(MAX_SLOTS, slots)));
    }
}
