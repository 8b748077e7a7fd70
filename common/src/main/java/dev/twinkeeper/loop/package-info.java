/** The event loop that owns the state of a role; the same for every implementation. */
package dev.twinkeeper.loop;
