package dev.twinkeeper.contract;

/**
 * The numbered rules that every implementation keeps; this is their only source. Scenarios cite them. {@code S} is
 * safety, judged on the servers' transaction log in zxid order; {@code L} is liveness, as long as a quorum can be
 * reached; {@code R} is registration and life cycle.
 */
public enum Rule {
    S1(
            "one reign at a time",
            "A program's assignment commits only while /master is the one of its own reign and the epoch is its own. Epochs"
                    + " never fall. 'delete /master' by an operator ends the reign of a master whose session lives on."),
    S2("one assignment", "A task has at most one assignment at any zxid, and none is created after its status."),
    S3(
            "one status",
            "A status is created once and never changed; a program's worker writes it in the transaction that consumes its"
                    + " own assignment."),
    S4(
            "one submit, one task",
            "One submit is at most one task, whatever was lost on the wire; exactly one if it was acknowledged."),
    S5(
            "nothing lost",
            "An acknowledged task stays until it has a status, and then until it is collected or its retention passes."),
    S6("nothing made up", "A client reports an outcome only after it read the status; else it says unknown."),
    L1(
            "succession",
            "When a reign ends, another begins within the session timeout and two seconds; at once after an orderly"
                    + " close."),
    L2("assignment", "With a live worker that has a free slot, every pending task is assigned."),
    L3(
            "moved when lost",
            "A lost worker's unfinished tasks are moved to live ones; a live worker's are left alone by a new master."),
    L4(
            "the client learns",
            "The client learns the outcome although watches were lost, and after its own session was lost."),
    L5(
            "goes on by itself",
            "Everything goes on by itself after a lost connection, an expired session, a lost quorum, a restarted"
                    + " ensemble."),
    L6("bounded under failure", "Under a failure that lasts, the rate of requests is bounded; nothing loops."),
    R1("registered means it", "'registered' completes only when the worker's own ephemeral exists."),
    R2("registers again", "After expiry a worker registers again by itself."),
    R3(
            "one worker of a name",
            "A second live worker with the same id is refused with a clear error and leaves the first untouched; its own old"
                    + " ephemeral of a dead session is waited out."),
    R4("close", "'close' is idempotent and leaves no ephemeral; nothing is called back after it returns."),
    R5("handlers may throw", "A handler that throws makes 'failed' with the reason, and the worker lives on."),
    R6(
            "foreign things",
            "Names and data that make no sense are set aside with one warning; all other tasks still finish.");

    private final String title;
    private final String text;

    Rule(String title, String text) {
        this.title = title;
        this.text = text;
    }

    /** A few words, for a table. */
    public String title() {
        return title;
    }

    /** The rule. */
    public String text() {
        return text;
    }
}
