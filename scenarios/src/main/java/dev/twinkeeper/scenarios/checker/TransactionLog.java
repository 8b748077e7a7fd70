package dev.twinkeeper.scenarios.checker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The servers' transaction logs, read into the one order of what was committed.
 *
 * <p>Committed is what a majority of the servers has in its log: a transaction in fewer of them was proposed by a
 * leader that was lost before it was acknowledged. (A server that was far behind may have been given a snapshot in
 * place of the records; the majority has them.) Transactions that failed change nothing and are left out.
 */
public final class TransactionLog {
    /** A server writes its log before it acknowledges, so the first reading should do; a lagging disk may need more. */
    private static final Duration WRITTEN = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final List<Path> directories;
    private final String root;

    /**
     * @param directories of the logs, one for each server of the ensemble
     * @param root the chroot: commits that change nothing below it are left out
     */
    public TransactionLog(List<Path> directories, String root) {
        this.directories = List.copyOf(directories);
        this.root = root;
    }

    /**
     * What was committed after one zxid and through another, which must have been acknowledged.
     *
     * @throws AssertionError where two servers hold different transactions at one zxid, or where {@code through} is in
     *     no majority's log
     */
    public List<Commit> read(long after, long through) {
        AtomicLong reached = new AtomicLong();
        List<List<Commit>> last = new ArrayList<>();
        try {
            Awaitility.await()
                    .atMost(WRITTEN)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(PAUSE)
                    .pollInSameThread()
                    .until(() -> {
                        last.clear();
                        last.add(readOnce(after, through, reached));
                        return reached.get() >= through;
                    });
            return last.get(0);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "the majority's logs end at 0x%x, but 0x%x was acknowledged".formatted(reached.get(), through), e);
        }
    }

    /** A transaction, and how many servers have it. */
    private static final class Held {
        final Commit commit;
        int servers;

        Held(Commit commit) {
            this.commit = commit;
        }
    }

    private List<Commit> readOnce(long after, long through, AtomicLong reached) {
        TreeMap<Long, Held> all = new TreeMap<>();
        try {
            for (Path directory : directories) {
                readOnce(directory, after, through, all);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.values().removeIf(held -> held.servers <= directories.size() / 2);
        reached.set(all.isEmpty() ? after : all.lastKey());
        return all.values().stream()
                .map(held -> held.commit)
                .filter(commit -> !commit.changes().isEmpty())
                .toList();
    }

    private void readOnce(Path directory, long after, long through, TreeMap<Long, Held> all) throws IOException {
        try (LogCursor cursor = LogFiles.open(directory, after + 1)) {
            while (cursor.next()) {
                if (cursor.zxid() > after && cursor.zxid() <= through) {
                    hold(all, cursor.zxid(), Transactions.decode(cursor.record(), root), directory);
                }
            }
        }
    }

    private static void hold(TreeMap<Long, Held> all, long zxid, Commit commit, Path directory) {
        Held held = all.computeIfAbsent(zxid, unused -> new Held(commit));
        if (!held.commit.equals(commit)) {
            throw new AssertionError("the servers disagree at zxid 0x%x: %s, but in %s %s"
                    .formatted(zxid, held.commit, directory, commit));
        }
        held.servers++;
    }
}
