package dev.twinkeeper.scenarios.checker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.Request;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.server.persistence.Util;
import org.apache.zookeeper.txn.CheckVersionTxn;
import org.apache.zookeeper.txn.CloseSessionTxn;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.DeleteTxn;
import org.apache.zookeeper.txn.ErrorTxn;
import org.apache.zookeeper.txn.MultiTxn;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.Txn;
import org.apache.zookeeper.txn.TxnDigest;
import org.apache.zookeeper.txn.TxnHeader;

/** Writes transaction logs as three servers would, by ZooKeeper's own classes, and whatever else a test wants in them. */
final class LogWriter implements AutoCloseable {
    private static final int DIGEST_VERSION = 2;

    private final List<Path> directories = new ArrayList<>();
    private final List<FileTxnLog> logs = new ArrayList<>();
    private final DataTree tree = new DataTree();
    private Set<Integer> writing = Set.of(1, 2, 3);
    private long epoch = 1;
    private long counter;
    private long lastZxid;

    LogWriter(Path servers) throws IOException {
        for (int server = 1; server <= 3; server++) {
            Path directory = servers.resolve(server + "/data/version-2");
            Files.createDirectories(directory);
            directories.add(directory);
            logs.add(new FileTxnLog(directory.toFile()));
        }
    }

    DataTree tree() {
        return tree;
    }

    long lastZxid() {
        return lastZxid;
    }

    /** What follows goes into the logs of these servers only. */
    void only(Integer... servers) {
        writing = Set.of(servers);
    }

    void nextEpoch() {
        epoch++;
        counter = 0;
    }

    /** As if so many transactions had been lost. */
    void skip(int transactions) {
        counter += transactions;
    }

    void back(int transactions) {
        counter -= transactions;
    }

    // Operations.

    Txn create(String path, String data, boolean ephemeral) {
        CreateTxn create = new CreateTxn(path, bytes(data), ZooDefs.Ids.OPEN_ACL_UNSAFE, ephemeral, -1);
        return txn(OpCode.create, create);
    }

    Txn delete(String path) {
        return txn(OpCode.delete, new DeleteTxn(path));
    }

    Txn set(String path, String data) {
        int version = tree.getNode(path) == null ? 0 : stat(path) + 1;
        return set(path, data, version);
    }

    Txn set(String path, String data, int version) {
        return txn(OpCode.setData, new SetDataTxn(path, bytes(data), version));
    }

    Txn check(String path) {
        return txn(OpCode.check, new CheckVersionTxn(path, stat(path) + 1));
    }

    /** What stands in a failed multi for an operation. */
    Txn error() {
        return txn(OpCode.error, new ErrorTxn(-101));
    }

    private int stat(String path) {
        return tree.getNode(path).stat.getVersion();
    }

    private static Txn txn(int type, Record record) {
        return new Txn(type, serialized(record));
    }

    // Transactions.

    /** A multi, applied and logged. */
    long commit(long session, long time, Txn... operations) {
        return commit(session, time, true, operations);
    }

    /** A multi, logged; applied to the tree that digests are made of only where that is asked for. */
    long commit(long session, long time, boolean applied, Txn... operations) {
        return append(session, time, OpCode.multi, new MultiTxn(List.of(operations)), applied);
    }

    long close(long session, long time) {
        List<String> paths = new ArrayList<>(tree.getEphemerals(session));
        return append(session, time, OpCode.closeSession, new CloseSessionTxn(paths), true);
    }

    long fail(long session, long time) {
        return append(session, time, OpCode.error, new ErrorTxn(-101), true);
    }

    private long append(long session, long time, int type, Record record, boolean applied) {
        long zxid = epoch << 32 | ++counter;
        lastZxid = zxid;
        TxnHeader header = new TxnHeader(session, (int) counter, zxid, time, type);
        try {
            if (applied) {
                tree.processTxn(header, record);
            }
            TxnDigest digest = new TxnDigest(DIGEST_VERSION, tree.getTreeDigest());
            for (int server : writing) {
                logs.get(server - 1).append(new Request(header, record, digest));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zxid;
    }

    // Files.

    /** The server goes on in a new file, as after a restart. */
    void roll(int server) throws IOException {
        logs.get(server - 1).commit();
        logs.get(server - 1).rollLog();
    }

    /** The server was given the state, up to the last transaction. */
    void snapshot(int server) throws IOException {
        Files.createFile(directories.get(server - 1).resolve(Util.makeSnapshotName(lastZxid)));
    }

    /** The server was killed while it wrote: its newest file ends within a record. */
    void tear(int server) throws IOException {
        roll(server);
        Path file = directories.get(server - 1).resolve(Util.makeLogName(lastZxid + 1));
        ByteArrayOutputStream half = new ByteArrayOutputStream();
        half.write(bytes("ZKLG0123456789ab"));
        half.write(bytes("half of a rec"));
        Files.write(file, half.toByteArray());
    }

    @Override
    public void close() throws IOException {
        List<FileTxnLog> open = List.copyOf(logs);
        logs.clear();
        for (FileTxnLog log : open) {
            log.commit();
            log.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] serialized(Record record) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            record.serialize(BinaryOutputArchive.getArchive(bytes), "txn");
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
