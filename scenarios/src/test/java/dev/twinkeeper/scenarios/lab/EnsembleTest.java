package dev.twinkeeper.scenarios.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.layout.Layout;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnsembleTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private static Ensemble ensemble;

    @BeforeAll
    static void start() {
        ensemble = Ensemble.start();
    }

    @AfterAll
    static void close() {
        ensemble.close();
    }

    @Test
    void hasOneLeaderAndTwoFollowers() {
        assertThat(ensemble.leader()).isNotNull();
        assertThat(ensemble.followers()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void comesInOtherSizes(int size) {
        try (Ensemble other = Ensemble.start(size);
                Operator operator = new Operator(other.connectString(), new Layout("/size"))) {
            operator.createParents();
            assertThat(other.servers()).hasSize(size).allMatch(Server::serves);
        }
    }

    @Test
    void whoIsConnectedToAFollowerThatIsBehindReadsThePastAndWhoeverComesWaits() throws Exception {
        String path = "/behind/tasks/a";
        try (Ensemble own = Ensemble.startWithWays(3);
                Operator fresh = new Operator(own.leader().address(), new Layout("/behind"))) {
            Server behind = own.followers().get(0);
            ZooKeeper stale = new ZooKeeper(behind.address(), (int) SOON.toMillis(), event -> {});
            fresh.createParents();
            fresh.create("/tasks/a", "before");
            BoundedWait.until("it sees it", SOON, () -> stale.exists(path, false) != null);

            own.fallBehind(behind);
            fresh.set("/tasks/a", "after");
            var late = CompletableFuture.supplyAsync(() -> new Operator(behind.address(), new Layout("/behind")));
            assertThat(late).failsWithin(Duration.ofMillis(500));
            assertThat(stale.getData(path, false, null)).asString().isEqualTo("before");
            own.catchUp(behind);

            try (Operator now = late.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
                assertThat(now.get("/tasks/a")).isEqualTo("after");
            }
            stale.close();
        }
    }

    @Test
    void losesItsLeaderAndKeepsItsData() {
        try (Operator operator = new Operator(ensemble.connectString(), new Layout("/leader"))) {
            operator.createParents();
            operator.create("/tasks/a", "kept");
            Server leader = ensemble.leader();

            leader.kill();
            operator.awaitExists("/tasks/a", SOON);

            assertThat(ensemble.leader()).isNotEqualTo(leader);
            assertThat(operator.get("/tasks/a")).isEqualTo("kept");
            ensemble.restore();
            assertThat(ensemble.followers()).contains(leader);
        }
    }

    @Test
    void losesItsQuorumAndHasItAgain() {
        try (Operator operator = new Operator(ensemble.connectString(), new Layout("/quorum"))) {
            operator.createParents();

            ensemble.loseQuorum();
            assertThat(ensemble.servers()).noneMatch(Server::serves);
            ensemble.restore();

            operator.awaitExists("/tasks", SOON);
        }
    }

    @Test
    void isRestartedWithItsData() {
        try (Operator operator = new Operator(ensemble.connectString(), new Layout("/restart"))) {
            operator.createParents();
            operator.create("/tasks/a", "kept");

            ensemble.restart();

            operator.awaitExists("/tasks/a", SOON);
            operator.set("/tasks/a", "changed");
            assertThat(operator.get("/tasks/a")).isEqualTo("changed");
        }
    }
}
