package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.contract.Security;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/** A client without permission in the tree, its connection, and the events that it got. */
final class Stranger {
    private static final int SESSION_MS = 30_000;
    private static final int ANY_VERSION = -1;
    private static final byte[] THEIRS = {'x'};

    private final String name;
    private final ZooKeeper zk;
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    /** Something that a client can do to a znode. */
    enum Operation {
        CREATE("create") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.create(path + "/x", THEIRS, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            }
        },
        READ("read") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.getData(path, false, null);
            }
        },
        LIST("list") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.getChildren(path, false);
            }
        },
        EXISTS("exists") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.exists(path, false);
            }
        },
        GET_ACL("getACL") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.getACL(path, null);
            }
        },
        SET("set") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.setData(path, THEIRS, ANY_VERSION);
            }
        },
        SET_ACL("setACL") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.setACL(path, Ids.OPEN_ACL_UNSAFE, ANY_VERSION);
            }
        },
        MULTI("multi") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.multi(List.of(Op.check(path, ANY_VERSION), Op.setData(path, THEIRS, ANY_VERSION)));
            }
        },
        DELETE("delete") {
            @Override
            void tryOn(Stranger by, String path) throws KeeperException, InterruptedException {
                by.zk.delete(path, ANY_VERSION);
            }
        };

        private final String text;

        Operation(String text) {
            this.text = text;
        }

        abstract void tryOn(Stranger by, String path) throws KeeperException, InterruptedException;

        @Override
        public String toString() {
            return text;
        }
    }

    private Stranger(String name, String servers, Optional<Security.Credentials> credentials) throws IOException {
        this.name = name;
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(SESSION_MS));
        zk = new ZooKeeper(servers, SESSION_MS, this::hear, config);
        credentials.ifPresent(each -> zk.addAuthInfo(each.scheme(), each.bytes()));
    }

    /** Nobody, the owner's name with another password, and somebody else. */
    static List<Stranger> all(String servers) throws IOException {
        List<Stranger> all = new ArrayList<>();
        all.add(new Stranger("anonymous", servers, Optional.empty()));
        all.add(new Stranger("wrong password", servers, Optional.of(Security.Credentials.parse("owner:wrong"))));
        all.add(new Stranger("another identity", servers, Optional.of(Security.Credentials.parse("mallory:m"))));
        return all;
    }

    private void hear(WatchedEvent event) {
        if (event.getType() != EventType.None) {
            heard.add(event.getPath());
        }
    }

    /** Watches all below that path, if it may. */
    void watch(String path) throws InterruptedException {
        try {
            zk.addWatch(path, this::hear, AddWatchMode.PERSISTENT_RECURSIVE);
        } catch (KeeperException.NoAuthException refused) {
            // Still better.
        } catch (KeeperException e) {
            throw new IllegalStateException(name + " can't watch " + path, e);
        }
    }

    /** Returns when it has heard all that it was to hear. A blocking answer would overtake events on the client's side. */
    void flush() throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        zk.exists("/", false, (code, path, context, stat) -> answered.complete(null), null);
        answered.get(SESSION_MS, TimeUnit.MILLISECONDS);
    }

    /** Whether it heard of that path or of one below it. */
    boolean heardOf(String path) {
        return heard.stream().anyMatch(each -> each.equals(path) || each.startsWith(path + "/"));
    }

    /** Whether it was refused, for being who it is; anything else is not as it should be. */
    boolean isRefused(Operation operation, String path) throws InterruptedException {
        try {
            operation.tryOn(this, path);
            return false;
        } catch (KeeperException e) {
            return e.code() == KeeperException.Code.NOAUTH;
        }
    }

    @Override
    public String toString() {
        return name;
    }

    void close() throws InterruptedException {
        zk.close();
    }
}
