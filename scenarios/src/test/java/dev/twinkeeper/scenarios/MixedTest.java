package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** Both implementations on one tree, in turns: masters and clients begin with raw, workers with Curator. */
class MixedTest extends CoordinationSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.mixed(Coordination.named("raw"), Coordination.named("curator"));
    }
}
