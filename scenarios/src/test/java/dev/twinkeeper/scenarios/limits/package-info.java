/** Servers that take less than ours, or refuse for a while: each a process of its own, since their limits are the JVM's. */
package dev.twinkeeper.scenarios.limits;
