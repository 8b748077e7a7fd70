package dev.twinkeeper.cli.ensemble;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a server ended, out of what it wrote: the innermost cause of the last error that has one. The very last error only
 * says with which code the JVM exits.
 */
final class EndReason {
    /** The end of a log tells why; more is not read. */
    private static final int READ = 1 << 20;

    private static final Pattern EXCEPTION =
            Pattern.compile("(Caused by: )?(?:[a-z]\\w*\\.)+([A-Z][\\w$]*(?:Exception|Error))(?:: (.*))?");

    private static final Pattern ERROR = Pattern.compile("\\S+ ERROR \\[.*?] \\S+ - (.*)");

    private static final String LAST_WORD = "Exiting JVM with code";

    private EndReason() {}

    /**
     * One line: the cause, and what to do about it.
     *
     * @param from where this start's part of the log begins
     */
    static String of(EnsemblePlan plan, EnsemblePlan.Server server, long from) {
        String cause = cause(lines(server.log(), from))
                .or(() -> console(lines(server.console(), 0)))
                .orElse("it left no word");
        return cause + mend(cause, plan, server) + "; see '" + server.log() + "'";
    }

    static Optional<String> cause(List<String> lines) {
        String cause = null;
        boolean inError = false;
        for (String line : lines) {
            Matcher exception = EXCEPTION.matcher(line);
            if (ERROR.matcher(line).matches()) {
                inError = true;
            } else if (inError && exception.matches()) {
                // A cause stands behind what it caused; the innermost is the last.
                cause = text(exception);
            } else if (line.matches("\\d\\d:\\d\\d:.*")) {
                inError = false;
            }
        }
        return Optional.ofNullable(cause).or(() -> error(lines));
    }

    private static Optional<String> error(List<String> lines) {
        return lines.stream()
                .map(ERROR::matcher)
                .filter(Matcher::matches)
                .map(said -> said.group(1))
                .filter(said -> !said.startsWith(LAST_WORD))
                .reduce((first, second) -> second);
    }

    private static String text(Matcher exception) {
        String said = exception.group(3);
        return said == null || said.isBlank() ? exception.group(2) : said.strip();
    }

    private static Optional<String> console(List<String> lines) {
        return lines.stream().filter(line -> !line.isBlank()).findFirst();
    }

    private static String mend(String cause, EnsemblePlan plan, EnsemblePlan.Server server) {
        if (cause.contains("already in use")) {
            return ": another program has a port of it";
        }
        boolean data = cause.contains("napshot")
                || cause.contains("epoch")
                || cause.contains("log entries")
                || cause.contains(server.data().toString())
                || cause.contains("Unable to load database");
        if (!data) {
            return "";
        }
        return ": its data can't be loaded; move '" + server.data().resolve("version-2") + "' away, and "
                + (plan.standalone() ? "it begins anew, without them" : "the others bring it up to date");
    }

    private static List<String> lines(Path file, long from) {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            // It was put aside when it was large, and begun anew.
            long begin = from > log.length() ? 0 : from;
            log.seek(Math.max(begin, log.length() - READ));
            byte[] rest = new byte[(int) (log.length() - log.getFilePointer())];
            log.readFully(rest);
            return new String(rest, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** Where what is written from now on will begin. */
    static long end(Path log) {
        try {
            return Files.exists(log) ? Files.size(log) : 0;
        } catch (IOException unreadable) {
            return 0;
        }
    }
}
