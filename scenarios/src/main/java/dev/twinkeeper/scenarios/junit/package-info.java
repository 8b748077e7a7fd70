/**
 * An ensemble for JUnit tests of other projects, and the faults to test against: JUnit 5.9 or newer, and 6. It knows
 * JUnit and the lab, and nothing else of this project.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.junit.ZooKeeperEnsemble} says all that a test needs.
 */
package dev.twinkeeper.scenarios.junit;
