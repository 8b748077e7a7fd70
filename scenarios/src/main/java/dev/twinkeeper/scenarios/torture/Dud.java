package dev.twinkeeper.scenarios.torture;

/** Why a fault could not be injected, in words for the report. */
final class Dud extends Exception {
    private static final long serialVersionUID = 1L;

    Dud(String why) {
        super(why);
    }
}
