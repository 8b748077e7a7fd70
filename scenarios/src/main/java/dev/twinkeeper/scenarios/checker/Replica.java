package dev.twinkeeper.scenarios.checker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.DataNode;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.txn.MultiTxn;

/**
 * A tree made by ZooKeeper's own code from the transactions of a {@link Ledger}, as a server that starts makes its own.
 *
 * <p>It proves that the ledger is whole. A leader writes into each transaction only what it checked against its tree, and
 * with it the digest that its tree then has; so a transaction that does not apply, or a tree of another digest, means
 * that something before it is missing, or too much.
 */
public final class Replica {
    /** ZooKeeper's own, which no role of ours writes. */
    private static final String SYSTEM = "/zookeeper";

    private final DataTree tree = new DataTree();
    private boolean strayed;

    /** A znode as {@code stat} shows it. */
    public record Node(byte[] data, Stat stat) {}

    /** Applies a transaction; tells why it can't have been the next one. */
    public Optional<String> apply(TxnLogEntry entry) {
        int type = entry.getHeader().getType();
        boolean failed = type == OpCode.error || entry.getTxn() instanceof MultiTxn multi && Transactions.failed(multi);
        DataTree.ProcessTxnResult result = tree.processTxn(entry.getHeader(), entry.getTxn());
        if (!failed && result.err != Code.OK.intValue()) {
            return Optional.of("the servers committed it, but the replay answers " + Code.get(result.err));
        }
        boolean same = tree.compareDigest(entry.getHeader(), entry.getTxn(), entry.getDigest());
        if (!same && !strayed) {
            strayed = true;
            return Optional.of(
                    "the leader's tree had another digest than the replayed one from here on: the logs lack something");
        }
        return Optional.empty();
    }

    public Optional<Node> node(String path) {
        try {
            Stat stat = new Stat();
            byte[] data = tree.getData(path, stat, null);
            return Optional.of(new Node(data == null ? new byte[0] : data, stat));
        } catch (NoNodeException e) {
            return Optional.empty();
        }
    }

    /** All paths but the root and ZooKeeper's own. */
    public List<String> paths() {
        List<String> paths = new ArrayList<>();
        paths.add("/");
        for (int i = 0; i < paths.size(); i++) {
            String path = paths.get(i);
            DataNode node = tree.getNode(path);
            for (String child : node == null ? Set.<String>of() : node.getChildren()) {
                // A log that no server wrote may have a path with two slashes: below them is the root again.
                if (child.isEmpty()) {
                    continue;
                }
                String below = path.equals("/") ? "/" + child : path + "/" + child;
                if (!below.equals(SYSTEM)) {
                    paths.add(below);
                }
            }
        }
        return paths.subList(1, paths.size());
    }
}
