package dev.twinkeeper.contract;

/** What may stand as one element of a path, or as one word in a line of text. */
final class NodeName {
    /** Long enough for a host name with a port; short enough for a full batch of names in one request. */
    static final int MAX_LENGTH = 255;

    private NodeName() {}

    /** @throws CoordinationException {@code INVALID} saying what is wrong with it */
    static void check(String what, String name) {
        if (name == null || name.isEmpty()) {
            throw CoordinationException.invalid(what, "", "it must not be empty");
        }
        if (name.length() > MAX_LENGTH) {
            throw CoordinationException.invalid(
                    what, name.substring(0, 20) + "…", "at most " + MAX_LENGTH + " characters");
        }
        if (name.equals(".") || name.equals("..")) {
            throw CoordinationException.invalid(what, name, "it means a directory");
        }
        name.codePoints().filter(c -> !allowed(c)).findFirst().ifPresent(c -> {
            throw CoordinationException.invalid(what, printable(name), "character U+%04X is not allowed".formatted(c));
        });
    }

    /** ZooKeeper's own list of what a path may not hold (PathUtils), and the slash and white space besides. */
    private static boolean allowed(int c) {
        return c != '/'
                && !Character.isWhitespace(c)
                && c > 0x1F
                && (c < 0x7F || c > 0x9F)
                && (c < 0xD800 || c > 0xF8FF)
                && (c < 0xFFF0 || c > 0xFFFF);
    }

    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }
}
