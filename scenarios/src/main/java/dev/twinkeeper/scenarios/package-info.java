/**
 * The suite: scenarios that run on any implementation of the contract. It knows the contract and the wire, never an
 * implementation.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.CoordinationSuite} runs it; {@link
 * dev.twinkeeper.scenarios.Scenario} and {@link dev.twinkeeper.scenarios.ScenarioContext} show how a scenario is
 * written; the classes in {@code topics} are the scenarios. {@code recipes} has those of the small recipes, which a
 * {@link dev.twinkeeper.scenarios.RecipeSuite} runs. {@code lab} has the ensemble and the faults, {@code checker} the
 * checks of the servers' logs; {@code torture} is the long run with random faults, {@code measure} has what the
 * comparison measures, {@code junit} the extension for other projects. {@code plain} is an implementation of its own,
 * which nothing else here knows.
 */
package dev.twinkeeper.scenarios;
