package dev.twinkeeper.cli.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Fuzzes one decoder after the other, each in a process of its own. CONTRIBUTING.md has the command. */
public final class FuzzMain {
    /** Beyond its time, for a process to begin and to end. */
    private static final int GRACE_SECONDS = 300;

    /** What others write is short, or the same over and over. */
    private static final int LONGEST_INPUT = 8_192;

    private final int seconds;
    private final Path out;

    private FuzzMain(int seconds, Path out) {
        this.seconds = seconds;
        this.out = out;
    }

    /** @param arguments for how many seconds each, which ones as a regular expression, and where what is found goes */
    public static void main(String[] arguments) throws Exception {
        FuzzMain fuzz = new FuzzMain(
                Integer.parseInt(arguments[0]), Path.of(arguments[2]).toAbsolutePath());
        List<Decoder> decoders = Arrays.stream(Decoder.values())
                .filter(each -> each.name().matches(arguments[1]))
                .toList();
        int found = decoders.isEmpty() ? 1 : 0;
        for (Decoder decoder : decoders) {
            found += fuzz.run(decoder) ? 0 : 1;
        }
        System.out.printf("%d decoders fuzzed, %d with findings%n", decoders.size(), found);
        System.exit(found == 0 ? 0 : 1);
    }

    private boolean run(Decoder decoder) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(out.resolve(decoder.name()));
        Path corpus = Files.createDirectories(directory.resolve("corpus"));
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx768m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + DecoderFuzzer.class.getName(),
                        "--target_args=" + decoder,
                        "--instrumentation_includes=dev.twinkeeper.**:com.fasterxml.jackson.core.**",
                        "--reproducer_path=" + directory,
                        "-artifact_prefix=" + directory + "/",
                        "-max_total_time=" + seconds,
                        "-max_len=" + LONGEST_INPUT,
                        "-timeout=60",
                        "-rss_limit_mb=2048",
                        corpus.toString(),
                        decoder.corpus().toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        boolean good = ended && process.exitValue() == 0;
        System.out.printf("%-18s %s%n", decoder, good ? last(log) : "FOUND: see " + log);
        return good;
    }

    private static String last(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("Done "))
                    .reduce((first, second) -> second)
                    .orElse("no end was told");
        }
    }
}
