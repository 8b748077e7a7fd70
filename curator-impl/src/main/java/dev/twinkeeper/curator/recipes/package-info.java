/**
 * The small recipes with Curator: one thin class over each of its own recipes, as they come, with the contract's shape and the
 * smallest repair. What a recipe does not keep stands at the top of its Javadoc, is declared in {@code RecipeDifferences}, and
 * is shown by scenarios that have to fail.
 *
 * <p>Where Curator has a second recipe for a contract, that is here too, as a variant of this side: {@code SelectorElection},
 * {@code SharedValueConfiguration}, {@code SemaphoreLock}, {@code SimpleQueue}.
 *
 * <p><b>Reading order.</b> The recipe that you want; then {@link dev.twinkeeper.curator.recipes.Keeper}, the client that it
 * stands on, and {@link dev.twinkeeper.curator.recipes.Calls}, by which all that waits has an end. A recipe needs its contract,
 * {@link dev.twinkeeper.recipes.Recipe} and these two, and nothing else of this project.
 */
package dev.twinkeeper.curator.recipes;
