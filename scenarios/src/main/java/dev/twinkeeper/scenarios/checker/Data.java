package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The data of a znode. The bytes are not copied: nobody changes them. */
public record Data(byte[] bytes) {
    public static final Data NONE = new Data(new byte[0]);

    private static final int SHOWN = 60;

    public Data {
        bytes = bytes == null ? NONE.bytes : bytes;
    }

    public static Data of(String text) {
        return new Data(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Data that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Fit to be printed: cut, and without control characters. */
    @Override
    public String toString() {
        String text = new String(bytes, 0, Math.min(bytes.length, SHOWN), StandardCharsets.UTF_8).replace("\n", "\\n");
        String shown = Printable.line(text);
        return bytes.length <= SHOWN ? "\"" + shown + "\"" : "\"" + shown + "…\" (" + bytes.length + " bytes)";
    }
}
