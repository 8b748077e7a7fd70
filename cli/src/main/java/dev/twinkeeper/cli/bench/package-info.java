/**
 * {@code twinkeeper bench}: how fast, and what it costs. Reading order: {@link dev.twinkeeper.cli.bench.BenchLoad} (what
 * is asked), {@code Subject} and its kinds ({@code RolesSubject}, {@code Ceiling}, and {@code Checkout} for those of
 * another checkout), {@code ResourceMeter} (what it used), {@link dev.twinkeeper.cli.bench.Figure} and {@link
 * dev.twinkeeper.cli.bench.Measurement} (what came of it), {@link dev.twinkeeper.cli.bench.BenchRunner} (the order of the
 * runs), {@link dev.twinkeeper.cli.bench.BenchTable} (what is shown).
 */
package dev.twinkeeper.cli.bench;
