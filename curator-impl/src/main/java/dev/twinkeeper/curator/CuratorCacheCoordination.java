package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Rule;
import java.util.List;
import java.util.Map;

/**
 * A variant of {@link CuratorCoordination}: a reign sees the tree by CuratorCache, which most people would take. It
 * reads the data of every znode, one request each, and its children, one more; so it costs more and takes over later.
 */
public final class CuratorCacheCoordination extends CuratorCoordination {
    @Override
    public String name() {
        return "curator-cache";
    }

    @Override
    public String side() {
        return "curator";
    }

    @Override
    public List<Difference> differences() {
        return List.of(new Difference(
                Rule.R6,
                "one znode that cannot be read holds up all tasks: the cache says that something failed and not what, and a"
                        + " reign that does not know which tasks have a status must not assign any (S2)",
                "CuratorCacheImpl.handleException of 5.9.0",
                Map.of("foreignthings.aStatusThatNobodyMayReadHoldsUpNoOtherTask", "m1 tells TookOver")));
    }

    @Override
    TreeView view(Reign reign) {
        return new CachedTree(reign);
    }
}
