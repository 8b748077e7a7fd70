package dev.twinkeeper.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** {@code --log}: where ZooKeeper's log and ours goes. */
final class LogOption {
    /** Logs of earlier commands are removed after this time, so that they don't pile up. */
    private static final Duration KEPT = Duration.ofDays(7);

    /** How many old logs one command looks at: more than a busy week leaves behind. */
    private static final int LOOKED_AT = 10_000;

    /** Command, process, and the one that was put aside when it was large. */
    private static final Pattern OURS = Pattern.compile("[a-z]+-([0-9]{1,18})\\.log(\\.1)?");

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "Where ZooKeeper's log and our own go, 20 MB at the most. Default:"
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
            String problem = "log '" + chosen + "': cannot be written ("
                    + (e instanceof NotOurs ? e.getMessage() : e.getClass().getSimpleName()) + ")";
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

    private static boolean ofAProcessThatIsGone(Path file) {
        Matcher ours = OURS.matcher(file.getFileName().toString());
        return ours.matches() && ProcessHandle.of(Long.parseLong(ours.group(1))).isEmpty();
    }

    /** Whoever may own what we make: a user without a name has a number there. */
    private static boolean isUs(UserPrincipal owner) throws IOException {
        if (owner.getName().equals(System.getProperty("user.name"))) {
            return true;
        }
        Path probe = Files.createTempFile("twinkeeper", null);
        try {
            return Files.getOwner(probe).equals(owner);
        } finally {
            Files.delete(probe);
        }
    }

    /** Where we do not log: said as one line, and the command goes on. */
    private static final class NotOurs extends IOException {
        private static final long serialVersionUID = 1L;

        NotOurs(String message) {
            super(message);
        }
    }

    private static Path byDefault(String command) {
        String user = System.getProperty("user.name", "unknown").replaceAll("[^A-Za-z0-9._-]", "_");
        return Path.of(System.getProperty("java.io.tmpdir"), "twinkeeper-" + user)
                .resolve(command + "-" + ProcessHandle.current().pid() + ".log")
                .toAbsolutePath();
    }

    /**
     * For us alone: the directory for temporary files is everybody's, and a link or a directory that somebody else put
     * there would have us write or delete where they choose.
     */
    static void makeOwnDirectory(Path directory) throws IOException {
        if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            checkOwn(directory);
            return;
        }
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(directory);
        }
    }

    private static void checkOwn(Path directory) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotOurs("it is a link or a file");
        }
        PosixFileAttributes attributes;
        try {
            attributes = Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (UnsupportedOperationException e) {
            return; // no owners here
        }
        if (!isUs(attributes.owner())) {
            throw new NotOurs("it belongs to " + attributes.owner().getName());
        }
        if (attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new NotOurs("others may write to it");
        }
    }

    /** Only what this class names, and only where the process that it names is gone: a quiet one may log again. */
    static void removeOld(Path directory) {
        FileTime limit = FileTime.from(Instant.now().minus(KEPT));
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> some = files.filter(LogOption::ofAProcessThatIsGone)
                    .limit(LOOKED_AT)
                    .toList();
            for (Path each : some) {
                if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)
                        && Files.getLastModifiedTime(each).compareTo(limit) < 0) {
                    Files.deleteIfExists(each);
                }
            }
        } catch (IOException e) {
            LoggerFactory.getLogger(LogOption.class).debug("old logs are left alone", e);
        }
    }
}
