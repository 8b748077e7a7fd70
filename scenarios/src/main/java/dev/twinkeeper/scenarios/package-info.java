/**
 * The suite: scenarios that any implementation of the contract can be put through. It knows the contract and the wire,
 * never an implementation.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.CoordinationSuite} is how one runs it;
 * {@link dev.twinkeeper.scenarios.Scenario} and {@link dev.twinkeeper.scenarios.ScenarioContext} how a scenario is written; the
 * classes in {@code topics} are the scenarios. {@code recipes} has those of the small recipes, which a
 * {@link dev.twinkeeper.scenarios.RecipeSuite} runs. {@code lab} has the ensemble and the faults, {@code oracle} the
 * judgement; {@code torture} and {@code foundBy} are the long run with random faults, and its checker.
 */
package dev.twinkeeper.scenarios;
