package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import java.util.List;
import java.util.Optional;

/**
 * Something that is wrong with a scenario or with a torture run.
 *
 * @param rule the one that was broken; empty where it shows only that the evidence is no good
 * @param zxid where, or -1 where it shows at no transaction
 * @param task which it is about, if it is about one
 * @param message what is wrong, for a person
 * @param records the commits around it, and lines of the history, for a person
 */
public record Violation(
        ViolationKind kind,
        Optional<Rule> rule,
        long zxid,
        Optional<TaskId> task,
        String message,
        List<String> records) {
    public Violation {
        records = List.copyOf(records);
    }

    /** A rule that was broken. */
    public static Violation of(Rule rule, long zxid, String message, List<String> records) {
        return new Violation(ViolationKind.of(rule), Optional.of(rule), zxid, Optional.empty(), message, records);
    }

    Violation with(List<String> found) {
        return new Violation(kind, rule, zxid, task, message, found);
    }

    @Override
    public String toString() {
        String what = rule.map(one -> one + " (" + one.title() + ")").orElse(kind.toString());
        String place = zxid < 0 ? "" : " at zxid 0x" + Long.toHexString(zxid);
        return what + place + ": " + message;
    }
}
