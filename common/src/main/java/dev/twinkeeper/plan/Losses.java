package dev.twinkeeper.plan;

import dev.twinkeeper.layout.AssignmentLine;

/** What is known of the workers that were lost with the task of one assignment. */
final class Losses {
    /** Whether the assignment's line is known, is asked for, or has to be. */
    private enum Line {
        KNOWN,
        ASKED,
        UNREAD
    }

    private Line line = Line.KNOWN;

    /** What the line says. */
    private int counted;

    /** With the loss that it does not say yet. */
    private int all;

    /** Its line has to be read before the task is planned. */
    void unread() {
        line = Line.UNREAD;
    }

    void asked() {
        line = Line.ASKED;
    }

    boolean isUnread() {
        return line == Line.UNREAD;
    }

    /** @param lost whether its worker is gone, or registered after the line was written */
    void read(byte[] text, boolean lost) {
        if (line == Line.ASKED) {
            line = Line.KNOWN;
            counted = AssignmentLine.decode(text).lost();
            all = counted + (lost ? 1 : 0);
        }
    }

    /** Whether there is a loss that the line does not say yet. */
    boolean grew() {
        return line == Line.KNOWN && all > counted;
    }

    int all() {
        return all;
    }
}
