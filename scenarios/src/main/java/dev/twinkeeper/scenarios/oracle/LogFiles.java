package dev.twinkeeper.scenarios.oracle;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Adler32;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.server.persistence.Util;

/**
 * The log files of one server, read while it may be writing to them. ZooKeeper's own iterator does not do for this: it
 * takes a half-written record for corruption, and unpacks all that one wants to skip.
 *
 * <p>A file is a header, then records of {@code checksum, length, bytes, 'B'}; what was allocated ahead is zeros.
 */
final class LogFiles {
    private static final int HEADER = 16;
    private static final int END_OF_RECORD = 'B';
    private static final int LONGEST = 64 * 1024 * 1024;

    /** Where the zxid stands in a record: after the session and the cxid. */
    private static final int ZXID_AT = Long.BYTES + Integer.BYTES;

    /** Takes a record. */
    @FunctionalInterface
    interface Sink {
        void take(long zxid, byte[] record) throws IOException;
    }

    private LogFiles() {}

    /** All whole records from that zxid on, in their order. */
    static void read(Path directory, long from, Sink sink) throws IOException {
        List<Path> files = files(directory);
        for (int i = 0; i < files.size(); i++) {
            boolean allBefore = i + 1 < files.size() && firstZxid(files.get(i + 1)) <= from;
            if (!allBefore) {
                readFile(files.get(i), from, sink);
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(file -> firstZxid(file) >= 0)
                    .sorted((a, b) -> Long.compare(firstZxid(a), firstZxid(b)))
                    .toList();
        }
    }

    /** -1 where it is no log file. */
    private static long firstZxid(Path file) {
        return Util.getZxidFromName(file.getFileName().toString(), FileTxnLog.LOG_FILE_PREFIX);
    }

    private static void readFile(Path file, long from, Sink sink) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            in.skipNBytes(HEADER);
            for (byte[] record = next(in); record != null; record = next(in)) {
                long zxid = ByteBuffer.wrap(record).getLong(ZXID_AT);
                if (zxid >= from) {
                    sink.take(zxid, record);
                }
            }
        } catch (EOFException tail) {
            // The end of what is written so far. Whether that is far enough, the caller knows.
            return;
        }
    }

    /** The next whole record; null at the tail. */
    private static byte[] next(DataInputStream in) throws IOException {
        long checksum = in.readLong();
        int length = in.readInt();
        if (length <= ZXID_AT + Long.BYTES || length > LONGEST) {
            return null;
        }
        byte[] record = in.readNBytes(length);
        Adler32 adler = new Adler32();
        adler.update(record);
        boolean whole = record.length == length && in.read() == END_OF_RECORD && adler.getValue() == checksum;
        return whole ? record : null;
    }
}
