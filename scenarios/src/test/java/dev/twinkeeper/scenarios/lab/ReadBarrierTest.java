package dev.twinkeeper.scenarios.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

/** What the implementations rely on before they take "not there" for an answer. */
class ReadBarrierTest {
    private static final int SESSION_TIMEOUT_MS = 20_000;

    /** With a {@code sync} in place of the transaction some 2 in 1,000 are of the past on an idle machine. */
    private static final int ROUNDS = 1_000;

    @Test
    void afterATransactionThatChangesNothingTheLeaderReadsWhatAFollowerHasAcknowledged() throws Exception {
        try (Ensemble ensemble = Ensemble.start()) {
            ZooKeeper writer = open(ensemble.followers().get(0));
            ZooKeeper reader = open(ensemble.leader());
            writer.create("/a", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);

            int stale = 0;
            for (int i = 0; i < ROUNDS; i++) {
                int written = writer.setData("/a", new byte[0], -1).getVersion();
                reader.multi(List.of(Op.check("/", -1)));
                if (reader.exists("/a", false).getVersion() < written) {
                    stale++;
                }
            }

            assertThat(stale).as("reads of the past").isZero();
            writer.close();
            reader.close();
        }
    }

    private static ZooKeeper open(Server server) throws Exception {
        return new ZooKeeper(server.address(), SESSION_TIMEOUT_MS, event -> {});
    }
}
