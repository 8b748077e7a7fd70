/**
 * The small recipes, with the recipes of Curator: one file each, twins of those in {@code dev.twinkeeper.raw.recipes}.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.curator.recipes.Keeper}, then the recipe that you want. A recipe needs its
 * contract in {@code dev.twinkeeper.recipes} and the Keeper, and nothing else of this project.
 */
package dev.twinkeeper.curator.recipes;
