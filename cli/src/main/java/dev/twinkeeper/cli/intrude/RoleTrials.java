package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.cli.intrude.Insider.Operation;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.TreeAcl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Stat;

/**
 * The roles of a tree of four identities as intruders with each other: what passes has to be exactly what {@link
 * dev.twinkeeper.layout.ZnodeKind} grants.
 */
final class RoleTrials {
    private final Layout layout;
    private final TreeAcl<ACL> acl;
    private final ZooKeeper owner;
    private final List<String> lines = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private int tries;

    private RoleTrials(Layout layout, ZooKeeper owner) {
        this.layout = layout;
        this.acl = RoleIdentities.acl(layout);
        this.owner = owner;
    }

    /** Plays them on a tree of that implementation. */
    static RoleTrials on(String servers, Coordination by, ZooKeeper owner)
            throws IOException, InterruptedException, ExecutionException, TimeoutException, KeeperException {
        List<Insider> insiders = Insider.all(servers);
        try (LockedTree tree = LockedTree.ofRoles(servers, by, owner)) {
            tree.await();
            RoleTrials trials = new RoleTrials(tree.layout(), owner);
            trials.play(insiders);
            return trials;
        } finally {
            for (Insider insider : insiders) {
                insider.close();
            }
        }
    }

    /** What passed, for people. */
    List<String> lines() {
        return lines;
    }

    /** What passed and should not, or did not and should. */
    List<String> wrong() {
        return wrong;
    }

    int tries() {
        return tries;
    }

    private void play(List<Insider> insiders)
            throws KeeperException, InterruptedException, ExecutionException, TimeoutException {
        List<String> paths = new ArrayList<>(LockedPlace.below(owner, layout.root()));
        // A change of it ends the reign, and /master goes.
        paths.sort(Comparator.comparing(layout.epoch()::equals));
        for (Insider insider : insiders) {
            for (String path : paths) {
                insider.watch(path);
            }
        }
        for (String path : paths) {
            look(path);
            for (Insider insider : insiders) {
                tryAll(insider, path);
            }
        }
        for (String path : paths) {
            owner.setData(path, owner.getData(path, false, null), LockedPlace.ANY_VERSION);
        }
        for (Insider insider : insiders) {
            insider.flush();
            for (String path : paths) {
                tried(insider, "watch", path, insider.heardOf(path), insider.mayHear(layout, path));
            }
        }
    }

    /** What a role may not do has to be the ACL's doing, and what stands there none of a longer list. */
    private void look(String path) throws KeeperException, InterruptedException {
        if (!owner.getACL(path, new Stat()).equals(acl.at(path))) {
            wrong.add("OPEN    " + path + " has another ACL");
        }
    }

    private void tryAll(Insider insider, String path) throws InterruptedException {
        List<String> passed = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            boolean passes = insider.passes(operation, path);
            if (passes) {
                passed.add(operation.toString());
            }
            tried(insider, operation.toString(), path, passes, insider.isGranted(operation, layout, path));
        }
        lines.add("%-8s %s: %s".formatted(insider, path, passed.isEmpty() ? "nothing" : String.join(", ", passed)));
    }

    private void tried(Insider insider, String operation, String path, boolean passed, boolean granted) {
        tries++;
        if (passed != granted) {
            wrong.add((passed ? "PASSED  " : "REFUSED ") + operation + " " + path + " by " + insider);
        }
    }
}
