package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.contract.Security;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** Somebody who writes into the tree by hand, in a session of his own that lasts until he is done. */
final class TreeWriter implements AutoCloseable {
    private static final int SESSION_MS = 10_000;

    /** Commands are given while there is a quorum; an election that happens to be on is waited for. */
    private static final long CONNECT_MS = 10_000;

    /** How often a command is tried that somebody else's write was faster than: a busy worker completes many. */
    private static final int TRIES = 50;

    private static final int ANY_VERSION = -1;

    /** Who restricts the tree, and nobody else: so that he can give it back. */
    private static final Security.Credentials RESTRICTS = Security.Credentials.parse("operator:" + UUID.randomUUID());

    private final ZooKeeper keeper;
    private final List<ACL> acl;

    /** @param security as whom, and who may use what is made */
    TreeWriter(String connect, Security security, LongConsumer onSession) throws NotInjected {
        // An ArrayList: ZooKeeper asks the list whether it contains null, which List.of answers by throwing.
        acl = new ArrayList<>(security.withoutRoles("a torture run").stream()
                .map(grant -> new ACL(ZooDefs.Perms.ALL, new Id(grant.scheme(), grant.id())))
                .toList());
        CountDownLatch connected = new CountDownLatch(1);
        try {
            keeper = new ZooKeeper(
                    connect,
                    SESSION_MS,
                    event -> {
                        if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                            connected.countDown();
                        }
                    },
                    LiveTreeReader.config());
            security.credentials().ifPresent(own -> keeper.addAuthInfo(own.scheme(), own.bytes()));
            boolean in = connected.await(CONNECT_MS, TimeUnit.MILLISECONDS);
            if (!in) {
                close();
                throw new NotInjected("the operator found no server");
            }
            onSession.accept(keeper.getSessionId());
        } catch (IOException e) {
            throw new NotInjected("the operator can't connect: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Pause.Interrupted();
        }
    }

    long session() {
        return keeper.getSessionId();
    }

    /** Whether the session is not over. */
    boolean isAlive() {
        return keeper.getState().isAlive();
    }

    private interface Command<T> {
        T run() throws KeeperException, InterruptedException;
    }

    private static <T> T run(Command<T> command) throws NotInjected {
        KeeperException last = null;
        for (int tries = 0; tries < TRIES; tries++) {
            try {
                return command.run();
            } catch (KeeperException e) {
                last = e;
                Pause.ms(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Pause.Interrupted();
            }
        }
        throw new NotInjected("the operator's command failed " + TRIES + " times: " + last.code());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** {@code delete /master} */
    void deleteMaster() throws NotInjected {
        run(() -> {
            keeper.delete("/master", ANY_VERSION);
            return null;
        });
    }

    /** {@code delete /master} and {@code create -e /master} at once, so that nobody comes in between. */
    void takeMaster() throws NotInjected {
        run(() -> keeper.multi(List.of(
                Op.delete("/master", ANY_VERSION), Op.create("/master", bytes("by hand"), acl, CreateMode.EPHEMERAL))));
    }

    /** {@code set /master} */
    void setMaster() throws NotInjected {
        run(() -> keeper.setData("/master", bytes("set by hand"), ANY_VERSION));
    }

    /**
     * {@code deleteall /assign/W}, at once: else the master would assign anew while we remove. Returns the tasks whose
     * assignments went.
     */
    List<String> removeAssign(String worker) throws NotInjected {
        String parent = "/assign/" + worker;
        return run(() -> {
            List<String> tasks = keeper.getChildren(parent, false);
            List<Op> ops = new ArrayList<>();
            tasks.forEach(task -> ops.add(Op.delete(parent + "/" + task, ANY_VERSION)));
            ops.add(Op.delete(parent, ANY_VERSION));
            keeper.multi(ops);
            return tasks;
        });
    }

    /**
     * {@code setAcl PATH …:r} for all but the tasks themselves: roles may read, and claim, register, assign, submit and
     * take away nothing.
     *
     * @param before takes the ACL that each had: where this fails, of those that are restricted so far
     */
    void restrict(Map<String, List<ACL>> before) throws NotInjected {
        keeper.addAuthInfo(RESTRICTS.scheme(), RESTRICTS.bytes());
        List<String> paths = new ArrayList<>(List.of("/", "/master-epoch", "/master", "/workers", "/assign", "/tasks"));
        for (String parent : List.of("/workers", "/assign")) {
            run(() -> keeper.getChildren(parent, false)).forEach(child -> paths.add(parent + "/" + child));
        }
        for (String path : paths) {
            run(() -> {
                try {
                    List<ACL> own = keeper.getACL(path, null);
                    // A try whose answer was lost has restricted it already.
                    before.putIfAbsent(path, own);
                    keeper.setACL(path, readOnly(before.get(path)), ANY_VERSION);
                } catch (KeeperException.NoNodeException gone) {
                    before.remove(path);
                }
                return null;
            });
        }
    }

    private static List<ACL> readOnly(List<ACL> own) {
        Security.Grant operator = RESTRICTS.grant();
        List<ACL> reduced =
                new ArrayList<>(List.of(new ACL(ZooDefs.Perms.ALL, new Id(operator.scheme(), operator.id()))));
        own.forEach(each -> reduced.add(new ACL(ZooDefs.Perms.READ, each.getId())));
        return reduced;
    }

    /** Gives back what {@link #restrict} took, in this session or another. */
    void restore(Map<String, List<ACL>> before) throws NotInjected {
        keeper.addAuthInfo(RESTRICTS.scheme(), RESTRICTS.bytes());
        for (Map.Entry<String, List<ACL>> each : before.entrySet()) {
            run(() -> {
                try {
                    return keeper.setACL(each.getKey(), new ArrayList<>(each.getValue()), ANY_VERSION);
                } catch (KeeperException.NoNodeException gone) {
                    return null;
                }
            });
        }
    }

    @Override
    public void close() {
        try {
            keeper.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
