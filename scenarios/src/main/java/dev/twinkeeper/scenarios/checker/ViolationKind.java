package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;

/** What can be wrong with a run. */
public enum ViolationKind {
    DEPOSED("S1", "commits by a deposed master"),
    TWO_ASSIGNMENTS("S2", "two assignments of a task, or one after its status"),
    STATUS("S3", "statuses doubled, changed, or not by the holder of the assignment"),
    SUBMIT("S4", "submits that made another number of tasks than they should"),
    LOST("S5", "acknowledged tasks lost"),
    MADE_UP("S6", "outcomes that nobody read"),
    NO_REIGN("L1", "times without a reign that were too long"),
    STARVED("L2", "live workers starved"),
    NOT_MOVED("L3", "tasks left with a lost worker"),
    TAKEN_AWAY("L3", "tasks taken from a live worker"),
    NOT_LEARNT("L4", "outcomes that no client learnt"),
    NO_RECOVERY("L5", "faults that the service did not recover from"),
    ABSENT("R2", "live workers that did not register again"),
    REGISTRATION("R1, R3", "registrations that were not what they said"),
    CLOSE("R4, X3, X4", "things told, or left behind, after a close"),
    UNEXPLAINED("", "executions that no lost worker explains"),
    DISAGREEMENT("", "servers that disagree"),
    GAP("", "transactions that are in no log, or in too few"),
    REPLAY("", "transactions that don't follow from those before"),
    FINAL_TREE("", "differences of the final tree from the replayed one"),
    EVIDENCE("", "evidence that can't be used");

    /** The number of the rule; empty where the protocol has none. */
    private final String rule;

    private final String title;

    ViolationKind(String rule, String title) {
        this.rule = rule;
        this.title = title;
    }

    /** In a few words, plural. */
    public String title() {
        return title;
    }

    static ViolationKind of(Rule rule) {
        return switch (rule) {
            case S1 -> DEPOSED;
            case S2 -> TWO_ASSIGNMENTS;
            case S3 -> STATUS;
            case S4 -> SUBMIT;
            case S5 -> LOST;
            case S6 -> MADE_UP;
            case L1 -> NO_REIGN;
            case L4 -> NOT_LEARNT;
            case L5, L6 -> NO_RECOVERY;
            case L2 -> STARVED;
            case L3 -> NOT_MOVED;
            case R2 -> ABSENT;
            case R1, R3 -> REGISTRATION;
            case R4, X3, X4 -> CLOSE;
            default -> throw new IllegalArgumentException(rule + " is no rule that a checker looks for");
        };
    }

    @Override
    public String toString() {
        return rule.isEmpty() ? title : title + " (" + rule + ")";
    }
}
