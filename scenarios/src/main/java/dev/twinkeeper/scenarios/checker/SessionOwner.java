package dev.twinkeeper.scenarios.checker;

/**
 * A participant that has sessions.
 *
 * @param label distinguishes participants of the same name
 * @param name the id that it was given, a worker's being the one of its znodes
 */
public record SessionOwner(String label, Kind kind, String name) {
    /** Its role; {@code RECIPE} is any participant of a recipe. Rules bind programs; an operator may do anything. */
    public enum Kind {
        MASTER,
        WORKER,
        CLIENT,
        RECIPE,
        OPERATOR
    }

    public boolean isProgram() {
        return kind != Kind.OPERATOR;
    }

    public boolean is(Kind wanted) {
        return kind == wanted;
    }

    @Override
    public String toString() {
        return label;
    }
}
