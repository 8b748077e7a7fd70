package dev.twinkeeper.scenarios.checker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The last whole record of a server's log: for faults that touch the log and must know what they take away.
 *
 * @param file where it stands
 * @param zxid the transaction's
 * @param begin where in the file it begins
 * @param end where the next one would begin
 */
public record LogTail(Path file, long zxid, long begin, long end) {
    /** Of the newest file of the log below that directory; empty where that has no whole record. */
    public static Optional<LogTail> of(Path directory) throws IOException {
        Optional<LogTail> last = Optional.empty();
        try (LogCursor cursor = LogFiles.open(directory, Math.max(0, LogFiles.newest(directory)))) {
            while (cursor.next()) {
                last = Optional.of(new LogTail(cursor.file(), cursor.zxid(), cursor.start(), cursor.end()));
            }
        }
        return last;
    }

    /**
     * The highest transaction of a file of the log that has some twice, or out of order; empty where it is in order. Not to
     * be asked while its server runs.
     */
    public static OptionalLong outOfOrder(Path file) throws IOException {
        long highest = 0;
        boolean inOrder = true;
        try (LogCursor cursor = new LogCursor(List.of(file), 0)) {
            while (cursor.next()) {
                inOrder &= cursor.zxid() > highest;
                highest = Math.max(highest, cursor.zxid());
            }
        }
        return inOrder ? OptionalLong.empty() : OptionalLong.of(highest);
    }

    /** Whether the log below that directory has that transaction, whole. The server may be writing to it. */
    public static boolean has(Path directory, long zxid) throws IOException {
        try (LogCursor cursor = LogFiles.open(directory, zxid)) {
            while (cursor.next()) {
                if (cursor.zxid() >= zxid) {
                    return cursor.zxid() == zxid;
                }
            }
        }
        return false;
    }
}
