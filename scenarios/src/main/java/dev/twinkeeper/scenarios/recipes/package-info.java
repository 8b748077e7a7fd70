/**
 * The scenarios of the small recipes, and their context.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.recipes.ScenarioContext} and its
 * {@link dev.twinkeeper.scenarios.recipes.TestParticipant}s, then the topics.
 */
package dev.twinkeeper.scenarios.recipes;
