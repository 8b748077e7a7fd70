package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import java.util.List;

/**
 * A rule that was broken.
 *
 * @param zxid where, or -1 where it shows only at the end
 * @param message what is wrong, for a person
 * @param around the commits before and after, and the one itself
 */
public record Violation(Rule rule, long zxid, String message, List<Commit> around) {
    public Violation {
        around = List.copyOf(around);
    }

    @Override
    public String toString() {
        String place = zxid < 0 ? "" : " at zxid 0x" + Long.toHexString(zxid);
        return rule + " (" + rule.title() + ")" + place + ": " + message;
    }
}
