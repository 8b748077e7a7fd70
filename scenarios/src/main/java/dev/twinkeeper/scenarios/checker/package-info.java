/**
 * The checker: checks the rules on what the servers committed, and not on what the roles report.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.checker.TransactionLog} reads {@link
 * dev.twinkeeper.scenarios.checker.Commit}s from the servers' files; {@link
 * dev.twinkeeper.scenarios.checker.Observations} is what is known about the participants; {@link
 * dev.twinkeeper.scenarios.checker.Checker} replays the commits on a {@link dev.twinkeeper.scenarios.checker.Tree} and
 * shows every change to each {@code Check}; a check is one class for a rule or two.
 */
package dev.twinkeeper.scenarios.checker;
