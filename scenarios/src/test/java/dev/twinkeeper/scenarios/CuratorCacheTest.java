package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** Curator's roles with CuratorCache for the view. */
class CuratorCacheTest extends CoordinationSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.of(Coordination.named("curator-cache"));
    }
}
