/**
 * The checker: checks the safety rules on what the servers committed, and not on what the roles say of themselves.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.checker.TransactionLog} reads
 * {@link dev.twinkeeper.scenarios.checker.Commit}s from the servers' files;
 * {@link dev.twinkeeper.scenarios.checker.Observations} is what is known of the participants;
 * {@link dev.twinkeeper.scenarios.checker.Checker} replays the commits on a {@link dev.twinkeeper.scenarios.checker.Tree}
 * and has each {@code Check} look at every change: one class for a rule or two.
 */
package dev.twinkeeper.scenarios.checker;
