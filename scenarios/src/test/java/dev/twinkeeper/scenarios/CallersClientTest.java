package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

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
import dev.twinkeeper.curator.CuratorCoordination;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.curator.framework.listen.StandardListenerManager;
import org.apache.curator.retry.RetryOneTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Curator's roles on a CuratorFramework that is the caller's, with a namespace and hardly any patience. */
@ExtendWith(SharedEnsemble.class)
class CallersClientTest {
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private static final Duration BOUND = Duration.ofSeconds(20);

    private Settings settings;
    private CuratorFramework client;
    private String tree;

    @BeforeEach
    void start(Ensemble ensemble) {
        String chroot = "/callers-" + SERIAL.incrementAndGet();
        settings = Settings.connect(ensemble.connectString() + chroot);
        client = CuratorFrameworkFactory.builder()
                .connectString(ensemble.connectString())
                .namespace("space")
                .retryPolicy(new RetryOneTime(10))
                .build();
        client.start();
        tree = chroot;
    }

    @AfterEach
    void stop() {
        client.close();
    }

    @Test
    void allRolesShareItAndTakeTheirThingsAway() throws Exception {
        int before = listeners();
        Coordination shared = CuratorCoordination.with(client);
        Master master = shared.master(new MasterId("m1"), settings, Listener.none());
        Worker worker = shared.worker(new WorkerId("w1"), settings, Task::command, Listener.none());
        Client asker = shared.client(settings, Listener.none());
        get(master.ready());
        get(worker.ready());

        TaskId task = get(asker.submit(Payload.of("hello")));
        assertThat(get(asker.outcome(task, BOUND))).isEqualTo(new Outcome.Done(Payload.of("hello")));
        assertThat(client.checkExists().forPath(tree + "/tasks/" + task)).isNotNull();
        assertThat(get(asker.collect(task))).isTrue();

        asker.close();
        worker.close();
        master.close();
        assertThat(client.getState()).isEqualTo(CuratorFrameworkState.STARTED);
        assertThat(client.checkExists().forPath(tree + "/master")).isNull();
        assertThat(client.checkExists().forPath(tree + "/workers/w1")).isNull();
        await().atMost(BOUND)
                .until(() -> client.getChildren()
                        .forPath(tree + "/master-candidates")
                        .isEmpty());
        assertThat(listeners()).isEqualTo(before);
    }

    /** R4, R1: the session lives on, and a client that gives up after one more try must not leave them in it. */
    @Test
    void whatIsClosedWithoutAConnectionIsTakenAwayWhenThereIsOneAgain(Ensemble ensemble) throws Exception {
        try (Wire wire = new Wire(ensemble);
                CuratorFramework wired = CuratorFrameworkFactory.builder()
                        .connectString(wire.connectString())
                        .namespace("space")
                        .retryPolicy(new RetryOneTime(10))
                        .build()) {
            wired.start();
            Coordination shared = CuratorCoordination.with(wired);
            Master master = shared.master(new MasterId("m1"), settings, Listener.none());
            Worker worker = shared.worker(new WorkerId("w1"), settings, Task::command, Listener.none());
            get(master.ready());
            get(worker.ready());
            long session = wired.getZookeeperClient().getZooKeeper().getSessionId();

            wire.cut();
            worker.close();
            master.close();
            assertThat(client.checkExists().forPath(tree + "/workers/w1")).isNotNull();
            wire.mend();

            await().atMost(BOUND)
                    .until(() -> client.checkExists().forPath(tree + "/workers/w1") == null
                            && client.checkExists().forPath(tree + "/master") == null);
            assertThat(wired.getZookeeperClient().getZooKeeper().getSessionId()).isEqualTo(session);
        }
    }

    @Test
    void itMustBeStartedAndNotClosed() {
        CuratorFramework latent = CuratorFrameworkFactory.newClient("127.0.0.1:1", new RetryOneTime(10));
        refused(Problem.INVALID, () -> CuratorCoordination.with(latent));

        refused(Problem.INVALID, () -> CuratorCoordination.with(client.usingNamespace("another")));

        Coordination shared = CuratorCoordination.with(client);
        client.close();
        refused(Problem.INVALID, () -> CuratorCoordination.with(client));
        refused(Problem.INVALID, () -> shared.client(settings, Listener.none()));
    }

    @Test
    void aRoleWhoseClientIsClosedEnds() throws Exception {
        List<Event> events = new CopyOnWriteArrayList<>();
        Coordination shared = CuratorCoordination.with(client);
        Master master = shared.master(new MasterId("m1"), settings, events::add);
        Client asker = shared.client(settings, events::add);
        get(master.ready());
        get(asker.ready());
        TaskId task = get(asker.submit(Payload.of("nobody does it")));
        CompletionStage<Outcome> outcome = asker.outcome(task, BOUND);

        client.close();

        assertThat(problem(outcome)).isEqualTo(Problem.CLOSED);
        await().atMost(BOUND)
                .until(() -> events.stream()
                                .filter(event ->
                                        event instanceof Event.Refused refused && refused.problem() == Problem.CLOSED)
                                .count()
                        == 2);
        master.close();
        asker.close();
    }

    /** To ZooKeeper both are one session: the second would take what the first holds for its own. */
    @Test
    void aSecondMasterAndASecondWorkerOfTheIdAreRefused() throws Exception {
        Master first = CuratorCoordination.with(client).master(new MasterId("m1"), settings, Listener.none());
        Worker worker =
                CuratorCoordination.with(client).worker(new WorkerId("w1"), settings, Task::command, Listener.none());
        get(first.ready());
        get(worker.ready());

        Master second = CuratorCoordination.with(client).master(new MasterId("m2"), settings, Listener.none());
        Worker secondWorker =
                CuratorCoordination.with(client).worker(new WorkerId("w1"), settings, Task::command, Listener.none());

        assertThat(problem(second.ready())).isEqualTo(Problem.ID_IN_USE);
        assertThat(problem(secondWorker.ready())).isEqualTo(Problem.ID_IN_USE);
        second.close();
        secondWorker.close();
        assertThat(first.leadership().reigns()).isTrue();
        assertThat(client.checkExists().forPath(tree + "/master")).isNotNull();
        assertThat(client.checkExists().forPath(tree + "/workers/w1")).isNotNull();

        first.close();
        worker.close();
        Master third = CuratorCoordination.with(client).master(new MasterId("m3"), settings, Listener.none());
        get(third.ready());
        third.close();
    }

    /** But for those that Curator's PersistentWatcher itself leaves behind (5.9.0), one for each. */
    private int listeners() {
        AtomicInteger ours = new AtomicInteger();
        ((StandardListenerManager<?>) client.getCuratorListenable()).forEach(listener -> {
            if (listener.getClass().getName().startsWith("dev.twinkeeper")) {
                ours.incrementAndGet();
            }
        });
        return ours.get() + ((StandardListenerManager<?>) client.getConnectionStateListenable()).size();
    }

    private static void refused(Problem problem, Runnable made) {
        assertThatExceptionOfType(CoordinationException.class)
                .isThrownBy(made::run)
                .satisfies(refusal -> assertThat(refusal.problem()).isEqualTo(problem));
    }

    private static Problem problem(CompletionStage<?> stage) throws Exception {
        return stage.handle((value, failure) -> ((CoordinationException) failure.getCause()).problem())
                .toCompletableFuture()
                .get(BOUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(BOUND.toMillis(), TimeUnit.MILLISECONDS);
    }
}
