package dev.twinkeeper.scenarios.lab;

import dev.twinkeeper.contract.Security;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.TreeAcl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/**
 * A person at zkCli: one command after the other, in a session of its own that is connected to the ensemble directly.
 * Acts as the operator, or by hand as a master, a worker or a client.
 *
 * <p>Paths are those of the book ({@code /master}, {@code /tasks/task-0000000000}); the chroot goes before them here.
 * Reads see all that was committed before them, and are repeated over a lost connection, as a person would; a write
 * whose answer was lost throws, because nobody knows whether it was applied.
 */
public final class Operator implements AutoCloseable {
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONNECT = Duration.ofSeconds(20);

    /** How often a read is repeated: with the pause, as long as a lost leader usually takes. */
    private static final int READS = 50;

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final String servers;
    private final Layout layout;
    private final TreeAcl<ACL> acl;
    private final ZooKeeper keeper;

    /**
     * Opens a session.
     *
     * @param servers a connect string without chroot; followers, where nothing else matters: see
     *     {@link Ensemble#followersConnectString}
     */
    public Operator(String servers, Layout layout) {
        this(servers, layout, Security.NONE);
    }

    /** @param security as whom, and who may use what is made; over plain TCP */
    public Operator(String servers, Layout layout, Security security) {
        this.servers = servers;
        this.layout = layout;
        this.acl =
                new TreeAcl<>(security, layout, (permissions, scheme, id) -> new ACL(permissions, new Id(scheme, id)));
        CountDownLatch connected = new CountDownLatch(1);
        Watcher watcher = event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        };
        try {
            keeper = new ZooKeeper(servers, (int) SESSION_TIMEOUT.toMillis(), watcher);
            security.credentials().ifPresent(own -> keeper.addAuthInfo(own.scheme(), own.bytes()));
            if (!connected.await(CONNECT.toMillis(), TimeUnit.MILLISECONDS)) {
                keeper.close();
                throw new IllegalStateException("no server answered within " + CONNECT + ": " + servers);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** What a server said no to. */
    public static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final KeeperException.Code code;

        private Refusal(KeeperException cause) {
            super(cause.getMessage(), cause);
            code = cause.code();
        }

        public KeeperException.Code code() {
            return code;
        }
    }

    /** The session's id. */
    public long session() {
        return keeper.getSessionId();
    }

    // Writing.

    /** {@code create PATH "DATA"} */
    public String create(String path, String data) {
        return create(path, data, CreateMode.PERSISTENT);
    }

    /** {@code create -e PATH "DATA"} */
    public String createEphemeral(String path, String data) {
        return create(path, data, CreateMode.EPHEMERAL);
    }

    /** {@code create -s PATH "DATA"}; returns the path with its sequence. */
    public String createSequential(String path, String data) {
        return create(path, data, CreateMode.PERSISTENT_SEQUENTIAL);
    }

    /** {@code create PATH "DATA" world:anyone:cdwa}: nobody may read it, so servers tell nobody of it. */
    public void createHidden(String path, String data) {
        var hidden = anyone(ZooDefs.Perms.ALL & ~ZooDefs.Perms.READ);
        once(() -> keeper.create(absolute(path), bytes(data), hidden, CreateMode.PERSISTENT));
    }

    /** {@code create PATH} with bytes that are no text. */
    public String create(String path, byte[] data) {
        return create(path, data, CreateMode.PERSISTENT);
    }

    private String create(String path, String data, CreateMode mode) {
        return create(path, bytes(data), mode);
    }

    private String create(String path, byte[] data, CreateMode mode) {
        return relative(once(() -> keeper.create(absolute(path), data, acl.at(absolute(path)), mode)));
    }

    /** Makes the chroot and {@code /workers}, {@code /assign}, {@code /tasks}, {@code /master-epoch} where missing. */
    public void createParents() {
        create(layout.parents());
    }

    /** Makes the chroot where it is missing, and nothing in it. */
    public void createChroot() {
        create(layout.parents().stream()
                .filter(parent -> layout.root().startsWith(parent))
                .toList());
    }

    private void create(List<String> parents) {
        for (String parent : parents) {
            try {
                once(() -> keeper.create(parent, new byte[0], acl.at(parent), CreateMode.PERSISTENT));
            } catch (Refusal refusal) {
                if (refusal.code() != KeeperException.Code.NODEEXISTS) {
                    throw refusal;
                }
            }
        }
    }

    /** {@code set PATH "DATA"} */
    public void set(String path, String data) {
        once(() -> keeper.setData(absolute(path), bytes(data), -1));
    }

    /** {@code delete PATH} */
    public void delete(String path) {
        once(() -> {
            keeper.delete(absolute(path), -1);
            return path;
        });
    }

    /** {@code deleteall PATH}, of a znode and its children; in one transaction, so that nobody comes in between. */
    public void deleteAll(String path) {
        once(() -> {
            List<Op> ops = new ArrayList<>();
            for (String child : keeper.getChildren(absolute(path), false)) {
                ops.add(Op.delete(absolute(path) + "/" + child, -1));
            }
            ops.add(Op.delete(absolute(path), -1));
            return keeper.multi(ops);
        });
    }

    /**
     * Writes a mark, on the chroot itself: all that was acknowledged to anybody before has a smaller zxid.
     *
     * @return the mark's zxid
     */
    public long mark() {
        String root = layout.root().isEmpty() ? "/" : layout.root();
        try {
            return patiently(() -> keeper.setData(root, new byte[0], -1)).getMzxid();
        } catch (Refusal refusal) {
            if (refusal.code() != KeeperException.Code.NONODE) {
                throw refusal;
            }
            createParents();
            return patiently(() -> keeper.setData(root, new byte[0], -1)).getMzxid();
        }
    }

    /** {@code setAcl PATH world:anyone:PERMISSIONS}, the permissions as in ZooDefs.Perms. */
    public void setAcl(String path, int permissions) {
        permit(absolute(path), permissions);
    }

    /** {@link #setAcl} of the znode that the chroot stands in, which is another one for each scenario. */
    public void setAclAboveChroot(int permissions) {
        permit(layout.root().substring(0, layout.root().lastIndexOf('/')), permissions);
    }

    private void permit(String path, int permissions) {
        once(() -> keeper.setACL(path, anyone(permissions), -1));
    }

    /** No List.of: ZooKeeper asks whether the list contains null. */
    private static List<ACL> anyone(int permissions) {
        return new ArrayList<>(List.of(new ACL(permissions, ZooDefs.Ids.ANYONE_ID_UNSAFE)));
    }

    // Reading.

    /** {@code get PATH} */
    public String get(String path) {
        byte[] data = freshly(path, () -> keeper.getData(absolute(path), false, null));
        return data == null ? "" : new String(data, StandardCharsets.UTF_8);
    }

    /** {@code stat PATH} */
    public Optional<Stat> stat(String path) {
        return Optional.ofNullable(freshly(path, () -> keeper.exists(absolute(path), false)));
    }

    public boolean exists(String path) {
        return stat(path).isPresent();
    }

    /** {@code ls PATH}; empty where the parent is missing. */
    public List<String> children(String path) {
        try {
            return freshly(path, () -> keeper.getChildren(absolute(path), false));
        } catch (Refusal refusal) {
            if (refusal.code() == KeeperException.Code.NONODE) {
                return List.of();
            }
            throw refusal;
        }
    }

    /** {@code sync PATH}: what follows reads at least what was committed before, where a follower answers. */
    public void sync(String path) {
        patiently(() -> {
            keeper.sync(absolute(path));
            return path;
        });
    }

    /** Looks until it is there. */
    public void awaitExists(String path, Duration bound) {
        BoundedWait.until(path + " exists", bound, () -> exists(path));
    }

    /** Looks until it is not there. */
    public void awaitGone(String path, Duration bound) {
        BoundedWait.until(path + " is gone", bound, () -> !exists(path));
    }

    // Ending.

    /** Ends the session as a person does: its ephemerals go. */
    @Override
    public void close() {
        try {
            keeper.close();
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Has the session expired by the ensemble. */
    public void expire() {
        Sessions.expire(
                servers,
                new SessionCredentials(
                        keeper.getSessionId(),
                        keeper.getSessionPasswd(),
                        Duration.ofMillis(keeper.getSessionTimeout())));
    }

    // Names.

    private String absolute(String path) {
        String whole = layout.root() + path;
        return whole.endsWith("/") && whole.length() > 1 ? whole.substring(0, whole.length() - 1) : whole;
    }

    private String relative(String path) {
        return path.substring(layout.root().length());
    }

    private static byte[] bytes(String data) {
        return data.getBytes(StandardCharsets.UTF_8);
    }

    // Asking.

    private interface Command<T> {
        T run() throws KeeperException, InterruptedException;
    }

    private static <T> T once(Command<T> command) {
        try {
            return command.run();
        } catch (KeeperException e) {
            throw new Refusal(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** Our server may be behind the one that others were answered by: without a sync we would see the past. */
    private <T> T freshly(String path, Command<T> read) {
        return patiently(() -> {
            keeper.sync(absolute(path));
            return read.run();
        });
    }

    private static <T> T patiently(Command<T> command) {
        for (int tries = 1; ; tries++) {
            try {
                return once(command);
            } catch (Refusal refusal) {
                if (!(refusal.getCause() instanceof ConnectionLossException) || tries >= READS) {
                    throw refusal;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE.toMillis());
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private static IllegalStateException interrupted() {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted at zkCli");
    }
}
