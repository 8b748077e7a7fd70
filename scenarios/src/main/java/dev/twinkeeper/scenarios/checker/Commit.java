package dev.twinkeeper.scenarios.checker;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A transaction that the ensemble committed.
 *
 * @param zxid its place in the one order of all transactions
 * @param session whose request it was
 * @param time when the leader took it, by its clock
 * @param changes what it changed, in the order of the multi
 */
public record Commit(long zxid, long session, Instant time, List<Change> changes) {
    public Commit {
        changes = List.copyOf(changes);
    }

    /** The changes of one kind. */
    public <C extends Change> List<C> changes(Class<C> kind) {
        return changes.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** In one line, with paths as at zkCli: without the chroot. */
    public String text(SessionOwner by, String root) {
        String all = changes.stream().map(Change::toString).collect(Collectors.joining(" · "));
        return "0x%x %s: %s".formatted(zxid, by, all.replace(root, ""));
    }
}
