package dev.twinkeeper.contract;

import java.util.function.IntPredicate;

/** What may stand as one element of a path, or as one word in a line of text. */
final class NodeName {
    /** Long enough for a host name with a port; short enough for a full batch of names in one request. */
    static final int MAX_LENGTH = 255;

    private NodeName() {}

    /**
     * One element of a path, as ZooKeeper takes it.
     *
     * @throws CoordinationException {@code INVALID} saying what is wrong with it
     */
    static void checkElement(String what, String name) {
        check(what, name, NodeName::allowed);
    }

    /**
     * One word in a line of text, and an element besides.
     *
     * @throws CoordinationException {@code INVALID} saying what is wrong with it
     */
    static void checkWord(String what, String name) {
        check(what, name, c -> allowed(c) && !Character.isWhitespace(c));
    }

    private static void check(String what, String name, IntPredicate allowed) {
        if (name == null || name.isEmpty()) {
            throw CoordinationException.invalid(what, "", "it must not be empty");
        }
        if (name.length() > MAX_LENGTH) {
            throw CoordinationException.invalid(
                    what, Printable.line(name, 20), "at most " + MAX_LENGTH + " characters");
        }
        if (name.equals(".") || name.equals("..")) {
            throw CoordinationException.invalid(what, name, "it means a directory");
        }
        // By code points, so that the message names what was typed and not half of it.
        for (int at = 0, c; at < name.length(); at += Character.charCount(c)) {
            c = name.codePointAt(at);
            if (!allowed.test(c)) {
                throw CoordinationException.invalid(what, name, "character U+%04X is not allowed".formatted(c));
            }
        }
    }

    /** ZooKeeper's own list of what a path may not hold (its PathUtils; whatever takes two chars is out), and the slash. */
    private static boolean allowed(int c) {
        return c != '/' && c > 0x1F && (c < 0x7F || c > 0x9F) && (c < 0xD800 || c > 0xF8FF) && c < 0xFFF0;
    }
}
