package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** The Curator implementation in all parts. */
class CuratorTest extends CoordinationSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.of(Coordination.named("curator"));
    }
}
