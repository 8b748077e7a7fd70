package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.cli.intrude.Stranger.Operation;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;

/**
 * The table of what strangers tried and what passed.
 *
 * @param lines for people
 * @param tries how many
 * @param passed how many of them were not refused, or were heard of
 */
public record Intrusions(List<String> lines, int tries, int passed) {
    private static final int SESSION_MS = 30_000;
    private static final String WATCH = "watch";

    /** Plays all of them against each implementation, on an ensemble of its own. */
    public static Intrusions tryAll(List<Coordination> implementations)
            throws IOException, InterruptedException, ExecutionException, TimeoutException, KeeperException {
        Table table = new Table();
        try (Ensemble ensemble = Ensemble.start(1)) {
            String servers = ensemble.connectString();
            ZooKeeper owner = new ZooKeeper(servers, SESSION_MS, event -> {});
            try {
                owner.addAuthInfo(LockedTree.OWNER.scheme(), LockedTree.OWNER.bytes());
                LockedTree.lockRoot(owner);
                for (Coordination each : implementations) {
                    tryOn(servers, each, owner, table);
                }
            } finally {
                owner.close();
            }
        }
        return table.result();
    }

    private static void tryOn(String servers, Coordination by, ZooKeeper owner, Table table)
            throws IOException, InterruptedException, ExecutionException, TimeoutException, KeeperException {
        List<Stranger> strangers = Stranger.all(servers);
        try (LockedTree tree = new LockedTree(servers, by, owner)) {
            tree.await();
            List<String> paths = tree.paths();
            for (Stranger stranger : strangers) {
                for (String path : paths) {
                    stranger.watch(path);
                }
                for (String path : paths) {
                    for (Operation operation : Operation.values()) {
                        table.tried(stranger, operation.toString(), path, stranger.isRefused(operation, path));
                    }
                }
            }
            tree.change();
            for (Stranger stranger : strangers) {
                // Its next answer comes behind whatever it was to hear before.
                stranger.isRefused(Operation.READ, paths.get(0));
                paths.forEach(path -> table.tried(stranger, WATCH, path, !stranger.heardOf(path)));
            }
        } finally {
            for (Stranger stranger : strangers) {
                stranger.close();
            }
        }
    }

    private static final class Table {
        private final List<String> wrong = new ArrayList<>();
        private final Map<String, Integer> refused = new TreeMap<>();
        private int tries;

        void tried(Stranger stranger, String operation, String path, boolean good) {
            tries++;
            refused.merge(path, good ? 1 : 0, Integer::sum);
            if (!good) {
                wrong.add("PASSED  " + operation + " " + path + " by " + stranger);
            }
        }

        Intrusions result() {
            List<String> lines = new ArrayList<>();
            refused.forEach((path, count) -> lines.add("%4d refused  %s".formatted(count, path)));
            lines.addAll(wrong);
            lines.add(tries + " tries by strangers (anonymous, wrong password, another identity), " + wrong.size()
                    + " that should not pass");
            return new Intrusions(lines, tries, wrong.size());
        }
    }
}
