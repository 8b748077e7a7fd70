package dev.twinkeeper.contract;

/**
 * The numbered rules that an implementation keeps, or declares not to keep in a {@link Difference}; this is their only
 * source. Scenarios cite them.
 *
 * <p>Of the master–worker protocol: {@code S} is safety, checked on the servers' transaction log in zxid order; {@code
 * L} is liveness, as long as a quorum can be reached; {@code R} is registration and life cycle. Of the small recipes:
 * {@code X} is of all of them, {@code E} of the election, {@code M} of the membership, {@code C} of the configuration,
 * {@code K} of the lock, {@code B} of the barrier, {@code Q} of the queue.
 */
public enum Rule {
    S1(
            "one reign at a time",
            "A program's assignment commits only while /master is the one of its own reign and the epoch is its own. Epochs"
                    + " never fall. 'delete /master' by an operator ends the reign of a master whose session lives on."),
    S2("one assignment", "A task has at most one assignment at any zxid, and none is created after its status."),
    S3(
            "one status",
            "A status is created once and never changed. A program's worker writes it in the transaction that consumes its"
                    + " own assignment; a master that gives a task up, in the one that consumes the lost worker's."),
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
            "A second live worker with the same id is refused with a clear error and leaves the first untouched. A worker"
                    + " waits until its own ephemeral of a dead session is gone."),
    R4("close", "'close' is idempotent and leaves no ephemeral; nothing is called back after it returns."),
    R5("handlers may throw", "A handler that throws makes 'failed' with the reason, and the worker lives on."),
    R6(
            "foreign things",
            "Names and data that make no sense are set aside with one warning; all other tasks still finish."),

    X1(
            "bad input",
            "Names and paths that can't be, data over the limit, a count of zero are refused with a typed error before"
                    + " anything is sent."),
    X2(
            "foreign nodes",
            "A znode that somebody else made is never adopted, overwritten or removed: it is refused with a typed error, or"
                    + " set aside; no hang, no loop."),
    X3(
            "closed",
            "Closing is idempotent, ends what waits, and nothing is called back after it; later use is refused with a typed"
                    + " error."),
    X4(
            "nothing left behind",
            "A participant that closed, left, released or gave up leaves no ephemeral and no watch. Watches don't pile up."),
    X5(
            "goes on by itself",
            "A lost connection, a lost quorum and a restarted ensemble end no recipe: what survives goes on, and what is"
                    + " lost is told."),

    E1("one leader", "The candidate that came first leads; no other is elected before its znode is gone."),
    E2(
            "knows when to stop",
            "A leader whose connection is lost, whose session ended or whose znode was deleted is told so, and no longer"
                    + " says that it leads. A lost connection is told before the session can have ended."),
    E3(
            "token",
            "The token of each later leader is greater; a resource that refuses lower ones refuses a zombie's write."),
    E4(
            "succession",
            "When the leader goes, the next in the queue leads: at once after a close or a resignation, else when its"
                    + " session has ended. In whatever order candidates before it go, nobody starves."),
    E5("no herd", "Each candidate watches only its predecessor: one notification for a hand-over, however many wait."),
    E6("one znode", "A candidate is left with one znode in the queue, whatever was lost on the wire."),
    E7("candidate again", "A candidate whose session ended is one again by itself, at the end of the queue."),
    E8(
            "not held up",
            "A foreign znode in the queue holds nobody up, nor does a candidate's znode whose data somebody changes."),
    E9("refusal is told", "A candidate that the servers keep out of the queue is told so."),

    M1("joined means it", "'join' returns only when the member's own ephemeral exists; 'leave' when it is gone."),
    M2(
            "every change",
            "What an onlooker was told adds up to what the tree holds, also after it was cut off: who is there has joined,"
                    + " who is gone has left, a namesake that took a member's place is told as both, and the newest data"
                    + " was told."),
    M3("joins again", "A member whose session ended joins again by itself, with its newest data."),
    M4(
            "one member of a name",
            "A second live member of a name is refused and leaves the first untouched. A member waits until its own"
                    + " ephemeral of a dead session is gone."),

    C1(
            "the latest value arrives",
            "Every reader is told of the latest value, also when it was written in a watch's gap."),
    C2("never backwards", "No reader is told of an older value after a newer one, not in a new session either."),
    C3(
            "compare and set",
            "Of writers that saw the same value one succeeds. A lost answer is reported as what it was, or as unknown."),
    C4("missing", "A missing value is told as missing, not as empty. A value can be created and removed."),

    K1("one holder", "At no zxid are there two holders, unless all of them share."),
    K2("in order", "The lock is given in the order of asking, whoever gives up in between; nobody starves."),
    K3("patience", "An attempt whose time is up says so, is out of the queue, and hinders nobody."),
    K4(
            "loss is told",
            "A holder whose connection is lost no longer says that it holds. One whose session ended or whose znode was"
                    + " deleted is told, and can't release."),
    K5(
            "token",
            "The token of each later exclusive holder is greater; a resource that refuses lower ones refuses a zombie."),
    K6(
            "no herd",
            "However many wait, a release costs one notification for each that may then enter, and one for the holder,"
                    + " which watches its own znode."),
    K7("one znode", "An attempt has one znode in the queue, whatever was lost on the wire."),
    K8("shared", "Attempts that share hold together; an exclusive one waits for them, and later ones wait for it."),
    K9("foreign names", "A foreign name in the queue hinders nobody, wherever it sorts."),
    K10(
            "no herd that shares",
            "Attempts that would share hear of the release of the last exclusive one before them, and of no other."),
    K11("no watch left", "An attempt that gave up leaves no watch at the servers."),

    B1("enter together", "Nobody passes before all members are there at one zxid, and nobody passes besides them."),
    B2("leave together", "Nobody is through before all members have left or died."),
    B3(
            "the dead",
            "A member that died or gave up while it waited is not counted; the others wait on, or go when their time is up."),
    B4("again", "When all have left, the barrier can be used again."),
    B5("no lost wake-up", "Whatever was lost on the wire, a member is in once, and hears that all are there."),
    B6(
            "no herd",
            "A member that comes or goes wakes none that has to wait on: a round costs each member a few requests, however"
                    + " many members there are."),

    Q1("in order", "One consumer handles the items in the order in which they were acknowledged."),
    Q2("at least once", "An acknowledged item is handled, also when a consumer dies between take and done."),
    Q3(
            "one at a time",
            "No two live consumers handle an item at the same time, and none handles it again once it is done."),
    Q4("bounded", "A full queue refuses items with a clear error, and takes them again when there is room."),
    Q5("one put, one item", "One put is at most one item, whatever was lost on the wire; exactly one if acknowledged."),
    Q6("a bad item", "An item whose handler throws stays, and is tried again after a pause.");

    /** What the rules are about. */
    public enum Part {
        /** Masters, workers and clients. */
        PROTOCOL,
        /** The small recipes. */
        RECIPES
    }

    private final String title;
    private final String text;

    Rule(String title, String text) {
        this.title = title;
        this.text = text;
    }

    public Part part() {
        return "SLR".indexOf(name().charAt(0)) >= 0 ? Part.PROTOCOL : Part.RECIPES;
    }

    /** Whether it is of the protocol's safety, which no implementation may differ in. */
    public boolean isSafety() {
        return name().charAt(0) == 'S';
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
