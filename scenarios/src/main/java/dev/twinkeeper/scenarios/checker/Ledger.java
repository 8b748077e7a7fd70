package dev.twinkeeper.scenarios.checker;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.server.TxnLogEntry;
import org.apache.zookeeper.server.util.SerializeUtils;

/**
 * The logs of all servers, merged in zxid order while they are read: for runs too long to be held in memory. The servers
 * must be down, or at rest.
 *
 * <p>What a union of logs means. A zxid is an epoch of the ensemble and a counter, and an epoch has one leader, so:
 *
 * <ul>
 *   <li>Where two servers have the same zxid, they must have the same transaction, whatever became of it.
 *   <li>The leader counts every transaction, failed ones included. Within an epoch the union begins at 1 and has no
 *       gap.
 *   <li><em>Committed</em> is what a majority knows: has in its log, or had when it wrote a snapshot later in that epoch.
 *       (A server that was far behind, or had to truncate its log, is given the state and writes a snapshot in place of
 *       the records.) What fewer know was proposed by a leader that was lost before it was acknowledged. It is not
 *       disagreement: the leader truncates it when it comes back, or leaves it behind where it is given a snapshot.
 *   <li>What was committed in an epoch comes before what was not.
 *   <li>A server has every committed transaction up to its last, but for those in place of which it has a snapshot.
 * </ul>
 */
public final class Ledger {
    /** After this many, further ones say nothing new. */
    private static final int MOST_WRONG = 100;

    private final List<Path> servers;

    /** @param servers the directory of each server's data; its log is anywhere below */
    public Ledger(List<Path> servers) {
        this.servers = List.copyOf(servers);
    }

    /** A transaction of the ledger. */
    public record Entry(long zxid, TxnLogEntry transaction, boolean committed) {
        /** What it changed below the root. */
        public Commit commit(String root) throws IOException {
            return Transactions.commit(transaction, root);
        }
    }

    /** Somebody who reads the ledger. */
    public interface Reader {
        void entry(Entry entry) throws IOException;

        /** Two servers have different transactions at one zxid. */
        void disagreement(long zxid, String message);

        /** A transaction is in no log, or in too few of them. */
        void gap(long zxid, String message);
    }

    /**
     * What was read.
     *
     * @param committed the transactions that were committed
     * @param dropped those that were proposed and never committed
     * @param lacking for each server, how many committed transactions it knows by snapshot only
     */
    public record Tally(long committed, long dropped, List<Long> lacking) {}

    /** Reads all of it, once, in zxid order. */
    public Tally read(Reader reader) throws IOException {
        List<LedgerSource> sources = new ArrayList<>();
        Guard guard = new Guard(reader);
        try {
            for (Path server : servers) {
                sources.add(LedgerSource.open(server, guard));
            }
            return new Merge(sources, guard).run();
        } finally {
            for (LedgerSource source : sources) {
                source.close();
            }
        }
    }

    private static final class Merge {
        private final List<LedgerSource> sources;
        private final Reader reader;
        private long last;
        private boolean lastCommitted = true;
        private long committed;
        private long dropped;

        Merge(List<LedgerSource> sources, Reader reader) {
            this.sources = sources;
            this.reader = reader;
        }

        Tally run() throws IOException {
            for (long zxid = smallest(); zxid >= 0; zxid = smallest()) {
                take(zxid);
            }
            return new Tally(
                    committed,
                    dropped,
                    sources.stream().map(LedgerSource::lacking).toList());
        }

        private long smallest() {
            long smallest = -1;
            for (LedgerSource source : sources) {
                if (source.has() && (smallest < 0 || source.zxid() < smallest)) {
                    smallest = source.zxid();
                }
            }
            return smallest;
        }

        /** Whatever is wrong with a record, its place is said: it is intact, but no server would write it. */
        private void take(long zxid) throws IOException {
            try {
                read(zxid);
            } catch (RuntimeException | EOFException e) {
                throw new IOException(
                        "the record of 0x%x makes no sense: %s".formatted(zxid, JsonLines.said(e.toString())), e);
            }
        }

        private void read(long zxid) throws IOException {
            LedgerSource first = null;
            int know = 0;
            for (LedgerSource source : sources) {
                know += source.knows(zxid) ? 1 : 0;
                if (source.at(zxid)) {
                    first = first == null ? source : first;
                    first.compare(source, reader);
                }
            }
            boolean majority = know > sources.size() / 2;
            follow(zxid, majority);
            reader.entry(new Entry(zxid, SerializeUtils.deserializeTxn(first.record()), majority));
            for (LedgerSource source : sources) {
                source.pass(zxid, majority);
            }
        }

        private void follow(long zxid, boolean majority) {
            boolean sameEpoch = epoch(zxid) == epoch(last) && last > 0;
            long expected = sameEpoch ? counter(last) + 1 : 1;
            if (counter(zxid) != expected) {
                reader.gap(
                        zxid,
                        "%d transactions before 0x%x are in no log: epoch %d goes on at %d after %d"
                                .formatted(counter(zxid) - expected, zxid, epoch(zxid), counter(zxid), expected - 1));
            }
            if (sameEpoch && majority && !lastCommitted) {
                reader.gap(
                        zxid,
                        "0x%x is committed, and 0x%x before it is in a minority's log only".formatted(zxid, last));
            }
            last = zxid;
            lastCommitted = majority;
            committed += majority ? 1 : 0;
            dropped += majority ? 0 : 1;
        }
    }

    static long epoch(long zxid) {
        return zxid >>> Integer.SIZE;
    }

    static long counter(long zxid) {
        return zxid & 0xffffffffL;
    }

    /** Passes on what is wrong, up to a bound: one lost file would make a million gaps. */
    private static final class Guard implements Reader {
        private final Reader reader;
        private int wrong;

        Guard(Reader reader) {
            this.reader = reader;
        }

        @Override
        public void entry(Entry entry) throws IOException {
            reader.entry(entry);
        }

        @Override
        public void disagreement(long zxid, String message) {
            if (wrong++ < MOST_WRONG) {
                reader.disagreement(zxid, message);
            }
        }

        @Override
        public void gap(long zxid, String message) {
            if (wrong++ < MOST_WRONG) {
                reader.gap(zxid, message);
            }
        }
    }
}
