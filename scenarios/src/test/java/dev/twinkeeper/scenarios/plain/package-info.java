/**
 * Who tests the tests: a third implementation of the contract, correct and as plain as can be, and broken variants of
 * it, each a few lines away from correct. What the suite does not notice of them it would not notice of anybody.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.plain.Plain}, then {@code PlainRole} and the roles;
 * {@code BrokenMasters}, {@code BrokenWorkers} and {@code BrokenClients} have a lesson each few lines;
 * {@link dev.twinkeeper.scenarios.plain.BrokenImplementationsTest} says which scenario catches which.
 */
package dev.twinkeeper.scenarios.plain;
