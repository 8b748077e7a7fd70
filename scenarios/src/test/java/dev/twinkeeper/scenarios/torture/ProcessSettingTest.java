package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.twinkeeper.contract.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the processes of a run are given: names, a clock, credentials, another release. */
class ProcessSettingTest {
    private static final String LIBRARY = "twinkeeper.faketime";

    @TempDir
    private Path directory;

    @AfterEach
    void forget() {
        System.clearProperty(LIBRARY);
    }

    @Test
    void aNameStandsForTheWireUntilItIsTakenAway() throws IOException {
        Path file = directory.resolve("w1.hosts");
        HostNames names = new HostNames(file);

        String named = names.named("127.0.0.1:12001,127.0.0.1:12002");
        String host = named.substring(0, named.indexOf(':'));
        assertThat(named).isEqualTo(host + ":12001," + host + ":12002").doesNotContain("127.0.0.1");
        assertThat(file).hasContent("127.0.0.1 " + host);
        assertThat(names.properties()).contains("-Djdk.net.hosts.file=" + file);

        names.remove();
        assertThat(file).isEmptyFile();
        names.restore();
        assertThat(file).hasContent("127.0.0.1 " + host);
    }

    @Test
    void aClockIsSetByItsFile() throws IOException {
        Path library = Files.createFile(directory.resolve("libfaketime.so.1"));
        System.setProperty(LIBRARY, library.toString());
        Path file = directory.resolve("w4.clock");
        SettableClock clock = SettableClock.of(file).orElseThrow();

        assertThat(file).hasContent("+0");
        clock.jump(Duration.ofHours(1));
        assertThat(file).hasContent("+3600");
        clock.jump(Duration.ofHours(-1));
        assertThat(file).hasContent("-3600");
        assertThat(clock.environment())
                .containsEntry("LD_PRELOAD", library.toString())
                .containsEntry("FAKETIME_TIMESTAMP_FILE", file.toString());
    }

    @Test
    void withoutTheLibraryThereIsNoClockToSet() {
        System.setProperty(LIBRARY, directory.resolve("none").toString());

        assertThat(SettableClock.of(directory.resolve("w4.clock"))).isEmpty();
        assertThat(SettableClock.missing()).contains("libfaketime", "apt-get install");
    }

    @Test
    void aProcessThatWasKilledLeavesNothingOfItsClock() throws Exception {
        Optional<SettableClock> clock = SettableClock.of(directory.resolve("w4.clock"));
        assumeThat(clock).as(SettableClock.missing()).isPresent();
        ProcessBuilder sleep = new ProcessBuilder("sleep", "60");
        sleep.environment().putAll(clock.orElseThrow().environment());
        Process process = sleep.start();
        Path shared = Path.of("/dev/shm", "faketime_shm_" + process.pid());
        Path lock = Path.of("/dev/shm", "sem.faketime_sem_" + process.pid());
        try {
            await().until(() -> Files.exists(shared) && Files.exists(lock));
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(shared).as("the library does not clean up after a kill").exists();

        SettableClock.forget(process.pid());

        assertThat(shared).doesNotExist();
        assertThat(lock).doesNotExist();
    }

    @Test
    void theSecretIsItsOwnersAlone() throws IOException {
        Path file = directory.resolve("secrets").resolve("auth");
        RunSecret.write(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Security security = RunSecret.read(file);
        assertThat(security.acl())
                .containsExactly(security.credentials().orElseThrow().grant());
        Path other = directory.resolve("others").resolve("auth");
        RunSecret.write(other);
        assertThat(RunSecret.read(other).credentials()).isNotEqualTo(security.credentials());
    }

    @Test
    void anOldReleaseIsKnownByItsOwnWord() {
        assertThat(OldRelease.is(OldRelease.VERSION + "-9316c2a7a97e1666d8f4593f34dd6fc36ecc436c, built on 2024-02-12"))
                .isTrue();
        assertThat(OldRelease.is("3.9.5-something")).isFalse();
        assertThat(OldRelease.is("")).isFalse();
        assertThat(OldRelease.none().jars()).isEmpty();
    }

    private TortureOptions options(int servers, boolean secure) {
        return new TortureOptions(
                List.of("raw"),
                Duration.ofMinutes(3),
                100,
                7,
                List.of(FaultKind.values()),
                servers,
                secure,
                true,
                directory);
    }

    @Test
    void theCommandThatRunsItAgainNamesTheServersAndTheCredentials() {
        assertThat(options(3, false).command()).doesNotContain("--servers").doesNotContain("--secure");
        assertThat(options(5, true).command()).contains("--seed 7").endsWith(" --servers 5 --secure");
        assertThatThrownBy(() -> options(4, false)).hasMessage("servers '4': must be 3 or 5");
    }
}
