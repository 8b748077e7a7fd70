package example;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.twinkeeper.scenarios.junit.ZooKeeperEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Wire;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.ConnectionLossException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

@ZooKeeperEnsemble(servers = 3)
class ExampleTest {
    @Test
    void whatWasAppliedStaysThroughALostAnswerAndALostQuorum(Ensemble ensemble, Wire wire) throws Exception {
        ZooKeeper mine = new ZooKeeper(wire.connectString(), 30_000, event -> {});
        wire.loseNextAnswer();
        assertThrows(
                ConnectionLossException.class,
                () -> mine.create("/a", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT));
        await().ignoreException(ConnectionLossException.class).until(() -> mine.exists("/a", false) != null);
        ensemble.loseQuorum();
        assertThrows(ConnectionLossException.class, () -> mine.exists("/a", false));
        ensemble.restore();
        await().ignoreException(ConnectionLossException.class).until(() -> mine.exists("/a", false) != null);
    }
}
