/**
 * The small recipes, by hand on the raw asynchronous API: one file each, twins of those in {@code dev.twinkeeper.curator.recipes}.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.raw.recipes.Keeper}, then the recipe that you want. A recipe needs its
 * contract, {@link dev.twinkeeper.recipes.Recipe} and the Keeper, and nothing else of this project.
 */
package dev.twinkeeper.raw.recipes;
