package dev.twinkeeper.contract;

/** The name of a worker, and of its znodes below {@code /workers} and {@code /assign}. */
public record WorkerId(String name) implements Comparable<WorkerId> {
    /** @throws CoordinationException {@code INVALID} where ZooKeeper would not take it as a name */
    public WorkerId {
        NodeName.checkElement("worker id", name);
    }

    @Override
    public int compareTo(WorkerId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
