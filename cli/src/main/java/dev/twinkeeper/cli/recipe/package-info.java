/**
 * The small recipes on the terminal: {@code ./twinkeeper recipe NAME} plays one with several participants and a fault in
 * the middle, narrated line by line.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.recipe.Play}, what each of them is, {@link
 * dev.twinkeeper.cli.recipe.Theatre}, what it has to play with, then the one that you want; {@link
 * dev.twinkeeper.cli.recipe.Plays} lists them.
 */
package dev.twinkeeper.cli.recipe;
