/**
 * What the comparison measures: each class drives one situation and takes samples of it. Begin with {@link
 * dev.twinkeeper.scenarios.measure.Measure} and {@link dev.twinkeeper.scenarios.measure.Measuring}; then {@link
 * dev.twinkeeper.scenarios.measure.TaskCost} is the shortest.
 */
package dev.twinkeeper.scenarios.measure;
