package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * The six writes of a task and nothing else: create the task, create its assignment, delete that, create the status,
 * delete that, delete the task. One session writes them in transactions of a batch each, many under way at a time,
 * without a watch, a read or a fence. No coordination by these writes can be faster on the same ensemble.
 */
final class Ceiling implements Subject {
    static final String NAME = "ceiling";

    private static final byte[] COMMAND = "task 12345".getBytes(StandardCharsets.UTF_8);
    private static final byte[] STATUS = "done\ntask 12345".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NOTHING = new byte[0];
    private static final WorkerId WORKER = new WorkerId("bench-worker");

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> refusal(BenchLoad workload) {
        return workload.mode() == BenchLoad.Mode.CLOSED
                ? Optional.empty()
                : Optional.of("bare writes have neither a master nor a time that a task takes");
    }

    @Override
    public Measurement run(BenchLoad workload, Settings settings, ResourceMeter meter) throws Exception {
        ZooKeeper zk = connect(settings);
        try {
            Layout layout = new Layout(settings.connect().chroot());
            List<ACL> acl = acl(settings);
            makeParents(zk, layout, acl);
            Resources before = meter.read();
            long start = System.nanoTime();
            writeAll(zk, layout, workload, settings, acl);
            Duration total = RolesSubject.since(start);
            return Measurement.of(
                    workload, workload.tasks(), total, meter.read().minus(before), Map.of());
        } catch (KeeperException.ConnectionLossException | KeeperException.SessionExpiredException e) {
            throw new CoordinationException(
                    Problem.CANNOT_CONNECT, "the servers were lost in the middle of a run of " + NAME);
        } finally {
            zk.close();
        }
    }

    private static ZooKeeper connect(Settings settings) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZKClientConfig config = new ZKClientConfig();
        settings.security().client().forEach(config::setProperty);
        ZooKeeper zk = new ZooKeeper(
                settings.connect().servers(),
                (int) settings.sessionTimeout().toMillis(),
                event -> {
                    if (event.getState() == KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                config);
        settings.security().credentials().ifPresent(own -> zk.addAuthInfo(own.scheme(), own.bytes()));
        if (!connected.await(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
            zk.close();
            throw new CoordinationException(
                    Problem.CANNOT_CONNECT, "no server answered within " + Durations.format(settings.connectTimeout()));
        }
        return zk;
    }

    /** An ArrayList: ZooKeeper asks the list whether it contains null, which List.of answers by throwing. */
    private static List<ACL> acl(Settings settings) {
        List<ACL> acl = new ArrayList<>();
        settings.security()
                .withoutRoles("a bench")
                .forEach(each -> acl.add(new ACL(Perms.ALL, new Id(each.scheme(), each.id()))));
        return acl;
    }

    private static void makeParents(ZooKeeper zk, Layout layout, List<ACL> acl) throws Exception {
        List<String> paths = new ArrayList<>();
        for (String path = layout.root(); path.length() > 1; path = path.substring(0, path.lastIndexOf('/'))) {
            paths.add(0, path);
        }
        paths.addAll(List.of(layout.tasks(), layout.assign(), layout.assign(WORKER)));
        for (String path : paths) {
            if (zk.exists(path, false) == null) {
                zk.create(path, NOTHING, acl, CreateMode.PERSISTENT);
            }
        }
    }

    private static void writeAll(ZooKeeper zk, Layout layout, BenchLoad workload, Settings settings, List<ACL> acl)
            throws Exception {
        Semaphore window = new Semaphore(settings.window());
        List<CompletableFuture<Void>> batches = new ArrayList<>();
        for (int from = 0; from < workload.tasks(); from += settings.batch()) {
            if (!window.tryAcquire(workload.bound().toSeconds(), TimeUnit.SECONDS)) {
                throw new CoordinationException(Problem.UNKNOWN, "no batch of " + NAME + " was answered");
            }
            List<String> names = IntStream.range(from, Math.min(workload.tasks(), from + settings.batch()))
                    .mapToObj("task-%010d"::formatted)
                    .toList();
            batches.add(write(zk, layout, names, acl).whenComplete((done, failure) -> window.release()));
        }
        try {
            CompletableFuture.allOf(batches.toArray(CompletableFuture<?>[]::new))
                    .get(workload.bound().toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private static CompletableFuture<Void> write(ZooKeeper zk, Layout layout, List<String> names, List<ACL> acl) {
        String tasks = layout.tasks() + "/";
        String assign = layout.assign(WORKER) + "/";
        Function<String, Op> unassign = name -> delete(assign + name);
        Function<String, Op> addStatus = name -> create(tasks + name + "/" + Layout.STATUS, STATUS, acl);
        Function<String, Op> removeStatus = name -> delete(tasks + name + "/" + Layout.STATUS);
        Function<String, Op> remove = name -> delete(tasks + name);
        return multi(zk, each(names, List.of(name -> create(tasks + name, COMMAND, acl))))
                .thenCompose(created -> multi(zk, each(names, List.of(name -> create(assign + name, NOTHING, acl)))))
                .thenCompose(assigned -> multi(zk, each(names, List.of(unassign, addStatus))))
                .thenCompose(completed -> multi(zk, each(names, List.of(removeStatus, remove))));
    }

    private static List<Op> each(List<String> names, List<Function<String, Op>> operations) {
        return names.stream()
                .flatMap(name -> operations.stream().map(operation -> operation.apply(name)))
                .toList();
    }

    private static Op create(String path, byte[] data, List<ACL> acl) {
        return Op.create(path, data, acl, CreateMode.PERSISTENT);
    }

    private static Op delete(String path) {
        return Op.delete(path, -1);
    }

    private static CompletableFuture<Void> multi(ZooKeeper zk, List<Op> operations) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        zk.multi(
                operations,
                (rc, path, context, results) -> {
                    if (rc == Code.OK.intValue()) {
                        answer.complete(null);
                    } else {
                        answer.completeExceptionally(KeeperException.create(Code.get(rc), path));
                    }
                },
                null);
        return answer;
    }
}
