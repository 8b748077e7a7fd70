package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.checker.LogTail;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.server.Request;
import org.apache.zookeeper.server.persistence.FileTxnLog;
import org.apache.zookeeper.server.persistence.TxnLog;
import org.apache.zookeeper.txn.SetDataTxn;
import org.apache.zookeeper.txn.TxnDigest;
import org.apache.zookeeper.txn.TxnHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A record is torn as by a loss of power, and ZooKeeper and the checker both take it so. */
class TornLogTest {
    private static final long EPOCH = 1L << 32;
    private static final int LENGTH = 8;

    @TempDir
    private Path directory;

    private FileTxnLog log;

    @BeforeEach
    void write() throws IOException {
        log = new FileTxnLog(directory.toFile());
        for (long zxid = EPOCH + 1; zxid <= EPOCH + LENGTH; zxid++) {
            append(zxid);
        }
        log.commit();
        log.close();
    }

    private void append(long zxid) throws IOException {
        TxnHeader header = new TxnHeader(1, 1, zxid, 1, OpCode.setData);
        SetDataTxn set = new SetDataTxn("/some", "text".getBytes(StandardCharsets.UTF_8), 1);
        log.append(new Request(header, set, new TxnDigest(2, 1)));
    }

    private LogTail last() throws IOException {
        return LogTail.of(directory).orElseThrow();
    }

    @Test
    void theTailIsTheLastRecordAndStandsWhereItSays() throws IOException {
        LogTail tail = last();

        assertThat(tail.zxid()).isEqualTo(EPOCH + LENGTH);
        byte[] bytes = Files.readAllBytes(tail.file());
        assertThat(bytes[(int) tail.end() - 1]).isEqualTo((byte) 'B');
        assertThat(bytes[(int) tail.end()]).isZero();
        assertThat(tail.end() - tail.begin()).isBetween(50L, 200L);
    }

    /** ZOOKEEPER-4712. */
    @Test
    void aFileThatHasTransactionsTwiceIsFound() throws IOException {
        Path file = last().file();
        assertThat(LogTail.outOfOrder(file)).isEmpty();

        log = new FileTxnLog(Files.createDirectory(directory.resolve("twice")).toFile());
        for (long zxid : List.of(EPOCH + 1, EPOCH + 2, EPOCH + 3, EPOCH + 1, EPOCH + 2)) {
            append(zxid);
        }
        log.commit();
        log.close();

        Path twice = LogTail.of(directory.resolve("twice")).orElseThrow().file();
        assertThat(LogTail.outOfOrder(twice)).hasValue(EPOCH + 3);
    }

    static Stream<Arguments> tears() {
        return Stream.of(1, 7, 8, 11, 12, 40, -1)
                .flatMap(kept -> Stream.of(Arguments.of(kept, true), Arguments.of(kept, false)));
    }

    @ParameterizedTest
    @MethodSource("tears")
    void aTornRecordIsTheEndForTheServerAndForTheChecker(int kept, boolean allocated) throws IOException {
        LogTail tail = last();
        TornLog.tear(tail, kept < 0 ? tail.end() - tail.begin() - 1 : kept, allocated);

        assertThat(last().zxid()).isEqualTo(EPOCH + LENGTH - 1);
        assertThat(LogTail.has(directory, EPOCH + LENGTH)).isFalse();
        assertThat(LogTail.has(directory, EPOCH + LENGTH - 1)).isTrue();
        assertThat(newest()).isEqualTo(EPOCH + LENGTH - 1);
    }

    @Test
    void aRecordThatIsWrittenAgainIsFoundInTheNextFile() throws IOException {
        TornLog.tear(last(), 20, true);
        log = new FileTxnLog(directory.toFile());
        append(EPOCH + LENGTH);
        append(EPOCH + LENGTH + 1);
        log.commit();
        log.close();

        assertThat(LogTail.has(directory, EPOCH + LENGTH)).isTrue();
        assertThat(last().zxid()).isEqualTo(EPOCH + LENGTH + 1);
        assertThat(newest()).isEqualTo(EPOCH + LENGTH + 1);
    }

    /** As a server reads it when it starts. */
    private long newest() throws IOException {
        long newest = -1;
        try (TxnLog.TxnIterator records = new FileTxnLog(directory.toFile()).read(EPOCH + 1)) {
            do {
                newest = records.getHeader().getZxid();
            } while (records.next());
        }
        return newest;
    }
}
