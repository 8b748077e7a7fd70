/**
 * The main job: lays the implementations side by side. {@code Plan} says what is compared, {@code Comparer} measures and
 * runs scenarios, {@code Comparison} is what came of it and {@code results.json}, {@code ComparisonReport} makes the tables of that: what
 * differs first ({@code Contrast}), then what is kept ({@code RuleTables}). {@code Code} counts in the {@code Sources}.
 */
package dev.twinkeeper.cli.compare;
