/**
 * The small recipes with Curator: one file each, twins of those in {@code dev.twinkeeper.raw.recipes}. They stand on
 * Curator's recipes where those can be mended from outside; barrier and queue can't, and stand on its client.
 *
 * <p>Where Curator has another recipe for the same contract, that is here too, and has no twin: {@code SelectorElection},
 * {@code SharedValueConfiguration}, {@code SemaphoreLock}.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.curator.recipes.Keeper}, then the recipe that you want. A recipe needs its
 * contract, {@link dev.twinkeeper.recipes.Recipe} and the Keeper, and nothing else of this project.
 */
package dev.twinkeeper.curator.recipes;
