package dev.twinkeeper.scenarios.torture;

/**
 * What the process of a role is told on its command line.
 *
 * @param kind master, worker or client
 * @param name who it is, in the tree and in the history
 * @param implementation the name of a {@link dev.twinkeeper.contract.Coordination}, or its class
 * @param connect its own wire
 * @param recorder the port to report to
 * @param incarnation how often that name was started, this time included
 * @param seed for whatever is drawn in the process
 */
public record RoleArguments(
        String kind,
        String name,
        String implementation,
        String connect,
        int recorder,
        int incarnation,
        long seed,
        long sessionTimeoutMs,
        long retentionMs,
        int slots,
        int outstanding) {}
