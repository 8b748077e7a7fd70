package dev.twinkeeper.cli.fuzz;

import dev.twinkeeper.cli.ForeignSecurityFiles;
import dev.twinkeeper.cli.doctor.ForeignConfigurations;
import dev.twinkeeper.cli.report.RecordingFile;
import dev.twinkeeper.cli.report.ReportPage;
import dev.twinkeeper.cli.report.TortureReport;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.scenarios.events.EventJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that others wrote, and lines of other processes. */
final class FileDecoders {
    private static final String RESULTS =
            "{\"schema\":2,\"seconds\":1,\"servers\":3,\"runs\":1,\"sides\":[\"raw\"],\"scenarios\":[]}";

    private FileDecoders() {}

    /** A directory that goes when the process ends; what is in it is written over and over. */
    static final class Scratch {
        final Path directory;

        Scratch(String name) {
            try {
                directory = Files.createTempDirectory("fuzz-" + name);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(this::remove));
        }

        Path file(String name, byte[] content) throws IOException {
            Path file = directory.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.write(file, content);
        }

        private void remove() {
            try (var all = Files.walk(directory)) {
                all.sorted(java.util.Comparator.reverseOrder())
                        .forEach(each -> each.toFile().delete());
            } catch (IOException e) {
                // The system's own clean-up does it.
            }
        }
    }

    private static final Scratch SCRATCH = new Scratch("files");

    static void authFile(byte[] input) throws IOException {
        Path file = SCRATCH.file("auth", input);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        ForeignSecurityFiles.auth(file);
    }

    static void tlsConfig(byte[] input) throws IOException {
        SCRATCH.file("trust.p12", new byte[0]);
        var client = ForeignSecurityFiles.tls(SCRATCH.file("tls.properties", input));
        String trust = client.get("zookeeper.ssl.trustStore.location");
        Expect.that(Files.isRegularFile(Path.of(trust)), trust + " is no file");
        Expect.that(client.keySet().stream().noneMatch(name -> name.endsWith(".password")), "a password");
    }

    static void zooCfg(byte[] input) throws IOException {
        Path file = SCRATCH.file("zoo.cfg", input);
        try {
            ForeignConfigurations.zooCfg(file);
        } catch (IOException refused) {
            Expect.line(refused.getMessage());
        }
        ForeignConfigurations.myid(input);
    }

    static void fourLetterWord(byte[] input) {
        ForeignConfigurations.srvr(TreeDecoders.text(input));
    }

    static void results(byte[] input) throws IOException {
        Path results = SCRATCH.file("results/results.json", input);
        new ReportPage(SCRATCH.directory).write(results, results.resolveSibling("report.html"));
    }

    static void recordings(byte[] input) throws IOException {
        Path results = SCRATCH.file("recorded/results.json", RESULTS.getBytes());
        SCRATCH.file("recorded/" + RecordingFile.NAME, input);
        new ReportPage(SCRATCH.directory).write(results, results.resolveSibling("report.html"));
    }

    /** The same bytes as each of its files. */
    static void torturePage(byte[] input) throws IOException {
        for (String name : new String[] {"history.jsonl", "faults.jsonl"}) {
            SCRATCH.file("torture/" + name, input);
        }
        for (String name : new String[] {"run.json", "report.json"}) {
            SCRATCH.file("torture/" + name, input.length < 100 ? input : RESULTS.getBytes());
        }
        TortureReport.write(SCRATCH.directory.resolve("torture"));
    }

    static void event(byte[] input) {
        try {
            Event event = EventJson.parse(TreeDecoders.text(input));
            // Results are cut once, and not any shorter.
            String line = EventJson.line(event);
            Expect.same(EventJson.line(EventJson.parse(line)), line);
        } catch (IllegalArgumentException refused) {
            Expect.that(refused.getMessage() != null, "nothing is said");
        }
    }
}
