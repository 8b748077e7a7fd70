/** The project's own sources, read when somebody wants to see the code of something: never needed to run anything. */
package dev.twinkeeper.cli.sources;
