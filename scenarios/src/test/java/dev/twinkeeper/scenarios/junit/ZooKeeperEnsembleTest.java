package dev.twinkeeper.scenarios.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.scenarios.junit.ZooKeeperEnsemble.Sharing;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Server;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each test leaves a mess, and the next one finds none. */
@ZooKeeperEnsemble
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ZooKeeperEnsembleTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Ensemble first;

    private final Ensemble mine;

    ZooKeeperEnsembleTest(Ensemble ensemble) {
        mine = ensemble;
        first = first == null ? ensemble : first;
    }

    @BeforeEach
    void beginsAlike(@Connect String servers) throws Exception {
        assertThat(mine.servers()).hasSize(3).allMatch(Server::isAlive);
        ZooKeeper client = client(servers);
        assertThat(client.getChildren("/", false)).containsExactly("zookeeper");
        client.close();
    }

    private static ZooKeeper client(String servers) throws Exception {
        ZooKeeper client = new ZooKeeper(servers, 4_000, event -> {});
        BoundedWait.until("connected", SOON, () -> client.getState().isConnected());
        return client;
    }

    private static String create(ZooKeeper client, String path) throws Exception {
        return client.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT_SEQUENTIAL);
    }

    @Test
    @Order(1)
    void aLostAnswerIsUnknownAndWasApplied(Wire wire, @Connect String servers) throws Exception {
        ZooKeeper client = client(wire.connectString());
        var lost = wire.loseNextAnswer();

        assertThatThrownBy(() -> create(client, "/a-")).isInstanceOf(KeeperException.ConnectionLossException.class);

        assertThat(lost).isCompletedWithValueMatching(request -> request.does("create", "/a-"));
        ZooKeeper other = client(servers);
        assertThat(other.getChildren("/", false)).hasSize(2);
        other.close();
        client.close(0);
    }

    @Test
    @Order(2)
    void aCutWireIsItsOwn(Wire one, Wire other) throws Exception {
        ZooKeeper cut = client(one.connectString());
        ZooKeeper well = client(other.connectString());
        one.cut();
        assertThatThrownBy(() -> create(cut, "/a-")).isInstanceOf(KeeperException.ConnectionLossException.class);
        assertThat(create(well, "/b-")).startsWith("/b-");
        well.close();
        cut.close(0);
    }

    @Test
    @Order(3)
    void theQuorumIsLostAndLeftSo(Ensemble ensemble) {
        ensemble.loseQuorum();
        assertThat(ensemble.servers()).noneMatch(Server::serves);
    }

    @ParameterizedTest
    @Order(4)
    @ValueSource(strings = {"a", "b"})
    void otherStringsAreLeftAlone(String given, Ensemble ensemble) {
        ensemble.leader().kill();
        assertThat(List.of("a", "b")).contains(given);
        assertThat(ensemble).isSameAs(first);
    }

    @Test
    @Order(5)
    @ZooKeeperEnsemble(servers = 1)
    void aTestMayHaveItsOwn(Ensemble ensemble) {
        assertThat(ensemble).isNotSameAs(first);
        assertThat(ensemble.servers()).hasSize(1);
        ensemble.leader().kill();
    }

    @Nested
    class ANestedClass {
        @Test
        void sharesIt(Ensemble ensemble) {
            assertThat(ensemble).isSameAs(first);
        }

        @Nested
        @ZooKeeperEnsemble(servers = 3, sharing = Sharing.METHOD, laggingFollowers = true)
        class OrHasItsOwn {
            @Test
            void whoseFollowersMayFallBehind(Ensemble ensemble) {
                assertThat(ensemble).isNotSameAs(first);
                ensemble.fallBehind(ensemble.followers().get(0));
            }
        }
    }
}
