/**
 * The oracle: judges the safety rules on what the servers committed, and not on what the roles say of themselves.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.oracle.TransactionLog} reads
 * {@link dev.twinkeeper.scenarios.oracle.Commit}s from the servers' files;
 * {@link dev.twinkeeper.scenarios.oracle.Testimony} is what is known of the participants;
 * {@link dev.twinkeeper.scenarios.oracle.Judge} replays the commits on a {@link dev.twinkeeper.scenarios.oracle.Tree}
 * and has each {@code Article} look at every change: one class for a rule or two.
 */
package dev.twinkeeper.scenarios.oracle;
