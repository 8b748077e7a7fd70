/**
 * The lab: a real ensemble, wires that inject faults, and an operator at zkCli.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.lab.Ensemble} and its {@link
 * dev.twinkeeper.scenarios.lab.Server}s; {@link dev.twinkeeper.scenarios.lab.Wire}, one for each participant; {@link
 * dev.twinkeeper.scenarios.lab.Operator}.
 */
package dev.twinkeeper.scenarios.lab;
