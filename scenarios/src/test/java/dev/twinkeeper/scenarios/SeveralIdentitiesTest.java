package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Security.Credentials;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.TreeRole;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.TreeReader;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A tree of five identities, two of them workers, each with the least that its role needs: everything works, and nobody
 * is refused anything. What each may not do is the intrusions' affair.
 */
@Timeout(600)
class SeveralIdentitiesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Payload HELD = Payload.of("held");

    private static final Credentials OPERATOR = Credentials.parse("o:one");
    private static final Credentials MASTER = Credentials.parse("m:two");
    private static final Credentials WORKER = Credentials.parse("w:three");
    private static final Credentials OTHER_WORKER = Credentials.parse("v:four");
    private static final Credentials CLIENT = Credentials.parse("c:five");

    private static final List<Security.Grant> ACL = List.of(
            OPERATOR.grant().in(TreeRole.OPERATOR),
            MASTER.grant().in(TreeRole.MASTER),
            WORKER.grant().in(TreeRole.WORKER),
            OTHER_WORKER.grant().in(TreeRole.WORKER),
            CLIENT.grant().in(TreeRole.CLIENT));

    private static Ensemble ensemble;

    private final Queue<Event> told = new ConcurrentLinkedQueue<>();

    @BeforeAll
    static void start() throws InterruptedException {
        ensemble = Ensemble.start(1);
        try (TreeReader reader =
                TreeReader.connect(Settings.connect(ensemble.connectString()).withSecurity(as(OPERATOR)))) {
            reader.lockRoot(OPERATOR.grant());
        }
    }

    @AfterAll
    static void stop() {
        ensemble.close();
    }

    private static Security as(Credentials own) {
        return Security.NONE.withCredentials(own).withAcl(ACL);
    }

    private static Settings settings(Layout layout, Credentials own) {
        return Settings.connect(ensemble.connectString() + layout.root())
                .withSessionTimeout(Duration.ofSeconds(30))
                .withConnectTimeout(PATIENCE)
                .withSecurity(as(own));
    }

    private static Implementations implementations(String name) {
        Coordination raw = Coordination.named("raw");
        Coordination curator = Coordination.named("curator");
        return name.equals("mixed")
                ? Implementations.mixed(raw, curator)
                : Implementations.of(name.equals("raw") ? raw : curator);
    }

    private Master master(Implementations by, int n, Settings settings) {
        Master master = by.master(n).master(new MasterId("m" + n), settings, told::add);
        BoundedWait.result("the master", master.ready(), PATIENCE);
        return master;
    }

    private Worker worker(Implementations by, int n, TaskHandler handler, Settings settings) {
        Worker worker = by.worker(n).worker(new WorkerId("w" + n), settings, handler, told::add);
        BoundedWait.result("the worker", worker.registered(), PATIENCE);
        return worker;
    }

    /** Before its time. */
    private static void end(Role role) {
        role.close();
    }

    private static TaskId submit(Client client, Payload command) {
        return BoundedWait.result("a submit", client.submit(command), PATIENCE);
    }

    private static Outcome outcome(Client client, TaskId task) {
        return BoundedWait.result("an outcome", client.outcome(task, PATIENCE), PATIENCE.multipliedBy(2));
    }

    private static void collect(Client client, TaskId task) {
        assertThat(BoundedWait.result("a collect", client.collect(task), PATIENCE))
                .isTrue();
    }

    private <E extends Event> boolean isTold(Class<E> kind) {
        return told.stream().anyMatch(kind::isInstance);
    }

    private void assertNobodyWasRefused() {
        assertThat(told).noneMatch(Event.SetAside.class::isInstance).noneMatch(Event.Refused.class::isInstance);
    }

    private static Payload handle(Task task, CountDownLatch held) throws InterruptedException {
        if (task.command().equals(HELD)) {
            held.await();
        }
        return task.command();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator", "mixed"})
    void theWholeWayWorks(String name) {
        Layout layout = new Layout("/whole-way-" + name);
        Implementations by = implementations(name);
        CountDownLatch held = new CountDownLatch(1);
        try (Operator operator = new Operator(ensemble.connectString(), layout, as(OPERATOR))) {
            operator.createChroot();
            try (Master first = master(by, 0, settings(layout, MASTER));
                    Master backup = master(by, 1, settings(layout, MASTER));
                    Worker lost = worker(by, 0, task -> handle(task, held), settings(layout, WORKER));
                    Client client = by.client(0).client(settings(layout, CLIENT), told::add)) {
                TaskId simple = submit(client, Payload.of("simple"));
                assertThat(outcome(client, simple)).isEqualTo(new Outcome.Done(Payload.of("simple")));
                collect(client, simple);
                assertThat(operator.children("/tasks")).isEmpty();

                TaskId moved = submit(client, HELD);
                operator.awaitExists("/assign/w0/" + moved, PATIENCE);
                try (Worker other = worker(by, 1, Task::command, settings(layout, OTHER_WORKER))) {
                    BoundedWait.result("the other worker", other.registered(), PATIENCE);
                    end(lost);
                    assertThat(outcome(client, moved)).isEqualTo(new Outcome.Done(HELD));
                    assertThat(isTold(Event.TaskMoved.class)).isTrue();
                    collect(client, moved);

                    end(first);
                    BoundedWait.until(
                            "the backup reigns",
                            PATIENCE,
                            () -> backup.leadership().reigns());
                    operator.delete("/master");
                    operator.awaitExists("/master", PATIENCE);
                    collect(client, done(client, "after two failovers"));
                }
            } finally {
                held.countDown();
            }
        }
        assertNobodyWasRefused();
    }

    private static TaskId done(Client client, String command) {
        TaskId task = submit(client, Payload.of(command));
        assertThat(outcome(client, task)).isEqualTo(new Outcome.Done(Payload.of(command)));
        return task;
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aMasterTidiesAndGivesUpAndAnOperatorRepairs(String name) {
        Layout layout = new Layout("/tidying-" + name);
        Implementations by = implementations(name);
        Duration retention = Duration.ofSeconds(2);
        CountDownLatch held = new CountDownLatch(1);
        try (Operator operator = new Operator(ensemble.connectString(), layout, as(OPERATOR))) {
            operator.createParents();
            Settings ofMaster =
                    settings(layout, MASTER).withRetention(retention).withLostWorkers(1);
            try (Master master = master(by, 0, ofMaster);
                    Worker lost = worker(by, 0, task -> handle(task, held), settings(layout, WORKER));
                    Client client = by.client(0).client(settings(layout, CLIENT), told::add)) {
                TaskId task = submit(client, HELD);
                operator.awaitExists("/assign/w0/" + task, PATIENCE);
                end(lost);
                // By the event: the client may come too late for the status.
                BoundedWait.until("it is given up", PATIENCE, () -> isTold(Event.TaskGivenUp.class));
                operator.awaitGone("/tasks/" + task, PATIENCE);
                operator.awaitGone("/assign/w0", PATIENCE);

                operator.create("/stray", "by hand");
                operator.set("/stray", "changed");
                operator.delete("/stray");
                operator.set("/master", operator.get("/master"));
                String byHand = operator.createSequential("/tasks/task-", "by hand");
                operator.create(byHand + "/status", "done");
                operator.awaitGone(byHand, PATIENCE);
                assertThat(master.leadership().reigns()).isTrue();
            } finally {
                held.countDown();
            }
        }
        assertNobodyWasRefused();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void whoComesBeforeTheMasterWaitsForTheParents(String name) {
        Layout layout = new Layout("/early-" + name);
        Implementations by = implementations(name);
        try (Operator operator = new Operator(ensemble.connectString(), layout, as(OPERATOR))) {
            operator.createChroot();
            try (Worker worker = by.worker(0)
                            .worker(new WorkerId("w0"), settings(layout, WORKER), Task::command, told::add);
                    Client client = by.client(0).client(settings(layout, CLIENT), told::add)) {
                BoundedWait.until(
                        "it is told",
                        PATIENCE,
                        () -> told.stream()
                                .anyMatch(event -> event instanceof Event.SetAside aside
                                        && aside.why().contains("NOAUTH")));
                assertThat(operator.children("")).isEmpty();
                try (Master master = master(by, 0, settings(layout, MASTER))) {
                    BoundedWait.result("the worker", worker.registered(), PATIENCE);
                    collect(client, done(client, "late"));
                    assertThat(master.leadership().reigns()).isTrue();
                }
            }
        }
    }
}
