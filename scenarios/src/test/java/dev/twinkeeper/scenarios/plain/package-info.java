/**
 * Tests of the tests: a third implementation of the contract, correct and as plain as possible, and broken variants of
 * it, each a few lines away from correct. A mistake that the suite does not notice here, it would not notice in any
 * implementation.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.plain.Plain}, then {@code PlainRole} and the roles; {@code
 * BrokenMasters}, {@code BrokenWorkers} and {@code BrokenClients} have a class for each mistake; {@link
 * dev.twinkeeper.scenarios.plain.BrokenImplementationsTest} says which scenario catches which.
 */
package dev.twinkeeper.scenarios.plain;
