/**
 * The small recipes with Curator: one thin class over each of Curator's own recipes, as it comes, with the contract's
 * shape and the smallest repair. The rules that a recipe does not keep are listed at the top of its Javadoc, declared
 * in {@code RecipeDifferences}, and proved by scenarios that must fail.
 *
 * <p>If Curator has a second recipe for a contract, it is here too, as a variant of this side: {@code
 * SelectorElection}, {@code SharedValueConfiguration}, {@code SemaphoreLock}, {@code SimpleQueue}.
 *
 * <p><b>Reading order.</b> The recipe that you want; then {@link dev.twinkeeper.curator.recipes.Keeper}, the client
 * that it uses, and {@link dev.twinkeeper.curator.recipes.Calls}, which gives every wait an end. A recipe needs its
 * contract, {@link dev.twinkeeper.recipes.Recipe} and these two, and nothing else of this project.
 */
package dev.twinkeeper.curator.recipes;
