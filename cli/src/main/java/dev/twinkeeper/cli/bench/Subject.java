package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.Settings;
import java.util.Optional;

/** What is measured: an implementation of the contract, or the bare writes of the same tasks. */
interface Subject {
    /** {@code raw}, {@code ceiling}. */
    String name();

    /** Of which other checkout it is; empty where it is of this one. */
    default Optional<String> checkout() {
        return Optional.empty();
    }

    /** Why it can't be asked for that; empty where it can. */
    Optional<String> refusal(BenchLoad workload);

    /**
     * Does the work once, below a chroot of its own that the settings name.
     *
     * @param meter read when the roles are ready and again when the work is done, so that neither their beginning nor
     *     their end counts
     * @throws dev.twinkeeper.contract.CoordinationException where the servers were lost, or the time is up
     * @throws Exception whatever else hindered it
     */
    Measurement run(BenchLoad workload, Settings settings, ResourceMeter meter) throws Exception;
}
