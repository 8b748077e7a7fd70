/**
 * The scenarios of the small recipes, and their stage.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.recipes.RecipeStage} and its
 * {@link dev.twinkeeper.scenarios.recipes.Player}s, then the topics.
 */
package dev.twinkeeper.scenarios.recipes;
