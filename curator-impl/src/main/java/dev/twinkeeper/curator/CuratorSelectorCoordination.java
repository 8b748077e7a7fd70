package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Rule;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A variant of {@link CuratorCoordination}: candidates queue by LeaderSelector. {@link SelectorTurn} says what it costs. */
public final class CuratorSelectorCoordination extends CuratorCoordination {
    @Override
    public String name() {
        return "curator-selector";
    }

    @Override
    public String side() {
        return "curator";
    }

    @Override
    public List<Difference> differences() {
        return List.of(new Difference(
                Rule.L1,
                "a deposed leader whose session lives and that cannot speak keeps the selector's mutex, and nobody claims"
                        + " although /master is free; and who is not the first in the queue does not try at all",
                "LeaderSelector and InterProcessMutex of 5.9.0: the mutex ends with the session",
                Map.of(
                        "failover.aDeposedMasterThatCannotSpeakHoldsUpNoSuccessor", "m2 tells Elected",
                        "failover.theAssignmentOfADeposedMasterMisses", "m2 tells Elected"),
                // Which of two comes first is luck.
                Set.of("bounds.refusedClaimsAreTriedNowAndThen")));
    }

    @Override
    Turn turn(MasterRole role) {
        return new SelectorTurn(role);
    }
}
