/**
 * The main job: runs the suite on each implementation and lays what came of it side by side. {@code Comparer} runs,
 * {@code Comparison} is what came of it, {@code ComparisonReport} makes tables of that.
 */
package dev.twinkeeper.cli.compare;
