package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogMarksTest {
    private static final int COMMITS = 60;
    private static final String LARGE = "x".repeat(100_000);

    @TempDir
    private Path servers;

    private List<Path> directories() {
        return IntStream.rangeClosed(1, 3)
                .mapToObj(server -> servers.resolve(server + "/data/version-2"))
                .toList();
    }

    private List<Long> write(String data) throws IOException {
        List<Long> zxids = new ArrayList<>();
        try (LogWriter log = new LogWriter(servers)) {
            zxids.add(log.commit(1, 1, log.create("/a", "", false)));
            for (int i = 1; i < COMMITS; i++) {
                zxids.add(log.commit(1, 1, log.set("/a", data)));
            }
        }
        return zxids;
    }

    private List<Long> read(long after, long through) {
        return new TransactionLog(directories(), "")
                .read(after, through).stream().map(Commit::zxid).toList();
    }

    private Path file() throws IOException {
        try (var files = Files.list(directories().get(0))) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void theEndOfALogThatWasReadBeforeIsReadFromAMark() throws IOException {
        List<Long> zxids = write(LARGE);
        long last = zxids.get(COMMITS - 1);
        assertThat(read(0, last)).isEqualTo(zxids);

        for (int after : List.of(1, 10, 11, 12, 50, COMMITS - 2)) {
            assertThat(read(zxids.get(after), last)).isEqualTo(zxids.subList(after + 1, COMMITS));
        }
        assertThat(LogMarks.before(file(), last).orElseThrow().offset()).isGreaterThan(5_000_000);
        assertThat(read(0, last)).isEqualTo(zxids);
    }

    @Test
    void aLogThatWasCutAndWrittenAnewIsReadAsItIs() throws IOException {
        List<Long> zxids = write(LARGE);
        long last = zxids.get(COMMITS - 1);
        read(0, last);
        for (Path directory : directories()) {
            try (var files = Files.list(directory)) {
                Files.delete(files.findFirst().orElseThrow());
            }
        }

        write("y".repeat(200_000));

        assertThat(read(zxids.get(50), last)).isEqualTo(zxids.subList(51, COMMITS));
        assertThat(read(0, last)).isEqualTo(zxids);
    }
}
