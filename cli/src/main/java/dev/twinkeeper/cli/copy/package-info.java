/**
 * Copies one recipe or one role out of this project, with all that it needs and nothing else: {@code ./twinkeeper
 * copy}.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.copy.Catalogue}, what can be copied; {@code ProjectSources}, which
 * finds what a file needs by reading it; {@link dev.twinkeeper.cli.copy.Copier}, which writes all of it or nothing.
 */
package dev.twinkeeper.cli.copy;
