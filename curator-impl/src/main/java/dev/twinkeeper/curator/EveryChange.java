package dev.twinkeeper.curator;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCacheStorage;

/**
 * The storage of a CuratorCache that passes on every znode that the cache has read or found missing, on ZooKeeper's
 * event thread, and keeps none of them. A cache's listeners are not enough: they are not told of a znode that was
 * deleted before it was read, nor of one that was made again with as many changes.
 *
 * @param childless whether the cache need not list the children; it decides by what {@link #put} returns
 */
record EveryChange(Predicate<String> childless, Consumer<ChildData> seen, Consumer<String> gone)
        implements CuratorCacheStorage {
    @Override
    public Optional<ChildData> put(ChildData data) {
        seen.accept(data);
        return childless.test(data.getPath()) ? Optional.of(data) : Optional.empty();
    }

    @Override
    public Optional<ChildData> remove(String path) {
        gone.accept(path);
        return Optional.empty();
    }

    @Override
    public void clear() {}

    @Override
    public Optional<ChildData> get(String path) {
        return Optional.empty();
    }

    @Override
    public int size() {
        return 0;
    }

    @Override
    public Stream<ChildData> stream() {
        return Stream.empty();
    }
}
