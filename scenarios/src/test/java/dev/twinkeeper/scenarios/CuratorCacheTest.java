package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** Curator's roles with CuratorCache for the view. */
class CuratorCacheTest extends CoordinationSuite {
    @Override
    protected Cast cast() {
        return Cast.of(Coordination.named("curator-cache"));
    }
}
