package dev.twinkeeper.cli.fuzz;

import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Jazzer calls, in a process of its own for each decoder; it needs nothing of Jazzer to compile. */
public final class DecoderFuzzer {
    private static Decoder decoder;

    private DecoderFuzzer() {}

    /** Classes are loaded and instrumented here: else the first input is taken for one that never ends. */
    public static void fuzzerInitialize(String[] arguments) throws Exception {
        decoder = Decoder.valueOf(arguments[0]);
        try (DirectoryStream<Path> corpus = Files.newDirectoryStream(decoder.corpus())) {
            for (Path file : corpus) {
                decoder.decode(Files.readAllBytes(file));
            }
        }
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        decoder.decode(input);
    }
}
