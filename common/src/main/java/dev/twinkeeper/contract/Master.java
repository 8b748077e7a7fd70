package dev.twinkeeper.contract;

/**
 * A candidate for {@code /master}: stands by, and while it reigns assigns tasks to workers, moves the tasks of lost
 * workers and tidies up.
 *
 * <p><b>Guarantees.</b> {@link Rule#S1}, {@link Rule#S2}, {@link Rule#S5}; {@link Rule#L1} to {@link Rule#L3}.
 *
 * <p><b>Guarantees not made.</b> {@link #leadership()} is a memory, not a lock: before you act on the answer, another
 * master may have begun to reign. Only a write that carries the fence is safe. Assignments that a person makes by hand
 * are taken as they are, even two of one task.
 */
public interface Master extends Role {
    /** What this master last knew of its own leadership. */
    Leadership leadership();
}
