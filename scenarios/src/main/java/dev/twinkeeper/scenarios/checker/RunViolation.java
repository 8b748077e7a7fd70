package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.TaskId;
import java.util.List;
import java.util.Optional;

/**
 * Something that is wrong with a run.
 *
 * @param zxid where, or -1 where it shows at no transaction
 * @param task which it is about, if it is about one
 * @param records the records around it, of the logs and of the history, for a person
 */
public record RunViolation(ViolationKind kind, long zxid, Optional<TaskId> task, String message, List<String> records) {
    public RunViolation {
        records = List.copyOf(records);
    }

    RunViolation with(List<String> found) {
        return new RunViolation(kind, zxid, task, message, found);
    }

    @Override
    public String toString() {
        String place = zxid < 0 ? "" : " at zxid 0x" + Long.toHexString(zxid);
        return kind + place + ": " + message;
    }
}
