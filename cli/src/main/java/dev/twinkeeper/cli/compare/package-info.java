/**
 * The main job: plays the suite on each implementation and lays what came of it side by side. {@code Comparer} runs,
 * {@code Comparison} is what came of it, {@code Report} makes tables of that.
 */
package dev.twinkeeper.cli.compare;
