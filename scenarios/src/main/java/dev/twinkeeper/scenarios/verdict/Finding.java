package dev.twinkeeper.scenarios.verdict;

import dev.twinkeeper.contract.TaskId;
import java.util.List;
import java.util.Optional;

/**
 * Something that is wrong with a run.
 *
 * @param zxid where, or -1 where it shows at no transaction
 * @param task whose story it is, if it is one's
 * @param records the records around it, of the logs and of the history, for a person
 */
public record Finding(Charge charge, long zxid, Optional<TaskId> task, String message, List<String> records) {
    public Finding {
        records = List.copyOf(records);
    }

    Finding with(List<String> found) {
        return new Finding(charge, zxid, task, message, found);
    }

    @Override
    public String toString() {
        String place = zxid < 0 ? "" : " at zxid 0x" + Long.toHexString(zxid);
        return charge + place + ": " + message;
    }
}
