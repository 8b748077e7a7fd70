package dev.twinkeeper.contract;

/**
 * The name of a task's znode below {@code /tasks}. It ends in the ten digits of ZooKeeper's sequence; tasks are ordered
 * by that sequence.
 */
public record TaskId(String name) implements Comparable<TaskId> {
    /** Of the sequence. */
    public static final int DIGITS = 10;

    /** @throws CoordinationException {@code INVALID} where the name can't be a task's */
    public TaskId {
        NodeName.checkElement("task", name);
        if (!isTask(name)) {
            throw CoordinationException.invalid("task", name, "a task's name ends in a sequence of ten digits");
        }
    }

    /** Whether a child of {@code /tasks} with that name is a task. */
    public static boolean isTask(String name) {
        int from = name.length() - DIGITS;
        if (from < 0) {
            return false;
        }
        for (int i = from; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    /** The sequence that ZooKeeper gave, 0 to 2^31-1 for those that it really gave. */
    public long sequence() {
        return Long.parseLong(name.substring(name.length() - DIGITS));
    }

    /** By sequence; by name where somebody made two of the same sequence by hand. */
    @Override
    public int compareTo(TaskId other) {
        for (int i = DIGITS; i > 0; i--) {
            int byDigit = name.charAt(name.length() - i) - other.name.charAt(other.name.length() - i);
            if (byDigit != 0) {
                return byDigit;
            }
        }
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
