package dev.twinkeeper.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What stands in a {@code myid}: ZooKeeper reads the first line, and that line has to be a number and nothing else. */
final class Myid {
    private static final int BOM = 0xFEFF;

    private Myid() {}

    static Optional<Long> number(byte[] content) {
        String line = firstLine(content);
        return line.matches("[0-9]{1,9}") ? Optional.of(Long.parseLong(line)) : Optional.empty();
    }

    /** The bytes that a person does not see, by their names and places; none where it is a plain number. */
    static List<String> invisible(byte[] content) {
        String line = firstLine(content);
        List<String> found = new ArrayList<>();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c <= ' ' || c > '~') {
                found.add(name(c) + " at place " + (i + 1));
            }
        }
        return found;
    }

    private static String name(char c) {
        return switch (c) {
            case ' ' -> "a space";
            case '\t' -> "a tab";
            case 0 -> "a zero byte";
            case BOM -> "a byte order mark (U+FEFF)";
            case 0xA0 -> "a no-break space (U+00A0)";
            case 0x200B -> "a zero-width space (U+200B)";
            default -> "U+%04X".formatted((int) c);
        };
    }

    static String firstLine(byte[] content) {
        String text = utf16(content)
                ? new String(content, java.nio.charset.StandardCharsets.ISO_8859_1)
                : new String(content, java.nio.charset.StandardCharsets.UTF_8);
        // As BufferedReader.readLine does, which ZooKeeper uses: a carriage return ends a line too.
        return text.split("\r\n|\r|\n", 2)[0];
    }

    /** What some Windows shells write. */
    private static boolean utf16(byte[] content) {
        return content.length > 1 && (content[0] & 0xFF) >= 0xFE && (content[1] & 0xFF) >= 0xFE;
    }
}
