/**
 * The small recipes on the terminal: {@code ./twinkeeper recipe NAME} shows one with several participants and a fault in
 * the middle, narrated line by line.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.demo.Demo}, what each of them is, {@link
 * dev.twinkeeper.cli.demo.DemoContext}, what it works with, then the one that you want; {@link
 * dev.twinkeeper.cli.demo.Demos} lists them.
 */
package dev.twinkeeper.cli.demo;
