package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;

/** The raw implementation in all parts. */
class RawTest extends CoordinationSuite {
    @Override
    protected Implementations implementations() {
        return Implementations.of(Coordination.named("raw"));
    }
}
