package dev.twinkeeper.curator;

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
    Turn turn(MasterRole role) {
        return new SelectorTurn(role);
    }
}
