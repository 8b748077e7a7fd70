/** The project's own sources, read to show code to a person; nothing needs them to run. */
package dev.twinkeeper.cli.sources;
