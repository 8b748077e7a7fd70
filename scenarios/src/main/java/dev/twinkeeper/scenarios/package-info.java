/**
 * The suite: scenarios that any implementation of the contract can be put through. It knows the contract and the wire,
 * never an implementation.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.CoordinationSuite} is how one runs it;
 * {@link dev.twinkeeper.scenarios.Scenario} and {@link dev.twinkeeper.scenarios.Stage} how a scenario is written; the
 * classes in {@code topics} are the scenarios. {@code lab} has the ensemble and the faults, {@code oracle} the
 * judgement.
 */
package dev.twinkeeper.scenarios;
