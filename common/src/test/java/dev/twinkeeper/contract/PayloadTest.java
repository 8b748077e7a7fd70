package dev.twinkeeper.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PayloadTest {
    @Test
    void whatIsLongIsCut() {
        assertThat(Payload.of("x".repeat(81).getBytes(UTF_8))).hasToString("x".repeat(60) + "… (81 bytes)");
    }

    /** Found by the fuzzer: more than 80 bytes, and fewer than 60 characters. */
    @Test
    void charactersAreCountedAndNotBytes() {
        assertThat(Payload.of("仕事".repeat(20).getBytes(UTF_8))).hasToString("仕事".repeat(20));
    }
}
