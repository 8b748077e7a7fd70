package dev.twinkeeper.cli.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each decoder with the bytes that stand in its corpus: what broke it once, and what shows the fuzzer the way. */
class CorpusTest {
    /** Each takes milliseconds; what never ends takes longer on every machine. */
    private static final Duration BOUND = Duration.ofSeconds(60);

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whateverTheBytesADecoderThrowsWhatItDocuments(Decoder decoder) throws IOException {
        List<Path> corpus = files(decoder.corpus());

        assertThat(corpus).isNotEmpty();
        for (Path file : corpus) {
            byte[] input = Files.readAllBytes(file);
            assertThatCode(() -> assertTimeoutPreemptively(BOUND, () -> decoder.decode(input)))
                    .as("%s with %s", decoder, file)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void everyCorpusHasItsDecoder() throws IOException {
        List<Path> corpora =
                Arrays.stream(Decoder.values()).map(Decoder::corpus).sorted().toList();

        assertThat(files(corpora.get(0).getParent())).isEqualTo(corpora);
    }
}
