/**
 * A third implementation of the contract, correct and as plain as possible: what a reader would write first. The bench
 * has it as a baseline, and the suite is tested on broken variants of it, each a few lines away from correct. The suite
 * itself does not know it.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.plain.Plain}, then {@code PlainRole} and the roles. In the
 * tests of this package {@code BrokenMasters}, {@code BrokenWorkers} and {@code BrokenClients} have a class for each
 * mistake, and {@code BrokenImplementationsTest} says which scenario catches which. A mistake that the suite does not
 * notice there, it would not notice in any implementation.
 */
package dev.twinkeeper.scenarios.plain;
