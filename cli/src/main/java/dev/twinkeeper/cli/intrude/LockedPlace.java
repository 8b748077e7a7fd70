package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.contract.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/** Znodes in use, all of them locked to {@link #OWNER}'s credentials. Closing it ends those who use them. */
interface LockedPlace extends AutoCloseable {
    Security.Credentials OWNER = Security.Credentials.parse("owner:a secret");

    /** For those who use the place. */
    Security SECURITY = Security.NONE.withCredentials(OWNER).withAcl(List.of(OWNER.grant()));

    int ANY_VERSION = -1;

    /** Returns when every kind of znode is there. */
    void await() throws InterruptedException, ExecutionException, TimeoutException, KeeperException;

    /** One of each kind. */
    List<String> paths() throws KeeperException, InterruptedException;

    @Override
    void close();

    /** So that nobody else makes anything at all, and nothing that we make can be deleted from above. */
    static void lockRoot(ZooKeeper owner) throws KeeperException, InterruptedException {
        owner.setACL("/", onlyTheOwner(), ANY_VERSION);
    }

    /** That znode and all below it. */
    static List<String> below(ZooKeeper owner, String path) throws KeeperException, InterruptedException {
        List<String> paths = new ArrayList<>(List.of(path));
        for (String child : owner.getChildren(path, false)) {
            paths.addAll(below(owner, path + "/" + child));
        }
        return paths;
    }

    /** Whether that is its ACL, and nothing beside. */
    static boolean isLocked(ZooKeeper owner, String path) throws KeeperException, InterruptedException {
        return owner.getACL(path, new Stat()).equals(onlyTheOwner());
    }

    private static List<ACL> onlyTheOwner() {
        Security.Grant grant = OWNER.grant();
        return new ArrayList<>(List.of(new ACL(Perms.ALL, new Id(grant.scheme(), grant.id()))));
    }
}
