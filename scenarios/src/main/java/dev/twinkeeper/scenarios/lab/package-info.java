/**
 * The lab: a real ensemble to break, wires to break it by, and a person at zkCli.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.lab.Ensemble} and its
 * {@link dev.twinkeeper.scenarios.lab.Server}s; {@link dev.twinkeeper.scenarios.lab.Wire}, which every participant has
 * for itself; {@link dev.twinkeeper.scenarios.lab.Operator}.
 */
package dev.twinkeeper.scenarios.lab;
