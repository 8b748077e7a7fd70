/**
 * Recipes with one mistake each, and the scenario that catches it. Some of the mistakes are in recipes that many copy.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.plain.recipes.BrokenRecipes}, then the recipe that you want.
 */
package dev.twinkeeper.scenarios.plain.recipes;
