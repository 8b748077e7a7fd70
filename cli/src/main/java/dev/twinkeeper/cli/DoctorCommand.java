package dev.twinkeeper.cli;

import dev.twinkeeper.cli.Terminal.Tone;
import dev.twinkeeper.cli.doctor.Doctor;
import dev.twinkeeper.cli.doctor.Finding;
import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper doctor}: what is wrong with an ensemble, one line a finding. */
@Command(
        name = "doctor",
        description = {
            "Finds what is wrong with an ensemble: where, what, and what to do; one line each.",
            "It looks at the servers of --connect, and at the files of --dir and --config; without any of them, at"
                    + " twinkeeper-ensemble/ if that is there, else at localhost:2181,2182,2183.",
            "It begins and ends sessions, and makes and removes a file in each data directory; it changes nothing else.",
            "Exit code 1 if something is wrong, 4 if no server could be reached and no file was given."
        })
final class DoctorCommand implements Callable<Integer> {
    private static final String EVERYBODYS = "localhost:2181,localhost:2182,localhost:2183";

    private static final Path OURS = Path.of("twinkeeper-ensemble");

    /** Directories below the one that is given. */
    private static final int LOOKED_AT = 1_000;

    private static final Duration LONGEST = Duration.ofMinutes(1);

    @Option(
            names = "--connect",
            paramLabel = "HOSTS[/CHROOT]",
            description = "The servers, as host:port,host:port, and the path below which everything stands.")
    private ConnectString connect;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "The directory of the members' directories, each with its zoo.cfg; or one member's directory.")
    private Path directory;

    @Option(
            names = "--config",
            arity = "1..*",
            paramLabel = "ZOO.CFG",
            description = "The zoo.cfg of each member that is at hand.")
    private List<Path> configs = List.of();

    @Option(
            names = "--clocks",
            description =
                    "Compares the leader's clock with this machine's too, by one ephemeral znode /twinkeeper-doctor-….")
    private boolean clocks;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "How long each question to a server may take. Default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST) > 0) {
            throw CoordinationException.invalid("timeout", Durations.format(timeout), "must be from 1ms to 1m");
        }
        List<Path> files = files();
        if (connect == null && files.isEmpty()) {
            connect = ConnectString.parse(EVERYBODYS);
        }
        log.open("doctor", terminal);
        Doctor.Report report =
                Doctor.of(Optional.ofNullable(connect), files, clocks, timeout).look();
        for (Finding each : report.findings()) {
            terminal.say(terminal.paint(Tone.BAD, "✗") + " " + ErrorHandler.printable(each.line()));
        }
        boolean good = report.findings().isEmpty();
        terminal.say((good ? terminal.paint(Tone.GOOD, "good") + ": " : "") + report.summary());
        if (!report.reached() && files.isEmpty()) {
            return ExitCode.CANNOT_CONNECT.code();
        }
        return (good ? ExitCode.GOOD : ExitCode.FAILURE).code();
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>(configs);
        if (directory != null) {
            List<Path> found = below(directory);
            if (found.isEmpty()) {
                throw new CommandException(
                        ExitCode.USAGE, "directory '" + directory + "': no zoo.cfg in it, nor in a directory below it");
            }
            files.addAll(found);
        } else if (connect == null && configs.isEmpty() && Files.isDirectory(OURS)) {
            files.addAll(below(OURS));
        }
        return files;
    }

    private static List<Path> below(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return Stream.concat(Stream.of(directory), entries.limit(LOOKED_AT).sorted())
                    .flatMap(each -> Stream.of(
                            each.resolve("zoo.cfg"), each.resolve("conf").resolve("zoo.cfg")))
                    .filter(Files::exists)
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "directory '" + directory + "': it can't be read ("
                            + e.getClass().getSimpleName() + "); name one that is there and that you may read");
        }
    }
}
