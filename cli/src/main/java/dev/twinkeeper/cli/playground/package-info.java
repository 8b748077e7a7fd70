/**
 * The playground: one ensemble, two clusters on it, and a page in the browser on which a person injects faults into
 * both at once. Does not know the command line.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.playground.Playground} puts it together; {@link
 * dev.twinkeeper.cli.playground.RoleMain} is the process of a role, {@link dev.twinkeeper.cli.playground.RoleHandle}
 * controls it; {@link dev.twinkeeper.cli.playground.Actions} are the buttons, {@link
 * dev.twinkeeper.cli.playground.Episode} measures the effects of one; {@link dev.twinkeeper.cli.playground.Broadcast}
 * reads the stream of events and sends it to the pages, which {@link dev.twinkeeper.cli.playground.PageServer} serves.
 */
package dev.twinkeeper.cli.playground;
