package dev.twinkeeper.scenarios.lab;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/**
 * Reads many znodes in few requests, and writes nothing but the ACL of the root of an ensemble of our own. Synchronous;
 * what is gone when it is read is left out. Used by one thread at a time.
 */
public final class TreeReader implements AutoCloseable {
    /** A list of children as long as anybody could want: about a million names. */
    private static final int LONGEST_ANSWER = 64 << 20;

    /** A server that swallows a request must not hold us for ever. */
    private static final int ANSWER_WITHIN_MS = 30_000;

    /** Reads in one request: few round trips for 60,000 tasks, and no request near the server's limit. */
    private static final int BATCH = 250;

    private static final int CLOSE_MS = 2_000;

    private static final int ANY_VERSION = -1;

    private final ZooKeeper zooKeeper;
    private final String where;

    private final Set<String> refused = new TreeSet<>();

    /** A znode that is there; more its ACL does not let us know: {@code exists} is refused, too. */
    private static final Node UNREADABLE = new Node(new byte[0], new Stat(), false);

    /** A znode as it was read. */
    public record Node(byte[] data, Stat stat, boolean readable) {
        public boolean ephemeral() {
            return stat.getEphemeralOwner() != 0;
        }
    }

    private record Connecting(CountDownLatch connected) implements Watcher {
        @Override
        public void process(WatchedEvent event) {
            if (event.getState() == Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        }
    }

    private TreeReader(ZooKeeper zooKeeper, String where) {
        this.zooKeeper = zooKeeper;
        this.where = where;
    }

    /** Over a session of the caller's, who also closes it. */
    public static TreeReader over(ZooKeeper zooKeeper, String where) {
        return new TreeReader(zooKeeper, where);
    }

    /** For long answers; a call that is not answered in that time fails. */
    public static ZKClientConfig config(int answerWithinMs) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LONGEST_ANSWER));
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(answerWithinMs));
        // A JAAS file is somebody else's: no role speaks SASL.
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        return config;
    }

    /** @throws CoordinationException {@code CANNOT_CONNECT} */
    public static TreeReader connect(Settings settings) throws InterruptedException {
        ZKClientConfig config = config(ANSWER_WITHIN_MS);
        settings.security().client().forEach(config::setProperty);
        String servers = settings.connect().servers();
        Connecting watcher = new Connecting(new CountDownLatch(1));
        TreeReader reader;
        try {
            int sessionTimeout = (int) settings.sessionTimeout().toMillis();
            ZooKeeper zooKeeper = new ZooKeeper(servers, sessionTimeout, watcher, config);
            settings.security().credentials().ifPresent(own -> zooKeeper.addAuthInfo(own.scheme(), own.bytes()));
            reader = new TreeReader(zooKeeper, servers);
        } catch (IOException e) {
            throw new CoordinationException(Problem.CANNOT_CONNECT, "servers '" + servers + "': " + e.getMessage());
        }
        long patience = settings.connectTimeout().toMillis();
        if (!watcher.connected.await(patience, TimeUnit.MILLISECONDS)) {
            reader.close();
            throw new CoordinationException(
                    Problem.CANNOT_CONNECT,
                    "servers '" + servers + "': none answered within " + Durations.format(settings.connectTimeout()));
        }
        return reader;
    }

    /**
     * What was written before is read after this: a transaction that changes nothing. A {@code sync} would not do where
     * the leader answers us.
     */
    public void readBarrier() throws InterruptedException {
        try {
            zooKeeper.multi(List.of(Op.check("/", ANY_VERSION)));
        } catch (KeeperException.NoAuthException e) {
            // Refused in its turn among the writes of all: that will do.
        } catch (KeeperException e) {
            throw problem(e);
        }
    }

    /** Leaves the root to this identity. */
    public void lockRoot(Security.Grant to) throws InterruptedException {
        try {
            List<ACL> acl = new ArrayList<>(List.of(new ACL(Perms.ALL, new Id(to.scheme(), to.id()))));
            zooKeeper.setACL("/", acl, ANY_VERSION);
        } catch (KeeperException e) {
            throw problem(e);
        }
    }

    /** The znode, unless there is none. */
    public Optional<Node> node(String path) throws InterruptedException {
        return nodes(List.of(path)).get(0);
    }

    /** The names of the children; none where there is no such znode. */
    public List<String> children(String path) throws InterruptedException {
        return lists(List.of(path)).get(0).orElse(List.of());
    }

    /** The znodes at these paths, in their order; empty where there is none. */
    public List<Optional<Node>> nodes(List<String> paths) throws InterruptedException {
        List<Optional<Node>> nodes = read(paths, Op::getData, result -> {
            OpResult.GetDataResult data = (OpResult.GetDataResult) result;
            return new Node(data.getData(), data.getStat(), true);
        });
        for (int i = 0; i < paths.size(); i++) {
            if (refused.contains(paths.get(i))) {
                nodes.set(i, Optional.of(UNREADABLE));
            }
        }
        return nodes;
    }

    /** What was asked for and not shown to us, because of its ACL. */
    public List<String> refused() {
        return List.copyOf(refused);
    }

    /** The names of the children of each of these; empty where there is no such znode. */
    public List<Optional<List<String>>> lists(List<String> paths) throws InterruptedException {
        return read(paths, Op::getChildren, result -> ((OpResult.GetChildrenResult) result).getChildren());
    }

    private <T> List<Optional<T>> read(List<String> paths, Function<String, Op> ask, Function<OpResult, T> answer)
            throws InterruptedException {
        List<Optional<T>> answers = new ArrayList<>(paths.size());
        for (int from = 0; from < paths.size(); from += BATCH) {
            List<String> some = paths.subList(from, Math.min(paths.size(), from + BATCH));
            List<OpResult> results = multi(some.stream().map(ask).toList());
            for (int i = 0; i < some.size(); i++) {
                answers.add(
                        results.get(i) instanceof OpResult.ErrorResult error
                                ? none(some.get(i), error)
                                : Optional.of(answer.apply(results.get(i))));
            }
        }
        return answers;
    }

    private <T> Optional<T> none(String path, OpResult.ErrorResult error) {
        if (error.getErr() == KeeperException.Code.NOAUTH.intValue()) {
            refused.add(path);
        } else if (error.getErr() != KeeperException.Code.NONODE.intValue()) {
            throw problem(KeeperException.create(KeeperException.Code.get(error.getErr())));
        }
        return Optional.empty();
    }

    private List<OpResult> multi(List<Op> reads) throws InterruptedException {
        try {
            return zooKeeper.multi(reads);
        } catch (KeeperException e) {
            throw problem(e);
        }
    }

    private RuntimeException problem(KeeperException e) {
        return switch (e.code()) {
            case NOAUTH, AUTHFAILED ->
                new CoordinationException(
                        Problem.NOT_ALLOWED, "servers '" + where + "': we are not allowed to read this tree");
            case SESSIONCLOSEDREQUIRESASLAUTH ->
                new CoordinationException(
                        Problem.NOT_ALLOWED,
                        "servers '" + where + "': they take nobody without credentials; give some with --auth-file");
            case UNIMPLEMENTED -> new CoordinationException(Problem.TOO_OLD, OldServers.complaint(where));
            default -> lost(e.code().toString());
        };
    }

    private CoordinationException lost(String why) {
        return new CoordinationException(
                Problem.CANNOT_CONNECT, "servers '" + where + "': lost while reading (" + why + "); ask again");
    }

    @Override
    public void close() {
        try {
            zooKeeper.close(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
