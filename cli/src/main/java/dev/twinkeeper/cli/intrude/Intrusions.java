package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.cli.intrude.Stranger.Operation;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;

/**
 * The table of what strangers tried, and roles beyond what is granted to them, and what passed.
 *
 * @param lines for people
 * @param tries how many
 * @param passed how many of them were not refused, or were heard of, and should not; and how many of a role's should
 *     have passed and did not
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
                owner.addAuthInfo(LockedPlace.OWNER.scheme(), LockedPlace.OWNER.bytes());
                LockedPlace.lockRoot(owner);
                for (Coordination each : implementations) {
                    tryOn(servers, new LockedTree(servers, each, owner), owner, table);
                    table.played(RoleTrials.on(servers, each, owner));
                    for (Recipes recipes : recipes(each)) {
                        tryOn(servers, new LockedRecipes(servers, recipes, owner), owner, table);
                    }
                }
            } finally {
                owner.close();
            }
        }
        return table.result();
    }

    /** The side's own, and those that it has a second time. */
    private static List<Recipes> recipes(Coordination side) {
        return Stream.concat(Recipes.all().stream(), Recipes.variants().stream())
                .filter(each -> each.side().equals(side.name()))
                .toList();
    }

    private static void tryOn(String servers, LockedPlace place, ZooKeeper owner, Table table)
            throws IOException, InterruptedException, ExecutionException, TimeoutException, KeeperException {
        List<Stranger> strangers = Stranger.all(servers);
        try (place) {
            place.await();
            List<String> paths = place.paths();
            for (String path : paths) {
                table.looked(path, LockedPlace.isLocked(owner, path));
            }
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
            for (String path : paths) {
                change(owner, path);
            }
            for (Stranger stranger : strangers) {
                stranger.flush();
                paths.forEach(path -> table.tried(stranger, WATCH, path, !stranger.heardOf(path)));
            }
        } finally {
            for (Stranger stranger : strangers) {
                stranger.close();
            }
        }
    }

    /** For those who watch. */
    private static void change(ZooKeeper owner, String path) throws KeeperException, InterruptedException {
        try {
            owner.setData(path, owner.getData(path, false, null), LockedPlace.ANY_VERSION);
        } catch (KeeperException.NoNodeException e) {
            // A stranger deleted it, which is in the table.
        }
    }

    private static final class Table {
        /** By which a creator finds its znode again: it says nothing, and fills a line. */
        private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f-]{27}");

        private final List<String> wrong = new ArrayList<>();
        private final Map<String, Integer> refused = new TreeMap<>();
        private final List<String> byRoles = new ArrayList<>();
        private final List<String> wrongByRoles = new ArrayList<>();
        private int tries;
        private int triesByRoles;

        void tried(Stranger stranger, String operation, String path, boolean good) {
            tries++;
            refused.merge(UUID.matcher(path).replaceAll("UUID"), good ? 1 : 0, Integer::sum);
            if (!good) {
                wrong.add("PASSED  " + operation + " " + path + " by " + stranger);
            }
        }

        /** What no stranger may do has to be the ACL's doing, and not that of whatever stands above. */
        void looked(String path, boolean locked) {
            if (!locked) {
                wrong.add("OPEN    " + path + " has another ACL");
            }
        }

        void played(RoleTrials trials) {
            trials.lines().forEach(line -> byRoles.add(UUID.matcher(line).replaceAll("UUID")));
            wrongByRoles.addAll(trials.wrong());
            triesByRoles += trials.tries();
        }

        Intrusions result() {
            List<String> lines = new ArrayList<>();
            refused.forEach((path, count) -> lines.add("%4d refused  %s".formatted(count, path)));
            lines.addAll(wrong);
            lines.add(tries + " tries by strangers (anonymous, wrong password, another identity), " + wrong.size()
                    + " that should not pass");
            lines.addAll(byRoles);
            lines.addAll(wrongByRoles);
            lines.add(triesByRoles + " tries by the roles of trees with four identities, and by nobody: "
                    + wrongByRoles.size() + " not as granted");
            return new Intrusions(lines, tries + triesByRoles, wrong.size() + wrongByRoles.size());
        }
    }
}
