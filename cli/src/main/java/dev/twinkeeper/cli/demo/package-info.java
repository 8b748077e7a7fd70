/**
 * Demos on the terminal, {@code ./twinkeeper demo NAME}, narrated line by line: what ZooKeeper itself does, with plain
 * clients ({@code znodes}, {@code watch}, {@code session}, {@code quorum}), and the small recipes, each with several
 * participants and a fault in the middle. A demo checks what it shows, and fails if it sees something else.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.demo.Demo}, what each of them is, {@link
 * dev.twinkeeper.cli.demo.DemoContext}, what it has to work with, then the one that you want; {@link
 * dev.twinkeeper.cli.demo.ConceptDemos} and {@link dev.twinkeeper.cli.demo.Demos} list them.
 */
package dev.twinkeeper.cli.demo;
