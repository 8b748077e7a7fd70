package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** The raw implementation in all parts. */
class RawTest extends CoordinationSuite {
    @Override
    protected Cast cast() {
        return Cast.of(Coordination.named("raw"));
    }
}
