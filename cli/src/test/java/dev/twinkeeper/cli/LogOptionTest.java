package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory for logs, which stands among everybody's temporary files. */
class LogOptionTest {
    /** No process of any system has it. */
    private static final long NOBODY = 999_999_999_999L;

    @TempDir
    private Path temporary;

    private Path old(String name) throws IOException {
        Path file = Files.writeString(temporary.resolve(name), "lines");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
        return file;
    }

    @Test
    void theLogsOfProcessesThatAreGoneAreRemovedAfterAWeek() throws IOException {
        Path gone = old("status-" + NOBODY + ".log");
        Path aside = old("master-" + NOBODY + ".log.1");
        Path young = Files.writeString(temporary.resolve("worker-" + NOBODY + ".log"), "lines");

        LogOption.removeOld(temporary);

        assertThat(gone).doesNotExist();
        assertThat(aside).doesNotExist();
        assertThat(young).exists();
    }

    @Test
    void theLogOfALivingQuietProcessStays() throws IOException {
        Path quiet = old("master-" + ProcessHandle.current().pid() + ".log");

        LogOption.removeOld(temporary);

        assertThat(quiet).exists();
    }

    @Test
    void foreignFilesStay() throws IOException {
        Path thesis = old("thesis.txt");
        Path backup = old("master-" + NOBODY + ".log.bak");
        Path elsewhere = Files.createDirectory(temporary.resolve("status-" + NOBODY + ".log"));
        Files.setLastModifiedTime(elsewhere, FileTime.from(Instant.EPOCH));

        LogOption.removeOld(temporary);

        assertThat(thesis).exists();
        assertThat(backup).exists();
        assertThat(elsewhere).exists();
    }

    @Test
    void aLinkInPlaceOfTheDirectoryIsNotFollowed() throws IOException {
        Path theirs = Files.createDirectory(temporary.resolve("theirs"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), theirs);

        assertThatThrownBy(() -> LogOption.makeOwnDirectory(link)).hasMessage("it is a link or a file");
    }

    @Test
    void aDirectoryThatOthersMayWriteToIsNotUsed() throws IOException {
        Path open = Files.createDirectory(temporary.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

        assertThatThrownBy(() -> LogOption.makeOwnDirectory(open)).hasMessage("others may write to it");
    }

    @Test
    void ourOwnIsMadeAndUsedAgain() throws IOException {
        Path own = temporary.resolve("own");

        LogOption.makeOwnDirectory(own);
        LogOption.makeOwnDirectory(own);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                .isEqualTo("rwx------");
    }
}
