/**
 * The one stream of what happens: the events of roles, the frames on their wires, the operator's commands, the servers.
 * An emitter knows the stream and none of its readers.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.events.Observation} is what can be seen,
 * {@link dev.twinkeeper.scenarios.events.EventStream} carries it, {@link dev.twinkeeper.scenarios.events.EventJson} takes
 * a role's event from one process to another.
 */
package dev.twinkeeper.scenarios.events;
