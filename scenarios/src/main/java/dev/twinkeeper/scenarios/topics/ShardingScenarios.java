package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.SecondEnsemble;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.lab.Server;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Two trees on two ensembles, with a master for each: what docs/scaling.md says of them. */
public final class ShardingScenarios {
    private static final HashRing BEFORE = HashRing.of("first");
    private static final HashRing AFTER = BEFORE.with("second");

    @Verifies({Rule.S3, Rule.S4, Rule.S5, Rule.L2})
    public void aClientMovesToAnotherEnsembleWithTasksOutstanding(ScenarioContext first) {
        var held = Work.held();
        first.master("m1").awaitReady();
        first.worker("w1", held).awaitReady();
        var moves = first.client(client(AFTER, "second")).awaitReady();
        var stays = first.client(client(AFTER, "first")).awaitReady();
        var before = first.submitAll(moves, commands("before", 6));
        held.awaitBegun(4);

        try (var added = SecondEnsemble.beside(first)) {
            var second = added.context();
            second.master("m2").awaitReady();
            second.worker("w2").awaitReady();
            var moved = second.client(moves.name()).awaitReady();
            var after = second.submitAll(moved, commands("after", 6));
            allDone(second, moved, after, "after");
            var others = first.submitAll(stays, commands("others", 6));
            held.release();

            allDone(first, moves, before, "before");
            allDone(first, stays, others, "others");
            assertThat(Stream.of(completed(first), completed(second)).flatMap(List::stream))
                    .as("each command has one status, on one of the ensembles")
                    .containsExactlyInAnyOrderElementsOf(Stream.of("before", "after", "others")
                            .flatMap(word -> commands(word, 6).stream())
                            .map(Told::done)
                            .toList());
        }
    }

    @Verifies({Rule.L5, Rule.S5})
    public void anEnsembleThatIsDownLeavesTheOtherAtWork(ScenarioContext first) {
        var near = cluster(first, "first", Work.prompt());
        try (var down = SecondEnsemble.beside(first)) {
            var second = down.context();
            var held = Work.held();
            var far = cluster(second, "second", held);
            var waiting = second.submitAll(far, commands("waiting", 2));
            held.awaitBegun(2);

            second.ensemble().loseQuorum();
            far.awaitEvent(Event.Disconnected.class, ScenarioContext.RECOVERY);
            allDone(first, near, first.submitAll(near, commands("near", 6)), "near");
            assertThat(second.ensemble().servers()).as("still down").noneMatch(Server::serves);
            second.ensemble().restore();
            held.release();

            allDone(second, far, waiting, "waiting");
        }
    }

    private static TestParticipant<Client> cluster(ScenarioContext context, String shard, Work work) {
        context.master("m-" + shard).awaitReady();
        context.worker("w-" + shard, work).awaitReady();
        return context.client(client(AFTER, shard)).awaitReady();
    }

    /** The first of the clients that the ring places there. */
    private static String client(HashRing ring, String shard) {
        Predicate<String> there = client -> ring.shard(client).equals(shard);
        return IntStream.rangeClosed(1, 100)
                .mapToObj(i -> "client-" + i)
                .filter(there)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> commands(String word, int n) {
        return IntStream.rangeClosed(1, n).mapToObj(i -> word + " " + i).toList();
    }

    /** Each command is its own result. */
    private static void allDone(
            ScenarioContext context, TestParticipant<Client> client, List<TaskId> tasks, String word) {
        var outcomes = tasks.stream()
                .map(task -> client.role().outcome(task, ScenarioContext.RECOVERY))
                .map(each -> ScenarioContext.await("an outcome", each, ScenarioContext.RECOVERY.plusSeconds(1)))
                .toList();
        assertThat(outcomes)
                .containsExactlyElementsOf(
                        commands(word, tasks.size()).stream().map(Told::done).toList());
    }

    /** What all statuses said that were ever written there, as the servers' logs have it. */
    private static List<Outcome> completed(ScenarioContext context) {
        return context.commits().stream()
                .flatMap(commit -> commit.changes(Change.Create.class).stream())
                .filter(create -> create.path().endsWith("/" + Layout.STATUS))
                .map(create -> StatusBytes.decode(create.data().bytes()))
                .toList();
    }
}
