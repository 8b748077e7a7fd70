package dev.twinkeeper.cli.fuzz;

import dev.twinkeeper.cli.report.ReportException;
import dev.twinkeeper.contract.CoordinationException;
import java.nio.file.Path;
import java.util.Locale;

/** A decoder of what others write, with what holds of it for whatever bytes. */
enum Decoder {
    WORKER_LINE(TreeDecoders::workerLine),
    MASTER_LINE(TreeDecoders::masterLine),
    EPOCH_LINE(TreeDecoders::epochLine),
    ASSIGNMENT_LINE(TreeDecoders::assignmentLine),
    STATUS(TreeDecoders::status),
    PATH(TreeDecoders::path),
    NAME(TreeDecoders::name),
    CONNECT_STRING(SettingDecoders::connectString),
    DURATION(SettingDecoders::duration),
    CREDENTIALS(SettingDecoders::credentials),
    IDENTITIES(SettingDecoders::identities),
    AUTH_FILE(FileDecoders::authFile),
    TLS_CONFIG(FileDecoders::tlsConfig),
    ZOO_CFG(FileDecoders::zooCfg),
    FOUR_LETTER_WORD(FileDecoders::fourLetterWord),
    RESULTS(FileDecoders::results),
    RECORDINGS(FileDecoders::recordings),
    TORTURE_PAGE(FileDecoders::torturePage),
    EVENT(FileDecoders::event),
    RUN(RunDecoders::run),
    HISTORY(RunDecoders::history),
    FAULTS(RunDecoders::faults),
    FINAL_TREE(RunDecoders::finalTree),
    TRANSACTION_LOG(RunDecoders::log),
    TRANSACTIONS(RunDecoders::transactions);

    private static final Path CORPUS = Path.of("src/test/resources/corpus");

    /** Throws what the decoder documents, and no more. */
    private interface Body {
        void decode(byte[] input) throws Exception;
    }

    private final Body body;

    Decoder(Body body) {
        this.body = body;
    }

    /** The bytes that are played in each build, one file each. */
    Path corpus() {
        return CORPUS.resolve(name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /** Fails by whatever it throws. */
    void decode(byte[] input) throws Exception {
        try {
            body.decode(input);
        } catch (CoordinationException | ReportException refused) {
            Expect.line(refused.getMessage());
        }
    }
}
