package dev.twinkeeper.cli.fuzz;

import dev.twinkeeper.scenarios.checker.RunChecker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Adler32;

/** What {@code check DIR} reads: the directory of a run, of which one file is whatever bytes. */
final class RunDecoders {
    private static final byte[] RUN = """
            {"implementation":"raw","seed":1,"command":"torture","begin":"2026-01-01T00:00:00Z","rate":1.0,
            "session_timeout_ms":6000,"retention_ms":3600000,"root":"","load_begin":0,"load_end":1000000}
            """.getBytes(StandardCharsets.UTF_8);
    private static final byte[] HISTORY = """
            {"at":1,"op":"process","type":"start","process":"m1"}
            {"at":2,"op":"session","process":"m1","session":"0x1"}
            {"at":3,"op":"submit","type":"invoke","process":"c1","id":1,"command":"x"}
            {"at":4,"op":"submit","type":"ok","process":"c1","id":1,"task":"task-0000000000"}
            """.getBytes(StandardCharsets.UTF_8);
    private static final byte[] NOTHING = {};

    private static final String LOG = "servers/1/data/version-2/log.100000001";

    /** Of a log file. */
    private static final byte[] HEADER = ByteBuffer.allocate(16)
            .put("ZKLG".getBytes(StandardCharsets.US_ASCII))
            .putInt(2)
            .array();

    private static final FileDecoders.Scratch SCRATCH = new FileDecoders.Scratch("run");

    private RunDecoders() {}

    static void run(byte[] input) throws IOException {
        check("run.json", input);
    }

    static void history(byte[] input) throws IOException {
        check("history.jsonl", input);
    }

    static void faults(byte[] input) throws IOException {
        check("faults.jsonl", input);
    }

    static void finalTree(byte[] input) throws IOException {
        check("tree.jsonl", input);
    }

    /** The file itself, whose checksums are hardly ever right. */
    static void log(byte[] input) throws IOException {
        check(LOG, input);
    }

    /** What stands in records whose checksums are right: two bytes for the length of each, then the record. */
    static void transactions(byte[] input) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(input);
        ByteBuffer log = ByteBuffer.allocate(HEADER.length + 8 * (input.length + 2));
        log.put(HEADER);
        while (from.remaining() > 2) {
            byte[] record = new byte[Math.min(from.getShort() & 0xFFFF, from.remaining())];
            from.get(record);
            Adler32 adler = new Adler32();
            adler.update(record);
            log.putLong(adler.getValue()).putInt(record.length).put(record).put((byte) 'B');
        }
        byte[] written = new byte[log.position()];
        log.flip().get(written);
        check(LOG, written);
    }

    private static void check(String name, byte[] input) throws IOException {
        SCRATCH.file("run.json", RUN);
        SCRATCH.file("history.jsonl", HISTORY);
        SCRATCH.file("faults.jsonl", NOTHING);
        SCRATCH.file("tree.jsonl", NOTHING);
        SCRATCH.file(LOG, HEADER);
        Path file = SCRATCH.file(name, input);
        try {
            RunChecker.check(SCRATCH.directory).summary();
        } catch (IOException refused) {
            Expect.that(refused.getMessage() != null, "nothing is said of " + file);
            Expect.line(refused.getMessage());
        }
        Files.deleteIfExists(SCRATCH.directory.resolve("report.json"));
    }
}
