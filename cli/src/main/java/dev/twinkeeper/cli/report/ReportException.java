package dev.twinkeeper.cli.report;

/** Why there can be no report, for a person: one line that says what, where and what to do. */
public final class ReportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReportException(String message) {
        super(message);
    }
}
