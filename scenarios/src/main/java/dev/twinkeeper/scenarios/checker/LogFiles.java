package dev.twinkeeper.scenarios.checker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.server.persistence.FileSnap;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.server.persistence.Util;

/** The files of one server: {@code log.ZXID} begins with that zxid, {@code snapshot.ZXID} has all up to it. */
final class LogFiles {
    /** {@code version-2} in {@code dataDir}, with room for how somebody lays out the directories of his servers. */
    private static final int DEPTH = 6;

    private LogFiles() {}

    /** The records from that zxid on, in the order in which they were written. */
    static LogCursor open(Path directory, long from) throws IOException {
        List<Path> files = find(directory, FileTxnLog.LOG_FILE_PREFIX);
        int first = 0;
        while (first + 1 < files.size() && zxid(files.get(first + 1), FileTxnLog.LOG_FILE_PREFIX) <= from) {
            first++;
        }
        return new LogCursor(files.subList(first, files.size()), from);
    }

    /** The newest file; -1 where there is none, else the zxid that it begins with. */
    static long newest(Path directory) throws IOException {
        List<Path> files = find(directory, FileTxnLog.LOG_FILE_PREFIX);
        return files.isEmpty() ? -1 : zxid(files.get(files.size() - 1), FileTxnLog.LOG_FILE_PREFIX);
    }

    /** Up to where the snapshots of the server reach, in their order. */
    static List<Long> snapshots(Path directory) throws IOException {
        return find(directory, FileSnap.SNAPSHOT_FILE_PREFIX).stream()
                .map(file -> zxid(file, FileSnap.SNAPSHOT_FILE_PREFIX))
                .toList();
    }

    private static List<Path> find(Path directory, String prefix) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.find(directory, DEPTH, (file, attributes) -> zxid(file, prefix) >= 0)) {
            return all.sorted(Comparator.comparingLong((Path file) -> zxid(file, prefix)))
                    .toList();
        }
    }

    /** -1 where it is no such file. */
    private static long zxid(Path file, String prefix) {
        return Util.getZxidFromName(file.getFileName().toString(), prefix);
    }
}
