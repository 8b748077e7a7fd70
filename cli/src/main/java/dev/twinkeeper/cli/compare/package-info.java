/**
 * The comparison of the implementations. {@code Plan} says what is compared, {@code Comparer} measures and runs
 * scenarios, {@code Comparison} is the result and its {@code results.json}, {@code ComparisonReport} makes the tables:
 * first what differs ({@code Contrast}), then which rules are kept ({@code RuleTables}). {@code Code} counts in the
 * {@code Sources}.
 */
package dev.twinkeeper.cli.compare;
