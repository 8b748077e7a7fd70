package dev.twinkeeper.scenarios.checker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.util.SerializeUtils;
import org.apache.zookeeper.txn.CheckVersionTxn;
import org.apache.zookeeper.txn.CloseSessionTxn;
import org.apache.zookeeper.txn.CreateContainerTxn;
import org.apache.zookeeper.txn.CreateTTLTxn;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.DeleteTxn;
import org.apache.zookeeper.txn.MultiTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.Txn;

/** Turns records of a log into commits, by ZooKeeper's own classes. */
final class Transactions {
    private Transactions() {}

    /** The commit with what it changed below the root: nothing, where it failed or concerns others. */
    static Commit decode(byte[] record, String root) throws IOException {
        return commit(SerializeUtils.deserializeTxn(record), root);
    }

    static Commit commit(TxnLogEntry entry, String root) throws IOException {
        List<Change> changes = new ArrayList<>();
        if (entry.getTxn() instanceof MultiTxn multi) {
            if (!failed(multi)) {
                for (Txn txn : multi.getTxns()) {
                    add(unpack(txn), root, changes);
                }
            }
        } else if (entry.getTxn() != null) {
            add(entry.getTxn(), root, changes);
        }
        return new Commit(
                entry.getHeader().getZxid(),
                entry.getHeader().getClientId(),
                Instant.ofEpochMilli(entry.getHeader().getTime()),
                changes);
    }

    /** A failed multi is logged with the errors of some of its operations, or of all of them. */
    static boolean failed(MultiTxn multi) {
        return multi.getTxns().stream().anyMatch(txn -> txn.getType() == OpCode.error);
    }

    private static Record unpack(Txn txn) throws IOException {
        Record record =
                switch (txn.getType()) {
                    case OpCode.create, OpCode.create2 -> new CreateTxn();
                    case OpCode.createContainer -> new CreateContainerTxn();
                    case OpCode.createTTL -> new CreateTTLTxn();
                    case OpCode.delete, OpCode.deleteContainer -> new DeleteTxn();
                    case OpCode.setData -> new SetDataTxn();
                    case OpCode.check -> new CheckVersionTxn();
                    default -> throw new IOException("a multi with an operation of type " + txn.getType());
                };
        record.deserialize(BinaryInputArchive.getArchive(new ByteArrayInputStream(txn.getData())), "txn");
        return record;
    }

    private static void add(Record record, String root, List<Change> changes) {
        if (record instanceof CloseSessionTxn close) {
            List<String> ours = close.getPaths2Delete().stream()
                    .filter(path -> below(root, path))
                    .toList();
            if (!ours.isEmpty()) {
                changes.add(new Change.SessionClosed(ours));
            }
            return;
        }
        Change change = change(record, root);
        if (change != null) {
            changes.add(change);
        }
    }

    /** Null for what is not below the root, or no change of the tree: a session's beginning, an error, an ACL. */
    private static Change change(Record record, String root) {
        if (record instanceof CreateTxn create && below(root, create.getPath())) {
            return new Change.Create(create.getPath(), new Data(create.getData()), create.getEphemeral());
        }
        if (record instanceof CreateContainerTxn create && below(root, create.getPath())) {
            return new Change.Create(create.getPath(), new Data(create.getData()), false);
        }
        if (record instanceof CreateTTLTxn create && below(root, create.getPath())) {
            return new Change.Create(create.getPath(), new Data(create.getData()), false);
        }
        if (record instanceof DeleteTxn delete && below(root, delete.getPath())) {
            return new Change.Delete(delete.getPath());
        }
        if (record instanceof SetDataTxn set && below(root, set.getPath())) {
            return new Change.SetData(set.getPath(), new Data(set.getData()), set.getVersion());
        }
        if (record instanceof CheckVersionTxn check && below(root, check.getPath())) {
            // The log has the version that the next write would make.
            return new Change.Check(check.getPath(), check.getVersion() - 1);
        }
        return null;
    }

    private static boolean below(String root, String path) {
        return path.length() > root.length() && path.startsWith(root) && path.charAt(root.length()) == '/';
    }
}
