package dev.twinkeeper.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.CoordinationException.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input is refused with one line that says what, where and what to do. */
class BadInputTest {
    private static void refused(ThrowingCallable call, Problem problem, String... says) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CoordinationException.class,
                        e -> assertThat(e.problem()).isEqualTo(problem))
                .hasMessageContainingAll(says)
                .message()
                .doesNotContain("\n")
                .hasSizeLessThan(300);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/app",
                ",",
                "host:",
                "host:port",
                "host:0",
                "host:70000",
                "host:2181,",
                "ho st:2181",
                "host:2181//",
                "host:2181/app/",
                "host:2181/a//b",
                "host:2181/a/../b",
                "host:2181/zookeeper",
                "host:2181/zookeeper/x",
                "host:2181/a\u0001b",
                "host:1:2",
                "[::1:2181"
            })
    void aMalformedConnectString(String text) {
        refused(() -> ConnectString.parse(text), Problem.INVALID, "connect string");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "h1:2181/app,h2:2181/app | the chroot stands once, behind the last server",
                "h1/app,h2 | the chroot stands once, behind the last server",
                "h1,h2, | '' is no host:port",
                "h1,,h2 | '' is no host:port",
                "zk://h1:2181/app | write it without 'zk://'",
                "zookeeper://h1,h2/app | write it without 'zookeeper://'",
                "h1:2181/app?timeout=6s | settings are options",
                "h1:2181/app#x | settings are options",
                "::1:2181 | an IPv6 address stands in brackets, as [::1]:2181",
                "fe80::1%eth0 | an IPv6 address stands in brackets",
                "2001:db8::1/app | an IPv6 address stands in brackets",
                "h1:2181;h2:2181 | commas separate servers",
                "h1:2181 h2:2181 | commas separate servers",
                "h1:2181/app /x | begins or ends in a blank"
            })
    void aConnectStringThatIsAlmostRight(String text, String advice) {
        refused(() -> ConnectString.parse(text), Problem.INVALID, "connect string", advice);
    }

    @ParameterizedTest
    @CsvSource({
        "host, host:2181, ''",
        "' host:1/app ', host:1, /app",
        "'H-1.example.COM:1/My.App/größe', H-1.example.COM:1, /My.App/größe",
        "'host:1/two words', host:1, /two words",
        "'a:1,b:2/app', 'a:1,b:2', /app",
        "'a:1, b:2', 'a:1,b:2', ''",
        "a:1/, a:1, ''",
        "'[::1]:2181/x/y', '[::1]:2181', /x/y",
        "'[::1]', '[::1]:2181', ''"
    })
    void aGoodConnectString(String text, String servers, String chroot) {
        assertThat(ConnectString.parse(text)).isEqualTo(new ConnectString(servers, chroot));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "s", "-1s", "1.5s", "6 s", "6S", "99999999999s"})
    void aMalformedDuration(String text) {
        refused(() -> Durations.parse(text), Problem.INVALID, "duration", "500ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"500ms", "6s", "2m", "1h", "30d", "90s", "0ms"})
    void aDurationIsWrittenAsItIsRead(String text) {
        assertThat(Durations.format(Durations.parse(text))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", ".", "..", "a\u0000b", "a\u0085b", "a\uFFFFb"})
    void anIdThatIsNoName(String text) {
        refused(() -> new WorkerId(text), Problem.INVALID, "worker id");
    }

    @Test
    void aCharacterOfTwoHalvesIsNamedAsAWhole() {
        refused(() -> new WorkerId("w\uD83D\uDE00"), Problem.INVALID, "worker id", "U+1F600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"W1", "worker1.example.com", "two words", "größe", "работник", "工人", "a,b", "{}", "%s"})
    void anIdWithUnusualLettersIsTaken(String text) {
        assertThat(new WorkerId(text).name()).isEqualTo(text);
    }

    @Test
    void anIdThatIsTooLong() {
        refused(() -> new WorkerId("x".repeat(256)), Problem.INVALID, "at most 255");
    }

    @Test
    void aMasterIdIsOneWord() {
        refused(() -> new MasterId("m 1"), Problem.INVALID, "master id", "U+0020");
    }

    @Test
    void aTaskNameEndsInASequence() {
        refused(() -> new TaskId("task-7"), Problem.INVALID, "ten digits");
    }

    @Test
    void aPayloadOverTheLimit() {
        assertThat(Payload.of(new byte[Payload.LIMIT]).size()).isEqualTo(Payload.LIMIT);
        refused(() -> Payload.of(new byte[Payload.LIMIT + 1]), Problem.TOO_LARGE, "1000001", "1000000");
    }

    @Test
    void anUnknownImplementation() {
        refused(() -> Coordination.named("zab"), Problem.INVALID, "implementation", "zab");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRoleIsFoundByProcessAndHost() throws Exception {
        String host = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();

        assertThat(Settings.connect("localhost").address())
                .isEqualTo(ProcessHandle.current().pid() + "@" + host);
    }

    @Test
    void aSecretIsNotPrinted() {
        Security.Credentials own = Security.Credentials.parse("me:canary:with:colons");
        Settings settings = Settings.connect("localhost").withSecurity(Security.NONE.withCredentials(own));

        assertThat(settings.toString()).contains("digest:me").doesNotContain("canary");
        assertThat(new String(own.bytes(), StandardCharsets.UTF_8)).isEqualTo("me:canary:with:colons");
        // As ZooKeeper's DigestAuthenticationProvider has it.
        assertThat(Security.Credentials.parse("super:test").grant().id())
                .isEqualTo("super:D/InIHSb7yEEbrWz8b9l71RjZJU=");
    }

    @Test
    void settingsOutOfTheirBounds() {
        Settings settings = Settings.connect("localhost:2181");

        refused(() -> settings.withSlots(0), Problem.INVALID, "slots", "1 to 1000");
        refused(
                () -> settings.withSessionTimeout(Duration.ofHours(1)),
                Problem.INVALID,
                "session timeout",
                "1h",
                "10m");
        refused(() -> settings.withAddress("two words"), Problem.INVALID, "address");
        refused(() -> settings.withBatch(1), Problem.INVALID, "batch");
    }
}
