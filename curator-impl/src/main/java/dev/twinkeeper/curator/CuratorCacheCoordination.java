package dev.twinkeeper.curator;

/**
 * A variant of {@link CuratorCoordination}: a reign sees the tree by CuratorCache, which is what everybody reaches for. It
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
    TreeView view(MasterRole role, Reign reign) {
        return new CachedTree(role, reign);
    }
}
