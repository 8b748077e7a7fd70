package dev.twinkeeper.scenarios.checker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.util.SerializeUtils;
import org.apache.zookeeper.txn.MultiTxn;

/** One server's part of a {@link Ledger}: its log as a stream that never goes back, and what its snapshots tell. */
final class LedgerSource implements AutoCloseable {
    /** A follower that joins again may log once more what it had not applied; never more than is in flight. */
    private static final int REMEMBERED = 10_000;

    private final Path server;
    private final LogCursor cursor;
    private final Ledger.Reader reader;

    /** How far each of its snapshots reaches. */
    private final TreeSet<Long> snapshots = new TreeSet<>();

    private final Map<Long, Long> checksums = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    private long zxid = -1;
    private boolean ended;
    private long lacking;

    /** The committed transactions that came since its own last one; -1 for none. */
    private long lacksFrom = -1;

    private long lacksTo;

    private LedgerSource(Path server, LogCursor cursor, Ledger.Reader reader) {
        this.server = server;
        this.cursor = cursor;
        this.reader = reader;
    }

    static LedgerSource open(Path server, Ledger.Reader reader) throws IOException {
        LedgerSource source = new LedgerSource(server, LogFiles.open(server, 0), reader);
        source.snapshots.addAll(LogFiles.snapshots(server));
        source.advance();
        return source;
    }

    boolean has() {
        return !ended;
    }

    long zxid() {
        return zxid;
    }

    byte[] record() {
        return cursor.record();
    }

    boolean at(long wanted) {
        return !ended && zxid == wanted;
    }

    /** In its log, or in the state that it was given in place of the log. */
    boolean knows(long wanted) {
        if (at(wanted)) {
            return true;
        }
        Long later = snapshots.ceiling(wanted);
        return later != null && Ledger.epoch(later) == Ledger.epoch(wanted);
    }

    /** How many committed transactions are not in its log. */
    long lacking() {
        return lacking;
    }

    void pass(long passed, boolean committed) throws IOException {
        if (at(passed)) {
            explain(passed);
            advance();
        } else if (committed) {
            lacking++;
            lacksFrom = lacksFrom < 0 ? passed : lacksFrom;
            lacksTo = passed;
        }
    }

    /** A server goes on after transactions that it has not only where it was given the state in place of them. */
    private void explain(long next) {
        Long given = snapshots.ceiling(lacksTo);
        if (lacksFrom >= 0 && (given == null || given >= next)) {
            reader.gap(
                    next,
                    "%s has 0x%x, and neither 0x%x to 0x%x before it nor a snapshot in place of them"
                            .formatted(name(), next, lacksFrom, lacksTo));
        }
        lacksFrom = -1;
    }

    private void advance() throws IOException {
        while (cursor.next()) {
            long next = cursor.zxid();
            if (next > zxid) {
                zxid = next;
                checksums.put(next, cursor.checksum());
                return;
            }
            Long before = checksums.get(next);
            if (before == null || before != cursor.checksum()) {
                reader.disagreement(
                        next,
                        "%s goes back from 0x%x to 0x%x, where it had another transaction"
                                .formatted(name(), zxid, next));
            }
        }
        if (cursor.damaged()) {
            reader.disagreement(zxid, name() + " has a damaged record after 0x" + Long.toHexString(zxid));
        }
        ended = true;
    }

    /** Both are at the same zxid, so both must have the same. The digest alone may differ: it is a server's own. */
    void compare(LedgerSource other, Ledger.Reader to) throws IOException {
        if (Arrays.equals(record(), other.record())) {
            return;
        }
        TxnLogEntry mine = SerializeUtils.deserializeTxn(record());
        TxnLogEntry theirs = SerializeUtils.deserializeTxn(other.record());
        if (!text(mine).equals(text(theirs))) {
            to.disagreement(
                    zxid,
                    "the servers disagree at 0x%x: %s has %s, %s has %s"
                            .formatted(zxid, name(), told(mine), other.name(), told(theirs)));
        }
    }

    /**
     * A failed multi is that and no more: a server that logs before it applies has its operations and an error behind
     * them, one that was sent it later has errors only, since ZooKeeper changes the record when it applies it.
     */
    private static String text(TxnLogEntry entry) {
        boolean failed = entry.getTxn() instanceof MultiTxn multi && Transactions.failed(multi);
        return entry.getHeader() + " " + (failed ? "failed" : entry.getTxn());
    }

    private static String told(TxnLogEntry entry) throws IOException {
        Commit commit = Transactions.commit(entry, "");
        return "session 0x%x: %s".formatted(commit.session(), commit.changes());
    }

    private String name() {
        return "server " + server.getFileName();
    }

    @Override
    public void close() throws IOException {
        cursor.close();
    }
}
