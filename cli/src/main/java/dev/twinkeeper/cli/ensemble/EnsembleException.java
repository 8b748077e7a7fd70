package dev.twinkeeper.cli.ensemble;

/** Why an ensemble can't be started, for a person: one line that says what, where and what to do. */
public final class EnsembleException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EnsembleException(String message) {
        super(message);
    }
}
