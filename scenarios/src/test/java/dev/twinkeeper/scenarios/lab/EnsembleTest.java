package dev.twinkeeper.scenarios.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.layout.Layout;
import java.time.Duration;
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
                Hand hand = new Hand(other.connectString(), new Layout("/size"))) {
            hand.createParents();
            assertThat(other.servers()).hasSize(size).allMatch(Server::serves);
        }
    }

    @Test
    void losesItsLeaderAndKeepsItsData() {
        try (Hand hand = new Hand(ensemble.connectString(), new Layout("/leader"))) {
            hand.createParents();
            hand.create("/tasks/a", "kept");
            Server leader = ensemble.leader();

            leader.kill();
            hand.awaitExists("/tasks/a", SOON);

            assertThat(ensemble.leader()).isNotEqualTo(leader);
            assertThat(hand.get("/tasks/a")).isEqualTo("kept");
            ensemble.restore();
            assertThat(ensemble.followers()).contains(leader);
        }
    }

    @Test
    void losesItsQuorumAndHasItAgain() {
        try (Hand hand = new Hand(ensemble.connectString(), new Layout("/quorum"))) {
            hand.createParents();

            ensemble.loseQuorum();
            assertThat(ensemble.servers()).noneMatch(Server::serves);
            ensemble.restore();

            hand.awaitExists("/tasks", SOON);
        }
    }

    @Test
    void isRestartedWithItsData() {
        try (Hand hand = new Hand(ensemble.connectString(), new Layout("/restart"))) {
            hand.createParents();
            hand.create("/tasks/a", "kept");

            ensemble.restart();

            hand.awaitExists("/tasks/a", SOON);
            hand.set("/tasks/a", "changed");
            assertThat(hand.get("/tasks/a")).isEqualTo("changed");
        }
    }
}
