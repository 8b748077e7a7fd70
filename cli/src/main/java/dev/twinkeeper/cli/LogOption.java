package dev.twinkeeper.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** {@code --log}: where ZooKeeper's log and ours goes. */
final class LogOption {
    /** Logs of earlier commands are removed after this time, so that they don't pile up. */
    private static final Duration KEPT = Duration.ofDays(7);

    /** How many old logs one command looks at: more than a busy week leaves behind. */
    private static final int LOOKED_AT = 10_000;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "Where ZooKeeper's log and our own goes, 20 MB of it at the most. Default:"
                    + " twinkeeper-USER/COMMAND-PID.log in the directory for temporary files, kept for a week.")
    private Path file;

    /** Opens the log, and says where it can't be: an error where the user named it, else a line on stderr. */
    void open(String command, Terminal terminal) {
        Path chosen = file != null ? file.toAbsolutePath() : byDefault(command);
        try {
            if (file == null) {
                makeOwnDirectory(chosen.getParent());
            }
            // Logback would only note it where nobody looks.
            Files.newOutputStream(chosen, StandardOpenOption.CREATE, StandardOpenOption.APPEND)
                    .close();
        } catch (IOException | UnsupportedOperationException e) {
            String problem =
                    "log '" + chosen + "': cannot be written (" + e.getClass().getSimpleName() + ")";
            if (file != null) {
                throw new CommandException(ExitCode.USAGE, problem + "; name another with --log");
            }
            terminal.complain(problem + "; going on without one");
            return;
        }
        LogFile.open(chosen);
        if (file == null) {
            removeOld(chosen.getParent());
        }
    }

    private static Path byDefault(String command) {
        String user = System.getProperty("user.name", "unknown").replaceAll("[^A-Za-z0-9._-]", "_");
        return Path.of(System.getProperty("java.io.tmpdir"), "twinkeeper-" + user)
                .resolve(command + "-" + ProcessHandle.current().pid() + ".log")
                .toAbsolutePath();
    }

    /** For us alone: the directory for temporary files is everybody's. */
    private static void makeOwnDirectory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(directory);
        }
    }

    private static void removeOld(Path directory) {
        FileTime limit = FileTime.from(Instant.now().minus(KEPT));
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> some = files.limit(LOOKED_AT).toList();
            for (Path each : some) {
                if (Files.getLastModifiedTime(each).compareTo(limit) < 0) {
                    Files.deleteIfExists(each);
                }
            }
        } catch (IOException e) {
            LoggerFactory.getLogger(LogOption.class).debug("old logs are left alone", e);
        }
    }
}
