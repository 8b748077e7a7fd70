package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** The Curator implementation in all parts. */
class CuratorTest extends CoordinationSuite {
    @Override
    protected Cast cast() {
        return Cast.of(Coordination.named("curator"));
    }
}
