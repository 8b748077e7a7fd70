package dev.twinkeeper.cli.compare;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * What a hundred tasks cost from submit to collect, through one master and two workers, as the wires counted it.
 *
 * @param requests by operation
 * @param transactions those of them that write, each one of them one entry in every server's log
 * @param operations within the multis, by operation
 * @param watches set
 * @param notifications received
 * @param bytes both ways
 */
public record Cost(
        Map<String, Long> requests,
        long transactions,
        Map<String, Long> operations,
        long watches,
        long notifications,
        long bytes) {
    static final int TASKS = 100;

    private static final Set<String> WRITES = Set.of(
            "create",
            "create2",
            "createContainer",
            "createTTL",
            "delete",
            "deleteContainer",
            "setData",
            "setACL",
            "multi");

    private static Cost of(Traffic traffic) {
        long transactions = WRITES.stream().mapToLong(traffic::requests).sum();
        return new Cost(
                new TreeMap<>(traffic.requests()),
                transactions,
                new TreeMap<>(traffic.operations()),
                traffic.watches(),
                traffic.notifications(),
                traffic.sent() + traffic.received());
    }

    /** All requests together. */
    public long total() {
        return requests.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The scenario that counts; it leaves the cost in {@code sink}. */
    static Scenario scenario(AtomicReference<Cost> sink) {
        return new Scenario("cost", "aHundredTasks", Set.of(Rule.L2), false, stage -> sink.set(count(stage)));
    }

    private static Cost count(ScenarioContext stage) {
        stage.master("m1").awaitReady();
        stage.worker("w1").awaitReady();
        stage.worker("w2").awaitReady();
        TestParticipant<Client> client = stage.client("c1").awaitReady();
        // One task goes through first, so that only tasks are counted and no one's getting ready.
        run(stage, client, List.of("the first"));

        Traffic before = stage.traffic();
        run(stage, client, IntStream.range(0, TASKS).mapToObj(i -> "task " + i).toList());
        return of(stage.traffic().minus(before));
    }

    private static void run(ScenarioContext stage, TestParticipant<Client> client, List<String> commands) {
        List<TaskId> tasks = stage.submitAll(client, commands);
        tasks.forEach(task -> stage.outcome(client, task));
        tasks.stream()
                .map(client.role()::collect)
                .toList()
                .forEach(collected -> ScenarioContext.await("collect", collected, ScenarioContext.READY));
    }
}
