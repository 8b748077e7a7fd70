package dev.twinkeeper.scenarios.torture;

/** Why a fault could not be injected, in words for the report. */
final class NotInjected extends Exception {
    private static final long serialVersionUID = 1L;

    NotInjected(String why) {
        super(why);
    }
}
