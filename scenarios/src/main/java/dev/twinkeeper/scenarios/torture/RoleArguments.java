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
 * @param authFile who it is, and whom it locks its znodes to; empty for nobody and everybody
 * @param seed for whatever is drawn in the process
 */
public record RoleArguments(
        String kind,
        String name,
        String implementation,
        String connect,
        int recorder,
        int incarnation,
        String authFile,
        long seed,
        long sessionTimeoutMs,
        long retentionMs,
        int slots,
        int outstanding) {
    /** The same for another incarnation, by another connect string. */
    RoleArguments next(int number, String at) {
        return new RoleArguments(
                kind,
                name,
                implementation,
                at,
                recorder,
                number,
                authFile,
                seed,
                sessionTimeoutMs,
                retentionMs,
                slots,
                outstanding);
    }
}
