package dev.twinkeeper.scenarios.limits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Operator;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Quotas;
import org.apache.zookeeper.StatsTrack;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Servers that refuse what they would do at another time: because a quota is used up, or because they have too much to
 * do. Who asked for a single thing is told; a role tells it once, and goes on when that is over.
 */
@Timeout(300)
class RefusalsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static LimitedServer server;
    private static ZooKeeper zk;

    @BeforeAll
    static void start() throws Exception {
        server = LimitedServer.start("-Dzookeeper.enforceQuota=true");
        zk = new ZooKeeper(server.connectString(), 30_000, event -> {});
    }

    @AfterAll
    static void stop() throws Exception {
        zk.close();
        server.close();
    }

    // Quotas.

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aSubmitOverAQuotaIsToldSoAndLeavesNothing(String side) throws Exception {
        String chroot = "/quota-submit-" + side;
        try (Client client = client(side, server.connectString() + chroot);
                Operator operator = server.operator(chroot)) {
            BoundedWait.result("the client", client.ready(), PATIENCE);
            limit(chroot + "/tasks", 1);

            CoordinationException why = refusal(client.submit(Payload.of("one too many")));

            assertThat(why.problem()).isEqualTo(Problem.FULL);
            assertThat(why).hasMessageContaining("quota").hasMessageContaining("/tasks");
            assertThat(operator.children("/tasks")).isEmpty();
            lift(chroot + "/tasks");
            TaskId task = BoundedWait.result("the next", client.submit(Payload.of("fits")), PATIENCE);
            assertThat(operator.children("/tasks")).containsExactly(task.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aWorkerThatMayNotRegisterForAQuotaSaysSoAndRegistersLater(String side) throws Exception {
        String chroot = "/quota-register-" + side;
        makeParents(side, chroot);
        limit(chroot + "/workers", 1);
        Queue<Event> told = new ConcurrentLinkedQueue<>();
        try (Worker worker = worker(side, server.connectString() + chroot, told)) {
            awaitSetAside(told, "QUOTAEXCEEDED");
            lift(chroot + "/workers");

            BoundedWait.result("it registers", worker.registered(), PATIENCE);
            assertThat(setAside(told, "QUOTAEXCEEDED")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void assignmentsAndStatusesOverAQuotaAreWrittenWhenThereIsRoom(String side) throws Exception {
        String chroot = "/quota-write-" + side;
        Queue<Event> ofMaster = new ConcurrentLinkedQueue<>();
        Queue<Event> ofWorker = new ConcurrentLinkedQueue<>();
        try (Master master = master(side, server.connectString() + chroot, ofMaster);
                Worker worker = worker(side, server.connectString() + chroot, ofWorker);
                Client client = client(side, server.connectString() + chroot)) {
            BoundedWait.result("the master", master.ready(), PATIENCE);
            BoundedWait.result("the worker", worker.registered(), PATIENCE);
            limit(chroot + "/assign", 2);
            TaskId task = BoundedWait.result("a submit", client.submit(Payload.of("hello")), PATIENCE);
            awaitSetAside(ofMaster, "QUOTAEXCEEDED");
            limit(chroot + "/tasks", 2);
            lift(chroot + "/assign");
            awaitSetAside(ofWorker, "QUOTAEXCEEDED");
            lift(chroot + "/tasks");

            assertThat(BoundedWait.result("its outcome", client.outcome(task, PATIENCE), PATIENCE.multipliedBy(2)))
                    .isEqualTo(new Outcome.Done(Payload.of("hello")));
        }
    }

    /** So many znodes at most from there on, itself included. */
    private static void limit(String path, int count) throws Exception {
        StatsTrack limits = new StatsTrack();
        limits.setCountHardLimit(count);
        for (int end = path.indexOf('/', 1); end >= 0; end = path.indexOf('/', end + 1)) {
            make(Quotas.quotaPath(path.substring(0, end)), new byte[0]);
        }
        make(Quotas.quotaPath(path), new byte[0]);
        make(Quotas.limitPath(path), limits.getStatsBytes());
        make(Quotas.statPath(path), new StatsTrack().getStatsBytes()); // the server counts
    }

    private static void make(String path, byte[] data) throws Exception {
        if (zk.exists(path, false) == null) {
            zk.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
    }

    private static void lift(String path) throws Exception {
        zk.setData(Quotas.limitPath(path), new StatsTrack().getStatsBytes(), -1);
    }

    // Too much to do.

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aSubmitThatIsThrottledIsToldSoAndLeavesNothing(String side) throws Exception {
        String chroot = "/throttle-submit-" + side;
        try (ThrottlingDoor door = new ThrottlingDoor(server.address());
                Client client = client(side, door.connectString() + chroot);
                Operator operator = server.operator(chroot)) {
            BoundedWait.result("the client", client.ready(), PATIENCE);
            door.throttle(1, submits());

            CoordinationException why = refusal(client.submit(Payload.of("at a bad time")));

            assertThat(why.problem()).isEqualTo(Problem.FULL);
            assertThat(why).hasMessageContaining("too much to do");
            assertThat(operator.children("/tasks")).isEmpty();
            BoundedWait.result("the next", client.submit(Payload.of("later")), PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aBarrierThatIsThrottledIsNoBarrierAndIsAskedForAgain(String side) throws Exception {
        String chroot = "/throttle-barrier-" + side;
        try (ThrottlingDoor door = new ThrottlingDoor(server.address());
                Client client = client(side, door.connectString() + chroot);
                Operator operator = server.operator(chroot)) {
            BoundedWait.result("the client", client.ready(), PATIENCE);
            var barriers = door.throttle(2, ThrottlingDoor.Asked::isBarrier);
            var lost = door.lose(submits());

            TaskId task = BoundedWait.result("the submit", client.submit(Payload.of("lost at first")), PATIENCE);

            assertThat(lost).hasValue(0);
            assertThat(barriers).hasValue(0);
            assertThat(operator.children("/tasks")).containsExactly(task.name());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void rolesThatAreThrottledGoOn(String side) throws Exception {
        String chroot = "/throttle-roles-" + side;
        Queue<Event> ofMaster = new ConcurrentLinkedQueue<>();
        Queue<Event> ofWorker = new ConcurrentLinkedQueue<>();
        try (ThrottlingDoor door = new ThrottlingDoor(server.address())) {
            String place = door.connectString() + chroot;
            makeParents(side, chroot);
            var all = List.of(
                    door.throttle(1, asked -> asked.text().contains("/master-epoch") && asked.operation() == 14),
                    door.throttle(
                            1,
                            asked -> asked.operation() == 1 && asked.text().contains("/workers/w1")
                                    || asked.operation() == 15 && asked.text().contains("/workers/w1")),
                    door.throttle(
                            1, asked -> asked.operation() == 14 && asked.text().contains("/assign/w1/")),
                    door.throttle(
                            1, asked -> asked.operation() == 14 && asked.text().contains("/status")));
            try (Master master = master(side, place, ofMaster);
                    Worker worker = worker(side, place, ofWorker);
                    Client client = client(side, server.connectString() + chroot)) {
                BoundedWait.result("the master", master.ready(), PATIENCE);
                BoundedWait.result("the worker", worker.registered(), PATIENCE);
                TaskId task = BoundedWait.result("a submit", client.submit(Payload.of("hello")), PATIENCE);

                assertThat(BoundedWait.result("its outcome", client.outcome(task, PATIENCE), PATIENCE.multipliedBy(2)))
                        .isEqualTo(new Outcome.Done(Payload.of("hello")));
                assertThat(all).allMatch(left -> left.get() == 0, "was throttled");
            }
        }
    }

    private static Predicate<ThrottlingDoor.Asked> submits() {
        return asked ->
                asked.operation() == ThrottlingDoor.Asked.MULTI && asked.text().contains("/tasks/task-");
    }

    // The roles.

    private static void makeParents(String side, String chroot) {
        try (Client client = client(side, server.connectString() + chroot)) {
            BoundedWait.result("the client", client.ready(), PATIENCE);
        }
    }

    private static Settings settings(String place) {
        return Settings.connect(place)
                .withSessionTimeout(Duration.ofSeconds(30))
                .withConnectTimeout(PATIENCE);
    }

    private static Client client(String side, String place) {
        return Coordination.named(side).client(settings(place), Listener.none());
    }

    private static Master master(String side, String place, Queue<Event> told) {
        return Coordination.named(side).master(new MasterId("m1"), settings(place), told::add);
    }

    private static Worker worker(String side, String place, Queue<Event> told) {
        return Coordination.named(side).worker(new WorkerId("w1"), settings(place), Task::command, told::add);
    }

    private static void awaitSetAside(Queue<Event> told, String why) {
        BoundedWait.until("it is told: " + why, PATIENCE, () -> setAside(told, why) > 0);
    }

    private static long setAside(Queue<Event> told, String why) {
        return told.stream()
                .filter(event ->
                        event instanceof Event.SetAside aside && aside.why().contains(why))
                .count();
    }

    private static CoordinationException refusal(CompletionStage<?> refused) throws Exception {
        try {
            throw new AssertionError(
                    "it was done: " + refused.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return (CoordinationException) e.getCause();
        }
    }
}
