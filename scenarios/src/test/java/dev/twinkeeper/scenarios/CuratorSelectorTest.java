package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** Curator's roles with LeaderSelector for the queue. */
class CuratorSelectorTest extends CoordinationSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.of(Coordination.named("curator-selector"));
    }
}
