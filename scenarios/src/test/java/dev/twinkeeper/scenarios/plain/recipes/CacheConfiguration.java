package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.KeeperException.BadVersionException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NodeExistsException;
import org.apache.zookeeper.data.Stat;

/** A shared value with CuratorCache as its documentation shows it: a listener, and no look of one's own. */
final class CacheConfiguration implements Configuration {
    private static final int PAUSE_MS = 50;

    private final CuratorFramework client;
    private final CuratorCache cache;
    private final String value;

    CacheConfiguration(Recipe.Place place, Listener listener) {
        value = place.path() + "/value";
        int timeout = (int) place.sessionTimeout().toMillis();
        client = CuratorFrameworkFactory.newClient(place.servers(), timeout, timeout, new RetryForever(PAUSE_MS));
        client.start();
        cache = CuratorCache.build(client, value, CuratorCache.Options.SINGLE_NODE_CACHE);
        cache.listenable().addListener((type, before, now) -> listener.changed(value(now)));
        cache.start();
    }

    private static Value value(ChildData data) {
        return data == null ? missing() : value(data.getData(), data.getStat());
    }

    private static Value value(byte[] bytes, Stat stat) {
        return new Value(Optional.of(bytes), stat.getVersion(), stat.getMzxid());
    }

    private static Value missing() {
        return new Value(Optional.empty(), -1, 0);
    }

    @Override
    public Optional<Value> seen() {
        return cache.get(value).map(CacheConfiguration::value);
    }

    @Override
    public Value read(Duration patience) {
        try {
            Stat stat = new Stat();
            return value(client.getData().storingStatIn(stat).forPath(value), stat);
        } catch (NoNodeException e) {
            return missing();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        try {
            if (expected.version() == -1) {
                client.create().creatingParentsIfNeeded().forPath(value, bytes);
            } else {
                client.setData().withVersion(expected.version()).forPath(value, bytes);
            }
            return Optional.of(read(patience));
        } catch (BadVersionException | NodeExistsException | NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        try {
            client.delete().withVersion(expected.version()).forPath(value);
            return Optional.of(read(patience));
        } catch (BadVersionException | NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        cache.close();
        client.close();
    }
}
