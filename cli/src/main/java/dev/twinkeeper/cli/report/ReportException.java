package dev.twinkeeper.cli.report;

import java.io.IOException;

/** Why there can be no report, for a person: one line that says what, where and what to do. */
public final class ReportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean unwritten;

    ReportException(String message) {
        this(message, false);
    }

    private ReportException(String message, boolean unwritten) {
        super(message);
        this.unwritten = unwritten;
    }

    static ReportException unwritten(String what, IOException failure) {
        return new ReportException(
                what + ": it can't be written (" + WholeFile.why(failure) + "); name another place with --out", true);
    }

    /** Whether all is there for it, and only the place is not. */
    public boolean isUnwritten() {
        return unwritten;
    }
}
