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
import dev.twinkeeper.contract.TreeRole;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;

/**
 * A tree of one implementation with all kinds of znodes in it, locked to its owner's credentials: a master reigns, one
 * task is assigned and under way, another is done.
 */
final class LockedTree implements LockedPlace {
    private static final WorkerId WORKER = new WorkerId("w");
    private static final Payload HELD = Payload.of("held");
    private static final int PATIENCE_SECONDS = 60;
    private static final long LOOK_EVERY_MS = 50;

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
        this(servers, by, owner, new Layout("/" + by.name()), role -> SECURITY);
    }

    private LockedTree(
            String servers, Coordination by, ZooKeeper owner, Layout layout, Function<TreeRole, Security> as) {
        this.owner = owner;
        this.layout = layout;
        Settings settings = Settings.connect(servers + layout.root());
        this.master = by.master(new MasterId("m"), settings.withSecurity(as.apply(TreeRole.MASTER)), event -> {});
        this.worker = by.worker(WORKER, settings.withSecurity(as.apply(TreeRole.WORKER)), this::handle, event -> {});
        this.client = by.client(settings.withSecurity(as.apply(TreeRole.CLIENT)), event -> {});
    }

    /** Locked to an identity for each role. The owner, who has the root, is the operator and makes the chroot. */
    static LockedTree ofRoles(String servers, Coordination by, ZooKeeper owner)
            throws KeeperException, InterruptedException {
        Layout layout = new Layout("/roles-" + by.name());
        List<ACL> acl = RoleIdentities.acl(layout).at(layout.root());
        owner.create(layout.root(), new byte[0], acl, CreateMode.PERSISTENT);
        return new LockedTree(servers, by, owner, layout, RoleIdentities::security);
    }

    Layout layout() {
        return layout;
    }

    private Payload handle(Task task) throws InterruptedException {
        if (task.command().equals(HELD)) {
            held.await();
        }
        return task.command();
    }

    @Override
    public void await() throws InterruptedException, ExecutionException, TimeoutException, KeeperException {
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

    @Override
    public List<String> paths() {
        return List.of(
                layout.master(),
                layout.epoch(),
                layout.worker(WORKER),
                layout.assignment(WORKER, underWay),
                layout.task(underWay),
                layout.status(done));
    }

    @Override
    public void close() {
        held.countDown();
        client.close();
        worker.close();
        master.close();
    }
}
