package dev.twinkeeper.layout;

import dev.twinkeeper.contract.Printable;
import java.nio.charset.StandardCharsets;

/** Lines of text in znodes. What others wrote there is shown without control characters and cut. */
final class Text {
    private static final int SHOWN = 200;

    /** No line that we write is as long. */
    private static final int READ = 4_096;

    private Text() {}

    static byte[] encode(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The first line, to be understood; empty where there is no data. */
    static String line(byte[] data) {
        if (data == null) {
            return "";
        }
        String text = new String(data, 0, Math.min(data.length, READ), StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    /** The first line, fit to be printed. */
    static String firstLine(byte[] data) {
        return Printable.line(line(data), SHOWN);
    }
}
