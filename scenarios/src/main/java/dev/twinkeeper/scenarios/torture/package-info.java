/**
 * The torture run: real processes, a load, random faults from a seed, and records for a checker.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.torture.Torture} is the run; {@link
 * dev.twinkeeper.scenarios.torture.Schedule} draws the faults, {@code Nemesis} runs them, {@code Fault} and its kinds
 * inject them and say what was seen. {@code RoleFleet} has the roles, each a {@link
 * dev.twinkeeper.scenarios.torture.RoleProcess}; {@code Servers} is the ensemble; {@code EnsembleMonitor} watches from
 * outside. {@code HistoryRecorder} writes the history, outside of the processes under test.
 */
package dev.twinkeeper.scenarios.torture;
