package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What Prometheus reads of a master, a worker and a client under load, and what the document says of it. */
@ExtendWith(SharedEnsemble.class)
class MetricsTest {
    private static final int TASKS = 200;

    private static final Duration SOON = Duration.ofSeconds(60);

    private static final Pattern NAME = Pattern.compile("\\btwinkeeper_[a-z_]+");

    private final CapturedTerminal terminal = new CapturedTerminal();

    /** As the command does it; the address is what the command says. */
    private Listener metered(String role, String id) {
        MetricsOption option = new MetricsOption();
        new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(option)).parseArgs("--metrics-port", "0");
        return option.open(role, id, event -> {}, terminal.terminal());
    }

    private String scrape(int which) throws Exception {
        String address = terminal.out().get(which).replace("meters at ", "");
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void allThatIsDocumentedIsThereAndCounts(String side, Ensemble ensemble) throws Exception {
        Coordination coordination = Coordination.named(side);
        Settings settings = Settings.connect(ensemble.connectString() + "/meters-" + side);
        TaskHandler handler = task -> task.command();
        try (Master master = coordination.master(new MasterId("m1"), settings, metered("master", "m1"));
                Worker worker = coordination.worker(new WorkerId("w1"), settings, handler, metered("worker", "w1"));
                Client client = coordination.client(settings, metered("client", "c1"))) {
            for (int i = 0; i < TASKS; i++) {
                TaskId task = client.submit(Payload.of("task " + i))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS);
                client.outcome(task, SOON).thenCompose(outcome -> client.collect(task));
            }
            BoundedWait.until(
                    "all are collected",
                    SOON,
                    () -> scrape(2)
                            .contains("twinkeeper_tasks_total{id=\"c1\",outcome=\"collected\",role=\"client\"} " + TASKS
                                    + ".0"));

            assertThat(scrape(0))
                    .contains("twinkeeper_state{id=\"m1\",role=\"master\"} 2.0")
                    .contains("twinkeeper_workers{id=\"m1\",role=\"master\"} 1.0")
                    .contains("twinkeeper_elections_total{id=\"m1\",role=\"master\"} 1.0")
                    .contains("outcome=\"assigned\",role=\"master\"} " + TASKS + ".0");
            assertThat(scrape(1))
                    .contains("outcome=\"done\",role=\"worker\"} " + TASKS + ".0")
                    .contains("twinkeeper_tasks_running{id=\"w1\",role=\"worker\"} 0.0")
                    .contains("twinkeeper_task_duration_seconds_count{id=\"w1\",role=\"worker\"} " + TASKS);
            assertThat(names(scrape(0) + scrape(1) + scrape(2)))
                    .isEqualTo(names(Files.readString(Path.of("../docs/meters.md"))));
            for (int role = 0; role < 3; role++) {
                assertThat(value(scrape(role), "twinkeeper_watch_events_total")).isPositive();
                // The master's, for instance: claim, lists, assignments; TASKS of them may share a transaction.
                assertThat(value(scrape(role), "twinkeeper_request_duration_seconds_count"))
                        .isGreaterThan(2);
                assertThat(value(scrape(role), "twinkeeper_request_duration_seconds_sum"))
                        .isBetween(0.000_01, 1_000.0);
            }
            assertThat(worker.registered()).isDone();
            assertThat(master.leadership()).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void queuesHaveTheLengthThatTheyHave(String side, Ensemble ensemble) throws Exception {
        int slots = 2;
        int tasks = 10;
        Coordination coordination = Coordination.named(side);
        Settings settings =
                Settings.connect(ensemble.connectString() + "/queues-" + side).withSlots(slots);
        CountDownLatch handled = new CountDownLatch(1);
        TaskHandler handler = task -> {
            handled.await();
            return task.command();
        };
        try (Master master = coordination.master(new MasterId("m1"), settings, metered("master", "m1"));
                Worker worker = coordination.worker(new WorkerId("w1"), settings, handler, metered("worker", "w1"));
                Client client = coordination.client(settings, metered("client", "c1"))) {
            assertThat(List.of(master, worker)).isNotEmpty();
            for (int i = 0; i < tasks; i++) {
                client.submit(Payload.of("task " + i)).thenAccept(task -> client.outcome(task, SOON));
            }
            awaitQueue(0, "pending", tasks - slots);
            awaitQueue(2, "backlog", tasks);
            awaitQueue(1, "handlers", 0);
            for (int role = 0; role < 3; role++) {
                awaitQueue(role, "loop", 0);
            }

            handled.countDown();
            awaitQueue(0, "pending", 0);
            awaitQueue(2, "backlog", 0);
        }
    }

    private void awaitQueue(int role, String queue, int length) throws Exception {
        Pattern line = Pattern.compile("(?m)^twinkeeper_queue\\{.*queue=\"" + queue + "\".*\\} " + length + "\\.0$");
        BoundedWait.until(
                queue + " of " + length, SOON, () -> line.matcher(scrape(role)).find());
    }

    /** Of a meter without other tags than the role's. */
    private static double value(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not there"));
    }

    /** A timer has several series; the document names it once. */
    private static Set<String> names(String text) {
        Set<String> names = new TreeSet<>();
        NAME.matcher(text)
                .results()
                .map(name -> name.group().replaceAll("_seconds_(count|sum|max)$", "_seconds"))
                .forEach(names::add);
        return names;
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        metered("master", "m1");
        String port = terminal.out().get(0).replaceAll(".*:([0-9]+)/.*", "$1");

        CapturedTerminal second = new CapturedTerminal();
        int code =
                second.run("master", "--impl", "raw", "--connect", "localhost:1", "--id", "m", "--metrics-port", port);

        assertThat(code).isEqualTo(ExitCode.FAILURE.code());
        assertThat(second.err()).singleElement().asString().contains("metrics port '" + port + "': taken");
    }
}
