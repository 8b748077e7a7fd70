package dev.twinkeeper.cli.playground;

import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.events.Observation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;

/** Somebody at zkCli: writes into the tree by hand, and each command goes to the stream. */
final class PlaygroundOperator {
    private static final String NAME = "operator";
    private static final int ANY_VERSION = -1;
    private static final String SET = "set /watched ";

    /** A watch fires before the answer of a later read; this is for the answer to arrive. */
    private static final int SETS = 2;

    private final ZooKeeper keeper;
    private final EventStream stream;

    PlaygroundOperator(ZooKeeper keeper, EventStream stream) {
        this.keeper = keeper;
        this.stream = stream;
    }

    private interface Command {
        void run() throws KeeperException, InterruptedException;
    }

    private void run(String line, Command command) {
        stream.emit(NAME, new Observation.Command(line));
        try {
            command.run();
        } catch (KeeperException e) {
            throw new Refusal("zkCli: " + line + ": " + e.code());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal("zkCli: " + line + ": interrupted");
        }
    }

    /** An ArrayList: ZooKeeper asks it whether it contains null, which List.of answers by throwing. */
    private static List<ACL> open() {
        return new ArrayList<>(ZooDefs.Ids.OPEN_ACL_UNSAFE);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Makes a side's chroot, so that the watch on it stands before its roles do. */
    void createChroot(ClusterSide side) {
        run("create " + side.root(), () -> {
            if (keeper.exists(side.root(), false) == null) {
                keeper.create(side.root(), new byte[0], open(), CreateMode.PERSISTENT);
            }
        });
    }

    void deleteMaster(ClusterSide side) {
        run("delete " + side.root() + "/master", () -> keeper.delete(side.root() + "/master", ANY_VERSION));
    }

    /** In one transaction, so that no candidate comes in between. */
    void takeMaster(ClusterSide side) {
        String path = side.root() + "/master";
        run("delete " + path + "; create -e " + path + " by-hand", () -> {
            List<Op> ops = new ArrayList<>();
            if (keeper.exists(path, false) != null) {
                ops.add(Op.delete(path, ANY_VERSION));
            }
            ops.add(Op.create(path, bytes("by-hand"), open(), CreateMode.EPHEMERAL));
            keeper.multi(ops);
        });
    }

    /**
     * Deletes the parent of a worker's assignments with all of them: an operator's mistake that the protocol has to
     * survive.
     */
    void removeAssign(ClusterSide side, String worker) {
        String path = side.root() + "/assign/" + worker;
        run("deleteall " + path, () -> {
            List<Op> ops = new ArrayList<>();
            for (String task : keeper.getChildren(path, false)) {
                ops.add(Op.delete(path + "/" + task, ANY_VERSION));
            }
            ops.add(Op.delete(path, ANY_VERSION));
            keeper.multi(ops);
        });
    }

    /** Sets one watch and two values; returns how many notifications came. */
    int watchOnce(ClusterSide side) {
        String path = side.root() + "/watched";
        AtomicInteger fired = new AtomicInteger();
        run("create " + path + "; get -w " + path, () -> {
            if (keeper.exists(path, false) == null) {
                keeper.create(path, new byte[0], open(), CreateMode.PERSISTENT);
            }
            keeper.getData(path, event -> fired.incrementAndGet(), null);
        });
        for (int value = 1; value <= SETS; value++) {
            int now = value;
            run(SET + now, () -> keeper.setData(path, bytes(String.valueOf(now)), ANY_VERSION));
        }
        // Its answer comes behind all that was told before.
        run("delete " + path, () -> keeper.delete(path, ANY_VERSION));
        return fired.get();
    }
}
