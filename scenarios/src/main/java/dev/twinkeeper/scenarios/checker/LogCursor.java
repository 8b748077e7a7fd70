package dev.twinkeeper.scenarios.checker;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.zip.Adler32;

/**
 * One server's log, record by record; the server may be writing to it. ZooKeeper's own iterator does not do for this: it
 * takes a half-written record for corruption, and unpacks all that one wants to skip.
 *
 * <p>A file is a header, then records of {@code checksum, length, bytes, 'B'}; what was allocated ahead is zeros.
 */
final class LogCursor implements AutoCloseable {
    private static final int HEADER = 16;
    private static final int END_OF_RECORD = 'B';
    private static final int LONGEST = 64 * 1024 * 1024;

    /** Larger than nearly every record, so that a record is a read of the disk at the most. */
    private static final int BUFFER = 1 << 16;

    /** Where the zxid stands in a record: after the session and the cxid. */
    private static final int ZXID_AT = Long.BYTES + Integer.BYTES;

    /** Checksum, length and end. */
    private static final int AROUND = Long.BYTES + Integer.BYTES + 1;

    private final Iterator<Path> files;
    private final long from;
    private DataInputStream in;
    private Path file;
    private long start;
    private long offset;
    private byte[] record;
    private long checksum;
    private boolean damaged;

    /**
     * @param files in the order of their zxids
     * @param from what goes before this zxid may be left out
     */
    LogCursor(List<Path> files, long from) {
        this.files = files.iterator();
        this.from = from;
    }

    /** Goes to the next whole record; false at the end of what is written so far. */
    boolean next() throws IOException {
        while (in != null || files.hasNext()) {
            if (in == null) {
                file = files.next();
                Optional<LogMarks.Mark> mark = LogMarks.before(file, from);
                if (mark.isEmpty() || !goTo(mark.get())) {
                    // An empty file has not even a header: its server was killed as it made it.
                    open(HEADER);
                }
            }
            start = offset;
            if (read()) {
                LogMarks.add(file, new LogMarks.Mark(zxid(), start, checksum));
                return true;
            }
            in.close();
            in = null;
        }
        record = null;
        return false;
    }

    private void open(long at) throws IOException {
        in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
        in.skip(at);
        offset = at;
    }

    /** Behind that record; false, and nothing is open, where it is no longer there. */
    private boolean goTo(LogMarks.Mark mark) throws IOException {
        boolean before = damaged;
        open(mark.offset());
        if (read() && zxid() == mark.zxid() && checksum == mark.checksum()) {
            return true;
        }
        damaged = before;
        in.close();
        LogMarks.forget(file);
        return false;
    }

    /** Where the record stands. */
    Path file() {
        return file;
    }

    /** Where in the file it begins. */
    long start() {
        return start;
    }

    /** Where in the file it ends. */
    long end() {
        return offset;
    }

    byte[] record() {
        return record;
    }

    long zxid() {
        return ByteBuffer.wrap(record).getLong(ZXID_AT);
    }

    /** The record's own, as the server wrote it. */
    long checksum() {
        return checksum;
    }

    /** Whether a record was passed that is complete and not what was written. */
    boolean damaged() {
        return damaged;
    }

    /** False at the tail: where nothing was written yet, or where a server was killed as it wrote. */
    private boolean read() throws IOException {
        try {
            checksum = in.readLong();
            int length = in.readInt();
            if (length <= ZXID_AT + Long.BYTES || length > LONGEST) {
                return false;
            }
            record = in.readNBytes(length);
            Adler32 adler = new Adler32();
            adler.update(record);
            boolean complete = record.length == length && in.read() == END_OF_RECORD;
            // What a kill leaves behind has no end; what has one was whole once.
            boolean intact = adler.getValue() == checksum;
            damaged |= complete && !intact;
            offset += AROUND + length;
            return complete && intact;
        } catch (EOFException tail) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (in != null) {
            in.close();
        }
    }
}
