package dev.twinkeeper.scenarios.junit;

import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Server;
import dev.twinkeeper.scenarios.lab.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooKeeper;

/** One ensemble with the wires to it. */
final class Held {
    private static final int SESSION_MS = 10_000;

    /** An election and a connection, on a busy machine. */
    private static final Duration EMPTIED = Duration.ofSeconds(30);

    private static final int BATCH = 500;

    private final Ensemble ensemble;

    /** Closed after the test that has them. */
    private final List<Wire> ofTest = new CopyOnWriteArrayList<>();

    /** Taken before all tests or by a constructor: mended after each test. */
    private final List<Wire> ofClass = new CopyOnWriteArrayList<>();

    Held(Ensemble ensemble) {
        this.ensemble = ensemble;
    }

    Ensemble ensemble() {
        return ensemble;
    }

    Wire wire(boolean test) {
        Wire wire = new Wire(ensemble);
        (test ? ofTest : ofClass).add(wire);
        return wire;
    }

    /** The next test begins as the first one did. */
    void afterEach() {
        ofTest.forEach(Wire::close);
        ofTest.clear();
        ofClass.forEach(Wire::mend);
        if (!ensemble.servers().stream().allMatch(Server::isAlive)) {
            ensemble.restore();
        }
        empty();
    }

    private void empty() {
        try {
            ZooKeeper client = new ZooKeeper(ensemble.connectString(), SESSION_MS, event -> {});
            try {
                BoundedWait.until("the tree is emptied", EMPTIED, () -> emptied(client));
            } finally {
                client.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether nothing is left; a client of the test that still runs may make something meanwhile. */
    private static boolean emptied(ZooKeeper client) throws InterruptedException {
        try {
            for (String child : client.getChildren("/", false)) {
                if (!child.equals("zookeeper")) {
                    ZKUtil.deleteRecursive(client, "/" + child, BATCH);
                }
            }
            return client.getChildren("/", false).equals(List.of("zookeeper"));
        } catch (KeeperException again) {
            return false;
        }
    }

    void close() {
        ofTest.forEach(Wire::close);
        ofClass.forEach(Wire::close);
        ensemble.close();
    }
}
