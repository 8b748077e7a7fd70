package dev.twinkeeper.cli.playground;

/** An action that can't be done at this moment: a note on the page, and nothing happened. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
        super(message);
    }
}
