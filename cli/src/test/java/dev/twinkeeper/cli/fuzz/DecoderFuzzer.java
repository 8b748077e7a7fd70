package dev.twinkeeper.cli.fuzz;

/** What Jazzer calls, in a process of its own for each decoder; it needs nothing of Jazzer to compile. */
public final class DecoderFuzzer {
    private static Decoder decoder;

    private DecoderFuzzer() {}

    public static void fuzzerInitialize(String[] arguments) {
        decoder = Decoder.valueOf(arguments[0]);
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        decoder.decode(input);
    }
}
