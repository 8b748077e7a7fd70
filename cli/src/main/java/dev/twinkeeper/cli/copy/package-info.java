/**
 * Takes one recipe or one role out of this project, with all that it needs and nothing besides: {@code ./twinkeeper copy}.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.copy.Catalogue}, what there is; {@code ProjectSources}, which finds what a file
 * needs from its own words; {@link dev.twinkeeper.cli.copy.Copier}, which writes all of it or nothing.
 */
package dev.twinkeeper.cli.copy;
