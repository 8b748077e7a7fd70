package dev.twinkeeper.layout;

/** The data of {@code /assign/W/T}: the epoch in text, for people who read the tree; nobody acts on it. */
public final class AssignmentLine {
    private AssignmentLine() {}

    public static byte[] encode(long epoch) {
        return Text.encode(Long.toString(epoch));
    }
}
