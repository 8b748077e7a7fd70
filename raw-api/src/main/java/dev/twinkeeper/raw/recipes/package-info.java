/**
 * The small recipes, by hand on the raw asynchronous API.
 *
 * <p><b>Reading order.</b> {@code RecipeConnection}, then the recipe that you want; begin with the class of that name.
 * To copy one, take the files whose names begin with that of its contract, the contract, {@link
 * dev.twinkeeper.recipes.Recipe}, {@code RecipeConnection}, {@code dev.twinkeeper.raw.session} and {@link
 * dev.twinkeeper.loop.Loop}, and nothing else of this project.
 */
package dev.twinkeeper.raw.recipes;
