package dev.twinkeeper.contract;

/** The name of a candidate, as it stands in {@code /master} and {@code /master-epoch}: one word. */
public record MasterId(String name) {
    /** @throws CoordinationException {@code INVALID} where it would not be one word of a line of text */
    public MasterId {
        NodeName.checkWord("master id", name);
    }

    @Override
    public String toString() {
        return name;
    }
}
