package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * A tree of one implementation with all kinds of znodes in it, locked to its owner's credentials: a master reigns, one
 * task is assigned and under way, another is done.
 */
final class LockedTree implements AutoCloseable {
    static final Security.Credentials OWNER = Security.Credentials.parse("owner:a secret");

    private static final WorkerId WORKER = new WorkerId("w");
    private static final Payload HELD = Payload.of("held");
    private static final int PATIENCE_SECONDS = 60;
    private static final long LOOK_EVERY_MS = 50;
    private static final int ANY_VERSION = -1;

    private final ZooKeeper owner;
    private final Layout layout;
    private final CountDownLatch held = new CountDownLatch(1);
    private final Master master;
    private final Worker worker;
    private final Client client;

    private TaskId done;
    private TaskId underWay;

    /** @param owner a connection with {@link #OWNER}'s credentials */
    LockedTree(String servers, Coordination by, ZooKeeper owner) {
        this.owner = owner;
        this.layout = new Layout("/" + by.name());
        Security security = Security.NONE.withCredentials(OWNER).withAcl(List.of(OWNER.grant()));
        Settings settings = Settings.connect(servers + layout.root()).withSecurity(security);
        this.master = by.master(new MasterId("m"), settings, event -> {});
        this.worker = by.worker(WORKER, settings, this::handle, event -> {});
        this.client = by.client(settings, event -> {});
    }

    /** So that nobody else makes anything at all, and nothing that we make can be deleted from above. */
    static void lockRoot(ZooKeeper owner) throws KeeperException, InterruptedException {
        Security.Grant grant = OWNER.grant();
        owner.setACL(
                "/", new ArrayList<>(List.of(new ACL(Perms.ALL, new Id(grant.scheme(), grant.id())))), ANY_VERSION);
    }

    private Payload handle(Task task) throws InterruptedException {
        if (task.command().equals(HELD)) {
            held.await();
        }
        return task.command();
    }

    /** Returns when every kind of znode is there. */
    void await() throws InterruptedException, ExecutionException, TimeoutException, KeeperException {
        done = client.submit(Payload.of("quick")).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        underWay = client.submit(HELD).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        for (String path : paths()) {
            while (owner.exists(path, false) == null) {
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("there is no " + path);
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
            }
        }
    }

    /** One of each kind. */
    List<String> paths() {
        return List.of(
                layout.master(),
                layout.epoch(),
                layout.worker(WORKER),
                layout.assignment(WORKER, underWay),
                layout.task(underWay),
                layout.status(done));
    }

    /** Changes each of them, for those who watch. */
    void change() throws KeeperException, InterruptedException {
        for (String path : paths()) {
            owner.setData(path, owner.getData(path, false, null), ANY_VERSION);
        }
    }

    @Override
    public void close() {
        held.countDown();
        client.close();
        worker.close();
        master.close();
    }
}
