package dev.twinkeeper.layout;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The data of {@code /assign/W/T}: the epoch in text, for people who read the tree; then optionally {@code lost=N}, the
 * number of workers that were lost with this task. One made by hand has neither.
 */
public record AssignmentLine(String epoch, int lost) {
    /** Above every bound on them, and below what a line can't say: counting on must not begin at none again. */
    public static final int MAX_LOST = 1_000_000;

    private static final Pattern LOST = Pattern.compile("^[0-9]+ lost=([0-9]{1,9})\\s*$");

    public static byte[] encode(long epoch, int lost) {
        return Text.encode(lost == 0 ? Long.toString(epoch) : epoch + " lost=" + Math.min(MAX_LOST, lost));
    }

    /** Never throws: a line that makes no sense says that no worker was lost. */
    public static AssignmentLine decode(byte[] data) {
        String line = Text.line(data);
        Matcher matcher = LOST.matcher(line);
        int lost = matcher.find() ? Math.min(MAX_LOST, Integer.parseInt(matcher.group(1))) : 0;
        return new AssignmentLine(line.strip().split("\\s", 2)[0], lost);
    }
}
