package dev.twinkeeper.cli.fuzz;

/** What has to hold; plain, since it is asked millions of times. */
final class Expect {
    /** Two paths may stand in a line. */
    private static final int LONGEST_LINE = 1_000;

    private Expect() {}

    static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    static void same(Object read, Object written) {
        that(read.equals(written), "read " + read + ", but written was " + written);
    }

    /** A line for a person: it neither breaks nor plays with the terminal, and it is bounded. */
    static void line(String text) {
        that(text != null && !text.isBlank(), "nothing is said");
        that(text.length() <= LONGEST_LINE, "a line of " + text.length() + " characters");
        printable(text);
    }

    static void printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            int type = Character.getType(text.charAt(i));
            boolean breaks = type == Character.CONTROL
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR;
            that(!breaks, "U+%04X in a line for a person".formatted((int) text.charAt(i)));
        }
    }
}
