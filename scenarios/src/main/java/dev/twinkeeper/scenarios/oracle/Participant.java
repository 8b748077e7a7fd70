package dev.twinkeeper.scenarios.oracle;

/**
 * Somebody who has sessions.
 *
 * @param label tells apart those of the same name
 * @param name the id that it was given, a worker's being the one of its znodes
 */
public record Participant(String label, Kind kind, String name) {
    /** What it plays. Rules bind programs; a person at zkCli may do anything. */
    public enum Kind {
        MASTER,
        WORKER,
        CLIENT,
        HAND
    }

    public boolean isProgram() {
        return kind != Kind.HAND;
    }

    public boolean is(Kind wanted) {
        return kind == wanted;
    }

    @Override
    public String toString() {
        return label;
    }
}
