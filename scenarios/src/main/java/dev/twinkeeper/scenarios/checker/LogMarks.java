package dev.twinkeeper.scenarios.checker;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where records stand in files that were read before, one mark for each megabyte: every scenario wants the end of logs
 * that grow with each of them, and reading all that went before took more time than most scenarios do. Safe for several
 * threads.
 */
final class LogMarks {
    /** More than are read at a time: those of some ensembles. */
    private static final int FILES = 64;

    private static final long APART = 1 << 20;

    /** A record, so that one can tell whether it is still there: a server that was ahead cuts its log. */
    record Mark(long zxid, long offset, long checksum) {}

    private static final Map<Path, NavigableMap<Long, Mark>> marks = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, NavigableMap<Long, Mark>> eldest) {
            return size() > FILES;
        }
    };

    private LogMarks() {}

    /** Keeps it where it is far enough behind the last one. */
    static synchronized void add(Path file, Mark mark) {
        NavigableMap<Long, Mark> all = marks.computeIfAbsent(file, unused -> new TreeMap<>());
        if (all.isEmpty() || mark.offset() - all.lastEntry().getValue().offset() >= APART) {
            all.put(mark.zxid(), mark);
        }
    }

    /** The last one before that zxid. */
    static synchronized Optional<Mark> before(Path file, long zxid) {
        NavigableMap<Long, Mark> all = marks.get(file);
        return Optional.ofNullable(all == null ? null : all.lowerEntry(zxid)).map(Map.Entry::getValue);
    }

    /** The file is no longer what it was. */
    static synchronized void forget(Path file) {
        marks.remove(file);
    }
}
